"""Fetch a document from a URL or a file."""

from __future__ import annotations

import re
from pathlib import Path

import anyio
import httpx

from scripts.schema.yaml_json import Refused


class Unreachable(Refused):
    """The server could not be reached, or failed. The document may be valid."""


MAX_BYTES = 10 * 2**20
MAX_REDIRECTS = 5
TIMEOUT = 30.0  # seconds per network operation
MAX_SECONDS = 120.0  # for the whole download, with redirects and headers
# The user and password before a host. A password may contain a slash.
USER = re.compile(r"(://)(?:[^\s/?#]*@|(?![^\s/?#]*:\d+/)[^\s/?#]*:[^\s?#]*@)")
RETRYABLE = {408, 429, *range(500, 600)}


def fetch(source: str) -> bytes:
    """Return the content of a URL or a file.

    Raises:
        Unreachable: there was no response, or one that asks to retry later.
        Refused: the document cannot be downloaded or read, or is too large.
    """
    if "://" not in source:
        try:
            with Path(source).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise Refused(f"it cannot be read: {error.strerror}") from None
        return _limited(data)
    if not source.startswith(("http://", "https://")):
        raise Refused("it is neither an http address nor a file")
    try:
        return anyio.run(_download, source)
    except TimeoutError:
        raise Unreachable(f"the download took more than {MAX_SECONDS:g} seconds") from None
    except httpx.TooManyRedirects:
        raise Refused(f"it leads to more than {MAX_REDIRECTS} redirects") from None
    except httpx.TimeoutException:
        text = f"there was no answer within {TIMEOUT:g} seconds: try again later"
        raise Unreachable(text) from None
    except httpx.InvalidURL:
        raise Refused("it is not an address") from None
    except httpx.UnsupportedProtocol as error:
        raise Refused(f"the download failed: {without_secrets(str(error))}") from None
    except httpx.HTTPError as error:
        text = without_secrets(str(error)) or type(error).__name__
        raise Unreachable(f"the download failed: {text}") from None


async def _download(source: str) -> bytes:
    """Download with an async client, so that the deadline can cancel any wait."""
    encrypted = False

    async def check_hop(request: httpx.Request) -> None:
        nonlocal encrypted
        if encrypted and request.url.scheme != "https":
            address = without_secrets(str(request.url))
            raise Refused(f"it leads to {address}, which is not encrypted")
        encrypted = request.url.scheme == "https"

    with anyio.fail_after(MAX_SECONDS):
        async with (
            httpx.AsyncClient(
                follow_redirects=True,
                max_redirects=MAX_REDIRECTS,
                timeout=TIMEOUT,
                event_hooks={"request": [check_hop]},
            ) as client,
            client.stream("GET", source) as response,
        ):
            status = response.status_code
            if status != httpx.codes.OK:
                failed = Unreachable if status in RETRYABLE else Refused
                raise failed(f"the download failed: {status} {response.reason_phrase}")
            data = b""
            async for part in response.aiter_bytes():
                data = _limited(data + part)
            return data


def _limited(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise Refused(f"it is larger than {MAX_BYTES // 2**20} MB")
    return data


def without_secrets(text: str) -> str:
    """Return a text whose URLs have no user, password and query."""
    return re.sub(USER, r"\1", re.sub(r"(://[^\s?#'\"]*)[?#][^'\"\n]*", r"\1", text))
