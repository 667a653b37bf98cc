"""The predictions written to the sandbox: a SQLite table that processes can share."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
import weakref
from contextlib import contextmanager, suppress
from datetime import UTC
from typing import TYPE_CHECKING, TypeVar

import anyio

from bettune.sandbox._predictions import FIRST_INITIAL_ID, Prediction, initial_prediction
from bettune.sandbox._values import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

T = TypeVar("T")

# The maximum seconds to wait while another process has the database locked.
_LONGEST_WAIT = 5.0
_PAUSE = 0.01

# A row overrides `initial_prediction`. A row without odds is a deleted prediction.
_TABLE = """
CREATE TABLE IF NOT EXISTS predictions (
    id INTEGER NOT NULL UNIQUE,
    filter_id INTEGER NOT NULL,
    match_id INTEGER NOT NULL,
    odds TEXT,
    source TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (filter_id, match_id)
)
"""
_COLUMNS = ["id", "filter_id", "match_id", "odds", "source", "created_at", "updated_at"]


class LockedError(Exception):
    """Another process has the database locked."""


async def when_free(function: Callable[[], T]) -> T:
    """Call a function that uses a store, and retry it while another process locks the database.

    The server handles other requests in the meantime.

    Raises:
        RefusedError: with status 503 if the database stays locked for some seconds.
    """
    deadline = time.monotonic() + _LONGEST_WAIT
    while True:
        try:
            return function()
        except LockedError:
            if time.monotonic() > deadline:
                message = "Another process has the sandbox's database locked"
                raise RefusedError(503, "database_locked", message, {"Retry-After": "1"}) from None
        await anyio.sleep(_PAUSE)


class Store:
    """The predictions of all filters. A method commits its changes before it returns.

    Threads may share a store, and processes may share its file. `now` returns the current time. A
    method raises `LockedError` immediately if another process has the database locked.
    """

    def __init__(self, database: str | os.PathLike[str], now: Callable[[], datetime]) -> None:
        """Open or create the database, or a private one for ":memory:". Raises `OSError`."""
        self._now = now
        self._lock = threading.Lock()
        try:
            _create(database)
            self._db = sqlite3.connect(
                os.fspath(database),
                timeout=_LONGEST_WAIT,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                self._prepare()
                self._db.execute("PRAGMA busy_timeout = 0")
            except BaseException:
                self._db.close()
                raise
        except (OSError, sqlite3.Error) as error:
            raise OSError(f"cannot open the database {os.fspath(database)}: {error}") from error
        # For a sandbox that was used only in process and never stopped.
        weakref.finalize(self, self._db.close)

    def close(self) -> None:
        """Close the database. Only the content of ":memory:" is lost."""
        with self._lock:
            self._db.close()

    def search(self, filter_id: int, match_ids: Iterable[int]) -> list[Prediction]:
        """Return the predictions for matches, in the order of the ids, without duplicates."""
        ids = list(dict.fromkeys(match_ids))
        with self._lock, _locks_raised():
            rows = self._db.execute(
                "SELECT * FROM predictions WHERE filter_id = ?"
                " AND match_id IN (SELECT value FROM json_each(?))",
                (filter_id, json.dumps(ids)),
            ).fetchall()
        stored = {row[2]: row for row in rows}
        predictions = []
        for match_id in ids:
            row = stored.get(match_id)
            prediction = _visible(row) if row else initial_prediction(filter_id, match_id)
            if prediction:
                predictions.append(prediction)
        return predictions

    def put(self, filter_id: int, match_id: int, odds: str) -> Prediction:
        """Create the prediction, or update it if it exists."""
        now = self._now().astimezone(UTC).isoformat(timespec="seconds")
        with self._writing():
            old = self._get(filter_id, match_id)
            new = Prediction(
                id=old.id if old else self._free_id(),
                filter_id=filter_id,
                match_id=match_id,
                odds=odds,
                source="api",
                created_at=old.created_at if old else now,
                updated_at=now,
            )
            self._save(new, odds)
        return new

    def delete(self, filter_id: int, match_id: int) -> None:
        """Delete the prediction, if it exists."""
        with self._writing():
            old = self._get(filter_id, match_id)
            if old:
                self._save(old, None)

    def _prepare(self) -> None:
        self._enter_wal()
        # NORMAL loses no writes when the process is killed. Only a power failure may lose some.
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(_TABLE)
        columns = [row[1] for row in self._db.execute("PRAGMA table_info(predictions)")]
        if columns != _COLUMNS:
            raise sqlite3.DatabaseError("its table predictions has the columns of another program")

    def _enter_wal(self) -> None:
        # SQLite does not wait for another process that is making the same change.
        deadline = time.monotonic() + _LONGEST_WAIT
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if not _is_locked(error) or time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE)
            else:
                return

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock, _locks_raised():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def _get(self, filter_id: int, match_id: int) -> Prediction | None:
        row = self._db.execute(
            "SELECT * FROM predictions WHERE filter_id = ? AND match_id = ?",
            (filter_id, match_id),
        ).fetchone()
        return _visible(row) if row else initial_prediction(filter_id, match_id)

    def _free_id(self) -> int:
        query = "SELECT coalesce(max(id), 0) + 1 FROM predictions WHERE id < ?"
        free: int = self._db.execute(query, (FIRST_INITIAL_ID,)).fetchone()[0]
        return free

    def _save(self, prediction: Prediction, odds: str | None) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO predictions VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                prediction.id,
                prediction.filter_id,
                prediction.match_id,
                odds,
                prediction.source,
                prediction.created_at,
                prediction.updated_at,
            ),
        )


def _create(database: str | os.PathLike[str]) -> None:
    """Create a missing file, readable only by this user. SQLite gives its other files this mode."""
    if os.fspath(database) != ":memory:":
        with suppress(FileExistsError):
            os.close(os.open(database, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


@contextmanager
def _locks_raised() -> Iterator[None]:
    """Raise `LockedError` if SQLite reports a lock."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if _is_locked(error):
            raise LockedError from None
        raise


def _is_locked(error: sqlite3.OperationalError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def _visible(row: tuple[int, int, int, str | None, str, str, str]) -> Prediction | None:
    id_, filter_id, match_id, odds, source, created_at, updated_at = row
    if odds is None:
        return None
    return Prediction(id_, filter_id, match_id, odds, source, created_at, updated_at)
