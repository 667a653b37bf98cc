"""Checks the types: `python -m scripts.types FILE...`, with mypy's options.

mypy's cache identifies a file by its size and time, which may stay the same when the schema and its
client are replaced. So the cache is used only for installed packages, which take most of the time.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

# The packages that are checked without the cache.
OURS = ("bettune", "bettune_openapi")


def main() -> None:
    """Run mypy, with its cache of the installed packages only."""
    for ours in OURS:
        for cached in Path(".mypy_cache").glob(f"*/{ours}"):
            shutil.rmtree(cached, ignore_errors=True)
    done = subprocess.run([sys.executable, "-m", "mypy", *sys.argv[1:]], check=False)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
