import asyncio

from bettune import AsyncBetTune


async def main() -> None:
    async with AsyncBetTune() as bettune, asyncio.TaskGroup() as tasks:
        days = {
            day: tasks.create_task(bettune.matches.list(day))
            for day in ("2026-06-05", "2026-06-06", "2026-06-07")
        }
    for day, matches in days.items():
        print(day, len(matches.result()), "matches")


asyncio.run(main())
