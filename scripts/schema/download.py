"""Fetch a document from an address or a file."""

from __future__ import annotations

import time
from pathlib import Path

import httpx

from scripts.schema.text import Refused

MAX_BYTES = 10 * 2**20
MAX_REDIRECTS = 5
TIMEOUT = 30.0  # seconds for one step of a download
MAX_SECONDS = 120.0  # and for all of it


def fetch(source: str) -> bytes:
    """Return what is at an address or in a file.

    Raises:
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
        raise Refused(f"there was no answer within {TIMEOUT:g} seconds: try again later") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Refused(f"the download failed: {error or type(error).__name__}") from None


def _download(source: str) -> bytes:
    start = time.monotonic()
    with (
        httpx.Client(follow_redirects=True, max_redirects=MAX_REDIRECTS, timeout=TIMEOUT) as client,
        client.stream("GET", source) as response,
    ):
        if response.status_code != httpx.codes.OK:
            raise Refused(f"the download failed: {response.status_code} {response.reason_phrase}")
        if source.startswith("https://") and response.url.scheme != "https":
            raise Refused(f"it leads to {response.url}, which is not encrypted")
        data = b""
        for part in response.iter_bytes():
            data = _limited(data + part)
            if time.monotonic() - start > MAX_SECONDS:
                raise Refused(f"the download took more than {MAX_SECONDS:g} seconds")
        return data


def _limited(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise Refused(f"it is larger than {MAX_BYTES // 2**20} MB")
    return data
