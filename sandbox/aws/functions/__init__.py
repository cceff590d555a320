"""Lambda: each function in a warm process of its own, with its zip and layers and nothing else."""
