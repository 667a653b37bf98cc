"""`--log`: a CSV file to which each write is appended as one row."""

from __future__ import annotations

import csv
import errno
import io
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from bettune.cli import _writes_report
from bettune.cli._exit_status import Failure, WrongUsage
from bettune.cli._output import cell_of, one_line

try:
    import fcntl
except ImportError:  # Windows: processes that create a log at the same time may each write a header
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import IO, Any

_BLOCK = 1 << 16
COLUMNS = ("at", *_writes_report.COLUMNS, "source", "state")


class LogError(Failure):
    """Writing to the log failed."""


class LogFile:
    """A log file, opened for appending. Each row is written in one system call, so it is not split.

    Args:
        path: the file, which is created if missing.
        spreadsheet_safe: put an apostrophe before text that a spreadsheet would run as a formula.

    Raises:
        WrongUsage: the file cannot be opened, or is not a log.
    """

    def __init__(self, path: str, *, spreadsheet_safe: bool = False) -> None:
        self._path = path
        self._safe = spreadsheet_safe
        self._torn = False
        try:
            # Unbuffered, so that a killed process loses no rows.
            device = Path(path).exists() and not Path(path).is_file()
            self._file = open(path, "ab" if device else "a+b", buffering=0)  # noqa: SIM115, PTH123
            try:
                if device:  # a pipe, or /dev/full
                    self._write(_line(COLUMNS))
                else:
                    self._begin()
            except BaseException:
                self._file.close()
                raise
        except OSError as error:
            raise WrongUsage(f"--log {path}: {error.strerror or error}") from None

    def append(self, record: Mapping[str, Any]) -> None:
        """Append a row.

        Raises:
            LogError: the row could not be written.
        """
        try:
            self._write(_line(map(self._cell, map(record.__getitem__, COLUMNS))))
        except OSError as error:
            raise LogError(f"cannot write the log {self._path}: {error.strerror}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _cell(self, value: object) -> object:
        # Team names may have control characters, and a terminal may show the log.
        text = one_line(value) if isinstance(value, str) else value
        return cell_of(text, spreadsheet_safe=self._safe)

    def _begin(self) -> None:
        """Write the header of a new log, or continue an old log with an incomplete last row."""
        header = _line(COLUMNS)
        with _locked(self._file):  # only one of several processes writes the header
            self._file.seek(0)
            start = self._file.read(len(header))
            if header.startswith(start):  # a new log, or an incomplete header
                self._write(header[len(start) :])
            elif start != header:
                raise WrongUsage(
                    f"--log {self._path}: it is not a log of bettune, which begins with the line "
                    f"{header.decode().strip()}: give another file"
                )
            # End an incomplete row, and close its quotes, so that the next rows can be read.
            quotes, last = self._ending()
            if quotes % 2:
                self._write(b'"\n')
            elif last != b"\n":
                self._write(b"\n")

    def _ending(self) -> tuple[int, bytes]:
        """Return the number of quotes in the log, and its last byte."""
        quotes, last = 0, b""
        self._file.seek(0)
        while block := self._file.read(_BLOCK):
            quotes += block.count(b'"')
            last = block[-1:]
        return quotes, last

    def _write(self, data: bytes) -> None:
        # After a row that was written only in part, the next row begins on a new line.
        written = self._file.write(b"\n" + data if self._torn else data) or 0
        self._torn = 0 < written < len(data)
        if written < len(data):
            raise OSError(errno.ENOSPC, "only a part of the row was written")


def _line(cells: Iterable[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode("utf-8", "replace")


@contextmanager
def _locked(file: IO[bytes]) -> Iterator[None]:
    if fcntl is None:
        yield
        return
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
