"""State: what a restart goes on from, kept in DynamoDB."""
