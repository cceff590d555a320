"""Coverage: the same replay read by three designs, on a virtual clock: what each misses."""
