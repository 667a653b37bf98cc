"""Fixtures of the schema's tests: the scripts as modules, and copies of the repository."""

from __future__ import annotations

import copy
import shutil
import sys
from pathlib import Path

import pytest

from scripts import ROOT
from scripts.schema import document, generate
from tests.programs import output

_IGNORE = shutil.ignore_patterns("__pycache__", "*.pyc")


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def data():
    """The folder with a schema that stays as it is, whatever openapi.yaml becomes, and others."""
    return Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def _loaded(data):
    return document.load((data / "openapi.yaml").read_bytes())


@pytest.fixture
def schema(_loaded):
    """The document of data/openapi.yaml, to be changed as a test likes."""
    return copy.deepcopy(_loaded)


@pytest.fixture(scope="session")
def pair_of_data(data, _loaded, tmp_path_factory):
    """A folder with the schema in data/, as openapi.yaml, and its client in generated/."""
    folder = tmp_path_factory.mktemp("pair")
    shutil.copy(data / "openapi.yaml", folder)
    generate.generate(_loaded, folder / "generated")
    return folder


@pytest.fixture
def pair_copy(pair_of_data, tmp_path):
    """A copy of `pair_of_data`."""
    return shutil.copytree(pair_of_data, tmp_path / "pair", ignore=_IGNORE)


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
            "options = ['-q', '-x', '-n0', 'tests/test_operations.py', *sys.argv[2:]]\n"
            "sys.exit(pytest.main(options))\n"
        )
        environment = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
        command = sys.executable, "-c", program, folder, *options
        assert " passed" in output(*command, cwd=ROOT, **environment)

    return run
