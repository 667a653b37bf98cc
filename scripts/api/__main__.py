"""Write api.md, or with --check, fail if it is out of date or if a change breaks users."""

from __future__ import annotations

import argparse
import sys

from bettune._version import __version__
from scripts.api.breaking import breaking, last_release, may_break, surface_of
from scripts.api.surface import ROOT, surface

PAGE = ROOT / "api.md"


def main() -> None:
    """Write or check api.md."""
    parser = argparse.ArgumentParser(prog="scripts.api", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    if not parser.parse_args().check:
        PAGE.write_text(surface(), "utf-8")
        print("api.md matches the signatures.")
        return
    now = surface()
    if PAGE.read_text("utf-8") != now:
        sys.exit("api.md does not match the signatures: run `make generate`")
    if (tag := last_release()) is None:
        return
    broken = list(breaking(surface_of(tag), now))
    if broken and not may_break(tag, __version__):
        sys.exit(
            f"These changes break users of {tag}, and version {__version__} does not allow that. "
            "Keep the old names, with a DeprecationWarning, or raise the version:\n  "
            + "\n  ".join(broken)
        )


if __name__ == "__main__":
    main()
