"""A season's odds through bad networks, killed processes and busy tokens: nothing is lost."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice

import pytest

from bettune import AsyncBetTune, BetTune, RateLimit
from bettune.sandbox import Sandbox
from tests.conftest import held
from tests.faulty_proxy import CUT, ERRORS, FORBIDDEN, LONG, LOST, REFUSED, RESET, Proxy, at

FILTER = 11583
# However long a busy machine keeps a refused port closed.
QUICK = {"max_wait": 0.05, "max_retries": 1000}
BULK = {"missing": "delete", "by_hand": "overwrite", "max_drop": None}


@pytest.fixture(scope="module")
def box():
    with Sandbox() as box:
        yield box


@pytest.fixture(scope="module")
def ids(box, request):
    """The whole season when a person asks for it; else the first weeks of it."""
    size = 5000 if request.config.getoption("--all") else 400
    with BetTune(box.token, base_url=box.base_url) as client:
        season = client.matches.between("2026-01-01", "2026-12-31", sport=1)
        found = [match.id for match in islice(season, size)]
    assert len(found) == size
    return found


def sync(kind, box, base_url, odds):
    """A sync by a new client of a kind, with all its threads or tasks gone afterwards."""
    if kind == "sync":
        with BetTune(box.token, base_url=base_url, **QUICK) as client:
            return client.predictions.sync(FILTER, odds, **BULK)

    async def main():
        async with AsyncBetTune(box.token, base_url=base_url, **QUICK) as client:
            report = await client.predictions.sync(FILTER, odds, **BULK)
            assert asyncio.all_tasks() == {asyncio.current_task()}
            return report

    return asyncio.run(main())


def check(report, odds, before, after, tried):
    """Hold each word of a report against what the server had and has."""
    parts = [report.created, report.updated, report.deleted, report.unchanged, report.failed]
    parts.append(report.pending)
    # Where nothing was and nothing is wanted, there is nothing to report.
    reported = {m: wanted for m, wanted in odds.items() if wanted is not None or m in before}
    assert sum(map(len, parts)) == len(reported)
    for match_id, wanted in reported.items():
        (part,) = (part for part in parts if match_id in part)
        old, new = before.get(match_id), after.get(match_id)
        if part is report.failed:
            assert new in {old, wanted}
        elif part is report.pending:
            assert new == old
            assert match_id not in tried
        else:
            assert new == wanted
            assert (part is report.unchanged) == (old == wanted and match_id not in tried)
            assert (part is report.created) == (old is None and wanted is not None)
            assert (part is report.deleted) == (old is not None and wanted is None)
            if part is report.created or part is report.updated:
                assert part[match_id].odds == wanted


def writes(proxy):
    return {
        int(path.split("/")[4]) for method, path, *_ in proxy.seen if method in {"PUT", "DELETE"}
    }


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_season_while_5_percent_fail_and_again_while_every_20th_does_for_good(box, ids, kind):
    faults = [REFUSED, ERRORS[0], ERRORS[2], CUT, LOST, RESET, LONG]
    # Of three kinds: most to be set, some to go, and some as they are.
    odds = {match_id: Decimal(2) + n % 97 for n, match_id in enumerate(ids)}
    odds.update(dict.fromkeys(ids[::11]))
    before = held(box, FILTER, ids)
    with Proxy(box.base_url, faults=faults, rate=0.05, seed=kind) as proxy:
        report = sync(kind, box, proxy.base_url, odds)
        assert report.ok
        check(report, odds, before, held(box, FILTER, ids), writes(proxy))
        assert sum(proxy.done().values()) > len(ids) * 0.03
        assert len(proxy.done()) == len(faults)

    for_good = set(ids[::20])
    odds = {match_id: Decimal(200) + n % 89 for n, match_id in enumerate(ids)}
    before = held(box, FILTER, ids)
    with Proxy(box.base_url, faults=faults, rate=0.05, seed=kind) as proxy:
        proxy.chosen = lambda method, path: (
            FORBIDDEN if method == "PUT" and int(path.split("/")[4]) in for_good else None
        )
        report = sync(kind, box, proxy.base_url, odds)
        assert set(report.failed) == for_good
        assert {error.status_code for error in report.failed.values()} == {422}
        check(report, odds, before, held(box, FILTER, ids), writes(proxy))

    # And once more, when all is well: what failed is all there is to do.
    with Proxy(box.base_url) as proxy:
        report = sync(kind, box, proxy.base_url, odds)
        assert report.ok
        assert writes(proxy) == for_good
    assert held(box, FILTER, ids) == odds


# A process of its own, as a cron job would have.
JOB = """
import asyncio, logging, os, signal, sys, threading
from bettune import AsyncBetTune, BetTune, RateLimit

kind, base_url, token, odds, limit, max_wait = sys.argv[1:]
count, first = 0, int(sys.argv[4].split("x")[0])
matches = {int(match_id): int(odds.split("x")[1]) for match_id in sys.stdin.read().split()}
limit = RateLimit(int(limit), 3600) if limit != "0" else None
options = {"base_url": base_url, "rate_limit": limit, "max_wait": float(max_wait)}
options["max_retries"] = 1000
bulk = {"by_hand": "overwrite", "max_drop": None, "concurrency": 4}

