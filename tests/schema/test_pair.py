"""Killed at any moment, a change of the schema leaves the old pair or the new one."""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import sys

import pytest

from scripts.schema import pair
from tests.programs import output

# Runs a program in copies of a folder, killed before the first, second, … thing it does to files or
# processes, until one run comes to its end; or before those asked for. Prints how many there are.
KILL = """
import os, runpy, shutil, signal, sys
CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "subprocess.Popen", "ctypes.dlsym"}
for module in os.environ["PRELOAD"].split():
    __import__(module)  # once, not in each run
program, folder, into, *moments = sys.argv[1:]
def run(moment, copy):
    done = 0
    def audit(event, args):
        nonlocal done
        if event in CHANGES or event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR):
            done += 1
            if done == moment:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(audit)
    os.chdir(copy)  # which comes first among the places to import from
    try:
        runpy.run_path(program, run_name="__main__")
    except SystemExit as end:
        assert not end.code, end
    return done
def killed(moment):
    copy = shutil.copytree(folder, os.path.join(into, str(moment)))
    child = os.fork()
    if not child:
        done = run(moment, copy)
        print(done, flush=True)
        os._exit(0)
    return os.waitpid(child, 0)[1] == signal.SIGKILL
if moments:
    for moment in moments:
        assert killed(int(moment)) or moment == "0"
else:
    moment = 1
    while killed(moment):
        moment += 1
"""
# What `make schema` does once it has a new client, without the time to make one.
REPLACE = """
import pathlib
from scripts.schema import pair
root = pathlib.Path.cwd()
with pair.workspace(root) as new:
    (new / "openapi.yaml").write_text("new")
    (new / "generated").mkdir()
    (new / "generated" / "a.py").write_text("new")
    (new / "generated" / "fresh.py").write_text("new")
    pair.replace(new, root)
"""
LIBRARIES = "openapi_python_client httpx ruamel.yaml"
FINISH = "import pathlib; from scripts.schema import pair; pair.finish(pathlib.Path.cwd())"


def kill(program, folder, into, *moments, preload=""):
    """Return the folders left by the killed runs, and how many moments there were."""
    into.mkdir()
    command = [sys.executable, "-c", KILL, program, folder, into, *moments]
    out = output(*command, PRELOAD=preload, PYTHONDONTWRITEBYTECODE="1")
    numbers = sorted(int(path.name) for path in into.iterdir())
    return [into / str(number) for number in numbers], out


def texts(folder):
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


OLD = {"openapi.yaml": "old", "generated/a.py": "old", "generated/stale.py": "old"}
NEW = {"openapi.yaml": "new", "generated/a.py": "new", "generated/fresh.py": "new"}


@pytest.fixture
def old_pair(tmp_path):
    folder = tmp_path / "root"
    (folder / "generated").mkdir(parents=True)
    for name, text in OLD.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def write(tmp_path):

    def written(name, text):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return written


def seen(folder):
    """The pair as who only looks at the files sees it."""
    files = texts(folder)
    return {name: text for name, text in files.items() if not name.startswith(".generate-")}


def test_killed_before_each_step(tmp_path, write, old_pair):
    *folders, whole = kill(write("replace.py", REPLACE), old_pair, tmp_path / "killed")[0]
    assert texts(whole) == NEW
    assert len(folders) > 20
    looks = []
    for folder in folders:
        looks.append(seen(folder))
        ready = (folder / pair.NEXT).is_dir()
        assert pair.finish(folder) == ready
        assert seen(folder) in ([NEW] if ready else [OLD, NEW])
        with pair.workspace(folder):
            pass
        assert seen(folder) == texts(folder)
    # Between two system calls the client is new and the schema old; whoever looks at any other
    # moment sees a pair.
    assert [look for look in looks if look not in (OLD, NEW)] == [NEW | {"openapi.yaml": "old"}]
    assert {OLD["openapi.yaml"], NEW["openapi.yaml"]} == {look["openapi.yaml"] for look in looks}


@pytest.mark.tool_changes
def test_killed_again_while_it_completes_an_interrupted_change(tmp_path, write, old_pair):
    folders = kill(write("replace.py", REPLACE), old_pair, tmp_path / "killed")[0]
    ready = next(folder for folder in folders if (folder / pair.NEXT).is_dir())
    assert seen(ready) == OLD
    folders = kill(write("finish.py", FINISH), ready, tmp_path / "finished")[0]
    assert len(folders) > 10
    for folder in folders:
        pair.finish(folder)
        with pair.workspace(folder):
            pass
        assert texts(folder) == NEW


def test_without_an_exchange_of_two_folders(tmp_path, old_pair, monkeypatch):
    monkeypatch.setattr(pair.ctypes, "CDLL", lambda _: object())
    with pair.workspace(old_pair) as new:
        (new / "openapi.yaml").write_text("new")
        (new / "generated").mkdir()
        for name in ("a.py", "fresh.py"):
            (new / "generated" / name).write_text("new")
        pair.replace(new, old_pair)
    assert texts(old_pair) == NEW


def test_where_there_was_no_client(old_pair):
    shutil.rmtree(old_pair / "generated")
    with pair.workspace(old_pair) as new:
        (new / "openapi.yaml").write_text("new")
        (new / "generated").mkdir()
        pair.replace(new, old_pair)
    assert texts(old_pair) == {"openapi.yaml": "new"}


def test_a_failure_leaves_the_old_pair_and_nothing_else(old_pair):
    def fail():
        with pair.workspace(old_pair) as new:
            (new / "openapi.yaml").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert texts(old_pair) == OLD


def test_two_at_once_come_one_after_the_other(old_pair):
    handle = os.open(old_pair, os.O_RDONLY)
    try:
        with pair.workspace(old_pair), pytest.raises(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(handle)


@pytest.mark.long
def test_the_real_thing_killed_at_ten_moments(repo_copy, tmp_path):
    """All of `make schema` but the checks that follow it."""
    old = texts(repo_copy)
    (repo_copy / "new.yaml").write_text(
        old["openapi.yaml"].replace("enum: [api, ui]", "enum: [api, ui, import]")
    )
    program = tmp_path / "schema.py"
    program.write_text(
        "from scripts.schema.take_over import replace_schema; replace_schema('new.yaml')\n"
    )
    ((whole,), said) = kill(program, repo_copy, tmp_path / "whole", "0", preload=LIBRARIES)
    new = texts(whole)
    assert new["openapi.yaml"] == new["new.yaml"]
    moments = random.Random(2026).sample(range(1, int(said)), 10)
    for folder in kill(program, repo_copy, tmp_path / "killed", *moments, preload=LIBRARIES)[0]:
        ready = (folder / pair.NEXT).is_dir()
        assert seen(folder) in (old | {"new.yaml": new["new.yaml"]}, new) or ready
        # Whatever make does next finishes or sweeps away what was begun.
        pair.finish(folder)
        assert seen(folder) in ([new] if ready else [old | {"new.yaml": new["new.yaml"]}, new])
