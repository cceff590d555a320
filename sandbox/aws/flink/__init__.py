"""Managed Flink: an application's own zip, on a Flink mini cluster of this machine."""
