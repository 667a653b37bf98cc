"""Start and end of the program: fast, with its extra or without, and quietly in a pipe."""

import subprocess
import sys
from pathlib import Path

import pytest

import bettune
from tests.cli.conftest import BETTUNE
from tests.programs import output, python

HELP = """
import sys
from bettune.cli.__main__ import main
main(sys.argv[1:])
slow = {"httpx", "rich", "msgspec", "anyio", "dateutil", "bettune_openapi", "bettune._client"}
print(sorted(slow & set(sys.modules)), file=sys.stderr)
"""
WITHOUT = """
import sys
sys.modules[sys.argv[1]] = None
from bettune.cli.__main__ import main
sys.exit(main(["sports"]))
"""
COMMANDS = (
    "sports",
    "matches",
    "filters",
    "predictions",
    "put",
    "delete",
    "clear",
    "push",
    "resolve",
    "sandbox",
    "mcp",
    "completion",
)


@pytest.mark.parametrize("arguments", [["--help"], ["push", "--help"], ["--version"], []])
def test_help_imports_nothing_slow(arguments):
    assert python("-c", HELP, *arguments).stderr.splitlines()[-1] == "[]"


def test_the_commands_are_listed_in_the_order_of_their_use(run):
    status, out, err = run("--help")
    assert (status, err) == (0, "")
    listed = out.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == list(COMMANDS)
    assert not any(line.endswith("...") for line in listed)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_each_command(run, command):
    status, out, err = run(command, "--help")
    assert (status, err) == (0, "")
    assert out.startswith(f"Usage: bettune {command} [OPTIONS]")
    assert max(map(len, out.splitlines())) <= 80
    if command not in {"sports", "filters"}:
        assert f"    bettune {command} " in out


def test_the_version(run):
    assert run("--version") == (0, f"bettune {bettune.__version__}\n", "")


@pytest.mark.parametrize("package", ["click", "rich"])
def test_without_the_extra(package):
    done = python("-c", WITHOUT, package)
    line = f"Error: the command line needs {package}: pip install 'bettune[cli]'\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", line)


@pytest.mark.usefixtures("box")
def test_the_script_that_is_installed(pipe):
    script = Path(sys.executable).with_name("bettune")
    if not script.exists():
        pytest.skip("bettune is not installed here")
    assert output(script, "sports") == pipe("sports").out


@pytest.mark.parametrize("arguments", ["--help", "push --help", "completion bash"])
def test_help_into_a_closed_pipe(arguments):
    command = f'"{sys.executable}" -m bettune.cli {arguments}; echo $? >&2'
    done = subprocess.run(
        f"({command}) | true", shell=True, capture_output=True, text=True, check=False
    )
    assert done.stderr == "0\n"


@pytest.mark.usefixtures("box")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("form", ["csv", "table"])
def test_a_closed_pipe_is_quiet(form, unbuffered, monkeypatch):
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    days = ["2026-06-01", "--until", "2026-06-10"]
    with subprocess.Popen(
        [sys.executable, "-m", "bettune.cli", "matches", *days, "--format", form],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout.readline()
        process.stdout.close()
        assert (process.wait(600), process.stderr.read()) == (0, b"")


@pytest.mark.usefixtures("box")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [["sports"], ["--help"], ["completion", "fish"]])
def test_a_full_disk_is_reported(arguments, unbuffered, monkeypatch):
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "bettune.cli", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "Error: cannot write the output: No space left on device\n"


@pytest.mark.usefixtures("box")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
@pytest.mark.parametrize(
    ("arguments", "status", "out"),
    [
        ("filters >&- 2>&-", 0, b""),
        ("push 1 no.csv 2>&-", 2, b""),
        ("push 1 no.csv 2>/dev/full", 2, b""),
        ("push 11587 - --dry-run 2>/dev/full", 0, b"filter_id,match_id,"),
    ],
)
def test_failures_of_standard_error_change_nothing(arguments, status, out):
    done = subprocess.run(
        f'"{sys.executable}" -m bettune.cli {arguments}',
        shell=True,
        input=b"match_id,odds\n1611243,2\n",
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout[: len(out) or None], done.stderr) == (status, out, b"")


@pytest.mark.usefixtures("box")
def test_neither_colours_nor_boxes_in_a_pipe(pipe, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    out = pipe("filters").out
    assert out.splitlines()[0] == "id,name,sport_id,sport_name,bet_type,status"
    assert set(out) - {"\n"} == {c for c in out if c.isascii() and c.isprintable()}


@pytest.mark.usefixtures("box")
def test_output_to_a_pipe_is_utf_8(monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    out = subprocess.check_output([*BETTUNE, "matches", "2026-06-06"])
    assert "Primera División" in out.decode("utf-8")
    assert b"\r" not in out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_completes_commands_and_options(run, shell, monkeypatch):
    out = run("completion", shell).out
    assert f"_BETTUNE_COMPLETE={shell}_complete" in out
    monkeypatch.setenv("_BETTUNE_COMPLETE", f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", "bettune re")
    monkeypatch.setenv("COMP_CWORD", "re" if shell == "fish" else "1")
    assert "resolve" in python("-c", "from bettune.cli.__main__ import main; main([])").stdout


def test_the_sandbox_runs(monkeypatch):
    with subprocess.Popen(
        [sys.executable, "-m", "bettune.cli", "sandbox", "--rate-limit", "60/60"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        said = [process.stdout.readline() for _ in range(3)]
        process.terminate()
    assert said[1].startswith("export BETTUNE_BASE_URL=http://127.0.0.1:")
    assert said[2].startswith("export BETTUNE_API_TOKEN=")


def test_the_sandbox_command_refuses_invalid_options(pipe):
    status, out, err = pipe("sandbox", "--port", "x")
    assert (status, out) == (2, "")
    assert "'x' is not a port" in err


def test_the_sandbox_has_the_options_of_its_own_program(run):
    own = python("-c", "from bettune.sandbox.__main__ import main; main(['--help'])").stdout
    ours = run("sandbox", "--help").out

    def options(text):
        return {word.strip("[]") for word in text.split() if word.strip("[]").startswith("--")}

    assert options(ours) == options(own)
