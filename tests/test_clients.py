"""Making, sharing, closing and showing clients: settings, proxies, threads, tasks, the token."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import anyio
import pytest

import bettune
from bettune import AsyncBetTune, BetTune, BetTuneError
from tests.conftest import close
from tests.scripted import SPORTS, Scripted, answer

SECRET = "s3cr3t-t0ken"


@pytest.mark.parametrize("kind", [BetTune, AsyncBetTune])
def test_the_twins_have_the_same_methods(kind):
    def public(one):
        names = {name for name in dir(one) if not name.startswith("_")}
        return {name.removeprefix("a") if name == "aclose" else name for name in names}

    other = (AsyncBetTune if kind is BetTune else BetTune)("t")
    one = kind("t")
    assert public(one) == public(other)
    for name in ("sports", "matches", "prediction_filters", "predictions"):
        assert public(getattr(one, name)) == public(getattr(other, name))


def test_32_threads_share_a_client_and_close_leaves_no_connection():
    with Scripted(SPORTS) as server:
        client = BetTune("t", base_url=server.base_url)
        with ThreadPoolExecutor(32) as pool:
            results = [pool.submit(client.sports.list) for _ in range(320)]
            assert {len(result.result()) for result in results} == {1}
        assert len(server.requests) == 320
        client.close()
        server.wait_until_hung_up()


def test_200_tasks_share_a_client_and_aclose_leaves_no_connection():
    with Scripted(SPORTS) as server:

        async def main():
            got = []

            async def one():
                got.append(await client.sports.list())

            async with (
                AsyncBetTune("t", base_url=server.base_url) as client,
                anyio.create_task_group() as group,
            ):
                for _ in range(200):
                    group.start_soon(one)
            return got

        assert len(anyio.run(main)) == 200
        server.wait_until_hung_up()


def test_a_closed_client_says_so(connect):
    with Scripted(SPORTS) as server:
        client = connect(base_url=server.base_url)
        client.sports.list()
        close(client)
        close(client)
        for call in (
            client.sports.list,
            lambda: client.predictions.put(1, 2, 3),
            lambda: client.predictions.sync(1, {2: 3}),
            lambda: list(client.matches.between("2026-06-06", "2026-06-06", sport=1)),
        ):
            with pytest.raises(BetTuneError, match="this client is closed"):
                call()
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [200, 503])
def test_closed_by_another_while_a_request_is_under_way(connect, status):
    def close_and_answer(_):
        close(client)
        return SPORTS if status == 200 else answer(503)

    with Scripted(close_and_answer, SPORTS) as server:
        client = connect(base_url=server.base_url, max_wait=0.001)
        if status == 503:
            with pytest.raises(BetTuneError, match="this client is closed"):
                client.sports.list()
        else:
            # The answer came, or its connection was closed before it.
            with suppress(BetTuneError):
                assert len(client.sports.list()) == 1
        assert len(server.requests) == 1


# In another event loop.


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_another_event_loop():
    async def twice():
        return await client.sports.list(), await client.sports.list()

    async def used_and_closed():
        async with client:
            await client.sports.list()

    with Scripted(SPORTS) as server:
        client = AsyncBetTune("x", base_url=server.base_url)
        with asyncio.Runner() as runner:
            assert len(runner.run(twice())) == 2
            with asyncio.Runner() as other:
                for use in (twice, used_and_closed, client.aclose):
                    with pytest.raises(
                        BetTuneError, match="another event loop: make a client in each"
                    ):
                        other.run(use())
            assert len(runner.run(twice())) == 2
            runner.run(used_and_closed())
        with pytest.raises(BetTuneError, match="closed"), asyncio.Runner() as late:
            late.run(client.sports.list())
    assert len(server.requests) == 5


@pytest.mark.parametrize("token", ["t", "token", "invalid"])
def test_a_token_that_is_a_word_garbles_no_message(connect, token):
    refused = answer(401, {"code": "invalid_token", "message": "The token is invalid"})
    with Scripted(refused) as server:
        client = connect(token, base_url=server.base_url)
        with pytest.raises(bettune.AuthenticationError) as caught:
            client.sports.list()
    assert caught.value.code == "invalid_token"
    assert caught.value.message == "The token is invalid"


def test_importing_the_facade_imports_neither_sandbox_nor_command_line():
    code = "import sys, bettune; bettune.BetTune('t'); print(*sys.modules)"
    run = [sys.executable, "-c", code]
    loaded = subprocess.run(run, capture_output=True, text=True, check=True, timeout=600).stdout
    for name in ("bettune.sandbox", "bettune.cli", "starlette", "uvicorn", "dateutil"):
        assert name not in loaded.split()


def test_no_module_is_long_and_each_has_a_docstring():
    package = Path(bettune.__file__).parent
    for path in package.rglob("*.py"):
        text = path.read_text("utf-8")
        assert text.startswith('"""'), path
        assert len(text.splitlines()) <= 400, path
