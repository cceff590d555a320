"""The whole system on one machine: Reddit, AWS and the demo that runs them."""
