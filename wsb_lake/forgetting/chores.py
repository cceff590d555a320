"""Chores: those of forgetting, and how often; docs/forgetting.md adds their hours up."""

from wsb_lake.chores import HOUR_SECONDS, Chore
from wsb_lake.forgetting.purge import purge
from wsb_lake.forgetting.residues import remove_residues

FORGETTING = (
    Chore("purge", 6 * HOUR_SECONDS, purge),
    Chore("residues", HOUR_SECONDS, remove_residues),
)
