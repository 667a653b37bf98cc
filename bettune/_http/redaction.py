"""Removes the token from errors and logs, also from the logs of httpx, httpcore and hpack."""

from __future__ import annotations

import logging
import re
from base64 import b64encode
from contextlib import suppress
from typing import TYPE_CHECKING
from weakref import ref

import httpcore
import httpx

from bettune._values.display import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SHORTEST_TOKEN = 8
_REPLACEMENT = "[token]"
_ESCAPES = frozenset("\\%&=")
# The number of times that an escape may itself be escaped. Without a limit, 64 KB of backslashes
# take minutes.
_REPEATED, _PADDING = "{1,16}", "{0,16}"
_URL_SAFE = str.maketrans("+/", "-_")

# The loggers that log headers: of responses, which may echo the token, and (hpack) of requests.
_LOGGERS = [
    httpx.__name__,
    *(
        f"{httpcore.__name__}.{name}"
        for name in ("connection", "http11", "http2", "proxy", "socks")
    ),
    *(f"hpack.{name}" for name in ("hpack", "table")),
]


def cleaner(token: str) -> Callable[[str], str]:
    """Make a function that replaces the token in a text, in any spelling.

    A server may echo the token unchanged, percent-encoded, HTML-escaped, with the escapes of a
    programming language or of mail, in another case, in hexadecimal or in Base64. As long as the
    function exists, it is also applied to the log records of the HTTP packages. A token of fewer
    than 8 characters is not a secret and is not replaced: replacing "t" would garble every text.
    """
    if len(token) < _SHORTEST_TOKEN:
        return _unchanged
    encoded = [token.encode().hex(), *dict.fromkeys(_in_base64(token))]
    plain = [form.lower() for form in (token, *encoded)]
    compiled: list[re.Pattern[str]] = []

    def clean(text: str) -> str:
        # In a text without escapes, search for the plain forms only: this is much faster.
        if _ESCAPES.isdisjoint(text):
            lower = text.lower()
            if not any(form in lower for form in plain):
                return text
        if not compiled:  # on first use, since it takes milliseconds
            patterns = ["".join(map(_spellings, token))]
            # Letters and digits of an encoded token are not escaped once more.
            patterns += [re.sub(r"[^\w\\]", _spelling_of, form) for form in encoded]
            compiled.append(re.compile("|".join(patterns), re.IGNORECASE))
        return compiled[0].sub(_REPLACEMENT, text)

    _logs.add(clean)
    return clean


def _unchanged(text: str) -> str:
    return text


def _spelling_of(character: re.Match[str]) -> str:
    return _spellings(character[0])


def _spellings(character: str) -> str:
    """Return a pattern that matches all spellings of one ASCII character of a token."""
    from html.entities import html5  # noqa: PLC0415 - seldom needed

    code = f"{ord(character):x}"
    escapes = [
        re.escape(character),
        rf"\\{_REPEATED}{re.escape(character)}",
        rf"\\{_REPEATED}(?:u00|U0{{6}}|x|u\{{0{_PADDING}|0{_PADDING}){code}\}}?",
        rf"\\{_REPEATED}{ord(character):03o}",
        rf"%(?:25){_PADDING}(?:u00)?{code}",
        f"={code}",
        rf"&(?:amp;){_PADDING}\#(?:0{_PADDING}{ord(character)}|x0{_PADDING}{code});?",
    ]
    names = [name.rstrip(";") for name, text in html5.items() if text == character]
    if names:
        escapes.append(rf"&(?:amp;){_PADDING}(?:{'|'.join(names)});?")
    return f"(?:{'|'.join(escapes)})"


def _in_base64(token: str) -> Iterator[str]:
    """Yield the Base64 spellings of the token, for each position modulo 3 in the encoded text."""
    for before in range(3):
        encoded = b64encode(b"\0" * before + token.encode())
        # Leave out the letters that also encode bits of the bytes before or after the token.
        core = encoded.rstrip(b"=").decode()[(0, 2, 3)[before] : -1]
        yield core
        yield core.translate(_URL_SAFE)


class _LogFilter(logging.Filter):
    """Removes tokens and control characters from log records.

    It uses no lock: a signal handler that logs may interrupt a thread that logs, and in a forked
    child the lock might stay acquired forever. Adding a key to a dict is atomic.
    """

    def __init__(self) -> None:
        super().__init__()
        self._cleaners: dict[int, ref[Callable[[str], str]]] = {}

    def add(self, clean: Callable[[str], str]) -> None:
        key = id(clean)
        self._cleaners[key] = ref(clean, lambda _: self._cleaners.pop(key, None))

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean a record and accept it. The message has one line and no control characters."""
        message = cleaned = record.getMessage()
        for reference in self._snapshot():
            clean = reference()
            if clean is not None:
                cleaned = clean(cleaned)
        cleaned = printable(cleaned)
        if cleaned != message:
            record.msg, record.args = cleaned, ()
        return True

    def _snapshot(self) -> list[ref[Callable[[str], str]]]:
        while True:
            # The garbage collector may remove a cleaner at the same time.
            with suppress(RuntimeError):
                return list(self._cleaners.values())


_logs = _LogFilter()
for _name in _LOGGERS:
    logging.getLogger(_name).addFilter(_logs)
