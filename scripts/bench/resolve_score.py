"""Score rules that tell which match a fixture is, on real fixtures in two providers' spellings.

Asks for each row by spelling b, among the matches of its day and the days beside it in spelling a:
right, wrong, refused, and matched although its match was taken away.
"""

from __future__ import annotations

import csv
import difflib
import sys
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from bettune._fixtures.resolver import Resolver
from bettune._fixtures.team_names import plain
from bettune._models import IdName, Match, Score

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

KEPT = Path(__file__).parents[2] / "tests/resolving/data/two_spellings.csv"
DAY = timedelta(days=1)
_SEASON = IdName(1, "2018/2019")


class Row(NamedTuple):
    """A fixture in one spelling and the match it is in the other."""

    league: str
    home: str
    away: str
    match: Match


Rule = "Callable[[Sequence[Row], Mapping[date, Sequence[Match]], str], list[int | None]]"


def read(path: Path) -> list[Row]:
    """Read a file with the columns date, time, home_a, away_a, home_b, away_b, perhaps league."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    teams = sorted({row[column] for row in rows for column in ("home_a", "away_a")})
    ids = {team: IdName(number, team) for number, team in enumerate(teams, 1)}
    leagues = _leagues(rows)
    names: dict[str, IdName] = {}

    def named(name: str) -> IdName:
        return names.setdefault(name, IdName(len(names) + 1, name))

    read = []
    for number, row in enumerate(rows, 1):
        kick_off = datetime.fromisoformat(f"{row['date']}T{row['time'] or '15:00'}+00:00")
        league = row.get("league") or leagues[row["home_b"]]
        country = named(league.rstrip(" 1234"))
        match = Match(
            number, kick_off, False, Score(None, None), country, named(league), _SEASON,
            ids[row["home_a"]], ids[row["away_a"]],
        )  # fmt: skip
        read.append(Row(league, row["home_b"], row["away_b"], match))
    return read


def _leagues(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Teams that meet, directly or by others, are a league, named by its first team."""
    league: dict[str, set[str]] = {}
    for row in rows:
        one, other = (league.setdefault(row[side], {row[side]}) for side in ("home_b", "away_b"))
        if one is not other:
            one |= other
            league.update(dict.fromkeys(other, one))
    return {team: min(members) for team, members in league.items()}


def by_day(matches: Iterable[Match]) -> dict[date, list[Match]]:
    """Put matches under their UTC days."""
    days: dict[date, list[Match]] = defaultdict(list)
    for match in matches:
        days[match.date.date()].append(match)
    return days


def resolver(
    rows: Sequence[Row],
    days: Mapping[date, Sequence[Match]],
    asked: str,
    aliases: Mapping[str, str] | None = None,
) -> list[int | None]:
    """The library's own rule."""
    fixtures = [{"date": _date(row, asked), "home": row.home, "away": row.away} for row in rows]
    if asked == "with country":
        for fixture, row in zip(fixtures, rows, strict=True):
            fixture["country"] = row.match.country.name
    steps = Resolver(fixtures, aliases=aliases).steps()
    matches: Sequence[Match] | None = None
    while True:
        try:
            day = steps.send(matches)
        except StopIteration as end:
            ids: list[int | None] = end.value.ids
            return ids
        matches = None if day is None else days.get(day, [])


def prefixes(rows: Sequence[Row], days: Mapping[date, Sequence[Match]], _: str) -> list[int | None]:
    """The mean share of words that begin another's, at least 70%, 10% above the second."""
    return _by_names(rows, days, _begun)


def ratios(rows: Sequence[Row], days: Mapping[date, Sequence[Match]], _: str) -> list[int | None]:
    """The mean ratio of difflib, at least 70%, 10% above the second."""
    return _by_names(rows, days, _ratio)


