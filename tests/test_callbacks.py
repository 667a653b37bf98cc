"""Callbacks of a run, of both kinds, in the context of the caller."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing

import anyio
import pytest

from bettune import AsyncBetTune, BetTune
from tests.scripted import Scripted
from tests.test_run_ends import ODDS
from tests.test_sync import Table


def test_a_cancelled_run_has_reported_each_completed_write():
    """Also of those that wait for their turn to tell, behind a callback that takes its time."""
    results = []

    async def main():
        async def on_result(result):
            results.append(result.match_id)
            await anyio.sleep_forever()

        async with (
            AsyncBetTune("t", base_url=server.base_url) as client,
            anyio.create_task_group() as group,
        ):

            async def sync():
                await client.predictions.sync(1, {1: 2, 2: 2, 3: 2}, on_result=on_result)

            group.start_soon(sync)
            while len(table.odds) < 3 or client._http.exchange.rate_limiter._window._in_flight:
                await anyio.lowlevel.checkpoint()
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()

    table = Table()
    with Scripted(table) as server:
        anyio.run(main)
    assert sorted(results) == [1, 2, 3]


def test_a_callback_that_awaits_a_cancelled_task_ends_the_run_with_its_report():
    async def on_result(result):
        other = asyncio.ensure_future(asyncio.sleep(60))
        other.cancel()
        await other

    async def main():
        async with AsyncBetTune("t", base_url=server.base_url) as client:
            await client.predictions.sync(1, ODDS, on_result=on_result)

    with Scripted(Table()) as server, pytest.raises(asyncio.CancelledError) as caught:
        asyncio.run(main())
    assert caught.value.report.created
    assert caught.value.report.pending


class TestCallingThread:
    """With the sync client: in the thread that called, one at a time, while the workers go on."""

    @pytest.mark.parametrize("name", ["on_progress", "on_result"])
    def test_they_are_called_there(self, name):
        threads = []
        with Scripted(Table()) as server, BetTune("t", base_url=server.base_url) as client:
            client.predictions.sync(
                1, ODDS, **{name: lambda *_: threads.append(threading.current_thread())}
            )
        assert threads == [threading.current_thread()] * len(ODDS)

    def test_a_database_connection_of_the_calling_thread_works(self):
        with (
            Scripted(Table()) as server,
            BetTune("t", base_url=server.base_url) as client,
            closing(sqlite3.connect(":memory:")) as database,
        ):
            database.execute("create table log (match_id, state)")

            def keep(result):
                database.execute("insert into log values (?, ?)", (result.match_id, result.state))

            report = client.predictions.sync(1, ODDS, on_result=keep)
            rows = database.execute("select match_id, state from log").fetchall()
        assert report.ok
        assert sorted(rows) == [(match_id, "done") for match_id in ODDS]

    def test_in_another_thread_than_the_main_one_too(self):
        threads = []

        def work():
            with BetTune("t", base_url=server.base_url) as client:
                client.predictions.sync(
                    1, ODDS, on_result=lambda _: threads.append(threading.current_thread())
                )

        with Scripted(Table()) as server:
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        assert threads == [thread] * len(ODDS)

    def test_the_workers_go_on_meanwhile(self):
        """While the first call lasts, each of the workers begins more than one write."""
        begun = threading.Semaphore(0)

        def serve(request):
            if request.method == "PUT":
                begun.release()
            return table(request)

        def wait(result):
            results.append(result)
            if len(results) == 1:
                for _ in range(6):
                    assert begun.acquire(timeout=60)

        results, table = [], Table()
        with Scripted(serve) as server, BetTune("t", base_url=server.base_url) as client:
            assert client.predictions.sync(1, ODDS, on_result=wait, concurrency=2).ok
        assert len(results) == len(ODDS)

    def test_they_may_use_the_client(self):
        with Scripted(Table()) as server, BetTune("t", base_url=server.base_url) as client:
            results = []

            def look(result):
                results.append(client.predictions.search(1, [result.match_id]))

            assert client.predictions.sync(1, ODDS, on_result=look).ok
        assert all(results)
