import pytest
import respx

from bettune import BetTune, InternalServerError

API = "https://ovaccess.com/bet-tune-api/v1"


def test_mocked(respx_mock: respx.MockRouter) -> None:
    body = {"count": 1, "items": [{"id": 1, "name": "football"}]}
    respx_mock.get(f"{API}/sports").respond(json=body)
    with BetTune("a-token", base_url=API) as bettune:
        assert [sport.name for sport in bettune.sports.list()] == ["football"]


def test_when_the_server_fails(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.get(f"{API}/sports").respond(503)
    with (
        BetTune("a-token", base_url=API, max_retries=1) as bettune,
        pytest.raises(InternalServerError),
    ):
        bettune.sports.list()
    assert route.call_count == 2
