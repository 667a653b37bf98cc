"""The workflows are safe, run what they should, and their scripts work; all but GitHub itself."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from scripts import ROOT
from tests.programs import output, run

CHECK = ["--offline", "--quiet", "--no-progress", "--persona=pedantic", "--strict-collection"]
ZIZMOR = str(Path(sys.executable).parent / "zizmor")


@pytest.fixture
def folder():
    return ROOT / ".github" / "workflows"


def load(path):
    return YAML(typ="safe", pure=True).load(path.read_text())


def zizmor(folder):
    return run(ZIZMOR, *CHECK, folder)


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
def test_the_check_finds_unsafe_and_invalid_workflows(folder, tmp_path, old, new, finding):
    text = (folder / "gate.yml").read_text()
    assert zizmor(folder).returncode == 0
    assert old in text
    copy = tmp_path / ".github" / "workflows"
    copy.mkdir(parents=True)
    (copy / "gate.yml").write_text(text.replace(old, new))
    done = zizmor(copy)
    assert done.returncode != 0
    assert finding in done.stdout + done.stderr


def test_the_gate_runs_on_each_python_we_promise(folder):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    promised = [
        classifier.rpartition(" ")[2]
        for classifier in project["classifiers"]
        if "Python :: 3." in classifier
    ]
    job = load(folder / "gate.yml")["jobs"]["gate"]
    assert job["strategy"]["matrix"]["python"] == promised
    assert job["steps"][-1]["run"] == "bash .ci/run"


def test_the_night_and_a_release_run_the_gate(folder):
    assert "workflow_call" in load(folder / "gate.yml").get(
        "on", load(folder / "gate.yml").get(True)
    )
    for name in ("nightly", "release"):
        jobs = load(folder / f"{name}.yml")["jobs"]
        assert jobs["gate"]["uses"] == "$/.github/workflows/gate.yml"
    assert jobs["build"]["needs"] == "gate"
    assert "is-ancestor" in script(folder / "release.yml", "build", "refs/remotes/origin/main")


def test_each_target_of_the_night_is_one_of_make(folder):
    targets = load(folder / "nightly.yml")["jobs"]["target"]["strategy"]["matrix"]["target"]
    assert {"audit", "soak", "test-lowest"} <= set(targets)
    known = re.findall(r"(?m)^([a-z0-9-]+):.* ## ", (ROOT / "Makefile").read_text())
    assert {target.split()[0] for target in targets} <= set(known)


def test_each_scheduled_workflow_tells_of_its_failures(folder):
    for path in folder.glob("*.yml"):
        workflow = load(path)
        if "schedule" in workflow.get("on", workflow.get(True)):
            jobs = workflow["jobs"]
            assert jobs["tell"]["uses"] == "$/.github/workflows/tell.yml"
            assert set(jobs["tell"]["needs"]) == jobs.keys() - {"tell"}
            assert jobs["tell"]["if"] == "always()"


@pytest.mark.parametrize(
    ("failed", "open_issue", "does"),
    [
        ("true", "", "issue create"),
        ("true", "7", "issue comment 7"),
        ("false", "7", "issue close 7"),
        ("false", "", ""),
    ],
)
def test_a_failure_is_reported_in_an_issue(clone, tmp_path, failed, open_issue, does):
    copy, tool = clone
    tool("gh", f'echo "$*" >> "$TOLD"; if [ "$2" = list ]; then echo "{open_issue}"; fi')
    text = script(ROOT / ".github" / "workflows" / "tell.yml", "issue", "gh issue")
    done = bash(text, copy, FAILED=failed, RUN="https://127.0.0.1/run", TITLE="t", QUERY="q")
    assert done.returncode == 0, done.stderr
    asked = (tmp_path / "told").read_text().splitlines()
    assert [line for line in asked if "issue list" not in line and does in line] or not does
    assert len(asked) == 1 + bool(does)


def test_the_contract_is_only_read(folder):
    steps = load(folder / "contract.yml")["jobs"]["contract"]["steps"]
    with_token = [step for step in steps if "BETTUNE_API_TOKEN" in step.get("env", {})]
    assert [step["env"]["BETTUNE_API_TOKEN"] for step in with_token] == [
        "${{ secrets.BETTUNE_API_TOKEN }}"
    ]
    assert "--base-url https://ovaccess.com/bet-tune-api/v1" in with_token[0]["run"]
    assert "--filter" not in (folder / "contract.yml").read_text()


def script(path, job, step):
    """The script of a step, found by a word of it."""
    (found,) = [one for one in load(path)["jobs"][job]["steps"] if step in one.get("run", "")]
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
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", origin)
    git(tmp_path, "clone", "--quiet", origin, folder)
    git(folder, "switch", "--quiet", "--create", "main")
    (folder / "generated").mkdir()
    for name in ("openapi.yaml", "api.md"):
        (folder / name).write_text("old\n")
    (folder / "generated" / "a.py").write_text("old = 1\n")
    (folder / ".gitignore").write_text(".venv\nfound\noutput\n*.txt\n*.patch\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "x")
    git(folder, "push", "--quiet", "origin", "main")
    tools.mkdir()
    (folder / ".venv" / "bin").mkdir(parents=True)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setenv("TOLD", str(tmp_path / "told"))

    def tool(name, text):
        path = folder / ".venv" / "bin" / name if name == "python" else tools / name
        path.write_text(f"#!/bin/bash\n{text}\n")
        path.chmod(0o755)

    return folder, tool


def git(folder, *command):
    return output("git", *command, cwd=folder)


def bash(text, folder, **environment):
    # As GitHub runs it.
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text]
    return run(*command, cwd=folder, **environment)


NEW = "echo new > openapi.yaml; echo 'b = 1' > generated/b.py; rm -f generated/a.py;"
SOURCE = "https://127.0.0.1/a b'$(id).yaml"


@pytest.fixture
def workflow(folder, clone):
    """Run the schema workflow's scripts; return its outputs and what the one of `fetch` printed."""
    copy, tool = clone

    def run(does, branch=""):
        tool("python", f'echo "$*" > "$TOLD"; {does}')
        tool("gh", 'echo "$*" >> "$TOLD"')
        git(copy, "fetch", "--quiet")
        git(copy, "switch", "--quiet", "--force-create", "job", f"origin/{branch or 'main'}")
        output, found = copy / "output", copy / "found"
        output.write_text("")
        environment = {"SCHEMA_URL": SOURCE, "GITHUB_OUTPUT": str(output)}
        fetched = bash(script(folder / "schema.yml", "fetch", "schema.patch"), copy, **environment)
        outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
        if "changed" in outputs:
            found.mkdir(exist_ok=True)
            for name in ("schema.patch", "summary.txt"):
                shutil.move(copy / name, found / name)
            git(copy, "reset", "--quiet", "--hard")
            git(copy, "clean", "-fdq")
            text = script(folder / "schema.yml", "propose", "git push")
            environment = {"FOUND": str(found), "OPEN": branch, "TITLE": outputs["title"]}
            proposed = bash(text, copy, **environment)
            outputs["status"], outputs["said"] = proposed.returncode, proposed.stdout
            outputs["body"] = (found / "body.md").read_text() if proposed.returncode == 0 else ""
        return fetched, outputs

    return run


