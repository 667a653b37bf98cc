"""Pin the packages of each environment from one resolution: `python -m scripts.lock`.

`requirements/hashes.txt` has all packages with their hashes. Each other file lists the packages of
one environment, to which scripts/environment.py adds the hashes. The lowest versions that the
library allows are a second resolution, whose tools are those of the first.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

FOLDER = Path("requirements")
HASHES = FOLDER / "hashes.txt"
APPLICATION = ("--extra=cli", "--extra=sandbox")
# The environments, each with its part of pyproject.toml.
ENVIRONMENTS = {
    "bench": (FOLDER / "bench.in", *APPLICATION),
    "demo": (*APPLICATION, "--group=install"),
    "dev": ("--all-extras", "--group=dev"),
    "docs": (*APPLICATION, "--group=docs"),
    "ecosystem": ("--all-extras", "--group=ecosystem"),
    "release": ("--group=release",),
}
EVERYTHING = (
    "--all-extras",
    *(f"--group={name}" for name in ("dev", "docs", "ecosystem", "release")),
)
COMPILE = (
    *(Path(sys.executable).with_name("uv"), "pip", "compile", "--quiet", "pyproject.toml"),
    *("--universal", "--python-version=3.11", "--fork-strategy=fewest"),
    *("--no-header", "--no-annotate"),
)


def compiled(*options: str | Path) -> str:
    """Return the packages that uv chooses, one per line."""
    done = subprocess.run([*COMPILE, *options], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout


def blocks(text: str) -> dict[str, str]:
    """Return each package of a compiled file, `name==version`, with its lines."""
    packages = re.findall(r"^(\S+==[^\s;]+).*\n(?: +.*\n)*", text, re.MULTILINE)
    lines = re.findall(r"^\S+==[^\s;]+.*\n(?: +.*\n)*", text, re.MULTILINE)
    return dict(zip(packages, lines, strict=True))


def main() -> None:
    """Write all files of the folder `requirements`."""
    everything = compiled(FOLDER / "bench.in", *EVERYTHING, "--generate-hashes", "--upgrade")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as pins:
        pins.write(everything)
        pins.flush()
        for name, options in ENVIRONMENTS.items():
            text = compiled(*options, "--constraints", pins.name)
            (FOLDER / f"{name}.txt").write_text(text, "utf-8")

    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    names = {Requirement(line).name for group in groups for line in group}
    lowest = blocks(compiled(*ENVIRONMENTS["dev"], "--resolution=lowest-direct", "--upgrade"))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as pins:
        pins.writelines(lines for pin, lines in lowest.items() if pin.partition("==")[0] in names)
        pins.flush()
        options = (*ENVIRONMENTS["dev"], "--constraints", pins.name, "--upgrade")
        text = compiled(*options, "--generate-hashes")
    all_blocks = blocks(everything) | blocks(text)
    (FOLDER / "lowest.txt").write_text(re.sub(r"( \\\n +--hash=\S+)+", "", text), "utf-8")
    HASHES.write_text("".join(lines for _, lines in sorted(all_blocks.items())), "utf-8")


if __name__ == "__main__":
    main()
