"""Score how fixtures are resolved, on real fixtures in the spellings of two providers.

Asks for each row by spelling b, among the matches of its day and the days beside it in spelling a:
right, wrong, refused, and matched although its match was taken away.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from bettune._fixtures.resolver import Resolver
from bettune._models import IdName, Match, Score

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Days = Mapping[date, Sequence[Match]]

FIXTURES = Path(__file__).parents[2] / "tests/resolving/data/two_spellings.csv"
DAY = timedelta(days=1)


class Row(NamedTuple):
    """A fixture in one spelling and the match it is in the other."""

    home: str
    away: str
    match: Match

    @property
    def day(self) -> date:
        """The UTC day of the match."""
        return self.match.date.date()


def read() -> list[Row]:
    """Read the fixtures."""
    with FIXTURES.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    names: dict[str, IdName] = {}

    def named(name: str) -> IdName:
        return names.setdefault(name, IdName(len(names) + 1, name))

    rows = []
    for number, cells in enumerate(lines, 1):
        match = Match(
            id=number,
            date=datetime.fromisoformat(f"{cells['date']}T{cells['time'] or '15:00'}+00:00"),
            finished=False,
            score=Score(None, None),
            country=named(cells["league"].rstrip(" 1234")),
            tournament=named(cells["league"]),
            season=named("2018/2019"),
            home=named(cells["home_a"]),
            away=named(cells["away_a"]),
        )
        rows.append(Row(cells["home_b"], cells["away_b"], match))
    return rows


def by_day(matches: Iterable[Match]) -> dict[date, list[Match]]:
    """Put matches under their UTC days."""
    days: dict[date, list[Match]] = defaultdict(list)
    for match in matches:
        days[match.date.date()].append(match)
    return days


def resolved(rows: Sequence[Row], days: Days, asked: str) -> list[int | None]:
    """The ids of the matches, or None."""
    fixtures = []
    for row in rows:
        fixture: dict[str, Any] = {"date": row.day, "home": row.home, "away": row.away}
        if asked == "with country":
            fixture["country"] = row.match.country.name
        elif asked == "an hour off":  # and never midnight, which would mean the day
            fixture["date"] = row.match.date + timedelta(
                minutes=61 - 122 * (row.match.date.hour == 23)
            )
        fixtures.append(fixture)
    steps = Resolver(fixtures).steps()
    matches: Sequence[Match] | None = None
    while True:
        try:
            day = steps.send(matches)
        except StopIteration as end:
            ids: list[int | None] = end.value.ids
            return ids
        matches = None if day is None else days.get(day, [])


def add(count: Counter[str], row: Row, match_id: int | None, *, there: bool) -> None:
    """Count the id of a fixture."""
    if not there:
        count["absent, yet matched"] += match_id is not None
    else:
        right = match_id == row.match.id
        count["right" if right else "refused" if match_id is None else "wrong"] += 1


def score(rows: Sequence[Row], asked: str) -> Counter[str]:
    """Ask for each row alone, with its match and without."""
    days = by_day(row.match for row in rows)
    count: Counter[str] = Counter()
    for row in rows:
        near = {row.day + n * DAY: days.get(row.day + n * DAY, []) for n in (-1, 0, 1)}
        for there in (True, False):
            if not there:
                near[row.day] = [match for match in near[row.day] if match is not row.match]
            add(count, row, *resolved([row], near, asked), there=there)
    return count


def score_halves(rows: Sequence[Row], asked: str, seed: int) -> Counter[str]:
    """Ask for whole days of which half the matches are gone."""
    gone = {row.match.id for row in rows if Random(f"{seed} {row.match.id}").random() < 0.5}
    days = by_day(row.match for row in rows if row.match.id not in gone)
    rows_of: dict[date, list[Row]] = defaultdict(list)
    for row in rows:
        rows_of[row.day].append(row)
    count: Counter[str] = Counter()
    for of_a_day in rows_of.values():
        for row, match_id in zip(of_a_day, resolved(of_a_day, days, asked), strict=True):
            add(count, row, match_id, there=row.match.id not in gone)
    return count


def scores() -> str:
    """Return the scores as a table."""
    rows = read()
    columns = ("right", "wrong", "refused", "absent, yet matched")
    head = f"{'asked':14}{'matches':14}" + "".join(f"{name:>20}" for name in columns)
    lines = [f"{len(rows)} fixtures of {FIXTURES.name}", head]
    for asked in ("by day", "with country", "an hour off"):
        halves = sum((score_halves(rows, asked, seed) for seed in range(3)), Counter())
        for matches, count in (("all there", score(rows, asked)), ("half of them", halves)):
            share = count["right"] / sum(count[column] for column in columns[:3])
            cells = "".join(f"{count[column]:20}" for column in columns[1:])
            lines.append(f"{asked:14}{matches:14}{100 * share:19.2f}%{cells}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(scores(), end="")
