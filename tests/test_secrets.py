"""The token's text shows nowhere and goes nowhere else, even where a server sends it back."""

from __future__ import annotations

import copy
import html
import json
import logging
import multiprocessing
import os
import pickle
import traceback
from base64 import b64encode
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from urllib.parse import quote, quote_plus

import pytest
from bettune_openapi.api.sports import list_sports

import bettune
from bettune import BetTune, to_records
from tests.scripted import NOTHING, SILENCE, Scripted, answer

# With what JSON, repr, HTML and URLs have their own ways to spell.
TOKEN = 'seKret/To\\ken"%2B+&='


def spellings(text):
    """The ways in which servers and log lines spell a text."""
    as_json = json.dumps(text)[1:-1]
    yield from (text, text.lower(), text.upper(), repr(text)[1:-1])
    yield from (as_json, as_json.replace("/", r"\/"), json.dumps(as_json)[1:-1])
    yield from (quote(text), quote(text, safe=""), quote(text, safe="").lower(), quote_plus(text))
    yield quote(quote(text, safe=""), safe="")
    yield from (html.escape(text), html.escape(html.escape(text)))
    yield from (text.replace("/", "&sol;").replace("+", "&plus;"), text.replace("=", "&#x003D"))
    forms = [
        "%{:02x}",
        "%{:02X}",
        "%u{:04x}",
        "={:02X}",
        "{:02x}",
        "&#{};",
        "&#x{:x};",
        "&#x{:04X};",
    ]
    forms += ["\\u{:04x}", "\\x{:02x}", "\\U{:08x}", "\\{:03o}", "\\{:06x}"]
    for form in forms:
        yield "".join(form.format(ord(character)) for character in text)
    for before in ("", "x", "Bearer "):
        yield quote(b64encode((before + text).encode()).decode().rstrip("="), safe="")


SPELT = [*spellings(TOKEN)]
LOWER = {spelling.lower() for spelling in SPELT}
ITEMS = {"count": 1, "items": [{"id": 1, "name": "football"}]}


def echo(status, **headers):
    """An answer that has the token wherever a server can put it."""
    escaped = "".join(f"\\u{ord(character):04x}" for character in TOKEN)
    body = json.dumps({"code": f"bad {TOKEN}", "message": " ".join(SPELT), "x": SPELT})
    body = body.replace('"message": ', f'"message": "{escaped}", "y": ')
    headers |= {f"x_{number}": f"Bearer {spelt}" for number, spelt in enumerate(SPELT)}
    return answer(status, body.encode(), reason=TOKEN, **headers)


def strings_in(value, known=None):
    """Every text that is reached from a value by attributes and items alone."""
    known = {} if known is None else known
    if id(value) in known or isinstance(value, type) or callable(value):
        return
    known[id(value)] = value
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes | bytearray):
        yield value.decode("latin-1")
    elif isinstance(value, Mapping):
        for pair in list(value.items()):
            yield from strings_in(pair, known)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in list(value):
            yield from strings_in(item, known)
    names = [*getattr(value, "__dict__", ()), *getattr(value, "__struct_fields__", ())]
    for kind in type(value).__mro__:
        slots = getattr(kind, "__slots__", ())
        names += [slots] if isinstance(slots, str) else slots
    if isinstance(value, BaseException):
        names += ["args", "__cause__", "__context__"]
    for name in names:
        yield from strings_in(getattr(value, name, None), known)


