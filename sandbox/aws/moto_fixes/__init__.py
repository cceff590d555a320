"""Patches: what moto 5.2.5 does not do as AWS does, put right by service, in this process."""
