"""The body of an answer as it comes in: decompressed, up to a number of bytes, and in time."""

from __future__ import annotations

import time
import zlib
from io import BytesIO

import httpx

# A body that comes more slowly, in bytes a second, counts as none after the time of a timeout.
_SLOWEST = 1024


class Body:
    """Takes the chunks of a body, as they come from the network."""

    def __init__(self, response: httpx.Response, request: httpx.Request, limit: int) -> None:
        self._response = response
        self._limit = limit
        self._taken = 0
        # Not a list of chunks: one of a byte each would take eight times its memory.
        self._kept = BytesIO()
        self._patience: float | None = request.extensions.get("timeout", {}).get("read")
        self._start = time.monotonic()
        self._gzip: zlib._Decompress | None = None
        self.problem: str | None = None
        encoding = response.headers.get("content-encoding", "").strip().lower()
        if encoding == "gzip":
            # Ours and not httpx's: it stops at the limit, in the middle of a bomb.
            self._gzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
        elif encoding not in {"", "identity"}:
            self.problem = f"the body is encoded as {encoding!r}, which was not asked for"

    def take(self, chunk: bytes) -> None:
        """Keep a chunk as it came, or note what is wrong with the body.

        Raises:
            httpx.ReadTimeout: the body comes too slowly, however steadily.
        """
        self._taken += len(chunk)
        if self._gzip is not None:
            try:
                room = self._limit - self._kept.tell() + 1
                chunk = b"" if self._gzip.eof else self._gzip.decompress(chunk, room)
            except zlib.error as error:
                self.problem = f"the body cannot be decompressed: {error}"
                return
        if max(self._taken, self._kept.tell() + len(chunk)) > self._limit:
            self.problem = f"the body is larger than {self._limit} bytes (max_response_bytes)"
            return
        self._kept.write(chunk)
        if self._patience is not None:
            seconds = time.monotonic() - self._start
            if seconds > self._patience + self._taken / _SLOWEST:
                raise httpx.ReadTimeout(f"{self._taken} bytes in {seconds:.1f} s")

    def end(self) -> None:
        """Give the response what was kept, as its own `read` would."""
        if self._gzip is not None and self._taken and not self._gzip.eof and self.problem is None:
            self.problem = "the body cannot be decompressed: it is cut short"
        self._response._content = self._kept.getvalue()  # noqa: SLF001 - httpx sets no limit itself