@pytest.mark.parametrize("piece", ["\\", "%25", "&amp;", "&#0", "\\0", "s\\"])
def test_escapes_in_an_answer_cost_little_time(connect, piece):
    """Each took minutes, or each of its letters again all that follow."""
    sent = answer(400, piece.encode() * (2**16 // len(piece)))
    with Scripted(sent) as server, pytest.raises(bettune.BadRequestError):
        connect(TOKEN, base_url=server.base_url).sports.list()


def locals_of(error):
    """The locals of the frames an error went through, but for those of the tests."""
    frame = error.__traceback__
    while frame:
        if "/tests/" not in frame.tb_frame.f_code.co_filename:
            yield repr(frame.tb_frame.f_locals)
        frame = frame.tb_next


def assert_says_nothing(*texts):
    for text in texts:
        lower = text.lower()
        for spelling in LOWER:
            assert spelling not in lower


CASES = {
    bettune.InvalidArgumentError: (),
    bettune.InvalidOddsError: (),
    bettune.APIConnectionError: (f"HTTP/1.1 {TOKEN}\r\n\r\n".encode(),),
    bettune.APITimeoutError: (SILENCE,),
    bettune.APIResponseValidationError: (echo(200),),
    bettune.APIStatusError: (echo(418),),
    bettune.BadRequestError: (echo(400),),
    bettune.AuthenticationError: (echo(401),),
    bettune.PermissionDeniedError: (echo(403),),
    bettune.ProSubscriptionRequiredError: (
        answer(403, {"code": "pro_subscription_required", "message": TOKEN}),
    ),
    bettune.NotFoundError: (echo(404),),
    bettune.RateLimitError: (echo(429, retry_after="0", x_ratelimit_limit=TOKEN),),
    bettune.InternalServerError: (echo(503),),
    bettune.SyncError: (NOTHING, echo(500)),
}


def provoke(client, kind):
    if kind is bettune.InvalidArgumentError:
        client.matches.list("soon", sport=1)
    elif kind is bettune.InvalidOddsError:
        client.predictions.put(1, 2, "soon")
    elif kind is bettune.SyncError:
        client.predictions.sync(1, {5: 2, 6: 3}).raise_for_failures()
    else:
        client.sports.list()


@pytest.fixture(params=CASES, ids=lambda kind: kind.__name__)
def caught(request, connect, caplog):
    """An error of each class, and the client that raised it, with everything logged."""
    caplog.set_level(logging.DEBUG)
    kind = request.param
    with Scripted(*CASES[kind] or (SILENCE,)) as server:
        # Only the case of the timeout waits for it.
        timeout = 0.1 if kind is bettune.APITimeoutError else 30
        options = {"max_wait": 0.001, "max_retries": 1, "timeout": timeout}
        client = connect(TOKEN, base_url=server.base_url, **options)
        with pytest.raises(kind) as info:
            provoke(client, kind)
        assert type(info.value) is kind
        yield info.value, client


def test_the_cases_are_the_whole_tree():
    public = [getattr(bettune, name) for name in bettune.__all__]
    tree = [kind for kind in public if isinstance(kind, type) and issubclass(kind, Exception)]
    # The first two are bases; the others have tests of their own.
    assert set(tree) - set(CASES) == {
        bettune.BetTuneError,
        bettune.APIError,
        bettune.ConfigurationError,
        bettune.PlanRefusedError,
        bettune.ResolutionError,
    }


def test_no_error_log_or_client_tells_the_token(caught, caplog):
    error, client = caught
    assert_says_nothing(str(error), repr(error), *strings_in(error))
    assert_says_nothing(*traceback.format_exception(error))
    assert not any(f"Bearer {TOKEN}" in text for text in locals_of(error))
    assert_says_nothing(repr(client), *strings_in(client))
    assert_says_nothing(repr(client.low_level), *strings_in(client.low_level))
    assert_says_nothing(caplog.text, *(repr(record.__dict__) for record in caplog.records))


def test_the_reason_why_a_body_is_unusable_does_not_tell_the_token(connect):
    with Scripted(answer(200, ITEMS, content_encoding=TOKEN)) as server:
        client = connect(TOKEN, base_url=server.base_url)
        with pytest.raises(bettune.APIResponseValidationError, match="encoded as") as info:
            client.sports.list()
    assert_says_nothing(str(info.value), *strings_in(info.value))


def test_errors_pickle_and_copy_completely(caught):
    error, _ = caught
    pickled = [pickle.dumps(error, protocol) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]
    assert_says_nothing(*(text.decode("latin-1") for text in pickled))
    for twin in (copy.copy(error), copy.deepcopy(error), *map(pickle.loads, pickled)):
        assert type(twin) is type(error)
        assert (str(twin), repr(twin)) == (str(error), repr(error))
        # A report's copy has not made the views of its plans yet.
        assert set(strings_in(vars(twin))) <= set(strings_in(vars(error)))
        assert vars(twin).keys() == vars(error).keys()
    if isinstance(error, bettune.APIStatusError):
        headers = pickle.loads(pickled[0]).headers
        assert headers == error.headers
        assert headers["CONTENT-LENGTH"].isdigit()


@pytest.mark.parametrize("token", ["", " ", f"{TOKEN}\n{TOKEN}", f"{TOKEN}ą", f"{TOKEN} {TOKEN}"])
def test_a_token_that_cannot_be_is_not_shown(connect, token):
    with pytest.raises(bettune.ConfigurationError) as info:
        connect(token)
    assert_says_nothing(str(info.value), *strings_in(info.value))
    again = pickle.loads(pickle.dumps(info.value))
    assert (type(again), str(again)) == (bettune.ConfigurationError, str(info.value))


@pytest.mark.skipif(os.name != "posix", reason="needs the modes of POSIX")
@pytest.mark.parametrize(("mode", "warned"), [(0o600, 0), (0o400, 0), (0o640, 1), (0o644, 1)])
def test_a_token_file_that_others_can_read_is_warned_of_once(
    tmp_path, monkeypatch, caplog, mode, warned
):
    file = tmp_path / "token"
    file.write_text(TOKEN)
    file.chmod(mode)
    monkeypatch.setenv("BETTUNE_API_TOKEN_FILE", str(file))
    for _ in range(3):
        BetTune().close()
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == warned
    assert_says_nothing(caplog.text)


def test_no_public_object_tells_the_token(connect, box, caplog):
    caplog.set_level(logging.DEBUG)
    client = connect(box.token, base_url=box.base_url)
    day = client.matches.list("2026-06-06", sport=1)
    odds = {match.id: 2 for match in day[:20]}
    plan = client.predictions.plan(11583, odds)
    report = client.predictions.apply(plan)
    found = client.predictions.search(11583, odds)
    filters, sports = client.prediction_filters.list(), client.sports.list()
    values = [client, day, plan, report, found, filters, sports, client.rate_limit]
    values += [to_records(models) for models in (day, found, filters, sports)]
    for value in values:
        for text in (repr(value), str(value), *strings_in(value)):
            assert box.token not in text
    assert len(caplog.records) > 20
    assert box.token not in caplog.text


def _fail_in_a_worker(base_url):
    with BetTune(TOKEN, base_url=base_url, max_retries=0) as client:
        client.sports.list()


def test_an_error_passes_completely_through_a_process_pool():
    limited = echo(429, retry_after="7", x_ratelimit_limit="60", x_ratelimit_window="60")
    spawn = multiprocessing.get_context("spawn")
    with Scripted(limited) as server, ProcessPoolExecutor(1, spawn) as pool:
        error = pool.submit(_fail_in_a_worker, server.base_url).exception(60)
    assert type(error) is bettune.RateLimitError
    assert (error.status_code, error.code, error.path) == (429, "bad [token]", "/sports")
    assert (error.retry_after, error.rate_limit) == (7, bettune.RateLimit(60, 60))
    assert error.headers["Retry-After"] == "7"
    assert_says_nothing(*traceback.format_exception(error))


# Where the token goes.


@pytest.fixture
def other():
    """Another host's server."""
    with Scripted(answer(200, ITEMS)) as server:
        yield server


def low_level_get(client, url, **options):
    """A request of a caller's own, by the client that the generated one is given."""
    low_level = client.low_level
    if isinstance(client, BetTune):
        return low_level.get_httpx_client().get(url, **options)
    return client._portal.call(lambda: low_level.get_async_httpx_client().get(url, **options))


def test_low_level_calls_show_the_token_to_the_api_alone(connect, other):
    with Scripted(answer(200, ITEMS)) as server:
        client = connect(TOKEN, base_url=server.base_url)
        assert low_level_get(client, "/sports").status_code == 200
        assert low_level_get(client, f"{other.base_url}/sports").status_code == 200
        if isinstance(client, BetTune):
            assert list_sports.sync(client=client.low_level).count == 1
        low_level_get(client, f"http://localhost:{server.port}/v1/sports")
    *own, under_another_name = (request.headers.get("authorization") for request in server.requests)
    assert {*own} == {f"Bearer {TOKEN}"}
    assert under_another_name is None
    assert "authorization" not in other.requests[0].headers


def test_a_followed_redirect_of_a_low_level_call_leaves_the_token_behind(connect, other):
    with Scripted(answer(307, location=f"{other.base_url}/sports")) as server:
        client = connect(TOKEN, base_url=server.base_url)
        answered = low_level_get(client, "/sports", follow_redirects=True)
    assert answered.status_code == 200
    assert_says_nothing(repr(other.requests))


def test_plain_http_on_this_machine_is_not_sent_through_a_proxy_elsewhere(connect, monkeypatch):
    # The token would cross the network in the clear, which the base URL was allowed for not doing.
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    with Scripted(answer(200, ITEMS)) as server:
        assert connect(TOKEN, base_url=server.base_url).sports.list()
        insecure = {"allow_insecure_http": True, "max_retries": 0}
        with pytest.raises(bettune.APIConnectionError, match=r"proxy\.invalid"):
            connect(TOKEN, base_url=server.base_url, **insecure).sports.list()


def test_a_proxy_on_this_machine_is_used(connect, monkeypatch):
    with Scripted(answer(200, ITEMS)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://localhost:{proxy.port}")
        assert connect(TOKEN, base_url="http://127.0.0.1:9/v1").sports.list()
    assert proxy.paths == [("GET", "http://127.0.0.1:9/v1/sports")]