class Interrupt(logging.Handler):
    def emit(self, record):
        # Once all four wait for a rate limit that lets nobody through for an hour.
        global count
        if limit and hasattr(record, "wait"):
            count += 1
            if count == 4:
                os.kill(os.getpid(), signal.SIGINT)

logging.getLogger("bettune").setLevel(logging.DEBUG)
logging.getLogger("bettune").addHandler(Interrupt())

came = threading.Event()

def interrupt(*_):
    came.set()
    raise KeyboardInterrupt

if kind == "sync":  # asyncio has a handler of its own
    signal.signal(signal.SIGINT, interrupt)

def progress(done, total):
    if not limit and done == first:
        os.kill(os.getpid(), signal.SIGINT)
        if kind == "sync":  # the main thread may take its time to hear of it
            came.wait(60)

def run():
    with BetTune(token, **options) as client:
        return client.predictions.sync(11583, matches, on_progress=progress, **bulk)

async def arun():
    async with AsyncBetTune(token, **options) as client:
        try:
            sync = client.predictions.sync
            return await sync(11583, matches, on_progress=progress, **bulk)
        finally:
            assert asyncio.all_tasks() == {asyncio.current_task()}

try:
    report = run() if kind == "sync" else asyncio.run(arun())
    print(report)
except KeyboardInterrupt:
    print("interrupted", [thread.name for thread in threading.enumerate()])
"""


@contextmanager
def job(kind, box, base_url, ids, odds, *, interrupt_after=0, limit=0, max_wait=0.05):
    command = [sys.executable, "-W", "error", "-c", JOB, kind, base_url, box.token]
    command += [f"{interrupt_after}x{odds}", str(limit), str(max_wait)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        process.stdin.write(" ".join(map(str, ids)))
        process.stdin.close()
        try:
            yield process
        finally:
            process.kill()


def said(process):
    out, err = process.stdout.read(), process.stderr.read()
    process.wait(600)
    assert err == ""
    return out.strip()


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_killed_in_the_middle_and_run_again(tmp_path, ids, kind):
    ids = ids[:200]
    with Sandbox(tmp_path / "sandbox.db") as box, Proxy(box.base_url, rate=0.05) as proxy:
        with job(kind, box, proxy.base_url, ids, 7) as process:
            proxy.chosen = at(100, lambda: process.send_signal(signal.SIGKILL))
            assert said(process) == ""
            assert process.returncode == -signal.SIGKILL
        proxy.chosen = lambda method, path: None
        assert 0 < list(held(box, FILTER, ids).values()).count(7) < 200
        done = writes(proxy)
        proxy.seen.clear()
        assert sync(kind, box, proxy.base_url, dict.fromkeys(ids, 7)).ok
        assert held(box, FILTER, ids) == dict.fromkeys(ids, 7)
        # What the first run had finished is not done again.
        assert len(writes(proxy)) + len(done) < 200 + 20


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize(
    "options",
    [{"interrupt_after": 30}, {"limit": 40, "max_wait": 4000}],
    ids=["writing", "waiting"],
)
def test_ctrl_c_stops_promptly_and_leaves_nothing(box, ids, kind, options):
    odds = {("sync", 30): 11, ("sync", 40): 12, ("async", 30): 13, ("async", 40): 14}
    odds, ids = odds[kind, options.get("interrupt_after", 40)], ids[:200]
    before = held(box, FILTER, ids)
    with Proxy(box.base_url) as proxy:
        with job(kind, box, proxy.base_url, ids, odds, **options) as process:
            assert said(process) == "interrupted ['MainThread']"
            assert process.returncode == 0
        # No more than was under way, and begun before the interrupt came through.
        assert 30 <= len(writes(proxy)) <= 60
        after = held(box, FILTER, ids)
        assert all(after.get(match_id) in {before.get(match_id), odds} for match_id in ids)
        assert sync(kind, box, proxy.base_url, dict.fromkeys(ids, odds)).ok
    assert held(box, FILTER, ids) == dict.fromkeys(ids, odds)


@pytest.mark.usefixtures("_limit_is_met")
def test_several_processes_on_one_token_all_finish(ids):
    """They cannot see each other: each is refused for what the others did, and backs off."""
    # Each of them writes more than the limit: none depends on when the others start.
    with Sandbox(rate_limit=RateLimit(40, 1.0)) as box, Proxy(box.base_url, rate=0.02) as proxy:
        parts = [("sync", ids[:50]), ("async", ids[50:100]), ("sync", ids[100:150])]
        jobs = [job(kind, box, proxy.base_url, part, 5, max_wait=5) for kind, part in parts]
        with jobs[0] as one, jobs[1] as two, jobs[2] as three:
            for process in (one, two, three):
                assert ", 0 failed" in said(process)
        assert 429 in {seen.status for seen in proxy.seen}
        wanted = dict.fromkeys(ids[:150], 5)
        # The limit of the last second may still hold.
        with BetTune(box.token, base_url=box.base_url) as client:
            plan = client.predictions.plan(FILTER, wanted, **BULK)
        assert len(plan) == 0
        assert len(plan.unchanged) == 150
