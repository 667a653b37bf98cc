"""Programs in one file: a zipapp by shiv, an executable by PyInstaller."""

import shutil
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

from scripts.bench.startup import needed
from tests.programs import output

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder as `pip install --target` makes it of bettune[cli,sandbox], without a network."""
    folder = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    output(*pip, "--no-build-isolation", "--target", folder, ROOT, cwd=folder)
    for name in needed("bettune", {"cli", "sandbox"}):
        for file in distribution(name).files or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                target = folder / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), target)
    return folder


def test_shiv_makes_one_file_of_the_command_line(site, tmp_path, bettune_sandbox):
    output("shiv", "--site-packages", site, "-c", "bettune", "-o", "bettune.pyz", cwd=tmp_path)
    said = output(
        *(sys.executable, "-I", tmp_path / "bettune.pyz", "sports", "--format", "csv"),
        cwd=tmp_path,
        SHIV_ROOT=str(tmp_path),
        BETTUNE_API_TOKEN=bettune_sandbox.token,
        BETTUNE_BASE_URL=bettune_sandbox.base_url,
    )
    assert "1,football" in said


def test_pyinstaller_finds_all_of_the_library(site, tmp_path):
    (tmp_path / "job.py").write_text(
        "from bettune import AsyncBetTune, BetTune, RateLimitError\n"
        "from bettune.sandbox import Sandbox\n"
        "with Sandbox() as box, BetTune(box.token, base_url=box.base_url) as bettune:\n"
        "    odds = {match.id: 2 for match in bettune.matches.list('2026-06-06')}\n"
        "    print(bettune.predictions.sync(11583, odds, by_hand='overwrite', max_drop=None))\n"
    )
    output(
        *(sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"),
        *("--paths", site, "--collect-data", "bettune", "job.py"),
        cwd=tmp_path,
        PYINSTALLER_CONFIG_DIR=str(tmp_path / "config"),
    )
    assert output(tmp_path / "dist" / "job" / "job", cwd=tmp_path).endswith("0 failed\n")
