"""What is no answer to what was asked, and what answers it in other words; redirects; deadlines."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from contextlib import contextmanager, suppress

import pytest

import bettune
from tests.scripted import Scripted, answer

SPORTS = answer(200, {"count": 1, "items": [{"id": 1, "name": "football"}]})
EMPTY = answer(200, {"count": 0, "items": []})


@pytest.mark.parametrize(("status", "follows"), [(302, False), (303, False), (307, True)])
def test_a_redirect_is_followed_with_the_same_method_only(connect, status, follows):
    def serve(request):
        if request.path.endswith("there"):
            return answer(204)
        return answer(status, location="/v1/there")

    with Scripted(serve) as server:
        client = connect(base_url=server.base_url, follow_redirects=True)
        if follows:
            assert client.predictions.delete(1, 5) is None
        else:
            with pytest.raises(bettune.APIStatusError, match=r"/v1/there.*GET") as caught:
                client.predictions.delete(1, 5)
            assert caught.value.status_code == status
        assert [request.method for request in server.requests] == ["DELETE"] * (1 + follows)


def test_each_hop_of_a_redirect_is_paced(connect):
    hops = [answer(307, location=f"/v1/{n}") for n in range(3)]
    with Scripted(*hops, SPORTS) as server:
        limit = bettune.RateLimit(1, 0.1)
        client = connect(base_url=server.base_url, follow_redirects=True, rate_limit=limit)
        client.sports.list()
        arrivals = [request.at for request in server.requests]
    assert len(arrivals) == 4
    assert arrivals[3] - arrivals[0] >= 0.3


def test_redirects_without_end(connect):
    with Scripted(answer(307, location="/v1/again")) as server:
        client = connect(base_url=server.base_url, follow_redirects=True, max_redirects=3)
        with pytest.raises(bettune.APIStatusError, match="after 3 redirects"):
            client.sports.list()
        assert len(server.requests) == 4


def test_a_redirect_that_is_not_followed_says_where_it_points(connect):
    with Scripted(answer(301, location="https://elsewhere.invalid/x")) as server:
        client = connect(base_url=server.base_url)
        with pytest.raises(bettune.APIStatusError, match=r"https://elsewhere\.invalid/x"):
            client.sports.list()


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


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate that nobody trusts."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1"]
    try:
        subprocess.run([*made, "-keyout", path, "-out", path], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no openssl here")
    return path


def test_a_certificate_that_nobody_trusts_is_hopeless(connect, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def serve(connection):
        with suppress(OSError):
            context.wrap_socket(connection, server_side=True).close()

    with counting(serve) as (port, connections):
        client = connect(base_url=f"https://127.0.0.1:{port}/v1")
        with pytest.raises(bettune.APIConnectionError, match=r"(?i)certificate"):
            client.sports.list()
        assert len(connections) == 1


@pytest.mark.parametrize("value", ["a\nb", "ą"])
def test_an_illegal_header_is_hopeless(connect, value):
    with Scripted(SPORTS) as server:
        with pytest.raises(bettune.BetTuneError):
            connect(base_url=server.base_url, headers={"X-Ours": value}).sports.list()
        assert not server.requests


@pytest.mark.parametrize("target", ["ftp://127.0.0.1/x", "http://[::1", "mailto:x"])
def test_a_redirect_to_what_is_no_web_page_is_hopeless(connect, target):
    with Scripted(answer(307, location=target)) as server:
        client = connect(base_url=server.base_url, follow_redirects=True)
        with pytest.raises(bettune.APIError):
            client.sports.list()
        assert len(server.requests) == 1


# A try has a deadline.


@pytest.mark.parametrize("line", [b"X-More: 1\r\n", b"HTTP/1.1 102 Processing\r\n\r\n"])
def test_headers_without_end_run_into_the_deadline(connect, line):
    ended = threading.Event()

    def drip(connection):
        connection.recv(65536)
        if line.startswith(b"X"):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
        with suppress(OSError):
            while not ended.wait(0.05):
                connection.sendall(line)

    with counting(drip) as (port, _):
        client = connect(base_url=f"http://127.0.0.1:{port}/v1", timeout=0.3, max_retries=0)
        with pytest.raises(bettune.APITimeoutError):
            client.sports.list()
        ended.set()
