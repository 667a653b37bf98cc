import pytest
from streamlit.testing.v1 import AppTest

from bettune.sandbox import Sandbox


def test_the_button_sends_the_odds(
    bettune_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BETTUNE_API_TOKEN", bettune_sandbox.token)
    monkeypatch.setenv("BETTUNE_BASE_URL", bettune_sandbox.base_url)
    app = AppTest.from_file("streamlit_app.py").run(timeout=60)
    assert len(app.dataframe[0].value) > 100
    app.button[0].click().run(timeout=60)
    assert not app.exception
    assert app.markdown[0].value.endswith("0 failed")
