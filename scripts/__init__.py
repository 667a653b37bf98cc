"""What the Makefile runs, each as a module: `python -m scripts.schema`."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
