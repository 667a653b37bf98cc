"""The comments of docs/examples in Polish, for the programs that the Polish pages show."""

from __future__ import annotations

import io
import re
import tokenize
import tomllib
from pathlib import Path

POLISH: dict[str, str] = tomllib.loads(
    Path(__file__).with_name("locale").joinpath("pl", "comments.toml").read_text("utf-8")
)


def comments(program: str) -> list[str]:
    """Return the texts of the comments and of the module's docstring, in their order."""
    docstring = re.findall(r'\A"""(.+)"""$', program, re.MULTILINE)
    tokens = tokenize.generate_tokens(io.StringIO(program).readline)
    return docstring + [
        token.string.removeprefix("# ")
        for token in tokens
        if token.type == tokenize.COMMENT and not token.string.startswith("# type: ")
    ]


def in_polish(program: str) -> str:
    """Return the program with its comments in Polish; a comment without a translation stays."""
    for text in comments(program):
        polish = POLISH.get(text, text)
        program = re.sub(
            rf'(# |\A"""){re.escape(text)}(?="""$|$)',
            rf"\g<1>{polish}",
            program,
            flags=re.MULTILINE,
        )
    return program
