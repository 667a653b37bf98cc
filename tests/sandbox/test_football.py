"""The invented days: plausible, the same everywhere, and traceable from a match id."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from bettune.sandbox._clubs import LEAGUES
from bettune.sandbox._football import day_of, matches_json

NOON = datetime(2026, 6, 6, 12, tzinfo=UTC)
LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)
DAYS = [
    date(1, 1, 1),
    date(1, 12, 31),
    date(1970, 1, 1),
    date(2012, 8, 14),
    date(2024, 2, 29),
    *(date(2026, 6, 1) + timedelta(n) for n in range(7)),
    date(9999, 12, 31),
]


def matches(day, now=NOON):
    return json.loads(matches_json(day, now))


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_a_day_is_plausible(day):
    answer = matches(day)
    items = answer["items"]
    low, high = (200, 300) if day.weekday() >= 5 else (60, 120)
    assert answer["date"] == day.isoformat()
    assert answer["count"] == len(items)
    assert low <= len(items) <= high
    kick_offs = [datetime.fromisoformat(match["date"]) for match in items]
    assert kick_offs == sorted(kick_offs)
    assert {kick_off.astimezone(UTC).date() for kick_off in kick_offs} == {day}
    assert len({match["id"] for match in items}) == len(items)
    teams = [match[side]["id"] for match in items for side in ("home", "away")]
    assert len(set(teams)) == len(teams)
    assert all(day_of(match["id"]) == day for match in items)


def test_one_day_is_pinned():
    """A change here changes every user's days: only ever on purpose."""
    body = matches_json(date(2026, 6, 6), LONG_AGO)
    match = next(match for match in json.loads(body)["items"] if match["id"] == 1611243)
    assert match == {
        "id": 1611243,
        "date": "2026-06-06T15:30:00+00:00",
        "finished": False,
        "score": {"home": None, "away": None},
        "country": {"id": 25, "name": "Denmark"},
        "tournament": {"id": 250, "name": "Hovedligaen"},
        "season": {"id": 2502025, "name": "2025/2026"},
        "home": {"id": 25007, "name": "Horsens BK"},
        "away": {"id": 25009, "name": "Silkeborg BK"},
    }
    assert (
        hashlib.sha256(body).hexdigest()
        == "f77f2b1f4d4e209d736c25d65d73324d856a959350ca5862858b8c99a7dfbce6"
    )


def test_days_differ():
    days = [matches(date(2026, 6, 1) + timedelta(n))["items"] for n in range(7)]
    ids = [match["id"] for day in days for match in day]
    assert len(set(ids)) == len(ids)
    pairs = [{(match["home"]["id"], match["away"]["id"]) for match in day} for day in days]
    assert pairs[0] != pairs[4]  # the two days on which the same leagues play


def test_few_leagues_play_on_both_days_of_a_weekend():
    saturday, sunday = (
        {match["tournament"]["id"] for match in matches(day)["items"]}
        for day in (date(2026, 6, 6), date(2026, 6, 7))
    )
    assert len(saturday & sunday) <= len(saturday) / 2


def test_ids_that_no_match_has():
    items = matches(date(2026, 6, 6))["items"]
    last = max(match["id"] for match in items)
    assert day_of(last + 1) is None
    assert [day_of(number) for number in (-1, 0, 1, 999_999)] == [None] * 4
    assert day_of(2**63 - 1) is None
    # Ids begin on some day and go round: the last id of all belongs to the day before it.
    begin = day_of(1_000_000)
    assert begin is not None
    assert all(match["id"] > 10**9 for match in matches(begin - timedelta(1))["items"])
    assert {day_of(match["id"]) for match in matches(date(1, 1, 1))["items"]} == {date(1, 1, 1)}


def test_a_match_is_finished_two_hours_after_its_kick_off():
    day = date(2026, 6, 6)
    for match in matches(day, NOON)["items"]:
        over = datetime.fromisoformat(match["date"]) + timedelta(hours=2) <= NOON
        assert match["finished"] is over
        goals = match["score"].values()
        assert all((0 <= goal <= 9) if over else goal is None for goal in goals)
    kick_off = datetime.fromisoformat(matches(day)["items"][0]["date"])
    just_before = matches(day, kick_off + timedelta(hours=2, microseconds=-1))["items"][0]
    just_then = matches(day, kick_off + timedelta(hours=2))["items"][0]
    assert (just_before["finished"], just_then["finished"]) == (False, True)


def test_past_and_future_days():
    past = matches(date(2020, 2, 1))["items"]
    assert all(match["finished"] for match in past)
    goals = [match["score"]["home"] + match["score"]["away"] for match in past]
    assert 2 <= sum(goals) / len(goals) <= 3.5
    future = matches(date(2030, 2, 2))["items"]
    assert not any(match["finished"] for match in future)
    assert {goal for match in future for goal in match["score"].values()} == {None}
    # What a match is does not change when it ends.
    ended = matches(date(2030, 2, 2), datetime(2031, 1, 1, tzinfo=UTC))["items"]
    same = ("id", "date", "home", "away", "season", "tournament", "country")
    assert [[match[key] for key in same] for match in future] == [
        [match[key] for key in same] for match in ended
    ]


def test_seasons_change_in_july():
    june, july = (matches(day)["items"] for day in (date(2026, 6, 30), date(2026, 7, 1)))
    assert {match["season"]["name"] for match in june} == {"2025/2026"}
    assert {match["season"]["name"] for match in july} == {"2026/2027"}


def test_names_and_ids_of_the_world_are_unique():
    assert len({league.id for league in LEAGUES}) == len(LEAGUES) == 80
    assert all(len(league.clubs) == 12 for league in LEAGUES)
    clubs = [club for league in LEAGUES for club in league.clubs]
    assert len({club.id for club in clubs}) == len(clubs)
    for one, two in zip(LEAGUES[::2], LEAGUES[1::2], strict=True):
        assert one.country == two.country
        assert len({club.name for club in (*one.clubs, *two.clubs)}) == 24
