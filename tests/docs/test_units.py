"""systemd takes the units that the pages show."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PROGRAM = shutil.which("systemd-analyze")


@pytest.mark.skipif(PROGRAM is None, reason="needs systemd")
@pytest.mark.parametrize("language", ["en", "pl"])
def test_systemd_takes_the_units(tmp_path, language):
    page = (DOCS / language / "cron.md").read_text("utf-8")
    units = re.findall(r"^```ini\n# \S+/(\S+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert [name for name, _ in units] == ["bettune-push.service", "bettune-push.timer"]
    for name, text in units:
        # The programs of the page are not here, and the home may have no such folder.
        here = re.sub(r"(?<==)%h/model/.venv/bin/\w+", "/bin/true", text)
        (tmp_path / name).write_text(here.replace("%h/model", "/"), "utf-8")
    done = subprocess.run(
        [PROGRAM, "--user", "verify", *(tmp_path / name for name, _ in units)],
        capture_output=True,
        text=True,
        check=False,
        env={"XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert (done.returncode, done.stderr) == (0, "")
