"""Measuring: work done by turns, and the ratio of one to another with its spread."""

from __future__ import annotations

import gc
import statistics
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# A name to what does the work so many times.
Contenders = dict[str, "Callable[[int], object]"]


@dataclass
class Row:
    """One line of the table: `who` did `work`, in so many times what `against` took.

    Without a ratio it could not be measured, and the note says why.
    """

    work: str
    who: str
    against: str
    ratio: float | None = None
    spread: tuple[float, float] | None = None  # the quartiles
    target: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """True if the target is met; None without a target or a measurement."""
        return None if self.target is None or self.ratio is None else self.ratio <= self.target

    def record(self) -> dict[str, Any]:
        """The row for JSON."""
        return {**asdict(self), "met": self.met}


def by_turns(contenders: Contenders, rounds: int, times: int = 1) -> dict[str, list[float]]:
    """Let each do its work `times` times in each round; the seconds of one, round by round.

    The first of them changes from round to round, and one round before the first warms up.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    for turn in range(-1, rounds):
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            gc.collect()
            start = time.perf_counter()
            contenders[name](times)
            if turn >= 0:
                seconds[name].append((time.perf_counter() - start) / times)
    return seconds


def ratio(part: list[float], whole: list[float]) -> dict[str, Any]:
    """The ratio of two durations, round by round: the median and the quartiles."""
    ratios = [one / other for one, other in zip(part, whole, strict=True)]
    low, middle, high = quartiles(ratios)
    return {"ratio": middle, "spread": (low, high)}


def quartiles(values: list[float]) -> tuple[float, float, float]:
    """The lower quartile, the median and the upper one."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def compare(
    work: str,
    contenders: Contenders,
    *,
    rounds: int,
    targets: dict[str, float],
    times: int = 1,
    note: str = "",
) -> list[Row]:
    """Measure some contenders against the first of them."""
    seconds = by_turns(contenders, rounds, times)
    first, *others = seconds
    took = f"{first} took {statistics.median(seconds[first]) * 1000:.3g} ms"
    return [
        Row(
            work,
            name,
            first,
            **ratio(seconds[name], seconds[first]),
            target=targets.get(name),
            note=f"{took}; {note}".removesuffix("; "),
        )
        for name in others
    ]
