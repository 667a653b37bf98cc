"""Whatever a server answers: an error of the tree or a result, in bounded time and memory."""

from __future__ import annotations

import gzip
import json
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import zlib
from contextlib import contextmanager
from datetime import UTC

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import bettune
from bettune import BetTune, to_records
from tests.scripted import Scripted, answer
from tests.test_answers import FILTER, MATCH, PREDICTION, SPORT

CALLS = {
    "sports": lambda client: client.sports.list(),
    "matches": lambda client: client.matches.list("2026-06-06", sport=1),
    "filters": lambda client: client.prediction_filters.list(),
    "search": lambda client: client.predictions.search(1, [5]),
    "put": lambda client: [client.predictions.put(1, 5, 2)],
    "delete": lambda client: client.predictions.delete(1, 5) or [],
    "plan": lambda client: client.predictions.plan(1, {5: 2, 6: None}) and [],
}
VALID = {
    "sports": {"count": 1, "items": [SPORT]},
    "matches": {"date": "2026-06-06", "count": 1, "items": [MATCH]},
    "filters": {"count": 1, "items": [FILTER]},
    "search": {"count": 1, "items": [PREDICTION]},
    "put": PREDICTION,
    "delete": {"code": "x", "message": "y"},
    "plan": {"count": 1, "items": [PREDICTION]},
}


class Changing(Scripted):
    """Answers with what `self.given` holds at the moment."""

    def __init__(self):
        self.given = b""
        super().__init__(lambda _: self.given)


@pytest.fixture(scope="module")
def server():
    with Changing() as server:
        yield server


@pytest.fixture(scope="module")
def client(server):
    options = {"max_retries": 0, "max_wait": 0.001, "timeout": 30}
    with BetTune("a-token", base_url=server.base_url, **options) as client:
        yield client


def take(server, client, call, given):
    """Have an answer decoded; whatever comes of it can be used, or is an error of the tree."""
    server.given = given
    try:
        models = CALLS[call](client)
    except bettune.APIError as error:
        str(error), repr(error)
        return error
    for model in models:
        hash(model), repr(model)
        for value in vars_of(model):
            if hasattr(value, "astimezone"):
                assert value.astimezone(UTC).utcoffset() is not None
    for record in to_records(models):
        if "odds" in record:
            assert len(f"{record['odds']:f}") < 1000
    return models


def vars_of(model):
    return [getattr(model, name) for name in model.__struct_fields__]


fuzzed = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
calls = st.sampled_from(sorted(CALLS))

# Bodies that are made of what a valid one is made of.
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["NaN", "1e999999999", "0001-01-01T00:00:00+23:59", "\ud800", "9" * 5000])
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner)
)


@st.composite
def mutated(draw, call):
    """A valid body with some of its values put in place of others."""
    body = json.loads(json.dumps(VALID[call]))
    for _ in range(draw(st.integers(1, 3))):
        holder, key = body, None
        while isinstance(holder, dict | list) and holder:
            keys = sorted(holder) if isinstance(holder, dict) else range(len(holder))
            parent, key = holder, draw(st.sampled_from(list(keys)))
            holder = parent[key]
            if draw(st.booleans()):
                break
        if key is None:
            break
        if draw(st.booleans()) and isinstance(parent, dict):
            del parent[key]
        else:
            parent[key] = draw(values)
    raw = json.dumps(body).encode()
    if draw(st.booleans()):
        at, length = draw(st.integers(0, len(raw))), draw(st.integers(0, 5))
        raw = raw[:at] + draw(st.binary(max_size=5)) + raw[at + length :]
    return raw


@fuzzed
@given(call=calls, status=st.sampled_from([200, 200, 204, 400, 503]), data=st.data())
def test_mutations_of_valid_answers(server, client, call, status, data):
    take(server, client, call, answer(status, data.draw(mutated(call))))


@fuzzed
@given(calls, st.binary())
def test_bytes_for_a_body(server, client, call, body):
    taken = take(server, client, call, answer(200, body))
    assert isinstance(taken, bettune.APIResponseValidationError) or call == "delete"


