"""Starting: imports and commands, each in a new process of an environment without anything else."""

from __future__ import annotations

import compileall
import os
import shutil
import subprocess
import venv
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import bettune_openapi
from packaging.requirements import Requirement

import bettune
from scripts.bench.contenders import DAY, TOKEN
from scripts.bench.measure import Row, by_turns, ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IMPORT = "import httpx"
LIBRARY_CALL = f"""
from bettune import BetTune
with BetTune() as client:
    for match in client.matches.list("{DAY}", sport=1):
        print(match.id, match.date, match.home.name, match.away.name)
"""
COMMAND = "import sys; from bettune.cli.__main__ import main; sys.exit(main())"


def startup(base: str, brief: bool) -> Iterator[Row]:
    """Imports against that of httpx, and commands against scripts."""
    rounds = 2 if brief else 25
    with TemporaryDirectory() as folder:
        bare = environment(Path(folder) / "bare", set())
        where = "an environment with nothing but the library's dependencies"
        imports = {
            "httpx": (bare, "-c", IMPORT),
            "import bettune": (bare, "-c", "import bettune"),
            "from bettune import BetTune": (bare, "-c", "from bettune import BetTune"),
        }
        yield from commands(
            imports,
            {"import bettune": 1.10, "from bettune import BetTune": 1.20},
            base,
            rounds,
            where,
        )
        try:
            cli = environment(Path(folder) / "cli", {"cli"})
        except PackageNotFoundError as error:
            yield Row("bettune --help", "bettune", IMPORT, note=f"not installed: {error}")
            return
        yield from commands(
            {f'python -c "{IMPORT}"': (bare, "-c", IMPORT), "bettune --help": (cli, "--help")},
            {"bettune --help": 1.3},
            base,
            rounds,
            "the command with the extra cli, the import without it",
        )
        yield from commands(
            {
                "the library call in a script": (bare, "-c", LIBRARY_CALL),
                "bettune matches DAY": (cli, "matches", DAY),
            },
            {"bettune matches DAY": 1.5},
            base,
            rounds,
            "likewise; one match",
        )


def environment(folder: Path, extras: set[str]) -> Path:
    """Make an environment of the library and what it needs, copied from this one; its Python."""
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("lib/python*/site-packages")
    for module in (bettune, bettune_openapi):
        source = Path(module.__file__).parent
        shutil.copytree(source, packages / source.name)
    for name in needed("bettune", extras):
        for file in distribution(name).files or []:
            if ".." not in file.parts and "__pycache__" not in file.parts:
                (packages / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.locate(), packages / file)
    compileall.compile_dir(packages, quiet=2)
    return folder / "bin" / "python"


def needed(name: str, extras: set[str]) -> set[str]:
    """The distributions that one needs, directly or not."""
    found: set[str] = set()
    for text in distribution(name).requires or []:
        one = Requirement(text)
        if one.marker is None or any(one.marker.evaluate({"extra": e}) for e in extras | {""}):
            found |= {one.name} | needed(one.name, one.extras)
    return found


def commands(
    programs: dict[str, tuple[Path | str, ...]],
    targets: dict[str, float],
    base: str,
    rounds: int,
    note: str,
) -> Iterator[Row]:
    """Run programs by turns; each against the first."""
    told = {"BETTUNE_BASE_URL": base, "BETTUNE_API_TOKEN": TOKEN}

    def run(python: Path | str, *arguments: Path | str) -> Callable[[int], object]:
        if arguments[0] != "-c":
            arguments = ("-c", COMMAND, *arguments)
        return lambda _: subprocess.run(
            [python, *arguments],
            env={**os.environ, **told},
            cwd="/",
            check=True,
            stdout=subprocess.DEVNULL,
        )

    seconds = by_turns({name: run(*program) for name, program in programs.items()}, rounds)
    first, *others = seconds
    for name in others:
        yield Row(
            name,
            "bettune",
            IMPORT if first == "httpx" else first,
            **ratio(seconds[name], seconds[first]),
            target=targets.get(name),
            note=note,
        )
