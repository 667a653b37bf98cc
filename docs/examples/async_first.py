import asyncio

from bettune import AsyncBetTune


async def main() -> None:
    async with AsyncBetTune() as bettune:
        chosen = (await bettune.prediction_filters.list())[0]
        odds = {
            match: 1.5 + len(match.home.name) / 10
            async for match in bettune.matches.between("2026-06-06", "2026-06-07")
        }
        plan = await bettune.predictions.plan(chosen.id, odds, by_hand="keep", max_drop=0.75)
        print(await bettune.predictions.apply(plan, concurrency=16))


asyncio.run(main())
