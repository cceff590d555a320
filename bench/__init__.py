"""The measured promises, each a script that prints a table."""
