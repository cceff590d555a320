"""Every chore of the lake job, in the order in which it does those that are due."""

from wsb_lake.forgetting.chores import FORGETTING
from wsb_lake.maintenance.chores import MAINTENANCE

# Forgetting first: compaction may take all the time there is, run after run.
CHORES = (*FORGETTING, *MAINTENANCE)
