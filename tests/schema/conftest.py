"""What the tests of the schema share: the scripts as modules, and copies of the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from scripts import ROOT
from scripts.schema import document

_IGNORE = shutil.ignore_patterns("__pycache__", "*.pyc")


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def _loaded():
    return document.load((ROOT / "openapi.yaml").read_bytes())


@pytest.fixture
def schema(_loaded):
    """The document of openapi.yaml, to be changed as a test likes."""
    return document.load(_as_json(_loaded))


def _as_json(value):
    import json  # noqa: PLC0415

    return json.dumps(value).encode()


@pytest.fixture
def pair_copy(tmp_path):
    """A folder with a copy of openapi.yaml and generated/."""
    folder = tmp_path / "pair"
    folder.mkdir()
    shutil.copy(ROOT / "openapi.yaml", folder)
    shutil.copytree(ROOT / "generated", folder / "generated", ignore=_IGNORE)
    return folder


@pytest.fixture
def repo_copy(pair_copy):
    """A folder with a copy of all that `make schema` touches or runs."""
    for name in ("scripts", "bettune"):
        shutil.copytree(ROOT / name, pair_copy / name, ignore=_IGNORE)
    for name in ("pyproject.toml", "Makefile"):
        shutil.copy(ROOT / name, pair_copy)
    return pair_copy


@pytest.fixture
def facade_tests_pass():
    """Run the facade's own end-to-end tests on another generated client."""

    def run(folder, *options):
        program = (
            "import sys, pytest, bettune_openapi\n"
            "assert bettune_openapi.__file__.startswith(sys.argv[1]), bettune_openapi.__file__\n"
            "sys.exit(pytest.main(['-q', '-x', 'tests/test_operations.py', *sys.argv[2:]]))\n"
        )
        environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, "-c", program, str(folder), *options],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert " passed" in done.stdout

    return run
