"""The programs that the Makefile runs, each a module: `python -m scripts.schema`."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
