"""The workflows are safe, run what they should, and their scripts work; all but GitHub itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

CHECK = ["--offline", "--quiet", "--no-progress", "--persona=pedantic", "--strict-collection"]
ZIZMOR = str(Path(sys.executable).parent / "zizmor")


@pytest.fixture
def folder(root):
    return root / ".github" / "workflows"


def load(path):
    return YAML(typ="safe", pure=True).load(path.read_text())


def zizmor(folder):
    return subprocess.run([ZIZMOR, *CHECK, folder], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0", "@v5", "unpinned-uses"),
        ("permissions: {}", "permissions: write-all", "excessive-permissions"),
        ("bash .ci/run", "bash .ci/run ${{ github.head_ref }}", "template-injection"),
        ("          persist-credentials: false\n", "          fetch-depth: 1\n", "artipacked"),
        ("    runs-on: ubuntu-24.04\n", "    run-on: ubuntu-24.04\n", "failed to load"),
    ],
)
def test_the_check_finds_what_is_unsafe_or_wrong(folder, tmp_path, old, new, finding):
    text = (folder / "gate.yml").read_text()
    assert zizmor(folder).returncode == 0
    assert old in text
    copy = tmp_path / ".github" / "workflows"
    copy.mkdir(parents=True)
    (copy / "gate.yml").write_text(text.replace(old, new))
    done = zizmor(copy)
    assert done.returncode != 0
    assert finding in done.stdout + done.stderr


def test_the_gate_runs_on_each_python_we_promise(root, folder):
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    promised = [one.rpartition(" ")[2] for one in project["classifiers"] if "Python :: 3." in one]
    job = load(folder / "gate.yml")["jobs"]["gate"]
    assert job["strategy"]["matrix"]["python"] == promised
    assert job["steps"][-1]["run"] == "bash .ci/run"


def test_the_contract_is_only_read(folder):
    steps = load(folder / "contract.yml")["jobs"]["contract"]["steps"]
    with_token = [one for one in steps if "BETTUNE_API_TOKEN" in one.get("env", {})]
    assert [one["env"]["BETTUNE_API_TOKEN"] for one in with_token] == [
        "${{ secrets.BETTUNE_API_TOKEN }}"
    ]
    assert with_token[0]["run"].startswith("make contract BASE_URL=https://ovaccess.com/")
    assert "FILTER" not in (folder / "contract.yml").read_text()


def script(path, job):
    (found,) = [one for one in load(path)["jobs"][job]["steps"] if "git" in one.get("run", "")]
    return found["run"]


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone of a small repository, and tools in place of `make` and `gh`."""
    if not shutil.which("git") or not shutil.which("bash"):
        pytest.skip("the workflows' scripts need git and bash")
    for name, value in {"NAME": "T", "EMAIL": "t@example.org"}.items():
        monkeypatch.setenv(f"GIT_AUTHOR_{name}", value)
        monkeypatch.setenv(f"GIT_COMMITTER_{name}", value)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    origin, folder, tools = tmp_path / "origin", tmp_path / "clone", tmp_path / "tools"
    git = shutil.which("git")
    subprocess.run([git, "init", "--quiet", "--bare", origin], check=True)
    subprocess.run([git, "clone", "--quiet", origin, folder], check=True, capture_output=True)
    (folder / "generated").mkdir()
    (folder / "openapi.yaml").write_text("old\n")
    (folder / "generated" / "a.py").write_text("old = 1\n")
    for command in (["add", "--all"], ["commit", "--quiet", "--message", "x"], ["push", "--quiet"]):
        subprocess.run([git, *command], cwd=folder, check=True, capture_output=True)
    tools.mkdir()
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setenv("TOLD", str(tmp_path / "told"))

    def tool(name, text):
        (tools / name).write_text(f"#!/bin/bash\n{text}\n")
        (tools / name).chmod(0o755)

    return folder, tool


def bash(text, folder, **environment):
    # As GitHub runs it.
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text]
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("open_already", ["", "7"])
@pytest.mark.parametrize("status", [0, 2])
def test_a_changed_schema_becomes_a_pull_request(folder, clone, tmp_path, open_already, status):
    copy, tool = clone
    tool("make", 'echo "$*" > "$TOLD"; echo new > openapi.yaml; echo "b = 1" > generated/b.py;'
        f" rm generated/a.py; echo '- breaking: it is told'; exit {status}")  # fmt: skip
    output = tmp_path / "output"
    source = "https://127.0.0.1/a b'$(id).yaml"
    done = bash(
        script(folder / "schema.yml", "fetch"), copy, SCHEMA_URL=source, GITHUB_OUTPUT=str(output)
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "told").read_text() == f"schema SCHEMA={source}\n"
    assert output.read_text() == "changed=true\n"

    found = tmp_path / "found"
    found.mkdir()
    for name in ("schema.patch", "summary.txt"):
        shutil.move(copy / name, found)
    subprocess.run(["git", "reset", "--quiet", "--hard"], cwd=copy, check=True)
    tool("gh", f'echo "$*" >> "$TOLD"; [ "$2" != list ] || echo "{open_already}"')
    done = bash(script(folder / "schema.yml", "propose"), copy, FOUND=str(found))
    assert done.returncode == 0, done.stderr
    told = (tmp_path / "told").read_text()
    assert f"pr {'edit schema-update' if open_already else 'create --head schema-update'}" in told
    assert "- breaking: it is told\n" in (found / "body.md").read_text()
    shown = subprocess.run(
        ["git", "show", "--name-status", "--format=%s", "origin/schema-update"],
        cwd=copy,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.split() == [
        *("Take", "over", "the", "changed", "schema"),
        *("D", "generated/a.py", "A", "generated/b.py", "M", "openapi.yaml"),
    ]


@pytest.mark.parametrize("status", [0, 2])
def test_an_unchanged_or_refused_schema_does_not(folder, clone, tmp_path, status):
    copy, tool = clone
    tool("make", f"exit {status}")
    done = bash(
        script(folder / "schema.yml", "fetch"),
        copy,
        SCHEMA_URL="x",
        GITHUB_OUTPUT=str(tmp_path / "output"),
    )
    assert done.returncode == status
    assert not (tmp_path / "output").exists()
