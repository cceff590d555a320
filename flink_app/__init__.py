"""The Flink application: valid observations that qualify go on, all others are accounted for."""
