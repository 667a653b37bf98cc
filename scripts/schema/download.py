"""Fetch a document from an address or a file."""

from __future__ import annotations

import re
import time
from pathlib import Path

import httpx

from scripts.schema.text import Refused


class Unreachable(Refused):
    """Nobody answered, or not now: of the document it says nothing."""


MAX_BYTES = 10 * 2**20
MAX_REDIRECTS = 5
TIMEOUT = 30.0  # seconds for one step of a download
MAX_SECONDS = 120.0  # and for all of it
# What stands before the host; a password may hold a slash, which a port may not.
USER = re.compile(r"(://)(?:[^\s/?#]*@|(?![^\s/?#]*:\d+/)[^\s/?#]*:[^\s?#]*@)")
COME_AGAIN = {408, 429, *range(500, 600)}


def fetch(source: str) -> bytes:
    """Return what is at an address or in a file.

    Raises:
        Unreachable: there was no answer, or one that asks to come again.
        Refused: it cannot be had, or is too large.
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
        return _download(source)
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


def _download(source: str) -> bytes:
    start = time.monotonic()
    with (
        httpx.Client(follow_redirects=True, max_redirects=MAX_REDIRECTS, timeout=TIMEOUT) as client,
        client.stream("GET", source) as response,
    ):
        if response.status_code != httpx.codes.OK:
            failed = Unreachable if response.status_code in COME_AGAIN else Refused
            raise failed(f"the download failed: {response.status_code} {response.reason_phrase}")
        if source.startswith("https://") and response.url.scheme != "https":
            address = without_secrets(str(response.url))
            raise Refused(f"it leads to {address}, which is not encrypted")
        data = b""
        for part in response.iter_bytes():
            data = _limited(data + part)
            if time.monotonic() - start > MAX_SECONDS:
                raise Unreachable(f"the download took more than {MAX_SECONDS:g} seconds")
        return data


def _limited(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise Refused(f"it is larger than {MAX_BYTES // 2**20} MB")
    return data


def without_secrets(text: str) -> str:
    """Return a text with the addresses in it less user, password and query."""
    return re.sub(USER, r"\1", re.sub(r"(://[^\s?#'\"]*)[?#][^'\"\n]*", r"\1", text))
