"""A rate limit that the processes of one user on one machine share through a small file.

The file begins with the limits of the processes: requests, seconds, and the time of last use. Each
request must satisfy all of them, so the strictest applies. Then the file has one record per recent
request: the time of its response or, for a request in flight, its start time as a negative number.
"""

from __future__ import annotations

import errno
import os
import stat
from array import array
from contextlib import contextmanager, suppress
from hashlib import sha256
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

from bettune._errors import ConfigurationError
from bettune._http.rate_limiter import (
    LONGEST_WAIT,
    MaxWaitExceededError,
    PendingRequest,
    Window,
    scaled_down,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from bettune._models import RateLimit

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

# The seconds after which a request without a response (such as that of a killed process) counts as
# ended, and after which a limit that no process uses is ignored.
_LOST_AFTER = 60.0
# The seconds between two attempts to lock the file.
_LOCK_INTERVAL = 0.005
# The maximum numbers of limits and of records in the file.
_MOST_LIMITS = 8
_MOST_RECORDS = 10_000
_LONGEST_PER = 1e9
_HEADER = 3 * _MOST_LIMITS
_NUMBER = array("d").itemsize
# Do not follow symlinks, and do not block on a pipe.
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)

# The open files. A forked child closes its copies, which would keep the locks.
_open_files: set[FileIO] = set()


def _close_inherited_files() -> None:
    while _open_files:
        _open_files.pop().close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_inherited_files)


