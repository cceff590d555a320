"""Tools: what sets up, packages and pins the project; never part of what runs in AWS."""
