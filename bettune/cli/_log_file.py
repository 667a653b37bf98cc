"""`push --log`: a CSV file to which a row is appended for each write, as it happens."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Self

from bettune.cli import _push_report
from bettune.cli._output import cell_of
from bettune.cli._session import Failure, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

COLUMNS = ("at", *_push_report.COLUMNS)


class LogError(Failure):
    """The log cannot be written any more."""


class LogFile:
    """A log that is appended to; a row is one call of the system, so that none is half-written.

    Args:
        path: the file; made where there is none.

    Raises:
        WrongUsage: it cannot be opened, or holds something else.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        try:
            # Unbuffered, so that what is written is in the file when a kill comes.
            self._file = open(path, "a+b", buffering=0)  # noqa: SIM115, PTH123 - kept open
            try:
                self._begin()
            except BaseException:
                self._file.close()
                raise
        except OSError as error:
            raise WrongUsage(f"--log {path}: {error.strerror or error}") from None

    def append(self, record: Mapping[str, Any]) -> None:
        """Append a row.

        Raises:
            LogError: the system refused it.
        """
        try:
            self._write(_line(map(cell_of, (record[column] for column in COLUMNS))))
        except OSError as error:
            raise LogError(f"cannot write the log {self._path}: {error.strerror}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _begin(self) -> None:
        """Go on where the log ends, be it in the middle of a row."""
        header = _line(COLUMNS)
        self._file.seek(0)
        found = self._file.read(len(header))
        if header.startswith(found):  # new, or killed in the middle of the header
            self._write(header[len(found) :])
        elif found != header:
            raise WrongUsage(
                f"--log {self._path}: it is not such a log, which begins with the line "
                f"{header.decode().strip()}: name another file"
            )
        self._file.seek(0)
        content = self._file.readall()
        # A row that was cut off stays, and ends here: it opens no quotes for the rows below.
        if content.count(b'"') % 2:
            self._write(b'"\n')
        elif not content.endswith(b"\n"):
            self._write(b"\n")

    def _write(self, data: bytes) -> None:
        if self._file.write(data) != len(data):
            raise OSError(0, "it took only a part of the row")


def _line(cells: Iterable[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode("utf-8", "replace")
