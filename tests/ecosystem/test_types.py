"""Type checkers: the public names are typed all through, and users' code passes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
EXAMPLE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def run(*command, cwd):
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    """What users write, and each example of the pages, as files."""
    folder = tmp_path_factory.mktemp("examples")
    user_code = ROOT / "tests" / "packaging" / "user_code.py"
    (folder / "user_code.py").write_text(user_code.read_text("utf-8"), "utf-8")
    for page in PAGES:
        name = "_".join(page.relative_to(ROOT).with_suffix("").parts)
        for number, code in enumerate(EXAMPLE.findall(page.read_text("utf-8")), 1):
            (folder / f"{name}_{number}.py").write_text(code, "utf-8")
    return folder


def test_every_public_name_is_typed(tmp_path):
    said = run("pyright", "--verifytypes", "bettune", "--ignoreexternal", cwd=tmp_path)
    assert "Type completeness score: 100%" in said


def test_the_examples_pass_mypy(examples):
    command = [sys.executable, "-m", "mypy", "--strict", "--allow-untyped-defs"]
    run(*command, "--allow-untyped-calls", *sorted(examples.glob("*.py")), cwd=examples)


def test_the_examples_pass_pyright(examples):
    run("pyright", "--pythonpath", sys.executable, *sorted(examples.glob("*.py")), cwd=examples)


def test_typed_user_code_passes_strictly(examples):
    run(sys.executable, "-m", "mypy", "--strict", "user_code.py", cwd=examples)
    (examples / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    run("pyright", "--pythonpath", sys.executable, "user_code.py", cwd=examples)
