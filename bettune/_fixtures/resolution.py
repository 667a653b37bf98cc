"""The result of `matches.resolve`: the match of each fixture, or the reason for no match."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bettune._errors import BetTuneError
from bettune._fixtures.fixture_input import Fixture
from bettune._models import Match
from bettune._values.display import html_table

# The maximum number of unresolved fixtures in an error message.
_LISTED = 5


class ResolutionError(BetTuneError):
    """Some fixtures have no certain match.

    Attributes:
        resolution: the complete Resolution.
    """

    def __init__(self, message: str, *, resolution: Resolution | None = None) -> None:
        super().__init__(message)
        self.resolution = resolution


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible match of an unresolved fixture.

    Attributes:
        match: the match.
        score: the similarity of the names, from 0 to 1.
    """

    match: Match
    score: float


@dataclass(frozen=True, slots=True)
class UnresolvedFixture:
    """A fixture without a certain match.

    Attributes:
        position: the position of the fixture, counted from 0.
        date: the given date, as a date or an aware datetime.
        home: the given name of the home team.
        away: the given name of the away team.
        reason: the reason why the fixture is unresolved.
        candidates: at most three possible matches, best first.
        shared_with: the positions of other fixtures with the same match.
    """

    position: int
    date: date | datetime
    home: str
    away: str
    reason: str
    candidates: list[Candidate]
    shared_with: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.position}: {self.date} {self.home} - {self.away}: {self.reason}"


@dataclass(frozen=True, slots=True, repr=False)
class Resolution:
    """The match of each fixture.

    Attributes:
        matches: a match, or None, for each fixture in the given order.
        unresolved: the fixtures without a match, with the reasons.
        suggested_aliases: your names to BetTune's names that would resolve more fixtures. Check
            them before you pass them as `aliases`.
    """

    matches: list[Match | None]
    unresolved: list[UnresolvedFixture]
    suggested_aliases: dict[str, str]
    _given: Any = field(default=None, repr=False, compare=False)
    fixtures: list[Fixture] = field(default_factory=list, repr=False, compare=False)

    @property
    def ids(self) -> list[int | None]:
        """The match id, or None, for each fixture in the given order."""
        return [None if match is None else match.id for match in self.matches]

    @property
    def ok(self) -> bool:
        """True if every fixture is resolved."""
        return not self.unresolved

    def rows(self) -> Any:
        """Return the given fixtures with a column `match_id`, null for unresolved ones.

        Returns:
            A DataFrame of the same library as the fixtures, or a list of dicts.
        """
        return self._rows(resolved=False)

    def resolved_rows(self) -> Any:
        """Return only the resolved fixtures, with integers in a column `match_id`.

        Returns:
            A DataFrame of the same library as the fixtures, or a list of dicts.
        """
        return self._rows(resolved=True)

    def _rows(self, *, resolved: bool) -> Any:
        from bettune._fixtures.fixture_input import rows_with_ids  # noqa: PLC0415 - seldom needed

        return rows_with_ids(self._given, self.ids, resolved=resolved)

    def raise_for_unresolved(self) -> None:
        """Raise if a fixture is unresolved.

        Raises:
            ResolutionError: a fixture is unresolved. The error has this `resolution`.
        """
        if self.unresolved:
            listed = "".join(f"\n  {fixture}" for fixture in self.unresolved[:_LISTED])
            more = len(self.unresolved) - _LISTED
            rest = f"\n  and {more} more, in .resolution.unresolved" if more > 0 else ""
            raise ResolutionError(f"{self}:{listed}{rest}", resolution=self)

    def __len__(self) -> int:
        return len(self.matches)

    def __str__(self) -> str:
        resolved = len(self.matches) - len(self.unresolved)
        return f"{resolved} of {len(self.matches)} fixtures resolved"

    def __repr__(self) -> str:
        return f"<Resolution: {self}>"

    def _repr_html_(self) -> str:
        rows = (
            (
                fixture.position,
                fixture.date,
                fixture.home,
                fixture.away,
                fixture.reason,
                "; ".join(
                    f"{candidate.match.id} {candidate.match.home.name} -"
                    f" {candidate.match.away.name}"
                    for candidate in fixture.candidates
                ),
            )
            for fixture in self.unresolved
        )
        columns = ("position", "date", "home", "away", "reason", "candidates")
        return html_table(columns, rows, total=len(self.unresolved), caption=str(self))
