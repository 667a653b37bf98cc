"""Take over a downloaded schema with its client, or reject it, and print what to do."""

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

# The exit statuses of `python -m scripts.schema`.
FITS, BROKEN, REFUSED, UNREACHABLE, UNCHECKED = range(5)
WORDS = {"description", "summary", "title"}
TO_DO = dict(
    zip(
        LEVELS,
        (
            "Review it before you merge: it breaks users, though the type checker finds no error.",
            "Merge it, with a line in CHANGELOG.md: the facade works unchanged; the API has more.",
            "Merge it: the facade works unchanged, and nothing changes for its users.",
        ),
        strict=True,
    )
)


def as_yaml(data: bytes, document: dict[str, Any]) -> bytes:
    """Return YAML unchanged, and JSON converted to YAML."""
    if not data.decode("utf-8-sig").lstrip().startswith("{"):
        return data
    written = dump(document)
    if load(written) != document:
        raise Refused("it cannot be written as YAML without changing it: convert it by hand")
    return written


def replace_schema(source: str, root: Path = ROOT) -> list[Change] | None:
    """Replace the schema and its client. Return the changes, or None for the same schema.

    Raises:
        Refused: the schema is rejected, and nothing is changed.
    """
    data = fetch(source)
    with pair.workspace(root) as new:
        path, client = root / pair.SCHEMA, root / pair.CLIENT
        before = path.read_bytes()
        if len(data) < len(before) and before.startswith(data.rstrip()) and data.strip():
            raise Refused("it is truncated: it is the beginning of openapi.yaml")
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
    """Return a document in which each white space of a description is one space."""
    if isinstance(node, dict):
        return {
            key: " ".join(value.split())
            if key in WORDS and isinstance(value, str)
            else _less_space(value)
            for key, value in node.items()
        }
    return [_less_space(item) for item in node] if isinstance(node, list) else node


def type_errors() -> str:
    """Return the type errors of the facade with the new client."""
    check = [sys.executable, "-m", "scripts.types"]
    check += ["--pretty", "--no-color-output", "--no-error-summary"]
    wide = os.environ | {"MYPY_FORCE_TERMINAL_WIDTH": "160"}
    done = subprocess.run(check, cwd=ROOT, env=wide, capture_output=True, text=True, check=False)
    output = (done.stdout + done.stderr).strip() if done.returncode else ""
    # Derived files are renewed together with their sources.
    return re.sub(r"(?m)^bettune/_sync/.*\n?(?:    .*\n?)*", "", output).strip() or output


def failing_check() -> str:
    """Renew api.md, which has the values of enums. Return the output of a failing `make check`."""
    api = [sys.executable, "-m", "scripts.api"]
    subprocess.run(api, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)  # `make check` reports it
    make = [os.environ.get("MAKE", "make"), "--no-print-directory", "check"]
    done = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip() or "nothing" if done.returncode else ""


def summary(changes: list[Change]) -> str:
    """Return the changes as a list for the pull request."""
    lines = [f"- {change.level}: {change.text}" for change in changes]
    lines = ["What changed for the users of bettune:", *lines]
    unseen = [change.unseen for change in changes if change.unseen and change.level == BREAKING]
    if unseen:
        lines.append("The type checker cannot detect these changes. The lines of the facade:")
        lines += [f"- {place_of(key)}: {UNSEEN[key][1]}" for key in dict.fromkeys(unseen)]
    return "\n".join(lines)


def report(changes: list[Change]) -> int:
    """Print what to do, the changes and the errors of the facade. Return the exit status."""
    level = changes[0].level if changes else LEVELS[-1]
    listed = summary(changes) if changes else "The schema says the same, but generated/ differed."
    misfits = type_errors() if changes else ""
    if misfits:
        count = misfits.count(": error:")
        say(f"Fix the facade before you merge: {count} lines no longer fit the schema.\n{listed}")
        if ABSENT in changes:
            say("The lines are not listed: the first change above explains them.")
        else:
            say(f"The facade no longer fits, here:\n{misfits}")
        return BROKEN
    if failed := failing_check():
        say("Do not merge it yet: `make check` does not pass, see below.")
        say(f"{listed}\nmake check says:\n{failed}")
        return UNCHECKED
    say(f"{TO_DO[level]}\n{listed}")
    return BROKEN if level == BREAKING else FITS


def say(text: str, file: TextIO | None = None) -> None:
    """Print lines, which may contain text of a schema."""
    print(shown(text, lines=True), file=file)


def main() -> None:
    """Exit with 0 if the facade works unchanged, 1 if it or its users are broken, 2 if rejected.

    3 if the server could not be reached, 4 if the facade fits but `make check` fails.
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
    except Exception:  # noqa: BLE001  # not exit status 1, which would mean a breaking schema
        say(traceback.format_exc(), sys.stderr)
        say(f"{name} was refused: this program failed, see above", sys.stderr)
        sys.exit(REFUSED)
    if changes is None:
        print("Nothing to do: it is the schema we have, nothing is changed.")
        sys.exit(FITS)
    sys.exit(report(changes))
