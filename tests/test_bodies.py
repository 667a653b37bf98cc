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
from contextlib import contextmanager, suppress

import httpx
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


@pytest.mark.parametrize("line", [b"X-More: 1\r\n", b"HTTP/1.1 102 Processing\r\n\r\n"])
@pytest.mark.parametrize("pause", [0.05, 0], ids=["slowly", "fast"])
def test_headers_without_end_run_into_the_timeout(connect, line, pause):
    ended = threading.Event()

    def drip(connection):
        with suppress(OSError):
            if line.startswith(b"X"):
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not ended.wait(pause):
                connection.sendall(line)

    with raw_server(drip) as base_url:
        client = connect(base_url=base_url, timeout=0.3, max_retries=0)
        # Those that come fast may be too many before.
        with pytest.raises(bettune.APITimeoutError if pause else bettune.APIConnectionError):
            client.sports.list()
        ended.set()


def test_a_slow_body_that_gets_on_is_waited_for(connect):
    body = json.dumps({"count": 0, "items": [], "more": " " * 108_000}).encode()
    pause = threading.Event()

    def slowly(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))
        for start in range(0, len(body), 10_800):
            connection.sendall(body[start : start + 10_800])
            pause.wait(0.35)

    # In all longer than its timeout, and each piece far quicker, however busy the machine.
    with raw_server(slowly) as base_url:
        assert connect(base_url=base_url, timeout=2.5, max_retries=0).sports.list() == []


DRIPPING = {
    "chunk size": (b"", b"0"),
    "chunk extension": (b"2;", b"x"),
    "trailer": (b"0\r\nX-More: ", b"x"),
    "data": (b"fff\r\n", b" "),
}


@pytest.mark.parametrize("where", DRIPPING)
def test_a_byte_now_and_then_runs_into_the_timeout_wherever_it_stands(connect, where):
    before, byte = DRIPPING[where]
    hung_up = threading.Event()

    def drip(connection):
        with suppress(OSError):
            connection.sendall(CHUNKED + b"\r\n" + before)
            while not hung_up.wait(0.05):
                connection.sendall(byte)

    with raw_server(drip) as base_url:
        client = connect(base_url=base_url, timeout=0.3, max_retries=0)
        with pytest.raises(bettune.APITimeoutError, match=r"GET /sports: .*timeout"):
            client.sports.list()
        hung_up.set()


class Wrapping(httpx.BaseTransport):
    def __init__(self):
        self.wrapped = httpx.HTTPTransport(retries=1)

    def handle_request(self, request):
        return self.wrapped.handle_request(request)


@pytest.mark.parametrize("given", ["transport", "wrapped transport", "mount"])
@pytest.mark.parametrize("where", ["headers", *DRIPPING])
def test_the_deadline_holds_for_a_transport_of_the_callers(given, where):
    before, byte = DRIPPING.get(where, (b"", b"x"))
    head = CHUNKED + (b"" if where == "headers" else b"\r\n")
    hung_up = threading.Event()

    def drip(connection):
        with suppress(OSError):
            connection.sendall(head + before)
            while not hung_up.wait(0.05):
                connection.sendall(byte)

    transport = Wrapping() if given == "wrapped transport" else httpx.HTTPTransport()
    option = {"mounts": {"all://": transport}} if given == "mount" else {"transport": transport}
    with (
        raw_server(drip) as base_url,
        BetTune("t", base_url=base_url, timeout=0.3, max_retries=0, **option) as client,
    ):
        with pytest.raises(bettune.APITimeoutError):
            client.sports.list()
        hung_up.set()


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZip"])
@pytest.mark.parametrize("parts", [1, 2, 5])
def test_gzip_of_many_members(connect, coding, parts):
    body = json.dumps(SPORTS).encode()
    step = len(body) // parts + 1
    packed = [gzip.compress(body[at : at + step]) for at in range(0, len(body), step)]
    assert len(packed) == parts
    ends = (b"", b"\0" * 512, b"no more of it")
    whole = [answer(200, b"".join(packed) + end, content_encoding=coding) for end in ends]
    chunked = CHUNKED + b"Content-Encoding: %s\r\n\r\n" % coding.encode()
    bytewise = b"".join(framed(bytes([byte])) for byte in b"".join(packed)) + b"0\r\n\r\n"
    with Scripted(*whole, chunked + bytewise) as server:
        client = connect(base_url=server.base_url)
        for _ in range(4):
            assert client.sports.list() == [bettune.Sport(**SPORT)]


# httpx leaves generators of its own open where a body is not read to its end; trio tells of it.
@pytest.mark.filterwarnings("ignore:Exception ignored .* <async_generator")
@pytest.mark.parametrize("kept", [1, 5, -9, -1])
def test_gzip_that_is_cut_in_its_second_member(connect, kept):
    whole, second = gzip.compress(json.dumps(SPORTS).encode()), gzip.compress(b" ")
    with Scripted(answer(200, whole + second[:kept], content_encoding="gzip")) as server:
        client = connect(base_url=server.base_url)
        with pytest.raises(bettune.APIResponseValidationError, match="cut short"):
            client.sports.list()


@pytest.mark.filterwarnings("ignore:Exception ignored .* <async_generator")
def test_members_count_together_for_the_limit(connect):
    many = gzip.compress(b" " * 300) * 5
    with Scripted(answer(200, many, content_encoding="gzip")) as server:
        client = connect(base_url=server.base_url, max_response_bytes=1000)
        with pytest.raises(bettune.APIResponseValidationError, match="max_response_bytes"):
            client.sports.list()


@pytest.mark.filterwarnings("ignore:Exception ignored .* <async_generator")
@pytest.mark.parametrize("coding", ["br", "zstd", "deflate", "x" * 500])
def test_an_error_in_a_coding_that_is_not_known_keeps_its_status(connect, coding):
    sent = answer(404, b"\x0b\x02\x80compressed", content_encoding=coding)
    with Scripted(sent) as server, pytest.raises(bettune.NotFoundError) as caught:
        connect(base_url=server.base_url).sports.list()
    assert (caught.value.status_code, caught.value.code) == (404, None)
    assert f"encoded as '{coding[:20]}" in str(caught.value)
    assert "empty body" not in str(caught.value)
    assert len(str(caught.value)) < 300


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
