"""Every chore of the lake job, in the order in which it does those that are due."""

from wsb_lake.forgetting.duties import FORGETTING
from wsb_lake.maintenance.upkeep import UPKEEP

# Forgetting first: compaction may take all the time there is, run after run.
CHORES = (*FORGETTING, *UPKEEP)
