"""Keeps the token out of whatever is said: by the library, and by the HTTP packages below it."""

from __future__ import annotations

import json
import logging
import threading
from typing import TYPE_CHECKING
from weakref import WeakSet

import httpcore
import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

_SHORTEST = 8

# They log the headers of answers, in which a server may echo the token; hpack those of requests.
_LOGGERS = [
    httpx.__name__,
    *(
        f"{httpcore.__name__}.{name}"
        for name in ("connection", "http11", "http2", "proxy", "socks")
    ),
    *(f"hpack.{name}" for name in ("hpack", "table")),
]


def cleaner(token: str) -> Callable[[str], str]:
    """Make a function that takes the token out of a text, also as JSON spells it.

    As long as the function lives, it is applied to what the packages below log, too. A token
    too short to be a secret is left: taking out "t" would garble every text.
    """
    escaped = json.dumps(token)[1:-1]
    spellings = {token, escaped, escaped.replace("/", r"\/")} if len(token) >= _SHORTEST else set()

    def clean(text: str) -> str:
        for spelling in spellings:
            text = text.replace(spelling, "[token]")
        return text

    _logs.add(clean)
    return clean


class _LogFilter(logging.Filter):
    """Cleans log records, of the loggers it is added to, of the tokens in use."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._cleaners: WeakSet[Callable[[str], str]] = WeakSet()

    def add(self, clean: Callable[[str], str]) -> None:
        with self._lock:
            self._cleaners.add(clean)

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, cleaned."""
        message = cleaned = record.getMessage()
        with self._lock:
            for clean in self._cleaners:
                cleaned = clean(cleaned)
        if cleaned != message:
            record.msg, record.args = cleaned, ()
        return True


_logs = _LogFilter()
for _name in _LOGGERS:
    logging.getLogger(_name).addFilter(_logs)
