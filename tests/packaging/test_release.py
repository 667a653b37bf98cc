"""A release: its tag, version and changelog agree, and only the workflow may publish it."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from scripts.release import RefusedError, release_notes

ROOT = Path(__file__).parents[2]
CHANGELOG = """# Changelog

## [Unreleased]

### Added

- Something new.

## [0.2.0] - 2026-12-01

### Fixed

- Something old.

## [0.1.0] - 2026-11-24

First.
"""


def test_the_notes_of_a_tag_are_its_section_of_the_changelog():
    assert release_notes(CHANGELOG, "0.2.0", "v0.2.0") == "### Fixed\n\n- Something old.\n"
    assert release_notes(CHANGELOG, "0.1.0", "v0.1.0") == "First.\n"


def test_without_a_tag_the_notes_are_those_of_unreleased(capsys):
    assert release_notes(CHANGELOG, "0.3.0", None) == "### Added\n\n- Something new.\n"
    assert "no [0.3.0] yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changelog", "version", "tag", "said"),
    [
        (CHANGELOG, "0.2.0", "v0.2.1", "the tag is v0.2.1, and bettune/_version.py says 0.2.0"),
        (CHANGELOG, "0.3.0", "v0.3.0", r"no section \[0\.3\.0\]"),
        (CHANGELOG.replace(" - 2026-12-01", ""), "0.2.0", "v0.2.0", r"has no date for \[0\.2\.0\]"),
        (CHANGELOG.replace("First.\n", ""), "0.1.0", "v0.1.0", r"has no text in \[0\.1\.0\]"),
        ("# Changelog\n", "0.1.0", None, r"no section \[Unreleased\]"),
    ],
)
def test_a_release_that_does_not_agree_with_itself_is_refused(changelog, version, tag, said):
    with pytest.raises(RefusedError, match=said):
        release_notes(changelog, version, tag)


def test_the_changelog_of_this_version_can_be_released():
    assert release_notes((ROOT / "CHANGELOG.md").read_text("utf-8"), "0.0.0", None)


def test_a_release_is_built_without_secrets_and_published_to_the_test_index_first():
    workflow = ROOT / ".github" / "workflows" / "release.yml"
    jobs = YAML(typ="safe", pure=True).load(workflow.read_text("utf-8"))["jobs"]
    assert "secrets." not in workflow.read_text("utf-8")
    assert jobs["build"]["permissions"] == {"contents": "read"}
    assert [jobs[name]["needs"] for name in ("build", "testpypi", "pypi", "notes")] == [
        "gate",
        "build",
        "testpypi",
        "pypi",
    ]
    for name in ("testpypi", "pypi"):
        assert jobs[name]["permissions"] == {"id-token": "write"}
        assert not [step for step in jobs[name]["steps"] if "run" in step]
