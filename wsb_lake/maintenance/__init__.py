"""Maintenance: keeps a year of commits as quick to read as a day of them."""
