"""Derive the sync client and its operations, bettune/_sync, from the async ones, bettune/_async."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "bettune"
SOURCE, DERIVED = PACKAGE / "_async", PACKAGE / "_sync"
HEADER = (
    "\n\n# Derived by `make generate`: change the file of this name in bettune/_async instead.\n"
)

# The rules of ruff whose fixes the code needs once `await` is removed.
FIXED = "F401,I,RET,UP028,C416"
# The replacements, in this order. Where `AsyncX` exists, there is an `X`, too.
REPLACED = [
    (r"\bAsync(\w)", r"\1"),
    (r"\basyncio_detailed\b", "sync_detailed"),
    (r"\bbettune\._async\b", "bettune._sync"),
    (r"\basync (def|for|with)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\bAwaitable\[(\w+)\]", r"\1"),
    (r"\b(__)a(enter|exit|iter|next)__", r"\1\2__"),
    (r"\basynccontextmanager\b", "contextmanager"),
    (r"\banext\(", "next("),
    (r"\ba(close|iter_raw)\b", r"\1"),
]


def derived(text: str) -> str:
    """Return the sync twin of a module."""
    for pattern, replacement in REPLACED:
        text = re.sub(pattern, replacement, text)
    end = text.index('"""', 3) + 3  # of the docstring
    return text[:end] + HEADER + text[end:].lstrip()


def formatted(text: str) -> str:
    """Return a module formatted by ruff, without unused imports."""
    ruff = [sys.executable, "-m", "ruff"]
    for command in (
        ["check", "--fix-only", "--unsafe-fixes", "--quiet", f"--select={FIXED}"],
        ["format"],
    ):
        name = ["--stdin-filename", str(DERIVED / "module.py"), "-"]
        done = subprocess.run(
            [*ruff, *command, *name], input=text, capture_output=True, text=True, check=True
        )
        text = done.stdout
    return text


def main() -> None:
    """Write bettune/_sync, or with --check, fail if it differs from what this would write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    check = parser.parse_args().check
    new = {
        path.name: formatted(derived(path.read_text("utf-8")))
        for path in sorted(SOURCE.glob("*.py"))
    }
    old = {path.name: path.read_text("utf-8") for path in DERIVED.glob("*.py")}
    different = sorted(name for name in new.keys() | old.keys() if new.get(name) != old.get(name))
    if check:
        if different:
            sys.exit(
                f"bettune/_sync does not match bettune/_async ({', '.join(different)}): "
                "run `make generate`"
            )
        return
    DERIVED.mkdir(exist_ok=True)
    for name in different:
        if name in new:
            (DERIVED / name).write_text(new[name], "utf-8")
        else:
            (DERIVED / name).unlink()
    print("bettune/_sync matches bettune/_async.")


if __name__ == "__main__":
    main()
