"""Job: from landed objects to rows, each observation once."""
