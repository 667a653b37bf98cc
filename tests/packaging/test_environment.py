"""The environments that make sets up: once, one at a time, and not at the cost of a good one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.environment import pins

ROOT = Path(__file__).parents[2]
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "empty"
version = "1"
[tool.hatch]
"""
BACKEND = """
import pathlib, zipfile
METADATA = "Metadata-Version: 2.1\\nName: empty\\nVersion: 1"
def build_editable(folder, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(pathlib.Path(folder, "empty-1-py3-none-any.whl"), "w") as wheel:
        wheel.writestr("empty-1.dist-info/METADATA", METADATA)
        wheel.writestr("empty-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any")
        wheel.writestr("empty-1.dist-info/RECORD", "")
    return "empty-1-py3-none-any.whl"
"""


@pytest.fixture
def folder(tmp_path):
    """A project without dependencies, and what sets up its environments."""
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "backend.py").write_text(BACKEND)
    for name in ("Makefile", "scripts/__init__.py", "scripts/environment.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "demo.txt").write_text("")
    (tmp_path / "requirements" / "hashes.txt").write_text("new==1 \\\n    --hash=sha256:0\n")
    return tmp_path


def make(folder, python=sys.executable):
    """Begin to set up what the demo needs."""
    command = ["make", "--no-print-directory", ".venv-demo/.ready", f"PYTHON={python}"]
    return subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | {"PIP_NO_INDEX": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def said(process):
    out, _ = process.communicate(timeout=6000)
    assert process.returncode == 0, out
    return out


@pytest.mark.tool_changes
def test_several_at_once_after_one_that_was_killed(folder):
    killed = make(folder)
    assert killed.stdout.readline().startswith("Setting up .venv-demo with Python")
    killed.kill()  # make alone: what it began goes on
    killed.wait()
    killed.stdout.close()
    # They wait for that, too.
    others = [make(folder), make(folder)]
    assert "".join(map(said, others)).count("Setting up") <= 1
    installed = folder / ".venv-demo" / "bin" / "python"
    code = "import importlib.metadata as them; print(them.version('empty'))"
    assert subprocess.check_output([installed, "-c", code]) == b"1\n"
    assert not said(make(folder))

    # Its content counts, and not when it was written.
    lock = folder / "requirements" / "demo.txt"
    lock.touch()
    assert not said(make(folder))
    lock.write_text("new==1\n")
    again = make(folder)
    assert again.stdout.readline().startswith("Setting up")
    os.killpg(again.pid, signal.SIGKILL)
    again.communicate()


@pytest.mark.parametrize(
    ("script", "reason"),
    [(None, "is missing"), ('case "$2" in *exit*) exit 1;; esac; echo 3.9.18', "is 3.9.18")],
    ids=["missing", "old"],
)
def test_another_python_that_will_not_do_leaves_the_environment_alone(folder, script, reason):
    kept = folder / ".venv-demo" / "bin" / "python"
    kept.parent.mkdir(parents=True)
    kept.touch()
    python = folder / "another"
    if script:
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)
    process = make(folder, python)
    out, _ = process.communicate(timeout=600)
    assert process.returncode == 2
    assert f"bettune needs Python 3.11 or newer, and {python} {reason}" in out
    assert kept.exists()


LOCKS = sorted(path.stem for path in (ROOT / "requirements").glob("*.txt") if path.stem != "hashes")


@pytest.mark.parametrize("name", LOCKS)
def test_each_package_of_a_lock_has_its_hashes_and_no_index(name):
    packages = pins(ROOT / "requirements" / f"{name}.txt")
    assert packages
    for line in packages.values():
        assert "--hash=sha256:" in line
        assert "://" not in line


def test_no_package_is_locked_in_two_versions_but_for_the_lowest():
    versions = {}
    for name in LOCKS:
        if name != "lowest":
            for pin in pins(ROOT / "requirements" / f"{name}.txt"):
                package, _, version = pin.partition("==")
                versions.setdefault(package, set()).add(version)
    assert not {name for name, found in versions.items() if len(found) > 1}
