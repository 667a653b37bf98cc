"""Take over a downloaded schema, with its client, or refuse it; and say what changed."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from scripts import ROOT
from scripts.schema import pair
from scripts.schema.changes import BREAKING, Change
from scripts.schema.compare import compare
from scripts.schema.document import load
from scripts.schema.download import fetch
from scripts.schema.generate import contents, difference, generate
from scripts.schema.text import Refused, dump

if TYPE_CHECKING:
    from pathlib import Path


def as_yaml(data: bytes, document: dict[str, Any]) -> bytes:
    """Return YAML as it came, and JSON as YAML."""
    if not data.decode("utf-8-sig").lstrip().startswith("{"):
        return data
    written = dump(document)
    if load(written) != document:
        raise Refused("it cannot be written as YAML without changing it: convert it by hand")
    return written


def take_over(source: str, root: Path = ROOT) -> list[Change] | None:
    """Put a schema and its client in place; return what changed, or None where it is the old one.

    Raises:
        Refused: it was not taken, and nothing is changed.
    """
    data = fetch(source)
    with pair.workspace(root) as new:
        path, client = root / pair.SCHEMA, root / pair.CLIENT
        before = path.read_bytes()
        if len(data) < len(before) and before.startswith(data.rstrip()) and data.strip():
            raise Refused("it is cut: openapi.yaml begins with all of it and goes on")
        document = load(data)
        (new / pair.SCHEMA).write_bytes(as_yaml(data, document))
        generate(document, new / pair.CLIENT)
        changes = compare(load(before), document)
        same = (new / pair.SCHEMA).read_bytes() == before
        if same and not difference(contents(client), contents(new / pair.CLIENT)):
            return None
        pair.replace(new, root)
        return changes


def summary(changes: list[Change]) -> str:
    """Return the changes as a list for a person, and for a pull request."""
    lines = [f"- {level}: {text}" for level, text in changes]
    return "\n".join(["What changed for the users of bettune:", *lines])


def misfits() -> str:
    """Return where the facade does not fit the client any more, with the lines."""
    mypy = [sys.executable, "-m", "mypy", "--pretty", "--no-color-output", "--no-error-summary"]
    wide = os.environ | {"MYPY_FORCE_TERMINAL_WIDTH": "160"}
    done = subprocess.run(mypy, cwd=ROOT, env=wide, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip() if done.returncode else ""


def main() -> None:
    """Exit with 0: the facade works unchanged; 1: it, or its users, are broken; 2: refused."""
    source = sys.argv[1].strip() if len(sys.argv) == 2 else ""
    if not source:
        print("Which schema? make schema SCHEMA=<url or file>", file=sys.stderr)
        sys.exit(2)
    try:
        changes = take_over(source)
    except (Refused, OSError) as error:
        print(f"{source} was refused, nothing is changed: {error}", file=sys.stderr)
        sys.exit(2)
    if changes is None:
        print("It is the schema we have: nothing is changed.")
    else:
        print("openapi.yaml and generated/ are the new ones.")
        print(summary(changes) if changes else "What it says is the same; generated/ was not.")
    broken = any(change.level == BREAKING for change in changes or [])
    if changes and (places := misfits()):
        print(f"The facade no longer fits, here:\n{places}")
    elif broken:
        print("The facade fits as it is; its users may not: say so in the changelog.")
    sys.stdout.flush()
    make = [os.environ.get("MAKE", "make"), "--no-print-directory", "check"]
    checked = subprocess.run(make, cwd=ROOT, check=False).returncode == 0
    if not checked:
        print("make check does not pass: see above.")
    sys.exit(1 if broken or not checked else 0)
