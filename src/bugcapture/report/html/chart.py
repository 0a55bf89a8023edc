"""Charts as paths of SVG: bands that stand on each other and change in steps.

The drawing is stretched to the place that it gets, so it holds no text; the labels are written beside it, and stay
readable on a phone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH: Final = 1000
HEIGHT: Final = 200

_STEPS: Final = 5
_LABELS: Final = 4


@dataclass(frozen=True, slots=True)
class Band:
    """One series of a chart.

    Attributes:
        name: Its name, also that of its colour.
        path: What it covers, as the data of an SVG path.
        last: Its last value.
    """

    name: str
    path: str
    last: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart.

    Attributes:
        bands: The series, from the bottom to the top.
        ticks: The labels of the vertical axis, from the top to the bottom, evenly spread.
        lines: Where their lines are, seen from the top.
        days: The labels of the horizontal axis, evenly spread.
    """

    bands: tuple[Band, ...]
    ticks: tuple[int, ...]
    lines: tuple[float, ...]
    days: tuple[str, ...]


def draw_chart(moments: Sequence[datetime], series: Sequence[tuple[str, Sequence[int]]]) -> Chart:
    """Draw series over time.

    Args:
        moments: When the values were taken, ascending; at least one. A value holds until the next one.
        series: Names and values, one for each moment; the first one stands at the bottom.
    """
    first = moments[0].timestamp()
    span = moments[-1].timestamp() - first
    # What is known of one moment alone fills the chart.
    places = [WIDTH * (moment.timestamp() - first) / span if span > 0 else 0.0 for moment in moments]
    totals = [sum(values) for values in zip(*(values for _, values in series), strict=True)]
    step = _nice_step(max(*totals, 1))
    top = step * -(-max(*totals, 1) // step)
    below = [0] * len(moments)
    bands = []
    for name, values in series:
        above = [low + value for low, value in zip(below, values, strict=True)]
        bands.append(Band(name, _draw(places, below, above, top), values[-1]))
        below = above
    ticks = tuple(range(top, -1, -step))
    return Chart(
        bands=tuple(bands),
        ticks=ticks,
        lines=tuple(_height(tick, top) for tick in ticks),
        days=_days(moments[0], span),
    )


def _nice_step(largest: int) -> int:
    """A step of 1, 2 or 5 times a power of ten that is made at most five times."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power * _STEPS >= largest:
                return factor * power
        power *= 10


def _draw(places: Sequence[float], below: Sequence[int], above: Sequence[int], top: int) -> str:
    parts = [f"M0 {_height(above[0], top):g}"]
    for place, before, value in zip(places[1:], above, above[1:], strict=False):
        if value != before:
            parts.append(f"H{place:.1f}V{_height(value, top):g}")
    parts.append(f"H{WIDTH}V{_height(below[-1], top):g}")
    back = list(zip(places, below, strict=True))
    for (place, value), (_, before) in zip(back[:0:-1], back[-2::-1], strict=True):
        if value != before:
            parts.append(f"H{place:.1f}V{_height(before, top):g}")
    return "".join([*parts, "H0Z"])


def _height(value: int, top: int) -> float:
    return round(HEIGHT * (1 - value / top), 1)


def _days(first: datetime, span: float) -> tuple[str, ...]:
    count = min(_LABELS, 1 + int(span // 86400))
    if count == 1:
        return (f"{first:%Y-%m-%d}",)
    start = first.timestamp()
    moments = (datetime.fromtimestamp(start + span * part / (count - 1), UTC) for part in range(count))
    return tuple(f"{moment:%Y-%m-%d}" for moment in moments)
