"""The sandbox answers or refuses any caller, and stays up."""

from __future__ import annotations

import resource
import socket
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bettune import BetTune
from bettune.sandbox import Sandbox

FILTER = 11583
PATH = "/bet-tune-api/v1/predictions/search"


@pytest.fixture(scope="module")
def box():
    with Sandbox() as box:
        yield box


@pytest.fixture(autouse=True)
def _it_stays_up(box):
    yield
    with BetTune(box.token, base_url=box.base_url, max_retries=0) as client:
        assert len(client.sports.list()) == 1
        assert client.predictions.put(FILTER, 1611243, 2).odds == 2


@pytest.fixture
def plain(box):
    headers = {"Authorization": f"Bearer {box.token}"}
    with httpx.Client(base_url=box.base_url, headers=headers, trust_env=False, timeout=60) as plain:
        yield plain


def connection(box):
    url = urlsplit(box.base_url)
    return socket.create_connection((url.hostname, url.port), timeout=60)


def head(box, **headers):
    lines = [f"POST {PATH} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {box.token}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def test_a_thousand_slow_connections(box):
    # Each takes two files here: its own end and the server's, in one process.
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2400
    if limit < wanted:
        if most != resource.RLIM_INFINITY and most < wanted:
            pytest.skip(f"only {most} files may be open")
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    try:
        with ExitStack() as stack:
            request = head(box, Content_Length=2)
            slow = [stack.enter_context(connection(box)) for _ in range(1000)]
            # At all points of a request: nothing, a part of the head, the head, half the body.
            for number, client_socket in enumerate(slow):
                client_socket.sendall(
                    [b"", request[:9], request[:-2], request, request + b"{"][number % 5]
                )
            with BetTune(box.token, base_url=box.base_url, max_retries=0) as client:
                for _ in range(20):
                    assert len(client.sports.list()) == 1
            # And one of each kind goes on, when it likes to, and is answered: {} is no search.
            for number, client_socket in enumerate(slow[-5:], 995):
                sent = [0, 9, len(request) - 2, len(request), len(request) + 1][number % 5]
                client_socket.sendall((request + b"{}")[sent:])
                assert client_socket.recv(1000).startswith(b"HTTP/1.1 400 ")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))


def test_bodies_too_large(box, plain):
    for content in (b"x" * 1_000_001, b'{"odds":"' + b"9" * 5_000_000, iter([b"[" * 65536] * 100)):
        try:
            answer = plain.post("/predictions/search", content=content)
        except httpx.TransportError:
            continue  # hung up on while it was still talking
        assert answer.status_code == 413
    with connection(box) as client_socket:
        client_socket.sendall(head(box, Content_Length=10**18))
        client_socket.sendall(b"x" * 1_000_001)
        assert client_socket.recv(1000).startswith(b"HTTP/1.1 413 ")


@settings(
    max_examples=80,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    st.binary(max_size=200)
    | st.builds(
        lambda name, value: (
            b"GET /x HTTP/1.1\r\nHost: localhost\r\n" + name + b":" + value + b"\r\n\r\n"
        ),
        st.sampled_from([b"Content-Length", b"Transfer-Encoding", b"Expect", b"Upgrade", b"Host"]),
        st.binary(max_size=30) | st.sampled_from([b"chunked", b"-1", b"9" * 30, b"100-continue"]),
    )
)
def test_bytes_for_a_request(box, sent):
    with connection(box) as client_socket:
        client_socket.sendall(sent)
        client_socket.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while chunk := client_socket.recv(65536):
                answer += chunk
        except ConnectionResetError:
            return
    assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 1"))
