"""EventBridge Scheduler: what it invokes, and when, on the sandbox's clock."""
