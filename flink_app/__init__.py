"""The Flink application: what qualifies goes on, what is no observation is a dead letter."""
