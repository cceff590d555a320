"""Forgetting: what was deleted on Reddit leaves the lake, and does not come back."""