@fuzzed
@given(calls, st.binary())
@example("sports", b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n")
@example("sports", b"HTTP/1.1 99999 OK\r\n\r\n")
@example("sports", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffffff\r\n")
@example("sports", b"HTTP/1.1 200 OK\r\ncontent-length: " + b"9" * 10_000 + b"\r\n\r\n")
@example("sports", b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n\x00\x00")
def test_bytes_for_an_answer(server, client, call, given):
    taken = take(server, client, call, given)
    assert isinstance(taken, bettune.APIError)


HEADERS = ["location", "content-type", "content-encoding", "retry-after", "set-cookie"]
HEADERS += ["x-ratelimit-limit", "x-ratelimit-window", "date", "www-authenticate"]
# What headers may hold: no line break, and nothing that frames the answer anew.
header_text = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40)
header_parts = st.sampled_from(
    [
        "text/html; charset=",
        "http://",
        "//",
        "[::1",
        "xn--",
        ":99999",
        "javascript:",
        "gzip",
        ",",
        "1e",
    ]
)
header_values = st.builds("".join, st.lists(header_parts | header_text, max_size=4))


@settings(fuzzed, max_examples=30)
@given(
    st.sampled_from([200, 302, 307, 401, 429, 500, 999]),
    st.dictionaries(st.sampled_from(HEADERS), header_values, min_size=1),
)
@example(302, {"location": "javascript:x"})
@example(302, {"location": "http://xn--/"})
@example(302, {"location": "//[::1"})
@example(429, {"retry-after": "Mon, 01 Jan 99999999999999 00:00:00 GMT"})
def test_headers(server, status, headers):
    given = {name.replace("-", "_"): value for name, value in headers.items()}
    with BetTune("a-token", base_url=server.base_url, max_retries=0, max_wait=0) as client:
        take(server, client, "sports", answer(status, VALID["sports"], **given))
        # Whatever it has learnt, the next request is sent: one answer does not stop it for good.
        if client.rate_limit is None or client.rate_limit.requests > 1:
            taken = take(server, client, "sports", answer(200, VALID["sports"]))
            assert taken == [bettune.Sport(**SPORT)]


@pytest.mark.parametrize(
    "charset", ["hex", "base64", "zlib", "rot13", "undefined", "idna", "punycode", "x" * 1000]
)
def test_any_charset_of_an_error(connect, charset):
    page = answer(500, b"\x80abc", content_type=f"text/html; charset={charset}")
    with Scripted(page) as server:
        client = connect(base_url=server.base_url, max_retries=0)
        with pytest.raises(bettune.InternalServerError, match="abc"):
            client.sports.list()


@pytest.mark.parametrize("window", ["1e300", "1e12", "86401", "9" * 400])
def test_a_window_without_end_is_not_learnt(connect, window):
    told = {"x_ratelimit_limit": "1", "x_ratelimit_window": window}
    with Scripted(answer(200, VALID["sports"], **told)) as server:
        client = connect(base_url=server.base_url)
        client.sports.list()
        client.sports.list()
        assert client.rate_limit is None


class WokenError(Exception):
    pass


def test_a_wait_without_end_can_be_started():
    # It is longer than the clocks of the system count; a signal ends it.
    def interrupt(*_):
        raise WokenError

    before = signal.signal(signal.SIGALRM, interrupt)
    with Scripted(answer(429, retry_after="1e300")) as server:
        try:
            with BetTune("x", base_url=server.base_url, max_wait=float("inf")) as client:
                signal.setitimer(signal.ITIMER_REAL, 0.3)
                with pytest.raises(WokenError):
                    client.sports.list()
        finally:
            signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({**PREDICTION, "odds": "1e999999999"}, "`$.odds`"),
        ({**PREDICTION, "odds": "9" * 10_000}, "`$.odds`"),
        ({**PREDICTION, "id": float("inf")}, None),
        ({**PREDICTION, "createdAt": "0000-01-01T00:00:00Z"}, "`$.createdAt`"),
        # In UTC they lie in the years 0 and 10000.
        ({**PREDICTION, "createdAt": "0001-01-01T00:00:00+23:59"}, "`$.createdAt`"),
        ({**PREDICTION, "updatedAt": "9999-12-31T23:59:59-23:59"}, "`$.updatedAt`"),
    ],
)
def test_values_beyond_all_bounds(server, client, body, where):
    error = take(server, client, "put", answer(200, body))
    assert isinstance(error, bettune.APIResponseValidationError)
    assert where is None or where in str(error)
    assert len(str(error)) < 300


def test_a_match_before_the_calendar(server, client):
    body = {
        "date": "2026-06-06",
        "count": 1,
        "items": [{**MATCH, "date": "0001-01-01T00:00:00+01:00"}],
    }
    error = take(server, client, "matches", answer(200, body))
    assert isinstance(error, bettune.APIResponseValidationError)
    assert "`$.items[0].date`" in str(error)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"count":1,"items":[{"id":1,"name":"x","more":' + b"[" * 100_000,
        b'{"count":1,"items":' + b'{"a":' * 100_000,
        b'{"count":' + b"1" * 10_000 + b',"items":[]}',
        b'{"count":1,"items":[{"id":' + b"1" * 10_000 + b',"name":"x"}]}',
    ],
    ids=["arrays", "unknown field", "objects", "count", "id"],
)
@pytest.mark.parametrize("status", [200, 500])
def test_depth_and_length(server, client, body, status):
    error = take(server, client, "sports", answer(status, body))
    kind = bettune.APIResponseValidationError if status == 200 else bettune.InternalServerError
    assert type(error) is kind


# Bodies without end. The servers send on until the client hangs up.

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"


def framed(piece):
    return b"%x\r\n%s\r\n" % (len(piece), piece)


def bomb(size):
    """`size` zeros, compressed to a thousandth, as gzip."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    million = bytes(1_000_000)
    parts = [packer.compress(million) for _ in range(size // 1_000_000)]
    return b"".join([*parts, packer.flush()])


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
        thread.join(30)
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
            connection.sendall(framed(json.dumps(VALID["sports"]).encode()) + b"0\r\n\r\n")
        except OSError:
            pass

    with raw_server(trickle) as base_url:
        client = connect(base_url=base_url, timeout=0.3, max_retries=0)
        with pytest.raises(bettune.APITimeoutError, match="timeout"):
            client.sports.list()


def test_a_slow_body_that_gets_on_is_waited_for(connect):
    body = json.dumps({"count": 0, "items": [], "more": " " * 9000}).encode()
    pause = threading.Event()

    def slowly(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))
        for start in range(0, len(body), 300):
            connection.sendall(body[start : start + 300])
            pause.wait(0.02)

    with raw_server(slowly) as base_url:
        # Six tenths of a second for the body, twice its timeout.
        assert connect(base_url=base_url, timeout=0.3, max_retries=0).sports.list() == []


def test_gzip_as_it_should_be_and_cut(connect):
    packed = gzip.compress(json.dumps(VALID["sports"]).encode())
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
    with Scripted(answer(200, VALID["sports"])) as server:
        client = BetTune("x", base_url=server.base_url, event_hooks=hooks)
        with client:
            assert client.sports.list() == [bettune.Sport(**SPORT)]
    assert bodies == [VALID["sports"]]
