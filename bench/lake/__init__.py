"""What the lake costs: appending, settling, purging and reading, beside gzip JSON."""
