"""Runs the programs in docs/examples as their readers would, each against its own sandbox.

`python -m scripts.examples` writes their output to the .txt files, which the pages show.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bettune.sandbox import Sandbox

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"


def main() -> None:
    """Renew the .txt files."""
    for output in sorted(EXAMPLES.glob("*.txt")):
        output.write_text(run(output.with_suffix(".py")).stdout, encoding="utf-8")


def run(*programs: Path) -> subprocess.CompletedProcess[str]:
    """Run a program, or files of tests, in a new folder with a copy of all examples."""
    names = [program.name for program in programs]
    if names[0].startswith("test_"):
        names = ["-m", "pytest", "-q", "-p", "no:cacheprovider", *names]
    with tempfile.TemporaryDirectory() as folder, Sandbox() as box:
        shutil.copytree(EXAMPLES, folder, dirs_exist_ok=True)
        environment = os.environ | {
            "BETTUNE_API_TOKEN": box.token,
            "BETTUNE_BASE_URL": box.base_url,
            "PYTHONUTF8": "1",
            "XDG_CACHE_HOME": folder,
        }
        return subprocess.run(
            [sys.executable, *names],
            cwd=folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )


if __name__ == "__main__":
    main()
