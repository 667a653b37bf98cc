"""Growth: the cost of one of many in time and memory, from few to many."""

from __future__ import annotations

import gc
import tracemalloc
from typing import TYPE_CHECKING, Any

import httpx

from bettune import BetTune
from scripts.bench.contenders import DAY, HEADERS, TOKEN, facade, raw
from scripts.bench.measure import Row, by_turns, ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def growth(base: str, brief: bool) -> Iterator[Row]:
    """Seconds for one of few and one of many: matches, odds and filters."""
    client = BetTune(TOKEN, base_url=base)
    lists = (500, 5_000) if brief else (500, 1_600, 5_000, 16_000, 50_000)
    plans = (1_000, 2_000) if brief else (1_000, 10_000, 100_000)
    filters = (1, 2) if brief else (1, 2, 3, 5, 10)
    rounds = 2 if brief else 9
    plan, sync_many = client.predictions.plan, client.predictions.sync_many
    odds = {count: dict.fromkeys(range(1, count + 1), "2.5") for count in plans}
    few = dict.fromkeys(range(1, 51), "2.5")

    def lists_of(count: int) -> None:
        client.matches.list(DAY, sport=count)

    def sync_of(count: int) -> None:
        sync_many(dict.fromkeys(range(1, count + 1), few))

    yield from flat("matches.list of {:,}, per match", lists, lists_of, rounds, target=1.15)
    half = max(2, rounds // 2)
    yield from flat("plan of {:,}, per match", plans, lambda n: plan(1, odds[n]), half, target=1.15)
    yield from flat("sync_many of {:,} x 50, per write", filters, sync_of, half)


def flat(
    work: str,
    counts: tuple[int, ...],
    call: Callable[[int], Any],
    rounds: int,
    *,
    target: float | None = None,
) -> Iterator[Row]:
    """The cost of one of the larger counts, against that of one of the smallest."""
    largest = counts[-1]

    def repeat(count: int) -> Callable[[int], None]:
        # As many in each turn, however they are asked for.
        def run(_: int) -> None:
            for _ in range(largest // count):
                call(count)

        return run

    seconds = by_turns({str(count): repeat(count) for count in counts}, rounds)

    def per_one(count: int) -> list[float]:
        return [took / (largest // count * count) for took in seconds[str(count)]]

    for count in counts[1:]:
        yield Row(
            work.format(count),
            "bettune",
            work.format(counts[0]),
            **ratio(per_one(count), per_one(counts[0])),
            target=target,
        )


def memory(base: str, brief: bool) -> Iterator[Row]:
    """Peak memory of a large list, and of a large plan."""
    client = BetTune(TOKEN, base_url=base)
    count = 5_000 if brief else 50_000
    _, raw_get = raw(httpx.Client(base_url=base, headers=HEADERS))
    _, our_get = facade(client)
    plain, typed = peak(lambda: raw_get(count)), peak(lambda: our_get(count))
    yield Row(
        f"matches.list of {count:,}, peak memory",
        "bettune",
        "httpx",
        typed / plain,
        target=2.0,
        note=f"httpx took {plain / 2**20:.0f} MiB",
    )
    count = 2_000 if brief else 100_000
    odds = dict.fromkeys(range(1_000_000, 1_000_000 + count), "2.5")
    yield Row(
        f"plan of {count:,} odds, peak memory a match beyond the input",
        "bettune",
        "1 KiB",
        peak(lambda: client.predictions.plan(1, odds)) / count / 1024,
        target=1.0,
    )


def peak(call: Callable[[], Any]) -> int:
    """The bytes that a call adds at most, warmed up by another call."""
    call()
    gc.collect()
    tracemalloc.start()
    try:
        kept = call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        del kept
