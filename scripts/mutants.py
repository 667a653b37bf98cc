"""Break the code in the ways of mutants.toml, and see that tests fail: `python -m scripts.mutants`.

Arguments choose mutants by a part of their file's name. Exit status: 0 all are killed, 1 some are
not, 2 the table is out of date.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import NamedTuple

from scripts import ROOT

TABLE = Path(__file__).with_suffix(".toml")
LONGEST = (
    300  # seconds for the tests of one mutant: one that makes them wait for ever is found, too
)
KILLED, SURVIVES, STALE = "killed", "survives", "is out of date"


class Mutant(NamedTuple):
    """A text of a file, the one to put in its place, and the tests that are to fail then."""

    file: str
    old: str
    new: str
    tests: list[str]


def main() -> int:
    """Try all mutants, or those chosen."""
    table = [Mutant(**entry) for entry in tomllib.loads(TABLE.read_text("utf-8"))["mutant"]]
    names = sys.argv[1:]
    chosen = [mutant for mutant in table if not names or any(n in mutant.file for n in names)]
    with tempfile.TemporaryDirectory() as name:
        copy = copy_of_the_tree(Path(name) / "tree")
        tests = sorted({test for mutant in chosen for test in mutant.tests})
        if chosen and (said := failure(copy, tests)):
            sys.exit(f"Without a mutant the tests fail:\n{said}")
        results = []
        for mutant in chosen:
            results.append(result(copy, mutant))
            print(f"{results[-1]}: {mutant.file}: {mutant.old!r} -> {mutant.new!r}", flush=True)
    print(f"{results.count(KILLED)} of {len(results)} killed")
    return 2 if STALE in results else int(SURVIVES in results)


def copy_of_the_tree(to: Path) -> Path:
    """Copy what git knows, and what is new."""
    list_files = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(list_files, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, to / name)
    return to


def result(copy: Path, mutant: Mutant) -> str:
    """Put a mutant in place, run its tests, and take it out again."""
    path = copy / mutant.file
    text = path.read_text("utf-8") if path.exists() else ""
    if text.count(mutant.old) != 1:
        return STALE
    path.write_text(text.replace(mutant.old, mutant.new), "utf-8")
    try:
        return KILLED if failure(copy, mutant.tests) else SURVIVES
    finally:
        path.write_text(text, "utf-8")


def failure(copy: Path, tests: list[str]) -> str:
    """Run tests in the copy; return what they print if one fails.

    Raises:
        RuntimeError: they could not be run.
    """
    paths = os.pathsep.join([str(copy), str(copy / "generated")])
    # Without compiled files, whose age is compared by the second.
    environment = os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-n0", "-x", "-q", "--no-header", *tests],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST * len(tests),
        )
    except subprocess.TimeoutExpired:
        return f"{tests} do not end"
    if done.returncode not in {0, 1}:
        raise RuntimeError(f"{tests}: {done.stdout}{done.stderr}")
    return done.stdout if done.returncode else ""


if __name__ == "__main__":
    sys.exit(main())
