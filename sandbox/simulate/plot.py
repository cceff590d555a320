"""Plot: a simulated day as a picture of four panels."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sandbox.simulate.journal import PURPOSES
from sandbox.simulate.result import AGES_HOURS, Curves

_COLOURS = ("#d9541e", "#1f6fb2", "#3a923a", "#7b4fa3", "#8c6d31", "#c44e88")
_GREY = "#666666"
_LAG_MINUTES = np.geomspace(0.1, 36 * 60, 400)
_LAG_TICKS = {0.1: "6 s", 1: "1 min", 5: "5", 10: "10", 60: "1 h", 360: "6 h", 1440: "24 h"}
_PURPOSE_COLOURS = {
    "poll": "#1f6fb2",
    "repair": "#c0392b",
    "settle": "#3a923a",
    "sweep": "#8c6d31",
    "deep": "#85b7dd",
    "look": "#f0a868",
}


def plot(path: Path, title: str, runs: Sequence[Curves], day_at: float) -> None:
    """Write the picture of these runs; the lower panels are of the first one."""
    with mpl.rc_context({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(13, 9), layout="constrained")
        figure.suptitle(title, fontsize=14)
        grid = figure.add_gridspec(3, 2, height_ratios=(5, 5, 1.2))
        _recall(figure.add_subplot(grid[0, 0]), runs)
        _lags(figure.add_subplot(grid[0, 1]), runs)
        requests = figure.add_subplot(grid[1, :])
        _requests(requests, runs[0])
        _gaps(figure.add_subplot(grid[2, :], sharex=requests), runs[0], day_at)
        figure.savefig(path, dpi=110)


def _recall(axes: Axes, runs: Sequence[Curves]) -> None:
    for run, colour in zip(runs, _cycled(len(runs)), strict=True):
        axes.plot(AGES_HOURS, run.recall_by_age * 100, color=colour, label=f"{run.quota}/min")
    axes.axhline(99.5, color=_GREY, linewidth=0.8, linestyle=":")
    axes.annotate("promised at 24 h: 99.5 %", (36, 99.4), ha="right", va="top", color=_GREY)
    lowest = min(float(np.min(run.recall_by_age[3:])) for run in runs) * 100
    axes.set(
        title="Recall: of those that have reached the score, the share seen with it",
        xlabel="age, hours",
        ylabel="%",
        xlim=(0, 36.5),
        ylim=(max(0, min(lowest - 1, 97)), 100.5),
        xticks=range(0, 37, 6),
    )
    axes.legend(title="quota", loc="lower right", frameon=False)


def _lags(axes: Axes, runs: Sequence[Curves]) -> None:
    for row, (run, colour) in enumerate(zip(runs, _cycled(len(runs)), strict=True)):
        lags = np.sort(run.lags_minutes)
        shares = lags.searchsorted(_LAG_MINUTES, side="right") / max(1, len(lags)) * 100
        axes.plot(_LAG_MINUTES, shares, color=colour, label=f"{run.quota}/min")
        if len(lags) and np.isfinite(median := lags[len(lags) // 2]):
            axes.plot([median], [50], "o", color=colour)
            axes.annotate(
                f"{median:.1f} min",
                (median, 50),
                xytext=(8, -14 * (1 + row)),
                textcoords="offset points",
                color=colour,
            )
    axes.axhline(50, color=_GREY, linewidth=0.8, linestyle=":")
    axes.set(
        title="Crossing → seen: the share seen within …",
        xscale="log",
        xlim=(_LAG_MINUTES[0], _LAG_MINUTES[-1]),
        ylim=(0, 102),
        ylabel="%",
    )
    axes.set_xticks(list(_LAG_TICKS), list(_LAG_TICKS.values()))
    axes.minorticks_off()
    axes.legend(title="quota", loc="upper left", frameon=False)


def _requests(axes: Axes, run: Curves) -> None:
    labels = [str(purpose) for purpose in PURPOSES]
    axes.stackplot(
        run.hours,
        run.requests,
        step="post",
        labels=labels,
        colors=[_PURPOSE_COLOURS[label] for label in labels],
        linewidth=0,
    )
    axes.axhline(run.quota, color=_GREY, linewidth=0.8, linestyle=":")
    for edge in (0, run.measured_hours):
        axes.axvline(edge, color="black", linewidth=1, linestyle="--")
    axes.set(
        title=f"Requests a minute by purpose, at a quota of {run.quota} (dashed: what is measured)",
        ylabel="a minute",
        ylim=(0, run.quota * 1.12),
        xlim=(run.hours[0], run.hours[-1]),
    )
    axes.legend(loc="upper center", ncols=len(labels), frameon=False)


def _gaps(axes: Axes, run: Curves, day_at: float) -> None:
    for row, (spans, colour) in enumerate(
        (
            (run.outages, _GREY),
            (tuple((gap.from_at, gap.to_at) for gap in run.gaps), _PURPOSE_COLOURS["repair"]),
        )
    ):
        for since, until in spans:
            begin = (since - day_at) / 3600
            # a gap of seconds would be too thin to see
            axes.barh(row, max(0.05, (until - since) / 3600), left=begin, height=0.6, color=colour)
    axes.set(
        xlabel="hours from the measured day's midnight, UTC",
        ylim=(-0.6, 1.6),
        xticks=range(int(run.hours[0]), int(run.hours[-1]) + 1, 6),
    )
    axes.set_yticks((0, 1), (f"outages: {len(run.outages)}", f"gaps: {len(run.gaps)}"))


def _cycled(count: int) -> list[str]:
    return [_COLOURS[number % len(_COLOURS)] for number in range(count)]
