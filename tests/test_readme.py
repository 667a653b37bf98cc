"""The programs in the README run as written, against the sandbox."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bettune.sandbox import Sandbox

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_a_program_of_the_readme(program, tmp_path, monkeypatch):
    with Sandbox() as box:
        monkeypatch.setenv("BETTUNE_BASE_URL", box.base_url)
        monkeypatch.setenv("BETTUNE_API_TOKEN", box.token)
        command = [sys.executable, "program.py"]
        (tmp_path / "program.py").write_text(program, "utf-8")
        if "def test_" in program:
            (tmp_path / "test_program.py").write_text(program, "utf-8")
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
        )
    assert done.returncode == 0, done.stdout + done.stderr
    for said in re.findall(r"print\(\w+\)  # (?:look first: )?(.*)", program):
        assert said in done.stdout
