"""Acknowledged writes are kept: across restarts, between processes, and after a kill."""

from __future__ import annotations

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event

import httpx
import pytest

from bettune.sandbox import Sandbox
from bettune.sandbox._store import Store

FILTER = 11583


def url(match_id):
    return f"/prediction-filters/{FILTER}/matches/{match_id}/prediction"


def matches(client):
    items = client.get("/matches", params={"date": "2026-06-06", "sport": 1}).json()["items"]
    return [match["id"] for match in items]


def odds(client, match_ids):
    body = {"filterId": FILTER, "matchIds": match_ids}
    items = client.post("/predictions/search", json=body).json()["items"]
    return {item["matchId"]: item["odds"] for item in items}


def test_a_file_outlives_its_sandbox(tmp_path, connect):
    file = tmp_path / "bettune.db"
    with Sandbox(file) as box:
        client = connect(box.base_url, box.token)
        ids = matches(client)
        before = odds(client, ids)
        client.put(url(ids[0]), json={"odds": "2.5"})
        deleted = next(iter(before))
        client.delete(url(deleted))
    with Sandbox(str(file)) as box:
        after = odds(connect(box.base_url, box.token), ids)
    assert after == {ids[0]: "2.500000"} | {
        match_id: value for match_id, value in before.items() if match_id not in {ids[0], deleted}
    }


def test_memory_is_gone_with_its_sandbox(connect):
    box = Sandbox()
    for _ in range(2):
        with box:
            client = connect(box.base_url, box.token)
            assert client.put(url(1611243), json={"odds": 2}).json()["id"] == 1


def test_two_processes_share_a_file(tmp_path, connect, run):
    file = str(tmp_path / "bettune.db")
    clients = [
        connect(process.exports["BETTUNE_BASE_URL"], process.exports["BETTUNE_API_TOKEN"])
        for process in (run("--database", file), run("--database", file))
    ]
    ids = matches(clients[0])
    before = odds(clients[0], ids)
    new = [match_id for match_id in ids if match_id not in before][:120]

    def put(number):  # both processes write every match, each at about the same time
        match_id, client = new[number // 2], clients[number % 2]
        answer = client.put(url(match_id), json={"odds": f"{number % 2 + 2}"})
        assert answer.status_code == 200
        return answer.json()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(put, range(2 * len(new))))
    one, two = (odds(client, ids) for client in clients)
    assert one == two
    assert set(one) == set(before) | set(new)
    # One prediction a match, and no id twice.
    assert len({answer["id"] for answer in answers}) == len(new)
    clients[0].delete(url(new[0]))
    assert odds(clients[1], [new[0]]) == {}


@pytest.fixture
def _slow_disk(monkeypatch):
    """Others may have the database locked for long."""
    monkeypatch.setattr("bettune.sandbox._store._LONGEST_WAIT", 300.0)


@pytest.mark.usefixtures("_slow_disk")
def test_many_begin_on_a_new_file_at_once(tmp_path):
    boxes = [Sandbox(tmp_path / "bettune.db") for _ in range(12)]
    with ThreadPoolExecutor(len(boxes)) as pool:
        list(pool.map(Sandbox.start, boxes))
        list(pool.map(Sandbox.stop, boxes))


def test_it_waits_for_another_that_is_beginning(tmp_path, monkeypatch):
    path = tmp_path / "bettune.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # SQLite itself refuses at once here, whatever the timeout
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        other.execute("COMMIT")
        other.close()

    monkeypatch.setattr("bettune.sandbox._store.time.sleep", sleep)
    Store(path, lambda: datetime.now(UTC)).close()
    assert len(waits) == 1


@pytest.mark.skipif(os.name != "posix", reason="needs the modes of POSIX")
def test_the_files_are_the_users_alone(tmp_path, connect):
    with Sandbox(tmp_path / "bettune.db") as box:
        connect(box.base_url, box.token).put(url(1611243), json={"odds": 2})
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert len(modes) == 3
    assert set(modes.values()) == {0o600}


