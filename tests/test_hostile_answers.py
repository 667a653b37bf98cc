"""Any response of a server: a result or a BetTuneError, in bounded time and memory."""

from __future__ import annotations

import json
import pickle
import signal
from datetime import UTC

import httpx
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
    "plan": lambda client: client.predictions.plan(1, {5: 2, 6: bettune.DELETE}) and [],
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


@pytest.mark.parametrize("status", [301, 429])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_headers_outside_ascii_are_in_the_error(connect, status, encoding):
    head = (
        f"HTTP/1.1 {status} Não\r\nServer: Łódź\r\nLocation: http://ó/\r\nContent-Length: 0\r\n\r\n"
    )
    head = head.replace("Łódź", "ó") if encoding == "latin-1" else head
    with Scripted(head.encode(encoding)) as server:
        client = connect(base_url=server.base_url, max_retries=0)
        with pytest.raises(bettune.APIStatusError) as caught:
            client.sports.list()
    assert caught.value.headers["server"] == ("ó" if encoding == "latin-1" else "Łódź")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.fixture(scope="module")
def server():
    with Changing() as server:
        yield server


@pytest.fixture
def client(server):  # of each test: the rest of an answer may spoil what comes next
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


@pytest.mark.usefixtures("_collector_waits")
def test_a_wait_without_end_can_be_started():
    # It is longer than the clocks of the system count; a signal ends it.
    def interrupt(*_):
        raise WokenError

    def on_wait(*_):
        signal.setitimer(signal.ITIMER_REAL, 0.3)

    before = signal.signal(signal.SIGALRM, interrupt)
    with Scripted(answer(429, retry_after="1e300")) as server:
        try:
            with (
                BetTune("x", base_url=server.base_url, max_wait=float("inf")) as client,
                pytest.raises(WokenError),
            ):
                client.with_options(on_wait=on_wait).sports.list()
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


@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize("own", [False, True])
def test_a_second_response_is_not_taken_for_that_of_the_next_request(
    request, connect, certificate, encrypted, own
):
    server_context, client_context = certificate
    sports = [answer(200, {"count": 1, "items": [{"id": n, "name": "f"}]}) for n in range(3)]
    tls = server_context if encrypted else None
    with Scripted(sports[0] + sports[1], sports[2], tls=tls) as server:
        options = {"verify": client_context}
        if own:
            is_sync = request.node.callspec.params["connect"] == "sync"
            transport = httpx.HTTPTransport if is_sync else httpx.AsyncHTTPTransport
            options = {"transport": transport(**options)}
        client = connect(base_url=server.base_url, max_wait=0.001, **options)
        assert [client.sports.list()[0].id for _ in range(3)] == [0, 2, 2]
