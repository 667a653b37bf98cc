"""api.md, and the comparison of the public surface with that of the last release."""

import shutil
import subprocess

import pytest

from scripts.api.breaking import breaking, last_release, may_break, surface_of
from scripts.api.surface import ROOT, surface

PAGE = (ROOT / "api.md").read_text("utf-8")


def changed(folder, *changes):
    """The surface of a copy of the source, with texts of some files replaced."""
    for name in ("bettune", "generated/bettune_openapi"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name, old, new in changes:
        path = folder / name
        text = path.read_text("utf-8")
        assert old in text, name
        path.write_text(text.replace(old, new), "utf-8")
    return surface(folder)


def test_nothing_is_breaking_where_nothing_changed():
    assert list(breaking(PAGE, PAGE)) == []


BREAKING = {
    "Predictions.put: Parameter was removed: [positional or keyword] match_id: int | Match": (
        "bettune/_sync/predictions.py",
        "def put(self, filter_id: int, match_id: int | Match,",
        "def put(self, filter_id: int, fixture_id: int | Match,",
    ),
    "BetTune.__init__: Parameter was removed: [keyword-only] base_url": (
        "bettune/_sync/client.py",
        "base_url: str | None",
        "url: str | None",
    ),
    "BetTune.__init__: Parameter default was changed: [keyword-only] max_retries: int = 4": (
        "bettune/_sync/client.py",
        "max_retries: int = 4",
        "max_retries: int = 5",
    ),
    "Match.finished: Public object was removed": (
        "bettune/_models.py",
        "    finished: bool\n",
        "",
    ),
    "APITimeoutError: Base class was removed": (
        "bettune/_api_errors.py",
        "class APITimeoutError(APIConnectionError, TimeoutError)",
        "class APITimeoutError(APIConnectionError)",
    ),
    "to_records: Public object was removed": ("bettune/__init__.py", '    "to_records",\n', ""),
}


def test_each_change_that_breaks_users_is_named(tmp_path):
    broken = list(breaking(PAGE, changed(tmp_path, *BREAKING.values())))
    for said in BREAKING:
        assert [line for line in broken if line.startswith(said)], f"{said}\n{broken}"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("finished: bool", "finished: bool | None", "Match.finished: Type was changed: bool -> "),
        ("-> Prediction: ", "-> None: ", "Predictions.put: Type was changed: Prediction -> None"),
        ("day: date | datetime | str", "day: date", "Matches.list(day): Type was changed: date | "),
        ("odds: Any", "odds: float", "Predictions.put(odds): Type was changed: Any -> float"),
    ],
)
def test_a_type_that_breaks_users_is_named(old, new, said):
    broken = list(breaking(PAGE, PAGE.replace(old, new, 1)))
    assert len(broken) == 1
    assert broken[0].startswith(said)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("day: date | datetime | str", "day: date | timedelta | datetime | str"),
        ("sport: int = 1", "sport: Any = 1"),
        ("retry_after: float | None", "retry_after: float"),
    ],
)
def test_wider_arguments_and_narrower_results_do_not_break_users(old, new):
    assert list(breaking(PAGE, PAGE.replace(old, new, 1))) == []


def test_a_command_or_option_that_is_gone_is_breaking():
    without = PAGE.replace("bettune push --dry-run\n", "")
    assert list(breaking(PAGE, without)) == ["bettune push --dry-run: is gone or has changed"]


def test_new_optional_parameters_do_not_break_users(tmp_path):
    optional = ("bettune/_sync/predictions.py", "odds: Any)", "odds: Any, *, note: str = '')")
    new = changed(tmp_path, optional)
    assert new != PAGE
    assert list(breaking(PAGE, new)) == []


@pytest.mark.parametrize(
    ("released", "version", "allowed"),
    [
        ("v0.1.0", "0.1.1", False),
        ("v0.1.0", "0.2.0", True),
        ("v0.9.3", "1.0.0", True),
        ("v1.0.0", "1.1.0", False),
        ("v1.4.2", "2.0.0", True),
    ],
)
def test_the_version_says_whether_it_may_break(released, version, allowed):
    assert may_break(released, version) is allowed


@pytest.mark.skipif(not shutil.which("git"), reason="there is no git")
def test_the_last_release_is_the_newest_version_among_the_tags(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert last_release() is None

    def git(*arguments):
        name = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *name, *arguments], check=True, capture_output=True)

    git("init")
    for version in ("0.9.0", "0.10.0"):
        (tmp_path / "api.md").write_text(version)
        git("add", "api.md")
        git("commit", "--message", version)
        git("tag", f"v{version}")
    assert last_release() == "v0.9.0"  # the other one is being made
    (tmp_path / "api.md").write_text("later")
    git("commit", "--all", "--message", "later")
    assert last_release() == "v0.10.0"
    assert surface_of("v0.10.0") == "0.10.0"
