import pytest
from django.test import Client
from django_views import client

from bettune.sandbox import Sandbox


def test_a_day_is_served(bettune_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BETTUNE_API_TOKEN", bettune_sandbox.token)
    monkeypatch.setenv("BETTUNE_BASE_URL", bettune_sandbox.base_url)
    client.cache_clear()
    response = Client().get("/days/2026-06-06")
    assert response.status_code == 200
    assert "home_name" in response.json()[0]
