# %% [markdown]
# # What a comment's score will be, as far as one could know
#
# A page for a notebook (VS Code and Jupyter open it as cells), and a script:
#
#     . build/demo/env        # or build/lake.env, on AWS
#     .venv/bin/python examples/point_in_time.py picture.png
#
# It builds a data set at full hours from the lake (`dataset.py` says how), checks that it looks
# into no future, and draws what an hour changes.

# %%
import sys

import matplotlib as mpl
from dataset import POPULATION, build

import wsb_lake

lake = wsb_lake.open()
rows = build(lake, horizon_hours=1)
print(rows.tail())

# %% [markdown]
# ## Who is in it, and how complete it is
#
# Only comments that reached 10 points, of hours that were read without a hole. Training a model on
# them needs Reddit's permission.

# %%
print(POPULATION)
hours = lake.coverage()
print(hours[["hour", "state", "settled", "minutes_missing", "ids", "observations"]])

# %% [markdown]
# ## It looks into no future
#
# What the data set knew at its last hour is what the lake tells `as_of` that hour. `landed_at`
# decides, not `observed_at`: a look was made before anybody here could know of it.

# %%
at = rows["moment"].max()
then = lake.latest(as_of=at.to_pydatetime(), columns=["id", "score"]).set_index("id")["score"]
known = rows[rows["moment"] == at].set_index("id")["known_score"]
assert (known == then.loc[known.index]).all()
assert (rows["known_landed_at"] <= rows["moment"]).all()

# %% [markdown]
# ## What an hour changes
#
# Left: the score that was known, and the score an hour later. Right: by how much it rises, by age.

# %%
mpl.use("Agg") if len(sys.argv) > 1 else None
from matplotlib import pyplot as plt  # noqa: E402 - after the choice of what draws

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
stayed = rows[~rows["later_gone"]]
dots = left.scatter(
    stayed["known_score"],
    stayed["later_score"],
    c=stayed["known_age_minutes"] / 60,
    s=12,
    cmap="viridis",
)
figure.colorbar(dots, ax=left, label="age in hours")
ends = [9, max(stayed["later_score"].max(), 20)]
left.plot(ends, ends, color="grey", linewidth=1, label="no change")
left.set(xscale="log", yscale="log", xlabel="score known at the hour", ylabel="score an hour later")
left.set_title("Young comments rise, old ones stay")
left.legend()

age = (stayed["known_age_minutes"] // 60).rename("age")
rise = (stayed["later_score"] / stayed["known_score"].clip(lower=1)).groupby(age)
middle, low, high = rise.median(), rise.quantile(0.25), rise.quantile(0.75)
right.fill_between(middle.index, low, high, alpha=0.25, label="half of the comments")
right.plot(middle.index, middle, marker="o", label="median")
right.set(xlabel="age in hours", ylabel="score an hour later ÷ score known")
right.set_title("What an hour adds, by age")
right.legend()
if len(sys.argv) > 1:
    figure.savefig(sys.argv[1], dpi=120)
else:
    plt.show()
