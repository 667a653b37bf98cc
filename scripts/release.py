"""Build and check the release of this commit, without the upload: `make release-check`.

The build uses a fresh clone, so only committed files count. The results are in release/: the sdist
and the wheel in release/dist, and the notes and the bill of materials beside them.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from scripts.environment import pins

ROOT = Path(__file__).resolve().parents[1]
RELEASE = ROOT / "release"
# A first program of a user, run outside the checkout.
FIRST_STEPS = """
from bettune import BetTune
from bettune.sandbox import Sandbox
with Sandbox() as box, BetTune(box.token, base_url=box.base_url) as bettune:
    assert bettune.sports.list()[0].name == "football"
"""


class RefusedError(Exception):
    """The release is refused. The message has the reason."""


def main() -> None:
    """Build and check the release, and print what would be published."""
    parser = argparse.ArgumentParser(prog="make release-check", description=__doc__)
    parser.add_argument(
        "--tag", help="tag of the release; without it, the version and the notes need not be final"
    )
    tag = parser.parse_args().tag
    if run("git", "status", "--porcelain", "--untracked-files=no").strip():
        print("The release does not contain uncommitted changes.")
    shutil.rmtree(RELEASE, ignore_errors=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            check(Path(folder), tag)
    except RefusedError as error:
        shutil.rmtree(RELEASE, ignore_errors=True)
        sys.exit(f"The release is refused: {error}")


def check(folder: Path, tag: str | None) -> None:
    """Build the release in a folder, check it, and print the results."""
    source = clone(folder / "source")
    project = tomllib.loads((source / "pyproject.toml").read_text("utf-8"))["project"]
    version = run("hatchling", "version", cwd=source).strip()
    notes = release_notes((source / "CHANGELOG.md").read_text("utf-8"), version, tag)
    print(f"Building {project['name']} {version}, twice", flush=True)
    dist = build(source, RELEASE / "dist")
    again = build(clone(folder / "again"), folder / "dist")
    if (names := {path.name: digest(path) for path in dist}) != {
        path.name: digest(path) for path in again
    }:
        raise RefusedError("two builds of this commit differ")
    run("twine", "check", "--strict", *dist)
    run("check-wheel-contents", *(path for path in dist if path.suffix == ".whl"), cwd=source)
    for classifier in project["classifiers"]:
        if matched := re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", classifier):
            try_out(dist, version, f"python{matched[1]}", folder, required=tag is not None)
    (RELEASE / "notes.md").write_text(notes, "utf-8")
    bill_of_materials(source, RELEASE / f"{project['name']}-{version}.cdx.json")
    print(f"\nWould be published as {project['name']} {version}:")
    for path in dist:
        print(f"  {path.name}  {path.stat().st_size:,} bytes  sha256 {names[path.name]}")
    print(f"\nwith the notes:\n\n{notes}")


def release_notes(changelog: str, version: str, tag: str | None) -> str:
    """Return the changelog's section of a version, or without a tag, of unreleased changes.

    Raises:
        RefusedError: the tag, the version and the changelog do not agree.
    """
    if tag is not None and tag != f"v{version}":
        raise RefusedError(f"the tag is {tag}, and bettune/_version.py says {version}")
    sections: dict[str, str] = dict(
        re.findall(r"^## \[(.+?)\](.*\n(?:(?!## ).*\n?)*)", changelog, re.MULTILINE)
    )
    name = version if tag is not None or version in sections else "Unreleased"
    if name not in sections:
        raise RefusedError(f"CHANGELOG.md has no section [{name}]")
    heading, _, notes = sections[name].partition("\n")
    if name == version and not re.fullmatch(r" - \d{4}-\d\d-\d\d", heading):
        raise RefusedError(
            f"CHANGELOG.md has no date for [{version}]: write ## [{version}] - YYYY-MM-DD"
        )
    if not notes.strip():
        raise RefusedError(f"CHANGELOG.md has no text in [{name}]")
    if name != version:
        print(f"CHANGELOG.md has no [{version}] yet; the notes are those of [{name}].")
    return notes.strip() + "\n"


def clone(to: Path) -> Path:
    """Clone this commit into a new folder."""
    run("git", "clone", "--quiet", "--no-hardlinks", ROOT, to)
    return to


def build(source: Path, to: Path) -> list[Path]:
    """Build the sdist, and the wheel from it. All files get the time of the commit."""
    seconds = run("git", "log", "-1", "--format=%ct", cwd=source).strip()
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", to, source]
    run(*command, SOURCE_DATE_EPOCH=seconds)
    return sorted(to.iterdir())


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def try_out(dist: list[Path], version: str, python: str, folder: Path, *, required: bool) -> None:
    """Install each file into a new environment of a Python, and use it.

    Raises:
        RefusedError: a file does not work, or a required Python is not installed.
    """
    try:
        run(python, "-c", "")
    except (RefusedError, FileNotFoundError):
        if required:
            raise RefusedError(
                f"{python} is not installed, so the release was not tested"
            ) from None
        print(f"{python} is not installed: not tested.")
        return
    for path in dist:
        environment = folder / f"{python}-{path.suffix}"
        run("uv", "venv", "--quiet", "--python", shutil.which(python), environment)
        binaries = environment / "bin"
        run(
            *("uv", "pip", "install", "--quiet", "--python", binaries / "python"),
            f"{path}[cli,excel,frames,mcp,sandbox]",
        )
        run(binaries / "python", "-W", "error", "-c", FIRST_STEPS, cwd=folder)
        printed = run(binaries / "bettune", "--version", cwd=folder).strip()
        if printed != f"bettune {version}":
            raise RefusedError(f"`bettune --version` of {path.name} prints {printed}")
        print(f"{path.name} works with {python}.", flush=True)


def bill_of_materials(source: Path, to: Path) -> None:
    """List the packages with which the library was tested, in the format CycloneDX."""
    packages = source.with_name("packages.txt")
    packages.write_text("".join(pins(source / "requirements" / "demo.txt").values()), "utf-8")
    run(
        *("cyclonedx-py", "requirements", packages),
        *("--pyproject", source / "pyproject.toml", "--mc-type", "library"),
        *("--output-reproducible", "--output-format", "JSON", "--output-file", to),
    )


def run(*command: object, cwd: Path = ROOT, **environment: str) -> str:
    """Run a command and return what it prints.

    Raises:
        RefusedError: the command failed.
    """
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RefusedError(f"`{command[0]}` failed:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
