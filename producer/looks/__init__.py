"""Looks: what is known of each thing, and when it is looked at again."""
