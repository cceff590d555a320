"""Tables: what each table of the lake is, and where it lies."""
