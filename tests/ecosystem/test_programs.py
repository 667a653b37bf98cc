"""Programs that the library becomes a part of: web apps, workers, event loops, notebooks."""

import asyncio
import subprocess
import sys
from importlib.util import find_spec

import httpx
import joblib
import nbclient
import nbformat
import pytest
from fastapi import FastAPI

from bettune import AsyncBetTune, to_records

ODDS = "{match.id: 2 for match in bettune.matches.list('2026-06-06')[:20]}"


def test_fastapi_serves_records(bettune_sandbox):
    box, app = bettune_sandbox, FastAPI()

    @app.get("/matches")
    async def matches(day: str) -> list[dict]:
        async with AsyncBetTune(box.token, base_url=box.base_url) as bettune:
            return to_records(await bettune.matches.list(day))

    @app.post("/sync")
    async def sync() -> list[dict]:
        async with AsyncBetTune(box.token, base_url=box.base_url) as bettune:
            day = await bettune.matches.list("2026-06-06")
            odds = {match.id: "2.15" for match in day[:2]} | {1: 2}
            return to_records(await bettune.predictions.sync(11583, odds))

    async def main():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as web:
            return (await web.get("/matches?day=2026-06-06")).json(), (
                await web.post("/sync")
            ).json()

    answer, writes = asyncio.run(main())
    assert {"id", "date", "home_name", "score_home"} <= answer[0].keys()
    assert answer[0]["date"].startswith("2026-06-0")
    assert {write["match_id"] for write in writes} >= {1}
    assert "match_not_found" in writes[-1]["error"]


TASKS = """
import os
from functools import cache
from celery import Celery
from bettune import BetTune

app = Celery("tasks", broker="filesystem://", backend="file://" + os.environ["FOLDER"])
app.conf.broker_transport_options = {
    "data_folder_in": os.environ["FOLDER"], "data_folder_out": os.environ["FOLDER"]}
of_the_parent = BetTune()
of_the_parent.sports.list()

@cache
def client():
    return BetTune()

@app.task
def sync():
    bettune = client()
    return str(bettune.predictions.sync(11583, ODDS))

@app.task
def share():
    return of_the_parent.sports.list()
"""


def test_celery_takes_a_client_for_each_process(bettune_sandbox, tmp_path, python):
    box = bettune_sandbox
    (tmp_path / "tasks.py").write_text(TASKS.replace("ODDS", ODDS))
    (tmp_path / "queue").mkdir()
    environment = {
        "PATH": "",
        "FOLDER": str(tmp_path / "queue"),
        "BETTUNE_API_TOKEN": box.token,
        "BETTUNE_BASE_URL": box.base_url,
    }
    worker = subprocess.Popen(
        [
            *(sys.executable, "-m", "celery", "-A", "tasks", "worker"),
            *("--pool", "prefork", "--concurrency", "2", "--loglevel", "ERROR"),
        ],
        cwd=tmp_path,
        env=environment | {"C_FORCE_ROOT": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said = python(
            "import sys; sys.path.insert(0, '.')\n"
            "import tasks\n"
            "print(tasks.sync.delay().get(timeout=60))\n"
            "print(repr(tasks.share.delay().get(timeout=60, propagate=False)))\n",
            **environment,
        )
    finally:
        worker.terminate()
        out = worker.communicate(timeout=60)[0]
    written, shared = said.splitlines()
    assert written.endswith("0 failed"), out
    assert "used before a fork: make a client in each process" in shared
    assert box.token not in out


def test_gevent_runs_the_sync_client(bettune_sandbox, python):
    said = python(
        "from gevent import monkey; monkey.patch_all()\n"
        "import gevent\n"
        "from bettune import BetTune\n"
        "with BetTune() as bettune:\n"
        f"    print(bettune.predictions.sync(11583, {ODDS}))\n"
        "    jobs = [gevent.spawn(bettune.sports.list) for _ in range(20)]\n"
        "    gevent.joinall(jobs, raise_error=True)\n"
        "    print(len({tuple(job.value) for job in jobs}))\n",
        BETTUNE_API_TOKEN=bettune_sandbox.token,
        BETTUNE_BASE_URL=bettune_sandbox.base_url,
    )
    report, distinct = said.splitlines()
    assert report.endswith("0 failed")
    assert distinct == "1"


def test_a_notebook_shows_a_plan_as_a_table(bettune_sandbox, monkeypatch, tmp_path):
    box = bettune_sandbox
    monkeypatch.setenv("BETTUNE_API_TOKEN", box.token)
    monkeypatch.setenv("BETTUNE_BASE_URL", box.base_url)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    cells = [
        "from bettune import AsyncBetTune, BetTune\nbettune = BetTune()",
        f"plan = bettune.predictions.plan(11583, {ODDS})\nplan",
        "bettune.predictions.apply(plan)",
        "bettune.matches.list('2026-06-06')",
        "async with AsyncBetTune() as other:\n    print((await other.sports.list())[0].name)",
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(book, timeout=60, kernel_name="python3").execute()
    _, plan, report, matches, awaited = (cell["outputs"] for cell in book["cells"])
    assert "<table" in plan[0]["data"]["text/html"]
    assert plan[0]["data"]["text/plain"].startswith("<Plan of filter 11583: ")
    assert "0 failed" in report[0]["data"]["text/plain"]
    assert "<table" in matches[0]["data"]["text/html"]
    assert awaited[0]["text"] == "football\n"
    assert box.token not in nbformat.writes(book)


def test_joblib_shows_that_a_client_is_made_in_each_process(sync_client):
    with pytest.raises(Exception, match="pickle") as caught:
        joblib.Parallel(2)([joblib.delayed(sync_client.sports.list)()])
    causes = [caught.value, caught.value.__cause__]
    assert any("make one in each process" in str(cause) for cause in causes)


@pytest.mark.skipif(not find_spec("uvloop"), reason="uvloop is not for this system")
def test_uvloop_runs_the_async_client(bettune_sandbox, python):
    said = python(
        "import uvloop\n"
        "from bettune import AsyncBetTune\n"
        "async def main():\n"
        "    async with AsyncBetTune() as bettune:\n"
        "        day = await bettune.matches.list('2026-06-06')\n"
        "        odds = {match.id: 20 for match in day}\n"
        "        print(await bettune.predictions.sync(11583, odds, by_hand='overwrite'))\n"
        "uvloop.run(main())\n",
        BETTUNE_API_TOKEN=bettune_sandbox.token,
        BETTUNE_BASE_URL=bettune_sandbox.base_url,
    )
    assert said.strip().endswith("0 failed")
