"""Apply each change of mutants.toml, and expect tests to fail: `python -m scripts.mutants`.

Arguments select mutants by a part of their file's path. Exit status: 0 if all are killed, 1 if some
survive, 2 if the table is out of date.
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
# Seconds per test path of a mutant. Exceeding them counts as a failure: a mutant may cause a hang.
LONGEST = 300
KILLED, SURVIVES, STALE = "killed", "survives", "is out of date"


class Mutant(NamedTuple):
    """A change of a file, as its old and new text, and the tests that must then fail."""

    file: str
    old: str
    new: str
    tests: list[str]


def main() -> int:
    """Try all mutants, or the selected ones. Return the exit status."""
    table = [Mutant(**entry) for entry in tomllib.loads(TABLE.read_text("utf-8"))["mutant"]]
    names = sys.argv[1:]
    chosen = [mutant for mutant in table if not names or any(n in mutant.file for n in names)]
    with tempfile.TemporaryDirectory() as name:
        copy = copy_of_the_tree(Path(name) / "tree")
        tests = sorted({test for mutant in chosen for test in mutant.tests})
        if chosen and (output := failure(copy, tests)):
            sys.exit(f"The tests fail without any mutant:\n{output}")
        results = []
        for mutant in chosen:
            results.append(result(copy, mutant))
            print(f"{results[-1]}: {mutant.file}: {mutant.old!r} -> {mutant.new!r}", flush=True)
    print(f"{results.count(KILLED)} of {len(results)} killed")
    return 2 if STALE in results else int(SURVIVES in results)


def copy_of_the_tree(to: Path) -> Path:
    """Copy all files except those that git ignores."""
    list_files = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(list_files, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, to / name)
    return to


def result(copy: Path, mutant: Mutant) -> str:
    """Apply a mutant, run its tests, and restore the file."""
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
    """Run tests in the copy. Return their output if one fails, or an empty string.

    Raises:
        RuntimeError: the tests could not be run.
    """
    paths = os.pathsep.join([str(copy), str(copy / "generated")])
    # Without compiled files: Python would use one if its source changed within the same second.
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
        return f"{tests} do not finish"
    if done.returncode not in {0, 1}:
        raise RuntimeError(f"{tests}: {done.stdout}{done.stderr}")
    return done.stdout if done.returncode else ""


if __name__ == "__main__":
    sys.exit(main())
