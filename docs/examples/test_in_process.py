import asyncio

import httpx

from bettune import AsyncBetTune
from bettune.sandbox import Sandbox


def test_without_a_socket() -> None:
    box = Sandbox()

    async def count() -> int:
        async with AsyncBetTune(
            box.token,
            base_url="http://127.0.0.1/bet-tune-api/v1",
            transport=httpx.ASGITransport(box.asgi_app()),
        ) as bettune:
            return len(await bettune.matches.list("2026-06-06"))

    assert asyncio.run(count()) == 282
