"""The sandbox as a server: it starts and stops at once, cleanly, and prints nothing."""

from __future__ import annotations

import gc
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import pytest

from bettune import ConfigurationError
from bettune.sandbox import Sandbox, Seen, _server
from tests.programs import output, python


def address(box):
    parts = urlsplit(box.base_url)
    return parts.hostname, parts.port


def ends(connection):
    """Read a connection to its end, which must come."""
    with connection:
        connection.settimeout(60)
        with suppress(ConnectionResetError):
            while connection.recv(65536):
                pass


def sandbox_threads():
    return [thread for thread in threading.enumerate() if "sandbox" in thread.name]


def test_base_url_and_tokens(box):
    host, port = address(box)
    assert box.base_url == f"http://127.0.0.1:{port}/bet-tune-api/v1"
    assert host == "127.0.0.1"
    assert box.token != box.free_token
    assert repr(box) == f"<Sandbox {box.base_url}>"


def test_a_port_of_ones_own_choice_can_be_had_again(connect, port):
    for _ in range(2):
        with Sandbox(port=port) as box:
            assert address(box)[1] == port
            assert connect(box.base_url, box.token).get("/sports").status_code == 200


def test_a_port_in_use(box):
    _, port = address(box)
    with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}"):
        Sandbox(port=port).start()


def test_answers_are_not_held_back_by_nagle():
    with _server._listen(0) as listener:  # asyncio looks at this before it sets TCP_NODELAY
        assert listener.proto == socket.IPPROTO_TCP


def test_start_and_stop():
    box = Sandbox()
    with pytest.raises(RuntimeError, match="not running"):
        _ = box.base_url
    assert repr(box) == "<Sandbox not running>"
    box.stop()
    box.start()
    with pytest.raises(RuntimeError, match="already"):
        box.start()
    box.stop()
    box.stop()
    with pytest.raises(RuntimeError, match="not running"):
        _ = box.base_url


def test_stopping_closes_idle_connections_and_leaves_no_thread(monkeypatch, port):
    monkeypatch.setattr(_server, "_GRACE_SECONDS", float("inf"))  # no need to break them off
    box = Sandbox(port=port)
    box.start()
    where = address(box)
    half, silent, idle = (socket.create_connection(where) for _ in range(3))
    half.sendall(b"GET /openapi.yaml HTTP/1.1\r\nHost:")  # an unfinished request
    idle.sendall(b"GET /openapi.yaml HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert idle.recv(12) == b"HTTP/1.1 200"
    stopping = threading.Thread(target=box.stop, daemon=True)
    stopping.start()
    stopping.join(60)
    assert not stopping.is_alive()
    assert not sandbox_threads()
    for connection in (half, silent, idle):
        ends(connection)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(where)


def test_stopping_closes_connections_that_are_only_just_coming():
    clients = []
    for number in range(20):
        with Sandbox() as box:
            clients += [socket.create_connection(address(box)) for _ in range(number % 4)]
    for client in clients:
        ends(client)
    gc.collect()  # pytest fails the test for what was left open


def test_stopping_does_not_wait_for_a_body_that_never_comes():
    with Sandbox() as box:
        stuck = socket.create_connection(address(box))
        head = "POST /bet-tune-api/v1/predictions/search HTTP/1.1\r\nHost: localhost\r\n"
        head += f"Authorization: Bearer {box.token}\r\nContent-Length: 100\r\n\r\n"
        stuck.sendall(head.encode() + b"{")
        with httpx.Client(base_url=box.base_url, trust_env=False, timeout=60) as client:
            client.get("/openapi.yaml")  # by now the other one is being read
    assert not sandbox_threads()
    ends(stuck)


def test_many_at_once(connect):
    with ThreadPoolExecutor(10) as pool:
        boxes = [Sandbox() for _ in range(10)]
        list(pool.map(Sandbox.start, boxes))
        assert len({box.base_url for box in boxes}) == 10
        for number, box in enumerate(boxes):
            client = connect(box.base_url, box.token)
            path = "/prediction-filters/11583/matches/1611243/prediction"
            answer = client.put(path, json={"odds": number + 1})
            assert answer.json()["odds"] == f"{number + 1}.000000"
            assert answer.json()["id"] == 1
        list(pool.map(Sandbox.stop, boxes))
    assert not sandbox_threads()


def test_many_clients_at_once(box, connect):
    client = connect(box.base_url, box.token, limits=httpx.Limits(max_connections=None))
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: client.get("/sports").status_code, range(200)))
    assert answers == [200] * 200


def test_little_of_each_request_is_kept(box):
    with httpx.Client(trust_env=False) as stranger:
        root = box.base_url.removesuffix("/bet-tune-api/v1")
        assert stranger.request("X" * 30_000, f"{root}/{'x' * 30_000}").status_code in {404, 405}
    (seen,) = box.seen
    assert len(seen.method) + len(seen.path) < 1000


