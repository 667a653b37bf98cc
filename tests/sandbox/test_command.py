"""`python -m bettune.sandbox`: what it prints, how it stops, how it refuses to start."""

from __future__ import annotations

import signal
import sys
from urllib.parse import urljoin

import pytest

from bettune.sandbox import Sandbox
from bettune.sandbox.__main__ import main
from tests.programs import python

linux_signals = pytest.mark.skipif(sys.platform == "win32", reason="no such signals on Windows")


def refuse(*arguments):
    return python("-m", "bettune.sandbox", *arguments)


@linux_signals
@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
def test_it_runs_until_it_is_stopped(run, connect, number):
    process = run()
    client = connect(process.exports["BETTUNE_BASE_URL"], process.exports["BETTUNE_API_TOKEN"])
    assert client.get("/prediction-filters").json()["count"] > 0
    process.popen.send_signal(getattr(signal, number))
    out, err = process.popen.communicate(timeout=600)
    assert (process.popen.returncode, out, err) == (0, "", "")


def test_its_output(run, connect):
    process = run()
    assert process.said.splitlines() == [
        "# The BetTune sandbox is running, with its data in memory. Ctrl-C stops it. To use it:",
        f"export BETTUNE_BASE_URL={process.exports['BETTUNE_BASE_URL']}",
        f"export BETTUNE_API_TOKEN={Sandbox.token}",
        f"# Without PRO: export BETTUNE_API_TOKEN={Sandbox.free_token}",
        f"# In a browser: {urljoin(process.exports['BETTUNE_BASE_URL'], '/')}",
    ]


@linux_signals
def test_its_options(run, connect, tmp_path, port):
    file = tmp_path / "a b.db"
    process = run("--port", str(port), "--database", str(file), "--rate-limit", "1/3600.5")
    assert f"with its data in '{file}'" in process.said
    assert f":{port}/" in process.exports["BETTUNE_BASE_URL"]
    client = connect(process.exports["BETTUNE_BASE_URL"], process.exports["BETTUNE_API_TOKEN"])
    path = "/prediction-filters/11583/matches/1611243/prediction"
    assert client.put(path, json={"odds": 2}).status_code == 200
    refused = client.put(path, json={"odds": 2})
    assert refused.status_code == 429
    assert refused.headers["x-ratelimit-limit"] == "1"
    assert refused.headers["x-ratelimit-window"] == "3600.5"
    process.popen.terminate()
    assert process.popen.wait(600) == 0
    assert file.exists()


@pytest.mark.parametrize(
    "limit", ["60", "0/60", "60/0", "60/0.0", "-1/60", "1.5/60", "60/x", "60/nan", "/", ""]
)
def test_a_bad_rate_limit(limit, capsys):
    with pytest.raises(SystemExit) as caught:
        main([f"--rate-limit={limit}"])
    assert caught.value.code == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.endswith(f"argument --rate-limit: {limit!r} is not REQUESTS/SECONDS, such as 60/60")


@pytest.mark.parametrize("port", ["-1", "65536", "http", "1e3"])
def test_a_bad_port(port, capsys):
    with pytest.raises(SystemExit) as caught:
        main([f"--port={port}"])
    assert caught.value.code == 2
    assert (
        capsys.readouterr()
        .err.splitlines()[-1]
        .endswith(f"--port: {port!r} is not a port from 0 to 65535")
    )


def test_a_port_in_use(box):
    port = box.base_url.split("/")[2].split(":")[1]
    result = refuse("--port", port)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(
        f"python -m bettune.sandbox: cannot listen on 127.0.0.1:{port}: "
    )
    assert result.stderr.count("\n") == 1


def test_a_database_that_cannot_be_opened(tmp_path):
    result = refuse("--database", str(tmp_path / "nowhere" / "bettune.db"))
    assert (result.returncode, result.stdout) == (2, "")
    assert "cannot open the database" in result.stderr
    assert result.stderr.count("\n") == 1
