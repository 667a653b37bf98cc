"""Makes a virtual environment from a lock: `python -m scripts.environment FOLDER LOCK`.

A lock lists packages, and requirements/hashes.txt has their hashes. If the environment exists with
the same Python, packages and project, nothing is done. If several processes need the environment,
one makes it and the others wait. This module needs only the standard library.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PROJECT = Path("pyproject.toml")


def main(folder: Path, lock: Path) -> None:
    """Make the environment, unless it is up to date."""
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian packages ensurepip and venv separately
        import fcntl  # noqa: PLC0415 - not on Windows
        import venv  # noqa: F401, PLC0415
    except ImportError as error:
        sys.exit(
            f"{sys.executable} cannot make a virtual environment: {error}: install its package venv"
        )

    # The system releases this lock when the process ends, even if it is killed.
    with folder.with_name(f"{folder.name}.lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Waiting for another make that sets up {folder}", flush=True)
            fcntl.flock(held, fcntl.LOCK_EX)
        ready = folder / ".ready"
        content = made_from(lock)
        python = folder / "bin" / "python"
        if ready.is_file() and ready.read_text() == content and python.exists():
            return

        version = ".".join(map(str, sys.version_info[:2]))
        print(f"Setting up {folder} with Python {version} from {lock} (once)", flush=True)
        ready.unlink(missing_ok=True)

        def run(*command: str | Path, **variables: str) -> int:
            # The command inherits the lock, and keeps it if this process is killed first.
            return subprocess.run(
                command, check=False, pass_fds=[held.fileno()], env=os.environ | variables
            ).returncode

        pip = (python, "-m", "pip", "install", "-qq")
        status = run(sys.executable, "-m", "venv", "--clear", folder)
        status = status or install(pip, python, pins(lock), run)
        status = status or run(*pip, "--no-deps", "--no-build-isolation", "-e", ".")
        if status:
            sys.exit(status)
        ready.write_text(content)


def install(
    pip: tuple[str | Path, ...], python: Path, packages: dict[str, str], run: Callable[..., int]
) -> int:
    """Install the packages with uv, three times as fast as pip, or with pip if uv fails."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "packages.txt"
        uv = [lines for pin, lines in packages.items() if pin.startswith("uv==")]
        if uv and not os.environ.get("PIP_NO_INDEX"):
            file.write_text(uv[0], "utf-8")
            if status := run(*pip, "--require-hashes", "-r", file):
                return status
            # uv does not read pip's configuration.
            command = [python, "-m", "pip", "config", "get", "global.index-url"]
            configured = subprocess.run(command, capture_output=True, text=True, check=False)
            index = os.environ.get("PIP_INDEX_URL") or configured.stdout.strip()
            variables = {"UV_DEFAULT_INDEX": index} if index else {}
            file.write_text("".join(packages.values()), "utf-8")
            options = ("--quiet", "--compile-bytecode", "--require-hashes", "-r", file)
            uv_install = (python.with_name("uv"), "pip", "install", "--python", python)
            if not run(*uv_install, *options, **variables):
                return 0
            print("uv could not install the packages; trying pip", flush=True)
        file.write_text("".join(packages.values()), "utf-8")
        return run(*pip, "--require-hashes", "-r", file)


def pins(lock: Path) -> dict[str, str]:
    """Return the packages of a lock: `name==version`, each with its line and hashes for pip."""
    hashes: dict[str, str] = {}
    for block in re.split(r"\n(?=\S)", lock.with_name("hashes.txt").read_text("utf-8")):
        hashes[block.split()[0] if block else ""] = " ".join(re.findall(r"--hash=\S+", block))
    lines = lock.read_text("utf-8").splitlines()
    return {line.split()[0]: f"{line} {hashes[line.split()[0]]}\n" for line in lines if line}


def made_from(lock: Path) -> str:
    """Return a digest of all that the environment depends on."""
    project = tomllib.loads(PROJECT.read_text("utf-8"))
    parts = [sys.version_info[:2], pins(lock), project["build-system"]]
    parts += [project["project"], project["tool"]["hatch"]]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
