import pytest
from fastapi_app import app
from starlette.testclient import TestClient

from bettune.sandbox import Sandbox


def test_a_day(bettune_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BETTUNE_API_TOKEN", bettune_sandbox.token)
    monkeypatch.setenv("BETTUNE_BASE_URL", bettune_sandbox.base_url)
    with TestClient(app) as client:
        first = client.get("/days/2026-06-06").json()[0]
    assert first["home_name"] == "Unión Ibagué"
