"""A server to check, and the check of it."""

from __future__ import annotations

import signal
import sys
import threading

import pytest

from scripts import ROOT
from scripts.contract import check as contract
from scripts.schema.document import load
from tests.contract.server import TOKEN, Server


@pytest.fixture
def server():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def check(monkeypatch, capsys, server):
    """Run the check against the server; return its exit status and what it printed."""
    monkeypatch.setenv("BETTUNE_API_TOKEN", TOKEN)
    # What the server keeps, whatever openapi.yaml becomes, and whatever the facade has beyond it.
    kept = ROOT / "tests" / "schema" / "data" / "openapi.yaml"
    monkeypatch.setattr(contract, "SCHEMA", kept)
    paths = load(kept.read_bytes())["paths"]
    served = {place: names for place, names in contract.OPERATIONS.items() if place[0] in paths}
    monkeypatch.setattr(contract, "OPERATIONS", served)

    def run(*options, url=server.url):
        monkeypatch.setattr(
            sys, "argv", ["contract.py", *(["--base-url", url] * bool(url)), *options]
        )
        with pytest.raises(SystemExit) as end:
            contract.main()
        out, err = capsys.readouterr()
        assert TOKEN not in out + err
        return end.value.code, out + err

    before = signal.getsignal(signal.SIGTERM)
    yield run
    signal.signal(signal.SIGTERM, before)
