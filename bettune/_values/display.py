"""How a value is named in a message."""

from __future__ import annotations

from typing import Any

_LONGEST = 60


def short_repr(value: Any) -> str:
    """Name a value in an error, shortly, whatever its repr does."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - a caller's own repr, or an int too long to print
        text = f"<{type(value).__name__}>"
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def html_table(columns: Any, rows: Any, *, total: int, caption: str) -> str:
    raise NotImplementedError