def test_seen(box, client):
    begun = time.monotonic()
    client.get("/matches", params={"date": "2026-06-06", "sport": 2})
    client.delete("/prediction-filters/11583/matches/1611243/prediction")
    client.get(box.base_url.removesuffix("/bet-tune-api/v1") + "/elsewhere")
    ended = time.monotonic()
    assert [request[1:] for request in box.seen] == [
        ("GET", "/matches", 400),
        ("DELETE", "/prediction-filters/11583/matches/1611243/prediction", 204),
        ("GET", "/elsewhere", 404),
    ]
    arrivals = [request.arrived for request in box.seen]
    assert begun <= arrivals[0] < arrivals[1] < arrivals[2] <= ended
    assert isinstance(box.seen[0], Seen)
    box.seen.clear()  # a copy
    assert len(box.seen) == 3


def test_nothing_is_printed():
    # In a process of its own: under pytest the root logger has handlers.
    result = python(
        "-W",
        "error",
        "-c",
        """
import httpx, socket
from urllib.parse import urlsplit
from bettune.sandbox import Sandbox, _app

_app.matches_json = None  # an error of the sandbox itself
with Sandbox() as box:
    with socket.create_connection(("127.0.0.1", urlsplit(box.base_url).port)) as rude:
        rude.sendall(b"no HTTP at all\\r\\n\\r\\n")
        assert b"400" in rude.recv(1000)
    headers = {"Authorization": f"Bearer {box.token}"}
    with httpx.Client(headers=headers, trust_env=False, timeout=60) as client:
        query = "?date=2026-06-06&sport=1"
        assert client.get(f"{box.base_url}/matches{query}").status_code == 500
        upgrade = {"Connection": "Upgrade", "Upgrade": "x"}
        assert client.get(f"{box.base_url}/sports", headers=upgrade).status_code == 200
""",
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("missing", ["jinja2", "starlette", "uvicorn", "yaml"])
def test_without_the_extra(missing):
    block = f"import sys; sys.modules[{missing!r}] = None; "
    plugin = python("-c", block + "import bettune.sandbox.pytest_plugin")
    assert (plugin.returncode, plugin.stderr) == (0, "")
    wanted = python("-c", block + "from bettune.sandbox import Sandbox")
    assert wanted.returncode == 1
    last = wanted.stderr.splitlines()[-1]
    assert last == f"ImportError: the sandbox needs {missing}: pip install 'bettune[sandbox]'"
    main = "import bettune.sandbox.__main__ as m; sys.exit(m.main([]))"
    command = python("-c", block + main)
    assert command.returncode == 2
    assert command.stderr.count("\n") == 1
    assert "pip install 'bettune[sandbox]'" in command.stderr


def test_the_package_has_no_other_names():
    result = python("-c", "import bettune.sandbox as s; s.Sandbox; s.Seen; s.Box")
    assert "AttributeError: module 'bettune.sandbox' has no attribute 'Box'" in result.stderr


def test_the_interpreter_ends_with_a_running_sandbox():
    output(
        sys.executable,
        "-W",
        "error",
        "-c",
        "from bettune.sandbox import Sandbox; Sandbox().start()",
    )


def test_the_pytest_fixture(tmp_path):
    (tmp_path / "test_with_it.py").write_text(
        "import urllib.request\n"
        "def test_one(bettune_sandbox):\n"
        "    url = bettune_sandbox.base_url + '/openapi.yaml'\n"
        "    assert urllib.request.urlopen(url).status == 200\n"
        "def test_two(bettune_sandbox):\n"
        "    assert bettune_sandbox.seen == []\n"
    )
    command = sys.executable, "-m", "pytest", "-q", "-p", "bettune.sandbox.pytest_plugin"
    assert "2 passed" in output(*command, cwd=tmp_path, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"port": 70000}, "port must be from 0 (any free port) to 65535, not 70000"),
        ({"port": -1}, "not -1"),
        ({"port": "80"}, "not '80'"),
        ({"port": True}, "not True"),
        ({"database": ""}, "database must be the path of a file, or \":memory:\", not ''"),
        ({"database": None}, "not None"),
        ({"database": b"x.db"}, "not b'x.db'"),
        ({"database": "a\0b"}, r"not 'a\x00b'"),
        ({"rate_limit": 60}, "rate_limit must be a bettune.RateLimit or None, not 60"),
        ({"now": datetime(2026, 6, 6, tzinfo=UTC)}, "now must be a function, not datetime"),
    ],
)
def test_invalid_arguments(arguments, said):
    with pytest.raises(ConfigurationError) as caught:
        Sandbox(**arguments)
    assert said in str(caught.value)
