"""A body that does not end, or hardly comes: it is left in bounded time and memory."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys
import textwrap
import threading
import zlib
from contextlib import contextmanager

import pytest

import bettune
from bettune import BetTune
from tests.scripted import Scripted, answer

SPORT = {"id": 1, "name": "football"}
SPORTS = {"count": 1, "items": [SPORT]}

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"


def framed(piece):
    return b"%x\r\n%s\r\n" % (len(piece), piece)


def bomb(size):
    """`size` zeros, compressed to a thousandth, as gzip without its end."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    million = bytes(1_000_000)
    # What is flushed fully stands alone: compressed once, it is repeated.
    first, other = (packer.compress(million) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + other * (size // 1_000_000 - 1)


@contextmanager
def raw_server(play):
    """Answers each connection's first request by `play(connection)`."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                play(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(60)
        assert not thread.is_alive()


def sent(head, *pieces, more=None):
    """Send a head and pieces; then the same piece on and on, until the client hangs up."""

    def play(connection):
        try:
            for piece in (head, *pieces):
                connection.sendall(piece)
            while more:
                connection.sendall(more)
        except OSError:
            pass

    return play


GZIP = b"Content-Encoding: gzip\r\n"
ENDLESS = {
    "body": sent(CHUNKED + b"\r\n", more=framed(b" " * 65536)),
    "long body": sent(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", more=b" " * 65536),
    "gzip of nothing": sent(
        CHUNKED + GZIP + b"\r\n",
        # A header with a file name that does not end; nothing ever comes out.
        framed(b"\x1f\x8b\x08\x08" + bytes(6)),
        more=framed(b"x" * 65536),
    ),
    "gzip with more after it": sent(
        CHUNKED + GZIP + b"\r\n", framed(gzip.compress(b"{}")), more=framed(b" " * 65536)
    ),
    "gzip bomb": sent(CHUNKED + GZIP + b"\r\n", framed(bomb(1_000_000_000)), b"0\r\n\r\n"),
    "error body": sent(
        CHUNKED.replace(b"200 OK", b"500 Oops") + b"\r\n", more=framed(b"<" * 65536)
    ),
    "gzip error": sent(
        CHUNKED.replace(b"200 OK", b"500 Oops") + GZIP + b"\r\n", framed(bomb(1_000_000_000))
    ),
}

MEASURE = """
import resource, sys
from bettune import BetTune, BetTuneError
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
options = {"max_retries": 0, "max_response_bytes": 8 * 2**20}
with BetTune("a-token", base_url=sys.argv[1], **options) as client:
    before = peak()
    try:
        client.sports.list()
    except BetTuneError as error:
        print(type(error).__name__, str(error)[:200].replace("\\n", " "), peak() - before, sep="|")
"""


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_body_without_end_is_left_at_the_limit(kind):
    with raw_server(ENDLESS[kind]) as base_url:
        command = [sys.executable, "-c", textwrap.dedent(MEASURE), base_url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    name, message, kilobytes = done.stdout.strip().split("|")
    if "error" in kind:
        assert name == "InternalServerError"
    else:
        assert name == "APIResponseValidationError"
        assert "larger than 8388608 bytes (max_response_bytes)" in message
    # The body up to the limit, joined from its chunks, as text: not a gigabyte.
    assert int(kilobytes) < 64 * 1024


def test_a_body_that_trickles_for_ever_runs_into_the_timeout(connect):
    # Each byte comes in time; only their number ends the server's patience, not the client's.
    pause = threading.Event()

    def trickle(connection):
        try:
            connection.sendall(CHUNKED + b"\r\n")
            for _ in range(2000):
                connection.sendall(framed(b" "))
                pause.wait(0.005)
            connection.sendall(framed(json.dumps(SPORTS).encode()) + b"0\r\n\r\n")
        except OSError:
            pass

    with raw_server(trickle) as base_url:
        client = connect(base_url=base_url, timeout=0.3, max_retries=0)
        with pytest.raises(bettune.APITimeoutError, match="timeout"):
            client.sports.list()


def test_a_slow_body_that_gets_on_is_waited_for(connect):
    body = json.dumps({"count": 0, "items": [], "more": " " * 108_000}).encode()
    pause = threading.Event()

    def slowly(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))
        for start in range(0, len(body), 10_800):
            connection.sendall(body[start : start + 10_800])
            pause.wait(0.2)

    # In two seconds, twice its timeout.
    with raw_server(slowly) as base_url:
        assert connect(base_url=base_url, timeout=1, max_retries=0).sports.list() == []


def test_gzip_as_it_should_be_and_cut(connect):
    packed = gzip.compress(json.dumps(SPORTS).encode())
    whole, cut = (answer(200, body, content_encoding="gzip") for body in (packed, packed[:-9]))
    with Scripted(whole, cut) as server:
        client = connect(base_url=server.base_url)
        assert client.sports.list() == [bettune.Sport(**SPORT)]
        with pytest.raises(bettune.APIResponseValidationError, match="cut short"):
            client.sports.list()
    assert {request.headers["accept-encoding"] for request in server.requests} == {"gzip"}


def test_a_hook_of_the_callers_may_read_the_body():
    bodies = []

    def hook(response):
        response.read()
        bodies.append(response.json())

    hooks = {"response": [hook]}
    with Scripted(answer(200, SPORTS)) as server:
        client = BetTune("x", base_url=server.base_url, event_hooks=hooks)
        with client:
            assert client.sports.list() == [bettune.Sport(**SPORT)]
    assert bodies == [SPORTS]
