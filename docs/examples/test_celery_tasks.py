import pytest
from celery_tasks import app, push

from bettune.sandbox import Sandbox


def test_push(bettune_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BETTUNE_API_TOKEN", bettune_sandbox.token)
    monkeypatch.setenv("BETTUNE_BASE_URL", bettune_sandbox.base_url)
    app.conf.task_always_eager = True  # no broker, no worker
    assert (
        push.delay(11583, {"1611319": "2.65"}).get()
        == "1 created, 0 updated, 0 unchanged, 0 failed"
    )
