"""Measure contenders in turns, and the ratio of their durations with its spread."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# By name: functions that do the work as many times as their argument says.
Contenders = Mapping[str, "Callable[[int], object]"]


@dataclass
class Row:
    """One line of the table: `who` did `work`, at `ratio` times the cost of `against`."""

    work: str
    who: str
    against: str
    ratio: float
    spread: tuple[float, float] | None = None  # the quartiles
    target: float | None = None
    note: str = ""


def by_turns(contenders: Contenders, rounds: int, times: int = 1) -> dict[str, list[float]]:
    """Return the seconds of each contender per round, each the average of `times` repetitions.

    The contender that begins changes with each round. One round before the first is a warm-up.
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
    """Return the median and the quartiles of the ratios of two durations, round by round."""
    return middle([a / b for a, b in zip(part, whole, strict=True)])


def middle(ratios: list[float]) -> dict[str, Any]:
    """Return the median and the quartiles of some ratios."""
    values = ratios if len(ratios) > 1 else ratios * 2
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return {"ratio": median, "spread": (low, high)}


def compare(
    work: str,
    contenders: Contenders,
    targets: Mapping[str, float],
    *,
    rounds: int,
    times: int = 1,
) -> list[Row]:
    """Compare contenders with the first of them."""
    seconds = by_turns(contenders, rounds, times)
    first, *rest = seconds
    note = f"{first} took {statistics.median(seconds[first]) * 1000:.3g} ms"
    return [
        Row(
            work,
            name,
            first,
            **ratio(seconds[name], seconds[first]),
            target=targets.get(name),
            note=note,
        )
        for name in rest
    ]
