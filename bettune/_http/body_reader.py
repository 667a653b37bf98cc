"""The body of a response as it arrives: decompressed, and up to a number of bytes."""

from __future__ import annotations

import zlib
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


class Answer(NamedTuple):
    """A response with its body.

    Attributes:
        response: status and headers; its own body has been consumed.
        content: the body, decompressed.
        problem: why the body cannot be used, if it cannot.
    """

    response: httpx.Response
    content: bytes
    problem: str | None = None

    def whole(self, request: httpx.Request) -> httpx.Response:
        """Make a response that has been read, as if it was never compressed."""
        response = self.response
        headers = response.headers
        if "content-encoding" in headers:
            headers = headers.copy()
            del headers["content-encoding"]
        return _WholeResponse(response, headers, self.content, request)


class _WholeResponse(httpx.Response):
    """A response in memory, whose body can be read any number of times, in any way.

    httpx would take ten times as long to make one.
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
        with suppress(RuntimeError):  # a transport of the caller's may have given it whole
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
    """Takes the chunks of a body as they come from the network."""

    def __init__(self, response: httpx.Response, limit: int) -> None:
        self._limit = limit
        self._received = 0
        # Not a list of chunks: chunks of one byte would take eight times their memory.
        self._content = BytesIO()
        self._gzip: zlib._Decompress | None = None
        self.problem: str | None = None
        encoding = response.headers.get("content-encoding", "").strip().lower()
        if encoding == "gzip":
            # Not httpx's decoder: this one stops at the limit, in the middle of a bomb.
            self._gzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
        elif encoding not in {"", "identity"}:
            self.problem = f"the body is encoded as {encoding!r}, which was not asked for"

    def take(self, chunk: bytes) -> None:
        """Keep a chunk, or note what is wrong with the body."""
        self._received += len(chunk)
        if self._gzip is not None:
            try:
                room = self._limit - self._content.tell() + 1
                chunk = b"" if self._gzip.eof else self._gzip.decompress(chunk, room)
            except zlib.error as error:
                self.problem = f"the body cannot be decompressed: {error}"
                return
        if max(self._received, self._content.tell() + len(chunk)) > self._limit:
            self.problem = f"the body is larger than {self._limit} bytes (max_response_bytes)"
            return
        self._content.write(chunk)

    def answer(self, response: httpx.Response) -> Answer:
        """Return the response with the body that was kept."""
        if self._gzip is not None and self._received and not self._gzip.eof and not self.problem:
            self.problem = "the body cannot be decompressed: it is cut short"
        return Answer(response, self._content.getvalue(), self.problem)


def timeout_of(request: httpx.Request) -> dict[str, Any]:
    """Return the timeouts of a request: seconds or None by connect, read, write and pool."""
    timeouts: dict[str, Any] = request.extensions.get("timeout", {})
    return timeouts
