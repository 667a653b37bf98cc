from datetime import UTC, datetime, timedelta

import freezegun

from bettune import BetTune
from bettune.sandbox import Sandbox

# The clients and the sandbox go by the real clock; only your code sees another time.
freezegun.configure(extend_ignore_list=["bettune"])


def next_matches(bettune: BetTune) -> int:
    start = datetime.now(UTC)
    return len(list(bettune.matches.between(start, start + timedelta(hours=3))))


def test_on_a_certain_day(bettune_sandbox: Sandbox) -> None:
    with BetTune(bettune_sandbox.token, base_url=bettune_sandbox.base_url) as bettune:
        bettune.matches.list("2026-06-06")  # msgspec reads the models at their first use
        with freezegun.freeze_time("2026-06-06 12:00"):
            assert next_matches(bettune) == 86
