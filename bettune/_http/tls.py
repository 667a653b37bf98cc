"""The TLS context that all clients of a process share: to make one takes 25 ms."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    import ssl


def shared_context(*, trust_env: bool, http2: bool) -> ssl.SSLContext:
    """The context that httpx would make for a client with these options."""
    file = directory = None
    version = (0, 0)
    if trust_env:
        file, directory = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
        if file:
            # Certificates that were renewed meanwhile are read by the next client.
            found = Path(file).stat()
            version = found.st_mtime_ns, found.st_size
    return _context(trust_env, http2, file, directory, version)


# HTTP/2 has one of its own, since httpcore writes into it what is offered to the server.
@lru_cache(maxsize=8)
def _context(
    trust_env: bool,
    _http2: bool,
    _file: str | None,
    _directory: str | None,
    _version: tuple[int, int],
) -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=trust_env)
