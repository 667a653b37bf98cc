"""The invented matches of any date, computed only from the date."""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from bettune.sandbox._clubs import LEAGUES, League, Named

if TYPE_CHECKING:
    from collections.abc import Sequence

FOOTBALL = {"id": 1, "name": "football"}

_T = TypeVar("_T")
_MASK = (1 << 64) - 1
_PLAYING_TIME = timedelta(hours=2)

# Each day has _IDS_IN_A_DAY ids. The API's page shows match 1611243 on 2026-06-06, so the ids start
# from the day that gives this id. Ids of earlier days follow those of the last day of year 9999.
# All ids are large, so that they are not confused with row numbers of a table.
_DAYS = date.max.toordinal()
_IDS_IN_A_DAY = 320
_FIRST_ID = 1_000_000
_FIRST_DAY = date(2026, 6, 6).toordinal() - (1611243 - _FIRST_ID) // _IDS_IN_A_DAY

# The minimum and maximum number of matches on a day, and their kick-offs in minutes of the local
# day.
_WEEKDAY, _WEEKEND = (60, 120), (200, 300)
_WEEKDAY_STARTS = (1050, 1080, 1095, 1110, 1125, 1140, 1170, 1185, 1200, 1215, 1230, 1245)
_WEEKEND_STARTS = (750, 780, 810, 840, 870, 900, 900, 930, 960, 990, 1020, 1080, 1110, 1185, 1245)

# For each day from Monday on, the position in the week's list of leagues at which it begins. Few
# leagues play on both days of a weekend.
_OFFSETS = (0, 20, 40, 60, 0, 20, 60)

# Goals per match: each number occurs as often as in 100 typical matches.
_HOME_GOALS = (0,) * 24 + (1,) * 33 + (2,) * 24 + (3,) * 12 + (4,) * 5 + (5,) * 2
_AWAY_GOALS = (0,) * 33 + (1,) * 34 + (2,) * 20 + (3,) * 9 + (4,) * 3 + (5,) * 1


class Dice:
    """Random numbers that depend only on the seed (splitmix64), in any version of Python."""

    def __init__(self, *seed: int) -> None:
        self._state = 0
        for part in seed:
            self._state = (self._state + part) & _MASK
            self._state = self._next()

    def _next(self) -> int:
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = ((self._state ^ self._state >> 30) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ mixed >> 27) * 0x94D049BB133111EB) & _MASK
        return mixed ^ mixed >> 31

    def below(self, limit: int) -> int:
        """Return an integer from 0 to `limit` - 1."""
        return self._next() * limit >> 64

    def choice(self, values: Sequence[_T]) -> _T:
        """Return one of the values."""
        return values[self.below(len(values))]

    def shuffled(self, values: Sequence[_T]) -> list[_T]:
        """Return all values in random order."""
        result = list(values)
        for last in range(len(result) - 1, 0, -1):
            place = self.below(last + 1)
            result[last], result[place] = result[place], result[last]
        return result


@dataclass(frozen=True, slots=True)
class _Day:
    """The matches of a day by kick-off, each as two JSON objects: unfinished and finished."""

    kick_offs: tuple[datetime, ...]
    open: tuple[bytes, ...]
    finished: tuple[bytes, ...]


def day_of(match_id: int) -> date | None:
    """Return the UTC day of a match, or None for an unknown match."""
    number, index = divmod(match_id - _FIRST_ID, _IDS_IN_A_DAY)
    if not 0 <= number < _DAYS:
        return None
    day = date.fromordinal((number + _FIRST_DAY - 1) % _DAYS + 1)
    return day if index < matches_on(day) else None


def index_on_day(match_id: int) -> int:
    """Return the position of a match among those of its day, by id, from 0 on."""
    return (match_id - _FIRST_ID) % _IDS_IN_A_DAY


def matches_json(day: date, now: datetime) -> bytes:
    """Return the body of `GET /matches` for a day, as of `now`. Matches are sorted by kick-off."""
    matches = _day(day)
    finished = bisect_right(matches.kick_offs, now - _PLAYING_TIME)
    items = b",".join(matches.finished[:finished] + matches.open[finished:])
    return b'{"date":"%s","count":%d,"items":[%s]}' % (
        day.isoformat().encode(),
        len(matches.kick_offs),
        items,
    )


def _first_id(day: date) -> int:
    return _FIRST_ID + (day.toordinal() - _FIRST_DAY) % _DAYS * _IDS_IN_A_DAY


def matches_on(day: date) -> int:
    """Return the number of matches on a day."""
    fewest, most = _WEEKEND if day.weekday() >= 5 else _WEEKDAY
    return fewest + Dice(day.toordinal()).below(most - fewest + 1)


@lru_cache(maxsize=64)
def _day(day: date) -> _Day:
    matches = []
    for index, (league, home, away) in enumerate(_pairs(day)):
        match_id = _first_id(day) + index
        dice = Dice(day.toordinal(), match_id)
        starts = _WEEKEND_STARTS if day.weekday() >= 5 else _WEEKDAY_STARTS
        minute = (dice.choice(starts) - league.hours_ahead_of_utc * 60) % (24 * 60)
        kick_off = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=UTC)
        score = (dice.choice(_HOME_GOALS), dice.choice(_AWAY_GOALS))
        match = {
            "id": match_id,
            "date": kick_off.isoformat(),
            "finished": False,
            "score": {"home": None, "away": None},
            "country": asdict(league.country),
            "tournament": {"id": league.id, "name": league.name},
            "season": _season(league, day),
            "home": asdict(home),
            "away": asdict(away),
        }
        before = _json(match)
        after = _json(match | {"finished": True, "score": {"home": score[0], "away": score[1]}})
        matches.append((kick_off, match_id, before, after))
    matches.sort()
    kick_offs, _, open_, finished = zip(*matches, strict=True)
    return _Day(kick_offs, open_, finished)


def _season(league: League, day: date) -> dict[str, object]:
    first_year = day.year if day.month >= 7 else day.year - 1
    return {"id": league.id * 10_000 + first_year, "name": f"{first_year}/{first_year + 1}"}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _pairs(day: date) -> list[tuple[League, Named, Named]]:
    """Return the league and the two clubs of each match of a day, in the order of the ids."""
    count = matches_on(day)
    week = (day.toordinal() - 1) // 7
    leagues = Dice(week).shuffled(LEAGUES)
    start = _OFFSETS[day.weekday()]
    pairs: list[tuple[League, Named, Named]] = []
    for league in leagues[start:] + leagues[:start]:
        clubs = Dice(day.toordinal(), league.id).shuffled(league.clubs)
        pairs += [(league, *pair) for pair in zip(clubs[::2], clubs[1::2], strict=True)]
        if len(pairs) >= count:
            break
    return pairs[:count]
