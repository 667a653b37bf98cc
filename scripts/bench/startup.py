"""Startup: imports and commands, each in a new process that sees only the needed packages."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import bettune_openapi
from packaging.requirements import Requirement

import bettune
from scripts.bench.measure import Row, by_turns, ratio
from scripts.bench.single import DAY, TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IMPORT = "import httpx"
LIBRARY_CALL = f"""
from bettune import BetTune
with BetTune() as client:
    for match in client.matches.list("{DAY}", sport=1):
        print(match.id, match.date, match.home.name, match.away.name)
"""
COMMAND = "import sys; from bettune.cli.__main__ import main; sys.argv[1:] = {}; sys.exit(main())"
# Groups of programs, compared with the first of the group. Each has the extra that it needs, its
# code and its target.
PROGRAMS: tuple[dict[str, tuple[str, str, float | None]], ...] = (
    {
        IMPORT: ("", IMPORT, None),
        "import bettune": ("", "import bettune", 1.10),
        "from bettune import BetTune": ("", "from bettune import BetTune", 1.20),
    },
    {IMPORT: ("", IMPORT, None), "bettune --help": ("cli", COMMAND.format(["--help"]), 1.3)},
    {
        "the library call in a script": ("", LIBRARY_CALL, None),
        "bettune matches DAY": ("cli", COMMAND.format(["matches", DAY]), 1.5),
    },
)


def startup(base: str, brief: bool) -> Iterator[Row]:
    """Measure imports in comparison with httpx, and commands in comparison with scripts."""
    with TemporaryDirectory() as name:
        folders = {extra: Path(name) / f"with-{extra}" for extra in ("", "cli")}
        for extra, folder in folders.items():
            link_packages(folder, needed("bettune", {extra}))
        for programs in PROGRAMS:
            seconds = by_turns(
                {
                    work: program(code, folders[extra], base)
                    for work, (extra, code, _) in programs.items()
                },
                rounds=2 if brief else 25,
            )
            first = next(iter(programs))
            for work, (extra, _, target) in programs.items():
                if work != first:
                    shares = ratio(seconds[work], seconds[first])
                    note = "nothing installed but the library's dependencies"
                    note += f" and the extra {extra}" if extra else ""
                    yield Row(work, "bettune", first, **shares, target=target, note=note)


def program(code: str, packages: Path, base: str) -> Callable[[int], object]:
    """Return a function that runs code in a new process, with only the packages of a folder."""
    environment = {"PATH": os.defpath, "PYTHONPATH": str(packages), "HOME": str(packages)}
    environment |= {"BETTUNE_BASE_URL": base, "BETTUNE_API_TOKEN": TOKEN}
    command = [sys.executable, "-S", "-c", code]
    return lambda _: subprocess.run(
        command, env=environment, cwd="/", check=True, stdout=subprocess.DEVNULL
    )


def link_packages(folder: Path, names: set[str]) -> None:
    """Make a folder with links to the library and to some distributions."""
    folder.mkdir()
    for module in (bettune, bettune_openapi):
        source = Path(module.__path__[0])
        (folder / source.name).symlink_to(source)
    for name in names:
        files = distribution(name).files or []
        for top in {file.parts[0] for file in files} - {"..", "__pycache__"}:
            (folder / top).symlink_to(str(distribution(name).locate_file(top)))


def needed(name: str, extras: set[str]) -> set[str]:
    """Return the distributions that a distribution needs, directly or indirectly."""
    names: set[str] = set()
    for text in distribution(name).requires or []:
        needs = Requirement(text)
        if needs.marker is None or any(needs.marker.evaluate({"extra": e}) for e in extras | {""}):
            names |= {needs.name} | needed(needs.name, needs.extras)
    return names
