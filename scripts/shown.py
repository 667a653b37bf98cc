"""Text from outside, such as a schema's or a server's, as terminals and workflows may show it."""

from __future__ import annotations

import re

# Of a workflow's log GitHub carries out lines that begin with the first, or have the second.
_COMMANDS = {r"(?m)^([^\S\n]*:)(?=:)": r"\1 ", r"##(?=\[)": "## "}


def shown(text: str, *, lines: bool = False) -> str:
    """Return a text less control characters and workflow commands; on one line, or with `lines`."""
    kept = "\n" if lines else ""
    text = "".join(
        one if one.isprintable() or one in kept else one.encode("unicode_escape").decode()
        for one in text
    )
    for command, replacement in _COMMANDS.items():
        text = re.sub(command, replacement, text)
    return text