def proposed_branches(copy):
    git(copy, "fetch", "--quiet", "--prune")
    names = git(copy, "branch", "--remotes", "--format=%(refname:lstrip=3)").split()
    return [name for name in names if name.startswith("schema-update")]


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (0, "Take over the changed schema"),
        (1, "Take over the changed schema: the facade or its users are broken"),
        (4, "Take over the changed schema: make check does not pass"),
    ],
)
def test_a_changed_schema_becomes_a_pull_request(clone, workflow, tmp_path, status, title):
    copy, _ = clone
    others = "echo new > api.md; echo x > mended.py;"  # the second is none of its business
    fetched, outputs = workflow(f"{NEW} {others} echo '- breaking: it is told'; exit {status}")
    assert fetched.returncode == 0, fetched.stderr
    assert outputs["title"] == title
    assert outputs["fits"] == str(int(status == 0))
    (branch,) = proposed_branches(copy)
    asked = (tmp_path / "told").read_text()
    assert asked.startswith(f"-m scripts.schema {SOURCE}\n")
    assert f"pr create --head {branch} --title {title}" in asked
    assert "- breaking: it is told\n" in outputs["body"]
    shown = git(copy, "show", "--name-status", "--format=%s", f"origin/{branch}").split()
    assert shown == [
        *("Take", "over", "the", "changed", "schema"),
        *("M", "api.md", "D", "generated/a.py", "A", "generated/b.py", "M", "openapi.yaml"),
    ]


