"""`make bench` works: each part measures something, here and with what is not installed."""

import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

BENCH = [sys.executable, "-m", "scripts.bench"]
SHARED = "sync_many of 3 filters, 32 odds each, under a limit of 20 in 0.5 s"
FOUR = "bettune, 4 processes that share the limit"
# Each has a target, and for each something has to be measured, whatever is installed.
MEASURED = {
    "one PUT": {"bettune"},
    "matches.list of 500": {"bettune"},
    "matches.list of 5,000": {"bettune"},
    "one PUT, async": {"bettune"},
    "matches.list of 500, async": {"bettune"},
    "matches.list of 5,000, async": {"bettune"},
    "a client made and closed": {"bettune"},
    "a client made, one call, closed": {"bettune"},
    "import bettune": {"bettune"},
    "from bettune import BetTune": {"bettune"},
    "bettune --help": {"bettune"},
    "bettune matches DAY": {"bettune"},
    "sync of 100 odds, 100% changed": {"bettune", "bettune, async"},
    "sync of 100 odds, 1% changed": {"bettune", "bettune, async"},
    "resolve of 300 fixtures among 300 matches a day": {"bettune"},
    "sync of 30 odds under a limit of 20 in 0.5 s": {"bettune", "bettune, async"},
    "sync_many of 3 filters, 30 odds each, under a limit of 20 in 0.5 s": {"bettune"},
    SHARED: {FOUR},
    f"{SHARED}, refused": {FOUR},
    "24 writes, 8 at a time, each response after 50 ms": {"bettune", "bettune, async"},
    "matches.list of 5,000, per match": {"bettune"},
    "plan of 2,000, per match": {"bettune"},
    "matches.list of 5,000, peak memory": {"bettune"},
    "plan of 2,000 odds, peak memory a match beyond the input": {"bettune"},
}


@pytest.mark.long
def test_a_brief_run_measures_everything(tmp_path):
    subprocess.run([*BENCH, "--brief", "--out", tmp_path], check=True)

    targets = (tmp_path / "bench.md").read_text("utf-8").partition("## Others")[0]
    measured = {}
    for line in re.findall(r"^\| (.*) \|$", targets, re.MULTILINE)[2:]:
        work, who, _, ratio, *_ = line.split(" | ")
        assert float(ratio.partition(" ")[0]) > 0 or work.endswith("refused")
        measured.setdefault(work, set()).add(who)
    assert measured == MEASURED

    picture = ET.parse(tmp_path / "bench.svg")
    shown = [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert shown.count("bettune") == shown.count("httpx") == 3


def test_a_part_that_does_not_exist_is_refused():
    command = [*BENCH, "speed"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "unknown parts: speed" in done.stderr