def _by_names(
    rows: Sequence[Row],
    days: Mapping[date, Sequence[Match]],
    likeness: Callable[[str, str], float],
) -> list[int | None]:
    found: list[int | None] = []
    for row in rows:
        day = row.match.date.date()
        matches = [
            match for beside in (day - DAY, day, day + DAY) for match in days.get(beside, [])
        ]
        scores = sorted(
            (likeness(row.home, match.home.name) + likeness(row.away, match.away.name), match.id)
            for match in matches
        )
        second = scores[-2][0] if len(scores) > 1 else 0
        clear = bool(scores) and scores[-1][0] >= 1.4 and scores[-1][0] - second >= 0.2
        found.append(scores[-1][1] if clear else None)
    return found


def _begun(one: str, other: str) -> float:
    words, others = plain(one).split(), plain(other).split()
    return sum(any(a.startswith(b) or b.startswith(a) for b in others) for a in words) / len(words)


def _ratio(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, plain(one), plain(other)).ratio()


def _date(row: Row, asked: str) -> date | datetime:
    if asked != "an hour off":
        return row.match.date.date()
    # An hour off, and never midnight, which would mean the day.
    late = row.match.date.hour == 23
    return row.match.date + timedelta(minutes=-61 if late else 61)


def score(
    rows: Sequence[Row], rule: Callable[..., list[int | None]], asked: str, **options: object
) -> dict[str, Counter[str]]:
    """Ask for each row alone, with its match and without; counts by league."""
    days = by_day(row.match for row in rows)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        day = row.match.date.date()
        near = {beside: days.get(beside, []) for beside in (day - DAY, day, day + DAY)}
        (answer,) = rule([row], near, asked, **options)
        count = counts[row.league]
        count["right" if answer == row.match.id else "refused" if answer is None else "wrong"] += 1
        near[day] = [match for match in near[day] if match is not row.match]
        (answer,) = rule([row], near, asked, **options)
        count["absent, yet matched"] += answer is not None
    return counts


def score_halves(
    rows: Sequence[Row],
    rule: Callable[..., list[int | None]],
    asked: str,
    seed: int,
    **options: object,
) -> Counter[str]:
    """Ask for whole days of which half the matches are gone."""
    gone = {row.match.id for row in rows if Random(f"{seed} {row.match.id}").random() < 0.5}
    days = by_day(row.match for row in rows if row.match.id not in gone)
    asked_for: dict[date, list[Row]] = defaultdict(list)
    for row in rows:
        asked_for[row.match.date.date()].append(row)
    count: Counter[str] = Counter()
    for day in asked_for.values():
        for row, answer in zip(day, rule(day, days, asked, **options), strict=True):
            if row.match.id in gone:
                count["absent, yet matched"] += answer is not None
            else:
                right = answer == row.match.id
                count["right" if right else "refused" if answer is None else "wrong"] += 1
    return count


RULES = {"resolver": resolver, "prefixes": prefixes, "difflib": ratios}
ASKED = ("by day", "with country", "an hour off")


def print_scores(path: Path) -> None:
    """Print the scores by rule, and those of the library's own by league."""
    rows = read(path)
    columns = ("right", "wrong", "refused", "absent, yet matched")
    print(f"{len(rows)} fixtures of {path.name}")
    print(f"{'rule':12}{'asked':14}{'league':16}" + "".join(f"{name:>20}" for name in columns))

    def line(rule: str, asked: str, league: str, count: Counter[str]) -> None:
        number = sum(count[name] for name in columns[:3]) or 1
        share = f"{100 * count['right'] / number:19.2f}%"
        cells = "".join(f"{count[name]:20}" for name in columns[1:])
        print(f"{rule:12}{asked:14}{league:16}{share}{cells}", flush=True)

    for rule, ask in RULES.items():
        for asked in ASKED if rule == "resolver" else ASKED[:1]:
            counts = score(rows, ask, asked)
            if rule == "resolver" and asked == ASKED[0]:
                for league, count in sorted(counts.items()):
                    line(rule, asked, league, count)
            line(rule, asked, "all", sum(counts.values(), Counter()))
            halves = sum((score_halves(rows, ask, asked, seed) for seed in range(3)), Counter())
            line(rule, asked, "days halved", halves)


if __name__ == "__main__":
    print_scores(Path(sys.argv[1]) if len(sys.argv) > 1 else KEPT)
