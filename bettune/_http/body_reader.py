"""Reads the body of a response as it arrives: decompresses it, and stops at a maximum size."""

from __future__ import annotations

import zlib
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

import httpx

from bettune._values.display import short_repr

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

# The first byte of each member of a gzip body.
_MAGIC = b"\x1f"


class BufferedResponse(NamedTuple):
    """A response and its body in memory.

    Attributes:
        response: the status and headers. Its own body has been consumed.
        content: the decompressed body.
        problem: the reason why the body is invalid, or None.
    """

    response: httpx.Response
    content: bytes
    problem: str | None = None

    def to_httpx(self, request: httpx.Request) -> httpx.Response:
        """Return an httpx.Response with the decompressed body, already read."""
        response = self.response
        headers = response.headers
        if "content-encoding" in headers:
            headers = headers.copy()
            del headers["content-encoding"]
        return _WholeResponse(response, headers, self.content, request)


class _WholeResponse(httpx.Response):
    """A response in memory. Its body can be read any number of times, by any method.

    Making it takes a tenth of the time that httpx needs for a response from bytes.
    """

    def __init__(
        self,
        response: httpx.Response,
        headers: httpx.Headers,
        content: bytes,
        request: httpx.Request,
    ) -> None:
        super().__init__(
            response.status_code,
            headers=headers,
            stream=httpx.ByteStream(content),
            request=request,
            extensions=response.extensions,
            default_encoding=response.default_encoding,
        )
        self.is_closed = self.is_stream_consumed = True
        self.body = content
        with suppress(RuntimeError):  # the caller's transport did not set it
            self.elapsed = response.elapsed

    @property
    def content(self) -> bytes:
        return self.body

    def read(self) -> bytes:
        return self.body

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        step = chunk_size or len(self.body) or 1
        for start in range(0, len(self.body), step):
            yield self.body[start : start + step]

    iter_raw = iter_bytes

    async def aread(self) -> bytes:
        return self.body

    async def aiter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        for chunk in self.iter_bytes(chunk_size):
            yield chunk

    aiter_raw = aiter_bytes


class BodyReader:
    """Collects the chunks of a body as they arrive from the network."""

    def __init__(self, response: httpx.Response, limit: int) -> None:
        self._limit = limit
        self._received = 0
        # Not a list: a list of one-byte chunks takes eight times as much memory.
        self._content = BytesIO()
        self._member: zlib._Decompress | None = None
        self.problem: str | None = None
        coding = response.headers.get("content-encoding", "").strip().lower()
        self._is_padded = False
        self._is_gzip = coding in {"gzip", "x-gzip"}
        if not self._is_gzip and coding not in {"", "identity"}:
            self.problem = (
                f"the body is encoded as {short_repr(coding)}, which the request did not accept"
            )

    def take(self, chunk: bytes) -> None:
        """Store a chunk, or set `problem` if the body is invalid."""
        self._received += len(chunk)
        if self._received > self._limit:
            self._exceed()
        elif self._is_gzip:
            if not self._is_padded:
                self._decompress(chunk)
        else:
            self._keep(chunk)

    def finish(self, response: httpx.Response) -> BufferedResponse:
        """Return the response with the stored body."""
        if self._member is not None and not self._member.eof and self.problem is None:
            self.problem = "the body cannot be decompressed: it is cut short"
        return BufferedResponse(response, self._content.getvalue(), self.problem)

    def _decompress(self, rest: bytes) -> None:
        # httpx's decoder is not used: it would decompress a bomb beyond the limit, and stop after
        # the first of several gzip members.
        while rest and self.problem is None:
            if self._member is None or self._member.eof:
                if self._member is not None and not rest.startswith(_MAGIC):
                    self._is_padded = True  # other HTTP clients ignore padding, too
                    return
                self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            try:
                room = self._limit - self._content.tell() + 1
                self._keep(self._member.decompress(rest, room))
            except zlib.error as error:
                self.problem = f"the body cannot be decompressed: {error}"
            rest = self._member.unused_data

    def _keep(self, content: bytes) -> None:
        if self._content.tell() + len(content) > self._limit:
            self._exceed()
        else:
            self._content.write(content)

    def _exceed(self) -> None:
        self.problem = f"the body is larger than {self._limit} bytes (max_response_bytes)"
