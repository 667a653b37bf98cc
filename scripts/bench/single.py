"""Single calls, sync and async: one PUT, a day's matches, and a client made for none or one."""

from __future__ import annotations

import asyncio
import gc
import itertools
from typing import TYPE_CHECKING, Any

import httpx

from bettune import BetTune
from scripts.bench.contenders import (
    DAY,
    HEADERS,
    TOKEN,
    async_contenders,
    query,
    sync_contenders,
)
from scripts.bench.measure import Row, compare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scripts.bench.contenders import Calls


OURS = ("bettune", "generated client")


def repeated(call: Callable[[], Any], runner: asyncio.Runner | None) -> Callable[[int], None]:
    """A function that repeats a call, awaited if there is a runner."""
    if runner is None:

        def repeat(times: int) -> None:
            for _ in range(times):
                call()

        return repeat

    async def await_all(times: int) -> None:
        for _ in range(times):
            await call()

    return lambda times: runner.run(await_all(times))


def calls(base: str, brief: bool) -> Iterator[Row]:
    """PUT and GET, with each library."""
    with asyncio.Runner() as runner:
        kinds = (
            ("", None, *make(sync_contenders(base), None)),
            (", async", runner, *make(async_contenders(base), runner)),
        )
        # First ours: some of the others take so much time and memory that all who come after
        # them in the same process pay for it.
        for ours, (kind, loop, made, missing) in itertools.product((True, False), kinds):
            for work, which, target, rounds, times in (
                ("one PUT", lambda put, _: put, 1.00, 100, 20),
                ("matches.list of 500", lambda _, get: lambda: get(500), 0.60, 30, 4),
                ("matches.list of 5,000", lambda _, get: lambda: get(5000), 0.50, 12, 1),
            ):
                yield from compare(
                    work + kind,
                    {
                        name: repeated(which(*pair), loop)
                        for name, pair in made.items()
                        if name == "httpx" or (name in OURS) == ours
                    },
                    rounds=2 if brief else rounds,
                    times=1 if brief else times,
                    targets={"bettune": target},
                )
                for name, reason in missing.items() if not ours else ():
                    yield Row(work + kind, name, "httpx", note=reason)


def make(
    makers: dict[str, Callable[[], Calls]], runner: asyncio.Runner | None
) -> tuple[dict[str, Calls], dict[str, str]]:
    """Make the clients, and see that each can do its work; and why some cannot."""
    made: dict[str, Calls] = {}
    missing: dict[str, str] = {}
    for name, maker in makers.items():
        try:
            put, get = made[name] = maker()
        except ImportError as error:
            missing[name] = f"not installed: {error}"
            continue
        for call in (put, lambda get=get: get(3)):
            repeated(call, runner)(1)
    # Some bring so many objects of their own that collecting slows everybody down.
    gc.freeze()
    return made, missing


def lifetimes(base: str, brief: bool) -> Iterator[Row]:
    """A client made and closed, and one used once in between."""

    def raw() -> None:
        with httpx.Client(base_url=base, headers=HEADERS) as client:
            client.get("/matches", params=query(1)).raise_for_status().json()

    def ours() -> None:
        with BetTune(TOKEN, base_url=base) as client:
            client.matches.list(DAY, sport=1)

    for work, plain, own, target in (
        ("a client made and closed", lambda: httpx.Client().close(), unused(base), 0.05),
        ("a client made, one call, closed", raw, ours, 1.10),
    ):
        yield from compare(
            work,
            {"httpx": repeated(plain, None), "bettune": repeated(own, None)},
            rounds=2 if brief else 60,
            targets={"bettune": target},
        )


def unused(base: str) -> Callable[[], None]:
    """A function that makes a client and closes it."""
    return lambda: BetTune(TOKEN, base_url=base).close()