@pytest.mark.usefixtures("_slow_disk")
def test_while_another_process_has_the_database_locked_the_others_go_on(tmp_path, connect):
    path = tmp_path / "bettune.db"
    with Sandbox(path) as box, ThreadPoolExecutor(1) as pool:
        client = connect(box.base_url, box.token)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        waits = pool.submit(connect(box.base_url, box.token).put, url(1611243), json={"odds": 2})
        assert client.get("/sports").status_code == 200
        assert odds(client, [1611243]) == {}
        other.execute("COMMIT")
        other.close()
        assert waits.result().status_code == 200


def test_a_database_that_stays_locked_gives_status_503(tmp_path, connect, monkeypatch):
    path = tmp_path / "bettune.db"
    with Sandbox(path) as box:
        client = connect(box.base_url, box.token)
        assert odds(client, [1611243]) == {}
        monkeypatch.setattr("bettune.sandbox._store._LONGEST_WAIT", 0.05)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        answer = client.put(url(1611243), json={"odds": 2})
        assert (answer.status_code, answer.json()["code"]) == (503, "database_locked")
        assert answer.headers["Retry-After"] == "1"
        other.close()
        assert client.put(url(1611243), json={"odds": 2}).status_code == 200


def test_a_killed_process_loses_no_acknowledged_write(tmp_path, connect, run):
    file = str(tmp_path / "bettune.db")
    acknowledged: dict[int, str] = {}
    for round_ in range(2):
        process = run("--database", file)
        base_url, token = (
            process.exports[name] for name in ("BETTUNE_BASE_URL", "BETTUNE_API_TOKEN")
        )
        ids = matches(connect(base_url, token))
        enough = Event()

        def write(worker, *, round_=round_, base_url=base_url, token=token, ids=ids, enough=enough):
            client = connect(base_url, token)
            mine = ids[worker::4]
            for number in range(100_000):
                match_id, value = mine[number % len(mine)], f"{number + 1}.{round_:06}"
                try:
                    answer = client.put(url(match_id), json={"odds": value})
                except httpx.TransportError:
                    return (match_id, value)  # perhaps written, perhaps not
                assert answer.status_code == 200
                acknowledged[match_id] = value
                if worker == 0 and number == 60:
                    enough.set()
            raise AssertionError("it was not killed")

        with ThreadPoolExecutor(4) as pool:
            writing = [pool.submit(write, worker) for worker in range(4)]
            assert enough.wait(600)
            process.popen.kill()
            in_doubt = dict(future.result() for future in writing)

        process = run("--database", file)
        client = connect(process.exports["BETTUNE_BASE_URL"], token)
        kept = odds(client, ids)
        lost = {
            match_id: (value, kept.get(match_id))
            for match_id, value in acknowledged.items()
            if kept.get(match_id) not in {value, in_doubt.get(match_id, value)}
        }
        assert not lost
        process.popen.terminate()
        assert process.popen.wait(600) == 0


def test_a_write_that_fails_leaves_nothing(box, client, monkeypatch):
    save = Store._save

    def save_and_fail(store, prediction, value):
        save(store, prediction, value)
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_save", save_and_fail)
        assert client.put(url(1611243), json={"odds": 2}).status_code == 500
    assert odds(client, [1611243]) == {}
    assert client.put(url(1611243), json={"odds": 3}).status_code == 200


def not_a_directory(path):
    return path / "nowhere" / "bettune.db"


def not_a_database(path):
    path = path / "text"
    path.write_text("not a database, but long enough to be looked at " * 100)
    return path


def of_something_else(path):
    path = path / "other.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE predictions (id INTEGER, note TEXT)")
    database.close()
    return path


@pytest.mark.parametrize("make", [not_a_directory, not_a_database, of_something_else])
def test_a_database_that_cannot_be_opened(tmp_path, make):
    path = make(tmp_path)
    with pytest.raises(OSError, match="cannot open the database") as caught:
        Sandbox(path).start()
    assert str(path) in str(caught.value)
