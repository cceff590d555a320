"""Reader: the lake as Python and SQL see it."""
