"""Makes external text, such as that of a schema or a server, safe for terminals and workflows."""

from __future__ import annotations

import re

# GitHub executes lines of a log that begin with the first pattern, or contain the second.
_COMMANDS = {r"(?m)^([^\S\n]*:)(?=:)": r"\1 ", r"##(?=\[)": "## "}


def shown(text: str, *, lines: bool = False) -> str:
    """Return text without control characters and workflow commands; on one line unless `lines`."""
    kept = "\n" if lines else ""
    text = "".join(
        letter
        if letter.isprintable() or letter in kept
        else letter.encode("unicode_escape").decode()
        for letter in text
    )
    for command, replacement in _COMMANDS.items():
        text = re.sub(command, replacement, text)
    return text
