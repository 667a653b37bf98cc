import pytest
from fastapi.testclient import TestClient
from fastapi_models import app

from bettune.sandbox import Sandbox


def test_the_response_has_the_fields_of_the_pydantic_model(
    bettune_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BETTUNE_API_TOKEN", bettune_sandbox.token)
    monkeypatch.setenv("BETTUNE_BASE_URL", bettune_sandbox.base_url)
    first = TestClient(app).get("/days/2026-06-06").json()[0]
    assert {*first} == {"id", "date", "home", "away"}
    assert {*first["home"]} == {"name"}
