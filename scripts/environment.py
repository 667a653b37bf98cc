"""Makes a virtual environment from a lock: `python -m scripts.environment FOLDER LOCK`.

Nothing is done where it was made before, with the same Python, lock and project. Runs on a bare
Python. Of several at once one makes it, and the others wait.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path("pyproject.toml")


def main(folder: Path, lock: Path) -> None:
    """Make the environment, unless it stands."""
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian has these two in a package of their own
        import fcntl  # noqa: PLC0415 - not on Windows
        import venv  # noqa: F401, PLC0415
    except ImportError as error:
        sys.exit(f"{sys.executable} cannot make a virtual environment: {error}; install its venv")

    # The system's own lock goes with its process, however that ends.
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
        pip = [python, "-m", "pip", "install", "-qq"]
        for command in (
            [sys.executable, "-m", "venv", "--clear", folder],
            [*pip, "--require-hashes", "-r", lock],
            [*pip, "--no-deps", "--no-build-isolation", "-e", "."],
        ):
            # A command that outlives this process keeps the lock until it is done.
            done = subprocess.run(command, check=False, pass_fds=[held.fileno()])
            if done.returncode:
                sys.exit(done.returncode)
        ready.write_text(content)


def made_from(lock: Path) -> str:
    """What the environment depends on, as a digest."""
    project = tomllib.loads(PROJECT.read_text("utf-8"))
    parts = [sys.version_info[:2], lock.read_text("utf-8"), project["build-system"]]
    parts += [project["project"], project["tool"]["hatch"]]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
