"""Checks the types: `python -m scripts.types FILE...`, with mypy's options.

mypy's cache knows a file by size and time, and a schema put back may have those of another. So
it is believed about what is installed alone, which is most of what there is to read.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

# The packages whose files change under it.
OURS = ("bettune", "bettune_openapi")


def main() -> None:
    """Run mypy, with what it knew of the packages that are installed."""
    for ours in OURS:
        for known in Path(".mypy_cache").glob(f"*/{ours}"):
            shutil.rmtree(known, ignore_errors=True)
    done = subprocess.run([sys.executable, "-m", "mypy", *sys.argv[1:]], check=False)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
