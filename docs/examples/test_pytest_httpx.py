from pytest_httpx import HTTPXMock

from bettune import BetTune

API = "https://ovaccess.com/bet-tune-api/v1"


def test_mocked(httpx_mock: HTTPXMock) -> None:
    body = {"count": 1, "items": [{"id": 1, "name": "football"}]}
    httpx_mock.add_response(url=f"{API}/sports", json=body)
    with BetTune("a-token", base_url=API) as bettune:
        assert [sport.name for sport in bettune.sports.list()] == ["football"]
