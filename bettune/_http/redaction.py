"""Keeps the token out of errors and logs: the library's, and those of the HTTP packages below."""

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

_SHORTEST = 8
_REPLACEMENT = "[token]"
_ESCAPES = frozenset("\\%&")
_URL_SAFE = str.maketrans("+/", "-_")

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
    """Make a function that replaces the token in a text, however the text spells it.

    A server may echo it as it is, percent-encoded, HTML-escaped, with the escapes of JSON and
    Python, in other case, or in Base64. As long as the function lives, it is applied to the log
    records of the packages below, too. A token too short to be a secret is left: replacing "t"
    would garble every text.
    """
    if len(token) < _SHORTEST:
        return _unchanged
    plain, encoded = token.lower(), [*_in_base64(token)]
    spelt: list[re.Pattern[str]] = []

    def clean(text: str) -> str:
        # A text without escapes is searched for the plain token, which is much faster.
        if not _ESCAPES.isdisjoint(text) or plain in text.lower():
            if not spelt:  # made when it is first needed, since that takes milliseconds
                spelt.append(re.compile("".join(map(_spellings, token)), re.IGNORECASE))
            text = spelt[0].sub(_REPLACEMENT, text)
        for letters in encoded:
            text = text.replace(letters, _REPLACEMENT)
        return text

    _logs.add(clean)
    return clean


def _unchanged(text: str) -> str:
    return text


def _spellings(character: str) -> str:
    """Return a pattern of the spellings of one character of a token, which is ASCII."""
    from html.entities import html5  # noqa: PLC0415 - needed when a token is found

    code = f"{ord(character):x}"
    escapes = [
        re.escape(character),
        rf"\\+{re.escape(character)}",
        rf"\\+(?:u00|x|u\{{0*){code}\}}?",
        rf"%(?:25)*{code}",
        rf"&(?:amp;)*\#(?:0*{ord(character)}|x0*{code});?",
    ]
    names = [name.rstrip(";") for name, text in html5.items() if text == character]
    if names:
        escapes.append(rf"&(?:amp;)*(?:{'|'.join(names)});?")
    return f"(?:{'|'.join(escapes)})"


def _in_base64(token: str) -> Iterator[str]:
    """Yield the letters that stand for the token in Base64, wherever in the text it begins."""
    for before in range(3):
        encoded = b64encode(b"\0" * before + token.encode())
        # The letters that hold bits of the bytes before or after it are not the token's.
        core = encoded.rstrip(b"=").decode()[(0, 2, 3)[before] : -1]
        yield core
        yield core.translate(_URL_SAFE)


class _LogFilter(logging.Filter):
    """Cleans log records, of the loggers it is added to, of the tokens in use and of controls.

    It takes no lock: a thread that logs may be interrupted by a signal handler that logs, or by a
    fork whose child would find the lock taken for ever. Adding to a dict is a single step.
    """

    def __init__(self) -> None:
        super().__init__()
        self._cleaners: dict[int, ref[Callable[[str], str]]] = {}

    def add(self, clean: Callable[[str], str]) -> None:
        key = id(clean)
        self._cleaners[key] = ref(clean, lambda _: self._cleaners.pop(key, None))

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, cleaned, and on one line without what steers a terminal."""
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
            # The collector may take a cleaner away meanwhile.
            with suppress(RuntimeError):
                return list(self._cleaners.values())


_logs = _LogFilter()
for _name in _LOGGERS:
    logging.getLogger(_name).addFilter(_logs)
