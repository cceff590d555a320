"""EC2: the instances of autoscaling groups, each as a process of this machine."""
