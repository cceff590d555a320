"""The simulation: the producer on a virtual clock, over a world of arrays, without sockets."""
