"""The demo: one run of the whole system, from `terraform apply` to the audit."""
