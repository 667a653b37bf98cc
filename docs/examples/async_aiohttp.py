import asyncio

from httpx_aiohttp import AiohttpTransport

from bettune import AsyncBetTune


async def main() -> None:
    async with AsyncBetTune(transport=AiohttpTransport()) as bettune:
        day = await bettune.matches.list("2026-06-06")
        plan = await bettune.predictions.plan(11583, dict.fromkeys(day, 2.15), by_hand="keep")
        print(await bettune.predictions.apply(plan.without(plan.refused)))


asyncio.run(main())
