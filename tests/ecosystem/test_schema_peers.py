"""Other tools on openapi.yaml: Prism as a proxy and as a mock, a TypeScript client, two linters."""

import shutil
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from bettune import BetTune
from tests.programs import output

SCHEMA = Path(__file__).parents[2] / "openapi.yaml"
HERE = Path(__file__).parent / "schema"
TOOLS = HERE / "node_modules" / ".bin"

pytestmark = pytest.mark.skipif(not TOOLS.exists(), reason="there is no npm to install them")
SIX = {"/sports", "/matches", "/prediction-filters", "/predictions/search"}


@contextmanager
def prism(*command):
    """Prism as a proxy, which answers each violation of the schema with an error, or as a mock."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [TOOLS / "prism", *command, "--errors", "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = []
    try:
        for line in process.stdout:
            said.append(line)
            if "listening" in line:
                break
        else:
            pytest.fail("".join(said))
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=30)


def test_prism_sees_no_violation_in_the_six_operations(bettune_sandbox):
    box = bettune_sandbox
    with prism("proxy", SCHEMA, box.base_url) as url:
        with BetTune(box.token, base_url=url, max_retries=0) as bettune:
            assert bettune.sports.list()
            day = bettune.matches.list("2026-06-06")
            chosen = bettune.prediction_filters.list()[0]
            odds = {match.id: 2 for match in day}
            report = bettune.predictions.sync(chosen.id, odds, by_hand="overwrite", max_drop=None)
            report.raise_for_failures()
            bettune.predictions.delete(chosen.id, day[0].id)
        # It would say so.
        path = f"/prediction-filters/{chosen.id}/matches/{day[0].id}/prediction"
        headers = {"Authorization": f"Bearer {box.token}"}
        refused = httpx.put(url + path, json={"odds": []}, headers=headers)
    assert refused.status_code == 422
    assert {seen.path for seen in box.seen} >= SIX


def test_the_client_reads_the_examples_as_prism_serves_them():
    with prism("mock", SCHEMA) as url, BetTune("a-token", base_url=url) as bettune:
        assert len(bettune.sports.list()) == 1
        (match,) = bettune.matches.list("2026-06-06")
        (chosen,) = bettune.prediction_filters.list()
        assert len(bettune.predictions.search(chosen.id, [match.id])) == 1
        assert bettune.predictions.put(chosen.id, match.id, "2.15").match_id == match.id
        bettune.predictions.delete(chosen.id, match.id)


def test_a_typescript_client_does_all_six(bettune_sandbox, tmp_path):
    for name in ("six.ts", "process.d.ts", "tsconfig.json", "package.json"):
        shutil.copy(HERE / name, tmp_path)
    (tmp_path / "node_modules").symlink_to(HERE / "node_modules")
    output(TOOLS / "openapi-typescript", SCHEMA, "-o", "api.d.ts", cwd=tmp_path)
    output(TOOLS / "tsc", cwd=tmp_path)
    said = output(
        "node",
        "six.js",
        cwd=tmp_path,
        BETTUNE_API_TOKEN=bettune_sandbox.token,
        BETTUNE_BASE_URL=bettune_sandbox.base_url,
    )
    assert said == "[true,1,204]\n"
    assert {urlsplit(seen.path).path for seen in bettune_sandbox.seen} >= SIX
    assert len(bettune_sandbox.seen) == 6


def test_redocly_finds_nothing():
    said = output(
        TOOLS / "redocly", "lint", SCHEMA, "--config", "redocly.yaml", "--format", "json", cwd=HERE
    )
    assert '"warnings": 0' in said
    assert '"errors": 0' in said


def test_spectral_finds_nothing():
    output(
        TOOLS / "spectral",
        "lint",
        "-r",
        "spectral.yaml",
        "--fail-severity",
        "hint",
        SCHEMA,
        cwd=HERE,
    )
