"""The wheel and the sdist: what they hold, and that a user can type-check and run them."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.programs import output

ROOT = Path(__file__).parents[2]
KEPT = ("bettune", "generated", "openapi.yaml", "pyproject.toml", "README.md", "LICENSE")


def built(source):
    """Build a sdist, and the wheel from it, out of a new copy of the sources."""
    for name in KEPT:
        path = ROOT / name
        if path.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(path, source / name, ignore=ignored, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(path, source / name)
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", "dist", "."]
    output(*build, cwd=source, SOURCE_DATE_EPOCH="1767225600")  # 2026-01-01
    return source / "dist"


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    return built(tmp_path_factory.mktemp("source"))


def test_two_builds_of_the_same_sources_are_the_same_to_the_byte(dist, tmp_path):
    before = os.umask(0o077)
    try:
        again = built(tmp_path)
    finally:
        os.umask(before)
    assert {path.name: path.read_bytes() for path in dist.iterdir()} == {
        path.name: path.read_bytes() for path in again.iterdir()
    }
    (wheel,) = dist.glob("*.whl")
    assert {entry.date_time for entry in zipfile.ZipFile(wheel).infolist()} == {
        (2026, 1, 1, 0, 0, 0)
    }


def test_the_wheel_holds_the_two_packages_and_nothing_else(dist):
    (wheel,) = dist.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"bettune", "bettune_openapi"}
    assert {"bettune/py.typed", "bettune_openapi/py.typed"} <= set(names)
    assert "bettune/sandbox/openapi.yaml" in names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".jinja")]


def test_the_sdist_is_enough_to_build_the_wheel(dist):
    # The build above made the wheel from the sdist.
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"openapi.yaml", "LICENSE", "generated/bettune_openapi/client.py"} <= names


@pytest.fixture(scope="module")
def installed(dist, tmp_path_factory):
    """The Python of an environment with the wheel, which borrows this one's other packages."""
    folder = tmp_path_factory.mktemp("environment")
    output(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    (wheel,) = dist.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--python", python]
    output(*pip, "install", "--quiet", "--no-index", "--no-deps", wheel, cwd=folder)
    site = output(
        python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder
    )
    borrowed = sysconfig.get_path("purelib")
    (Path(site.strip()) / "borrowed.pth").write_text(borrowed)
    return python


def test_user_code_type_checks_against_the_installed_wheel(installed, known_types, tmp_path):
    known_types(tmp_path)
    code = shutil.copy(Path(__file__).with_name("user_code.py"), tmp_path)
    with Path(code).open("a") as file:  # strict refuses an `ignore` where nothing is wrong
        file.write("\nbettune.sports.list(1)  # type: ignore[call-arg]\n")
    (tmp_path / "mypy.ini").write_text("[mypy]\nstrict = true\nsqlite_cache = false\n")
    out = output(
        sys.executable,
        *("-m", "mypy", "--python-executable", installed, "--config-file", "mypy.ini", code),
        cwd=tmp_path,
    )
    assert "Success: no issues found" in out


def test_the_installed_wheel_works_outside_the_checkout(installed, tmp_path):
    code = (
        "import bettune, bettune_openapi; from bettune.sandbox import Sandbox\n"
        "with Sandbox() as box, bettune.BetTune(box.token, base_url=box.base_url) as client:\n"
        "    print(client.sports.list()[0].name)\n"
        "    import urllib.request\n"
        "    print(urllib.request.urlopen(box.base_url + '/openapi.yaml').status)\n"
        "    root = box.base_url.removesuffix('/bet-tune-api/v1')\n"
        "    for path in ('/', '/matches', '/static/page.css', '/static/page.js'):\n"
        "        print(urllib.request.urlopen(root + path).status)\n"
        "print(bettune.__file__)\n"
    )
    name, *statuses, place = output(installed, "-c", code, cwd=tmp_path).split()
    assert (name, statuses) == ("football", ["200"] * 5)
    assert not Path(place).is_relative_to(ROOT)
