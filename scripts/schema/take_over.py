"""Take a downloaded schema, with its client, or refuse it; and say what changed and what to do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import traceback
from typing import TYPE_CHECKING, Any, TextIO

from scripts import ROOT
from scripts.schema import pair
from scripts.schema.changes import BREAKING, LEVELS, Change
from scripts.schema.compare_documents import ABSENT, compare
from scripts.schema.document import load
from scripts.schema.download import Unreachable, fetch, without_secrets
from scripts.schema.facade import UNSEEN, place_of
from scripts.schema.generate import contents, difference, generate
from scripts.schema.yaml_json import Refused, dump
from scripts.shown import shown

if TYPE_CHECKING:
    from pathlib import Path

# How it ends: the exit status of `python -m scripts.schema`.
FITS, BROKEN, REFUSED, UNREACHABLE, UNCHECKED = range(5)
WORDS = {"description", "summary", "title"}
TO_DO = dict(
    zip(
        LEVELS,
        (
            "Look before you merge: the type checker finds no line to mend, but users are broken.",
            "Merge it, with a line in CHANGELOG.md: the facade works as it is, and there is more.",
            "Merge it: the facade works as it is, and nothing changes for its users.",
        ),
        strict=True,
    )
)


def as_yaml(data: bytes, document: dict[str, Any]) -> bytes:
    """Return YAML as it came, and JSON as YAML."""
    if not data.decode("utf-8-sig").lstrip().startswith("{"):
        return data
    written = dump(document)
    if load(written) != document:
        raise Refused("it cannot be written as YAML without changing it: convert it by hand")
    return written


def replace_schema(source: str, root: Path = ROOT) -> list[Change] | None:
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
        document, known = load(data), load(before)
        # The order matters, since it changes the client. Spaces and comments do not.
        same = json.dumps(_less_space(document)) == json.dumps(_less_space(known))
        changes = compare(known, document)
        (new / pair.SCHEMA).write_bytes(before if same else as_yaml(data, document))
        generate(document, new / pair.CLIENT)
        if same and not difference(contents(client), contents(new / pair.CLIENT)):
            return None
        pair.replace(new, root)
        return changes


def _less_space(node: Any) -> Any:
    """Return a document with the white space in its words made one."""
    if isinstance(node, dict):
        return {
            key: " ".join(one.split())
            if key in WORDS and isinstance(one, str)
            else _less_space(one)
            for key, one in node.items()
        }
    return [_less_space(one) for one in node] if isinstance(node, list) else node


def type_errors() -> str:
    """Return where the facade does not fit the client any more, with the lines."""
    check = [sys.executable, "-m", "scripts.types"]
    check += ["--pretty", "--no-color-output", "--no-error-summary"]
    wide = os.environ | {"MYPY_FORCE_TERMINAL_WIDTH": "160"}
    done = subprocess.run(check, cwd=ROOT, env=wide, capture_output=True, text=True, check=False)
    said = (done.stdout + done.stderr).strip() if done.returncode else ""
    # Derived files are renewed together with their sources.
    return re.sub(r"(?m)^bettune/_sync/.*\n?(?:    .*\n?)*", "", said).strip() or said


def failing_check() -> str:
    """Renew api.md, which names the values of enums, and return what fails in `make check`."""
    api = [sys.executable, "-m", "scripts.api"]
    subprocess.run(api, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)  # the check tells of it
    make = [os.environ.get("MAKE", "make"), "--no-print-directory", "check"]
    done = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip() or "nothing" if done.returncode else ""


def summary(changes: list[Change]) -> str:
    """Return the changes as a list for a person, and for a pull request."""
    lines = [f"- {change.level}: {change.text}" for change in changes]
    lines = ["What changed for the users of bettune:", *lines]
    unseen = [change.unseen for change in changes if change.unseen and change.level == BREAKING]
    if unseen:
        lines.append("What the type checker cannot see of it, and where the facade has it:")
        lines += [f"- {place_of(one)}: {UNSEEN[one][1]}" for one in dict.fromkeys(unseen)]
    return "\n".join(lines)


def report(changes: list[Change]) -> int:
    """Print what to do now, what changed and what no longer fits; return how it ends."""
    level = changes[0].level if changes else LEVELS[-1]
    told = summary(changes) if changes else "What it says is the same; generated/ was not."
    misfits = type_errors() if changes else ""
    if misfits:
        count = misfits.count(": error:")
        say(f"Mend the facade before you merge it: {count} lines of it no longer fit.\n{told}")
        if ABSENT in changes:
            say("The lines that no longer fit are left out: what is said first explains them.")
        else:
            say(f"The facade no longer fits, here:\n{misfits}")
        return BROKEN
    if failed := failing_check():
        say("Do not merge it yet: `make check` does not pass, see below.")
        say(f"{told}\nmake check says:\n{failed}")
        return UNCHECKED
    say(f"{TO_DO[level]}\n{told}")
    return BROKEN if level == BREAKING else FITS


def say(text: str, file: TextIO | None = None) -> None:
    """Print lines, parts of which a schema may have written."""
    print(shown(text, lines=True), file=file)


def main() -> None:
    """Exit with 0: the facade works unchanged; 1: it, or its users, are broken; 2: refused.

    3: the address could not be reached; 4: the facade fits, and `make check` does not pass.
    """
    source = sys.argv[1].strip() if len(sys.argv) == 2 else ""
    if not source:
        print("Which schema? make schema SCHEMA=<url or file>", file=sys.stderr)
        sys.exit(REFUSED)
    name = without_secrets(source)
    try:
        changes = replace_schema(source)
    except Unreachable as error:
        say(f"{name} could not be reached, nothing is changed: {error}", sys.stderr)
        sys.exit(UNREACHABLE)
    except (Refused, OSError) as error:
        say(f"{name} was refused, nothing is changed: {error}", sys.stderr)
        sys.exit(REFUSED)
    except Exception:  # noqa: BLE001  # no verdict about a schema: 1 would say that it breaks
        say(traceback.format_exc(), sys.stderr)
        say(f"{name} was refused: this program fails on it, see above", sys.stderr)
        sys.exit(REFUSED)
    if changes is None:
        print("Nothing to do: it is the schema we have, nothing is changed.")
        sys.exit(FITS)
    sys.exit(report(changes))
