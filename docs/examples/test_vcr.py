from pathlib import Path

import vcr

from bettune import BetTune
from bettune.sandbox import Sandbox

recorder = vcr.VCR(filter_headers=["authorization"])  # the token stays out of the file


def test_recorded(bettune_sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "sports.yaml"  # keep yours beside the test
    token, base_url = bettune_sandbox.token, bettune_sandbox.base_url

    def sports() -> list[str]:
        with recorder.use_cassette(file), BetTune(token, base_url=base_url) as bettune:
            return [sport.name for sport in bettune.sports.list()]

    assert sports() == ["football"]  # recorded
    bettune_sandbox.stop()
    assert sports() == ["football"]  # replayed
    assert token not in file.read_text("utf-8")
