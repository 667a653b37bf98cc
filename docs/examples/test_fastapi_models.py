import pytest
from fastapi_models import app
from starlette.testclient import TestClient

from bettune.sandbox import Sandbox


def test_the_prices_of_a_day(bettune_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BETTUNE_API_TOKEN", bettune_sandbox.token)
    monkeypatch.setenv("BETTUNE_BASE_URL", bettune_sandbox.base_url)
    client = TestClient(app)
    price = client.get("/days/2026-06-06/prices?probability=0.5&edge=0.05").json()[0]
    assert price["min_odds"] == "2.100000"
    assert {"id", "date", "home", "away"} <= price["match"].keys()
    assert "Match" in client.get("/openapi.json").text
