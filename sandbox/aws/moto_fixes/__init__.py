"""Where moto 5.2.5 does not do as AWS does: fixed in this process, nothing of ours behind it."""
