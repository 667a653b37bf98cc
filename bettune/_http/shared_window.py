"""A rate limit that the processes of one machine keep together, by a small file.

The file holds a slot for each request that the limit permits in its window: 0, when its last
answer came, or, below 0, when the request under way in it started.
"""

from __future__ import annotations

import os
from array import array
from contextlib import contextmanager, suppress
from hashlib import sha256
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

from bettune._errors import ConfigurationError
from bettune._http.rate_limiter import LONGEST_WAIT, PendingRequest, Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from bettune._models import RateLimit

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

# How long a request counts that gets no answer, as where its process was killed.
_LOST_AFTER = 60.0
# How long to wait where another process has the file.
_BUSY = 0.005
_SLOT = array("d").itemsize


class SharedWindow(Window):
    """A window over all clients of a user on one machine with the same base URL and limit."""

    def __init__(self, limit: RateLimit, base_url: httpx.URL) -> None:
        """Find the file, or make it.

        Raises:
            ConfigurationError: it cannot be used, or this system has no such locks.
        """
        super().__init__(limit)
        if fcntl is None:
            raise ConfigurationError(
                "RateLimit(shared=True) needs locks that this system does not have: give each "
                "process its part of the limit instead, RateLimit(requests // processes, per)"
            )
        self._requests, self._per = limit.requests, float(limit.per)
        # Not by the token: a digest of it would still be of it.
        base = str(base_url).rstrip("/")
        name = sha256(f"{base} {self._requests} {self._per}".encode()).hexdigest()
        try:
            cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
        except RuntimeError:
            raise ConfigurationError(
                "RateLimit(shared=True) has no folder for its file, for want of a home: "
                "set XDG_CACHE_HOME"
            ) from None
        self._path = cache / "bettune" / f"rate-limit-{name[:16]}"
        self._slots: dict[PendingRequest, tuple[int, float]] = {}
        with self._failures_named():
            self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._opened():
            pass

    def try_acquire(self, pending: PendingRequest, now: float) -> float:
        """Take a turn and return 0, or queue for one and return the seconds until the next one."""
        self._queue.setdefault(pending)
        if self.next() is not pending:
            return LONGEST_WAIT  # whoever is before it wakes it
        if self.paused_until > now:
            return self.paused_until - now
        with self._opened() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return _BUSY
            left = self._left(file, now)
            wait = min(left)
            if wait <= 0:
                slot = left.index(wait)
                self._slots[pending] = slot, -now
                self._write(file, slot, -now)
                self._queue.pop(pending, None)
        return wait

    def release(self, pending: PendingRequest, now: float) -> None:
        """Note that a request under way got its answer, or never will; or leave the queue."""
        self._queue.pop(pending, None)
        if pending in self._slots:
            slot, value = self._slots[pending]
            # Where it cannot be written, the request counts as lost.
            with suppress(ConfigurationError), self._opened() as file:
                # Nobody else writes where a request is under way, so that no lock is needed.
                if self._read(file)[slot] == value:
                    self._write(file, slot, now)
            self._slots.pop(pending, None)

    def delay(self, now: float) -> float:
        """Seconds until anybody is let out, as far as that is known; not above 0 for now."""
        with self._opened() as file:
            return max(self.paused_until - now, min(self._left(file, now)))

    def _left(self, file: FileIO, now: float) -> list[float]:
        return [_seconds_left(value, now, self._per) for value in self._read(file)]

    def _read(self, file: FileIO) -> array[float]:
        size = self._requests * _SLOT
        return array("d", os.pread(file.fileno(), size, 0).ljust(size, b"\0"))

    @staticmethod
    def _write(file: FileIO, slot: int, value: float) -> None:
        os.pwrite(file.fileno(), array("d", [value]).tobytes(), slot * _SLOT)

    @contextmanager
    def _opened(self) -> Iterator[FileIO]:
        """The file, which is opened each time: somebody may have deleted it, or forked."""
        with self._failures_named(), FileIO(self._path, "r+", opener=_open_or_make) as file:
            yield file

    @contextmanager
    def _failures_named(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ConfigurationError(
                f"RateLimit(shared=True) cannot use its file {self._path}: {error.strerror}; "
                "XDG_CACHE_HOME names another folder for it"
            ) from None


def _open_or_make(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CREAT, 0o600)


def _seconds_left(value: float, now: float, per: float) -> float:
    """How long a slot is taken; what no clock of this start of the machine wrote, takes none."""
    if value > 0:
        left = value + per - now
        return left if 0 < left <= 2 * per else 0.0
    if value < 0:
        left = _LOST_AFTER + per - value - now
        # Its answer may come now, and it counts for `per` from then on.
        return min(left, per) if 0 < left <= _LOST_AFTER + 2 * per else 0.0
    return 0.0
