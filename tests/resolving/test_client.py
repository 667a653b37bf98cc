"""Resolving by clients of all kinds, among the matches of a sandbox."""

import anyio
import pytest

from bettune import AsyncBetTune

DAY = "2026-06-06"


def sheet(matches):
    return [
        {"Day": DAY, "home": match.home.name, "away": match.away.name, "odds": 2.5}
        for match in matches
    ]


def test_all_matches_of_a_day_by_their_own_names(client):
    day = client.matches.list(DAY)
    resolution = client.matches.resolve(sheet(day), columns={"Day": "date"})
    assert resolution.ids == [match.id for match in day]
    assert resolution.resolved_rows() == resolution.rows()
    assert resolution.rows()[0]["match_id"] == day[0].id


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_other_tasks_run_while_many_fixtures_are_resolved(box, backend):
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            ticks += 1
            await anyio.lowlevel.checkpoint()

    async def main():
        async with AsyncBetTune(box.token, base_url=box.base_url) as client:
            rows = sheet(await client.matches.list(DAY))
            rows = [row | {"date": DAY, "home": f"X{number}"} for number, row in enumerate(rows)]
            async with anyio.create_task_group() as group:
                group.start_soon(tick)
                before = ticks
                resolution = await client.matches.resolve(rows)
                group.cancel_scope.cancel()
            assert not any(resolution.ids)
            return ticks - before, len(rows)

    taken, rows = anyio.run(main, backend=backend)
    assert taken > rows / 25
