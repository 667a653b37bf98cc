import pytest

from bettune import BetTune, ProSubscriptionRequiredError, RateLimit
from bettune.sandbox import Sandbox


def my_job(bettune: BetTune) -> str:
    odds = {match.id: "2.05" for match in bettune.matches.list("2026-06-06")[:3]}
    return str(bettune.predictions.sync(11583, odds))


def test_my_job(bettune_sandbox: Sandbox) -> None:
    with BetTune(bettune_sandbox.token, base_url=bettune_sandbox.base_url) as bettune:
        my_job(bettune)
        assert my_job(bettune) == "0 created, 0 updated, 3 unchanged, 0 failed"
    assert [one.method for one in bettune_sandbox.seen].count("PUT") == 3


def test_without_pro(bettune_sandbox: Sandbox) -> None:
    with (
        BetTune(bettune_sandbox.free_token, base_url=bettune_sandbox.base_url) as bettune,
        pytest.raises(ProSubscriptionRequiredError),
    ):
        my_job(bettune)


def test_under_a_rate_limit() -> None:
    with (
        Sandbox(rate_limit=RateLimit(3, 0.5)) as box,
        BetTune(box.token, base_url=box.base_url) as bettune,
    ):
        assert my_job(bettune) == "3 created, 0 updated, 0 unchanged, 0 failed"  # it waits
