"""Type checkers: the public names are typed all through, and users' programs pass strictly."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
USER_CODE = ROOT / "tests" / "packaging" / "user_code.py"
# To pyright, the packages of some programs are untyped, and notebooks call what is private.
PYRIGHT = {
    "typeCheckingMode": "strict",
    "ignore": ["joblib_days.py", "test_celery_tasks.py", "test_django_views.py"],
    "reportMissingTypeStubs": False,
    "reportPrivateUsage": False,
    "reportUnknownArgumentType": False,
    "reportUnknownMemberType": False,
    "reportUnknownVariableType": False,
    "reportUntypedFunctionDecorator": False,
}
MYPY = ("--strict", "--allow-untyped-decorators", "--disable-error-code=import-untyped")
PROGRAMS = [USER_CODE, *sorted((ROOT / "docs" / "examples").glob("*.py"))]


def run(*command, cwd):
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """Users' code, in a folder of theirs."""
    folder = tmp_path_factory.mktemp("programs")
    for program in PROGRAMS:
        (folder / program.name).write_text(program.read_text("utf-8"), "utf-8")
    (folder / "pyrightconfig.json").write_text(json.dumps(PYRIGHT))
    return folder


def test_every_public_name_is_typed(tmp_path):
    said = run("pyright", "--verifytypes", "bettune", "--ignoreexternal", cwd=tmp_path)
    assert "Type completeness score: 100%" in said


def test_programs_pass_mypy(programs):
    run(sys.executable, "-m", "mypy", *MYPY, ".", cwd=programs)


def test_programs_pass_pyright(programs):
    run("pyright", "--pythonpath", sys.executable, cwd=programs)
