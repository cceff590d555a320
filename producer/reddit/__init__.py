"""Reddit: what is asked of it, within one budget, and what its answers mean."""
