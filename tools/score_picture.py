"""Score picture: how many of the comments that reach 10 points have them yet, by age.

`python -m tools.score_picture` draws docs/score_by_age.svg from the demo's own generated day, whose
scores rise as those of the real subreddit were measured to.
"""

from sandbox.reddit.generator.day import Plan, generate_day
from tools.project import PROJECT

PICTURE = PROJECT / "docs" / "score_by_age.svg"
DAY = Plan(seed=1, hours=6)  # what `make demo` plays
MIN_SCORE = 10
AGES_HOURS = {
    "at birth": 0.0,
    "15 min": 0.25,
    "1 hour": 1.0,
    "2 hours": 2.0,
    "6 hours": 6.0,
    "12 hours": 12.0,
    "24 hours": 24.0,
}
LONGEST_HOURS = 48.0  # no score of the generated day moves any more

WIDTH, HEIGHT, TOP, BOTTOM = 720, 300, 64, 44
SLOT, BAR = 96, 56


def shares() -> dict[str, float]:
    """Return, for each age, the share of the comments ever seen at 10 or more that were by then."""
    comments = [thing for thing in generate_day(DAY) if thing.is_comment]

    def reached(hours: float) -> int:
        peaks = (one.true_peak(one.created, one.created + hours * 3600) for one in comments)
        return sum(peak is not None and peak >= MIN_SCORE for peak in peaks)

    whole = reached(LONGEST_HOURS)
    return {label: reached(hours) / whole for label, hours in AGES_HOURS.items()}


def picture(shown: dict[str, float]) -> str:
    """Return the shares as a bar chart in SVG."""
    bars = "".join(_bar(place, *each) for place, each in enumerate(shown.items()))
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" \
font-size="15" text-anchor="middle" fill="#222">
<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="#fff"/>
<text x="{WIDTH // 2}" y="32" font-size="17">Of the comments that reach 10 points, \
the share that has them at an age of …</text>
{bars}</svg>
"""


def _bar(place: int, label: str, share: float) -> str:
    middle = (WIDTH - len(AGES_HOURS) * SLOT) // 2 + place * SLOT + SLOT // 2
    floor = HEIGHT - BOTTOM
    height = round(share * (floor - TOP - 20))
    return f"""\
<rect x="{middle - BAR // 2}" y="{floor - height}" width="{BAR}" height="{height}" fill="#d9541e"/>
<text x="{middle}" y="{floor - height - 7}">{share:.0%}</text>
<text x="{middle}" y="{floor + 24}" fill="#555">{label}</text>
"""


if __name__ == "__main__":
    PICTURE.write_text(picture(shares()), encoding="utf-8")