class SharedWindow(Window):
    """The window of all clients of one user on one machine with the same base URL."""

    def __init__(self, limit: RateLimit, base_url: httpx.URL) -> None:
        """Find or create the file.

        Raises:
            ConfigurationError: the file cannot be used, or the system has no file locks.
        """
        super().__init__(limit)
        if fcntl is None:
            raise ConfigurationError(
                "RateLimit(shared=True) needs file locks, which this system does not have: give "
                "each process its part of the limit, RateLimit(requests // processes, per)"
            )
        self._own_limit = scaled_down(limit, _MOST_RECORDS)
        # The name does not depend on the token: even a digest would reveal something about it.
        name = sha256(str(base_url).rstrip("/").encode()).hexdigest()
        self._path = _cache_folder() / "bettune" / f"rate-limit-{name[:16]}"
        # The records of the requests in flight: the place in the file, and the value.
        self._records: dict[PendingRequest, tuple[int, float]] = {}
        # The time of the first of several failed attempts to lock the file.
        self._locked_since: float | None = None
        with self._opened():
            pass  # raise now if the file cannot be used

    def try_acquire(self, pending: PendingRequest, now: float, max_wait: float) -> float:
        """Take a turn and return 0, or queue and return the seconds until the next turn.

        Raises:
            MaxWaitExceededError: another process has kept the file locked for `max_wait`.
            ConfigurationError: the file cannot be used any more.
        """
        self._queue.setdefault(pending)
        if self.next() is not pending:
            return LONGEST_WAIT  # the request ahead in the queue wakes this one
        # Check this client's own requests first: they count even if the file was removed.
        delay = super().delay(now, max_wait)
        if delay > 0:
            return delay
        with self._opened() as file:
            try:
                if not self._try_lock(file, now, max_wait):
                    return _LOCK_INTERVAL
                limits, records = self._read(file, now)
                delay = _delay(limits, records, now)
                if delay <= 0:
                    self._write_limit(file, limits, now)
                    place = _free_place(limits, records, now)
                    self._records[pending] = place, -now
                    self._write(file, _HEADER + place, [-now])
                    self._in_flight.add(pending)
                    self._queue.pop(pending, None)
            finally:
                # Unlock explicitly: closing is not enough if a child was forked meanwhile.
                fcntl.flock(file, fcntl.LOCK_UN)
        return delay

    def release(self, pending: PendingRequest, now: float) -> None:
        """Record the end of a request in flight, or leave the queue. Idempotent."""
        super().release(pending, now)
        if not self._queue:
            self._locked_since = None
        if pending in self._records:
            place, value = self._records[pending]
            # If the write fails, the request counts as one without a response.
            with suppress(ConfigurationError), self._opened() as file:
                _, records = self._read(file, now)
                # No lock is needed: other processes do not write the record of this request.
                if place < len(records) and records[place] == value:
                    self._write(file, _HEADER + place, [now])
            self._records.pop(pending, None)

    def delay(self, now: float, max_wait: float) -> float:
        """Return the seconds until the next turn, as far as known; 0 or less means now."""
        with self._opened() as file:
            return max(super().delay(now, max_wait), _delay(*self._read(file, now), now))

    def _try_lock(self, file: FileIO, now: float, max_wait: float) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if self._locked_since is None:
                self._locked_since = now
            if now - self._locked_since > max_wait:
                reason = f"another process keeps the shared limit's file {self._path} locked"
                raise MaxWaitExceededError(now - self._locked_since, reason) from None
            return False
        self._locked_since = None
        # If the file was removed meanwhile, other processes use a new file: retry with it.
        return os.fstat(file.fileno()).st_nlink > 0

    def _read(self, file: FileIO, now: float) -> tuple[list[tuple[int, float, int]], array[float]]:
        """Return the limits in use, with their places in the file, and the records.

        The first limit is that of this client.
        """
        size = (_HEADER + _MOST_RECORDS) * _NUMBER
        content = os.pread(file.fileno(), size, 0)
        numbers = array("d", content[: len(content) // _NUMBER * _NUMBER])
        limits = [(*self._own_limit, -1)]  # -1: not in the file yet
        for place in range(0, min(_HEADER, len(numbers) // 3 * 3), 3):
            requests, per, used = numbers[place : place + 3]
            if (requests, per) == self._own_limit:
                limits[0] = (*self._own_limit, place)
            elif _is_limit(requests, per) and abs(now - used) <= _LOST_AFTER:
                limits.append((int(requests), per, place))
        return limits, numbers[_HEADER:]

    def _write_limit(self, file: FileIO, limits: list[tuple[int, float, int]], now: float) -> None:
        """Record that this client's limit is in use."""
        place = limits[0][2]
        if place < 0:
            taken = {taken_place for _, _, taken_place in limits}
            free = [place for place in range(0, _HEADER, 3) if place not in taken]
            place = free[0] if free else 0  # if all are taken, replace the first limit
        self._write(file, place, [*self._own_limit, now])

    @staticmethod
    def _write(file: FileIO, place: int, numbers: list[float]) -> None:
        os.pwrite(file.fileno(), array("d", numbers).tobytes(), place * _NUMBER)

    @contextmanager
    def _opened(self) -> Iterator[FileIO]:
        """Open the file. Each call opens it anew, since it may have been removed."""
        with self._configuration_errors(), FileIO(self._path, "r+", opener=_open_own_file) as file:
            _open_files.add(file)
            try:
                yield file
            finally:
                _open_files.discard(file)

    @contextmanager
    def _configuration_errors(self) -> Iterator[None]:
        """Convert the errors of the file into a ConfigurationError that names it."""
        try:
            yield
        except OSError as error:
            raise ConfigurationError(
                f"RateLimit(shared=True) cannot use its file {self._path}: {error.strerror}; "
                "set XDG_CACHE_HOME to use another folder"
            ) from None


def _cache_folder() -> Path:
    folder = os.environ.get("XDG_CACHE_HOME", "")
    try:
        # A relative path is invalid and ignored, as the XDG specification requires.
        return Path(folder if Path(folder).is_absolute() else "~/.cache").expanduser().absolute()
    except RuntimeError:
        raise ConfigurationError(
            "RateLimit(shared=True) has no folder for its file, since the user has no home "
            "folder: set XDG_CACHE_HOME"
        ) from None


def _open_own_file(path: str, flags: int) -> int:
    """Open a file that the user owns, in a folder that the user owns. Create them if missing."""
    folder = _open_own_folder(Path(path).parent)
    try:
        file = os.open(Path(path).name, flags | os.O_CREAT | _FLAGS, 0o600, dir_fd=folder)
    finally:
        os.close(folder)
    try:
        _check_own(os.fstat(file), stat.S_ISREG)
    except OSError:
        os.close(file)
        raise
    return file


def _open_own_folder(path: Path) -> int:
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | _FLAGS)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | _FLAGS)
    try:
        _check_own(os.fstat(folder), stat.S_ISDIR)
    except OSError:
        os.close(folder)
        raise
    return folder


def _check_own(status: os.stat_result, is_of_kind: Callable[[int], bool]) -> None:
    if not is_of_kind(status.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file or folder")
    if status.st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, "it belongs to another user")
    if status.st_mode & stat.S_IWOTH:
        raise PermissionError(errno.EPERM, "all users may write to it")


def _is_limit(requests: float, per: float) -> bool:
    return 1 <= requests <= _MOST_RECORDS and 0 < per <= _LONGEST_PER


def _delay(limits: list[tuple[int, float, int]], records: array[float], now: float) -> float:
    """Return the seconds until all limits allow a request; 0 means now."""
    delay = 0.0
    for requests, per, _ in limits:
        left = sorted(filter(None, (_seconds_left(value, now, per) for value in records)))
        if len(left) >= requests:  # wait until only `requests - 1` records count
            delay = max(delay, left[len(left) - requests])
    return delay


def _free_place(limits: list[tuple[int, float, int]], records: array[float], now: float) -> int:
    """Return the place of the first record that no longer counts, or of a new record."""
    longest = max(per for _, per, _ in limits)
    for place, value in enumerate(records):
        if not _seconds_left(value, now, longest):
            return place
    return len(records)


def _seconds_left(value: float, now: float, per: float) -> float:
    """Return the seconds for which a record still counts; 0 if it is from before a reboot."""
    if value > 0:
        left = value + per - now
        return left if 0 < left <= 2 * per else 0.0
    if value < 0:
        left = _LOST_AFTER + per - value - now
        # If the response arrives now, the request counts for another `per` seconds.
        return min(left, per) if 0 < left <= _LOST_AFTER + 2 * per else 0.0
    return 0.0
