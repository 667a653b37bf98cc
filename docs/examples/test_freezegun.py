from datetime import UTC, datetime, timedelta

from freezegun import freeze_time

from bettune import BetTune
from bettune.sandbox import Sandbox


def next_matches(bettune: BetTune) -> int:
    start = datetime.now(UTC)
    return len(list(bettune.matches.between(start, start + timedelta(hours=3))))


@freeze_time("2026-06-06 12:00")
def test_on_a_certain_day(bettune_sandbox: Sandbox) -> None:
    with BetTune(bettune_sandbox.token, base_url=bettune_sandbox.base_url) as bettune:
        assert next_matches(bettune) == 86