@pytest.fixture
def mended(clone, workflow):
    """The branch of an open pull request, on which a maintainer has mended something."""
    copy, _ = clone
    workflow(f"{NEW} exit 1")
    (branch,) = proposed_branches(copy)
    git(copy, "switch", "--quiet", "--force-create", "mend", f"origin/{branch}")
    (copy / "mended.py").write_text("x = 1\n")
    git(copy, "add", "mended.py")
    git(copy, "commit", "--quiet", "--message", "mend")
    git(copy, "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
    return branch


def test_the_same_schema_keeps_the_maintainers_changes(clone, workflow, mended):
    copy, _ = clone
    before = git(copy, "rev-parse", f"origin/{mended}")
    fetched, outputs = workflow(NEW, mended)
    assert (fetched.returncode, outputs) == (0, {})
    assert git(copy, "ls-remote", "origin", mended).split()[0] == before.strip()


def test_another_schema_is_added_to_the_maintainers_changes(clone, workflow, mended, tmp_path):
    copy, _ = clone
    before = git(copy, "rev-parse", f"origin/{mended}").strip()
    _, outputs = workflow("echo newer > openapi.yaml; exit 1", mended)
    assert outputs["status"] == 0, outputs
    assert proposed_branches(copy) == [mended]
    assert git(copy, "rev-parse", f"origin/{mended}^").strip() == before
    assert git(copy, "show", f"origin/{mended}:openapi.yaml") == "newer\n"
    assert git(copy, "show", f"origin/{mended}:mended.py") == "x = 1\n"
    asked = (tmp_path / "told").read_text()
    assert f"pr comment {mended} --body-file" in asked
    assert "pr create" not in asked


def test_a_closed_proposal_is_not_made_again(clone, workflow, mended, tmp_path):
    copy, _ = clone
    before = git(copy, "rev-parse", f"origin/{mended}")
    _, outputs = workflow(NEW)  # none is open
    assert outputs["status"] == 0
    assert f"::notice title=Schema::{mended} was proposed before" in outputs["said"]
    assert "pr create" not in (tmp_path / "told").read_text()
    assert git(copy, "ls-remote", "origin", mended).split()[0] == before.strip()


def test_commits_pushed_meanwhile_are_kept(clone, workflow, mended, folder):
    copy, tool = clone
    other = copy.parent / "other"
    git(copy.parent, "clone", "--quiet", "--branch", mended, copy.parent / "origin", other)
    git(other, "commit", "--quiet", "--allow-empty", "--message", "meanwhile")
    tool(
        "git",
        f'PATH=${{PATH#*:}}; if [ $1 = push ]; then (cd {other}; git push --quiet); fi; git "$@"',
    )
    _, outputs = workflow("echo newer > openapi.yaml", mended)
    assert outputs["status"] != 0
    assert (
        git(other, "ls-remote", "origin", mended).split()[0]
        == git(other, "rev-parse", "HEAD").strip()
    )


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (0, ""),
        (2, "::error title=Schema::it was refused"),
        (3, "::error title=Schema::it was refused"),
    ],
)
def test_without_a_new_schema_nothing_is_proposed(workflow, status, said):
    fetched, outputs = workflow(f"echo it was refused; exit {status}")
    assert (fetched.returncode, outputs) == (status, {})
    assert said in fetched.stdout


@pytest.mark.parametrize("passes", [True, False])
def test_the_result_of_the_gate_is_reported(folder, clone, passes):
    copy, _ = clone
    (copy / ".ci").mkdir()
    (copy / ".ci" / "run").write_text(f"echo a test; exit {int(not passes)}\n")
    output = copy / "output"
    text = script(folder / "schema.yml", "fetch", ".ci/run")
    assert bash(text, copy, GITHUB_OUTPUT=str(output)).returncode == 0
    outputs = (copy / "summary.txt").read_text()
    assert outputs == ("The gate passes.\n" if passes else "The gate does not pass:\na test\n")
    assert output.exists() == (not passes)


def test_only_a_pull_request_of_this_repository_is_open(folder, clone, tmp_path):
    copy, tool = clone
    tool("gh", 'echo "$*" >> "$TOLD"; echo schema-update-1')
    output = copy / "output"
    done = bash(
        script(folder / "schema.yml", "fetch", "gh pr list"), copy, GITHUB_OUTPUT=str(output)
    )
    assert done.returncode == 0, done.stderr
    assert output.read_text() == "branch=schema-update-1\n"
    assert "isCrossRepository | not" in (tmp_path / "told").read_text()


@pytest.mark.parametrize("status", [0, 1, 2])
def test_a_contract_that_is_broken_or_could_not_be_checked_fails(folder, clone, status):
    copy, tool = clone
    tool("python", f"echo the verdict; exit {status}")
    text = script(folder / "contract.yml", "contract", "scripts.contract")
    done = bash(text, copy, BETTUNE_API_TOKEN="x")
    assert done.returncode == status
    assert ("::error title=Contract::the verdict" in done.stdout) == (status > 0)
    done = bash(text, copy, BETTUNE_API_TOKEN="")  # before a token was set up
    assert done.returncode == 0
    assert "::warning title=Contract::The environment" in done.stdout
