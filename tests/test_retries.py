"""Retries: of which failures, how many, and after which delays."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager, suppress

import httpx
import pytest

import bettune
from bettune import RateLimit
from tests.scripted import SILENCE, SPORTS, answer
from tests.test_answers import PREDICTION

# The date of an answer, and an hour later: the time here is of no account.
NOW, LATER = "Sun, 07 Jun 2026 12:00:00 GMT", "Sun, 07 Jun 2026 13:00:00 GMT"


class RefusingTransport(httpx.HTTPTransport, httpx.AsyncHTTPTransport):
    """Refuses the first connections, as no server in our hands can be made to do on time."""

    def __init__(self, times):
        httpx.HTTPTransport.__init__(self)
        self._sync_pool = self._pool
        httpx.AsyncHTTPTransport.__init__(self)
        self._async_pool = self._pool
        self._left = times

    def _refuse(self, request):
        self._left -= 1
        if self._left >= 0:
            raise httpx.ConnectError("Connection refused", request=request)

    def handle_request(self, request):
        self._refuse(request)
        self._pool = self._sync_pool
        return httpx.HTTPTransport.handle_request(self, request)

    async def handle_async_request(self, request):
        self._refuse(request)
        self._pool = self._async_pool
        return await httpx.AsyncHTTPTransport.handle_async_request(self, request)


def test_a_503_and_a_429_are_retried_after_the_requested_wait(serve):
    server, client = serve(
        answer(503, b"busy"),
        answer(429, {"code": "rate_limit_exceeded", "message": "m"}, retry_after="1"),
        SPORTS,
        transport=RefusingTransport(2),
        max_wait=1.0,
    )
    assert client.sports.list() == [bettune.Sport(1, "football")]
    _, told, after = server.requests
    assert after.at - told.at >= 1


def test_max_retries_counts_the_tries_after_the_first(serve):
    server, client = serve(answer(503), max_retries=2)
    with pytest.raises(bettune.InternalServerError):
        client.sports.list()
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_retried_failures(serve, status):
    server, client = serve(answer(status), SPORTS)
    assert client.sports.list()
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 501])
def test_failures_that_are_not_retried(serve, status):
    server, client = serve(answer(status), SPORTS)
    with pytest.raises(bettune.APIStatusError):
        client.sports.list()
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_retry_after_beyond_max_wait_raises_at_once(serve, status):
    server, client = serve(answer(status, retry_after="3600"), max_wait=120.0)
    with pytest.raises(bettune.APIStatusError) as caught:
        client.sports.list()
    if status == 429:
        assert caught.value.retry_after == 3600
    assert len(server.requests) == 1
    # And the next call is not held back for an hour.
    with pytest.raises(bettune.APIStatusError):
        client.sports.list()


@pytest.mark.parametrize("value", ["", "soon", "-5", "nan", "inf", "Mon, 99 Foo 2026 00:00:00 GMT"])
def test_an_invalid_retry_after_is_ignored(serve, value):
    server, client = serve(answer(429, retry_after=value), max_retries=1)
    with pytest.raises(bettune.RateLimitError) as caught:
        client.sports.list()
    assert caught.value.retry_after is None
    assert len(server.requests) == 2


def test_a_rate_limit_error_tells_the_limit(serve):
    limited = answer(429, retry_after="60", x_ratelimit_limit="60", x_ratelimit_window="10")
    _, client = serve(limited)
    with pytest.raises(bettune.RateLimitError) as caught:
        client.sports.list()
    assert caught.value.rate_limit == client.rate_limit == RateLimit(60, 10)
    assert caught.value.retry_after == 60


def test_every_attempt_times_out(serve):
    server, client = serve(SILENCE, timeout=httpx.Timeout(20, read=0.05), max_retries=2)
    with pytest.raises(bettune.APITimeoutError) as caught:
        client.sports.list()
    server.wait_until_hung_up()
    assert isinstance(caught.value, TimeoutError)
    assert isinstance(caught.value, bettune.APIConnectionError)
    assert str(caught.value).startswith("GET /sports: no response within the timeout")
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{",
        b"not http at all\r\n\r\n",
    ],
)
def test_a_broken_answer_is_a_lost_connection(serve, broken):
    server, client = serve(broken, SPORTS)
    assert client.sports.list()
    assert len(server.requests) == 2
    server, client = serve(broken, max_retries=1)
    with pytest.raises(bettune.APIConnectionError):
        client.sports.list()
    assert len(server.requests) == 2


def test_a_refused_connection(connect, port):
    with pytest.raises(bettune.APIConnectionError, match="GET /sports: ConnectError"):
        connect(base_url=f"http://127.0.0.1:{port}/v1", max_retries=0).sports.list()


def test_a_put_whose_answer_is_lost_is_repeated_whole(serve):
    server, client = serve(b"", answer(200, PREDICTION))
    assert client.predictions.put(1, 5, 2.15).id == 10
    first, second = server.requests
    assert first[:2] == second[:2] == ("PUT", "/v1/prediction-filters/1/matches/5/prediction")
    assert json.loads(first.body) == json.loads(second.body) == {"odds": "2.150000"}


def test_the_waits_without_an_order_double_to_eight_seconds(serve, caplog):
    caplog.set_level("INFO", logger="bettune")
    server, client = serve(answer(503), max_retries=1, max_wait=120.0)
    with pytest.raises(bettune.InternalServerError):
        client.sports.list()
    first, second = server.requests
    assert second.at - first.at >= 0.375
    assert "attempt 2 follows in 0." in caplog.text
    from bettune._http.retries import (  # noqa: PLC0415 - the long ones are not sat out here
        RetryBudget,
        RetryPolicy,
    )

    tries = RetryBudget(RetryPolicy(max_retries=100, max_wait=120))
    waits = [tries.wait_after(503, None) for _ in range(7)]
    for wait, most in zip(waits, (0.5, 1, 2, 4, 8, 8, 8), strict=True):
        assert most * 0.75 <= wait <= most


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        (["81,120"], 120),
        (["120, 81"], 120),
        (["81", "120"], 120),
        (["200", "soon, 100"], 200),
        (["soon, 100"], 100),
        ([" , 100,"], 100),
        (["-5, 100"], 100),
        ([LATER, "100"], 3600),
        ([f"100, {LATER}"], 3600),
        ([f"{LATER}, 100"], 3600),
        ([f"{LATER}, 7200"], 7200),
        (["Sunday, 06-Nov-94 08:49:37 GMT, 100"], 100),
    ],
)
def test_of_several_retry_after_the_longest_is_obeyed(serve, values, seconds):
    lines = "\r\nRetry-After: ".join(values)
    server, client = serve(answer(429, date=NOW, retry_after=lines), max_wait=60)
    with pytest.raises(bettune.RateLimitError) as caught:
        client.sports.list()
    assert caught.value.retry_after == seconds
    assert len(server.requests) == 1


# What would end the same each time is not tried again.


@contextmanager
def counting(serve):
    """A server that counts the connections it takes, and does with each what `serve` does."""
    connections = []
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connections.append(connection)
            with connection:
                serve(connection)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], connections
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(60)


def plain(connection):
    connection.recv(65536)  # all of it: what is left unread is answered by a reset
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")


def test_tls_to_a_plain_port_is_hopeless(connect):
    with counting(plain) as (port, connections):
        client = connect(base_url=f"https://127.0.0.1:{port}/v1")
        with pytest.raises(bettune.APIConnectionError) as caught:
            client.sports.list()
        assert len(connections) == 1
    assert caught.value.attempts == 1


def test_an_untrusted_certificate_is_not_retried(connect, certificate):
    server_context, _ = certificate

    def serve(connection):
        with suppress(OSError):
            server_context.wrap_socket(connection, server_side=True).close()

    with counting(serve) as (port, connections):
        client = connect(base_url=f"https://127.0.0.1:{port}/v1")
        with pytest.raises(bettune.APIConnectionError, match=r"(?i)certificate"):
            client.sports.list()
        assert len(connections) == 1


def test_refusals_of_one_write_are_waited_for_up_to_ten_times_max_wait():
    from bettune._http.retries import RetryBudget, RetryPolicy  # noqa: PLC0415 - too long to wait for

    def waits(max_wait, delay):
        tries = RetryBudget(RetryPolicy(max_retries=4, max_wait=max_wait).for_bulk())
        return list(iter(lambda: tries.wait_after(429, delay), None))

    assert waits(120, 120) == [120] * (10 + 4)
    assert len(waits(120, 1)) == 50 + 4
    assert sum(waits(1, 1)[:-4]) <= 60
