"""What `matches.resolve` answers: which match each fixture is, and why another one is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bettune._errors import BetTuneError
from bettune._values.display import html_table

if TYPE_CHECKING:
    from datetime import date, datetime

    from bettune._fixtures.sheet import Fixture
    from bettune._models import Match

# So many unresolved fixtures are told in an error's message.
_TOLD = 5


class ResolutionError(BetTuneError):
    """Fixtures that are no match of BetTune's, or could be several.

    Attributes:
        resolution: the whole Resolution.
    """

    def __init__(self, message: str, *, resolution: Resolution | None = None) -> None:
        super().__init__(message)
        self.resolution = resolution


@dataclass(frozen=True, slots=True)
class Candidate:
    """A match that an unresolved fixture might be.

    Attributes:
        match: it.
        score: how alike the names are, from 0 to 1.
    """

    match: Match
    score: float


@dataclass(frozen=True, slots=True)
class UnresolvedFixture:
    """A fixture that no match is certain to be.

    Attributes:
        position: its place among the fixtures, counted from 0.
        date: what was given, as a date or an aware datetime.
        home: the home team's name as given.
        away: the away team's name as given.
        reason: why it is unresolved.
        candidates: at most three matches it might be, the likest first.
    """

    position: int
    date: date | datetime
    home: str
    away: str
    reason: str
    candidates: list[Candidate]

    def __str__(self) -> str:
        return f"{self.position}: {self.date} {self.home} - {self.away}: {self.reason}"


@dataclass(frozen=True, slots=True, repr=False)
class Resolution:
    """Which match each fixture is.

    Attributes:
        matches: a match, or None, for each fixture in the order given.
        unresolved: the fixtures that have none, each with its reason.
        suggested_aliases: names of yours to BetTune's that would resolve more, if they are right:
            look at them before you pass them as `aliases`.
        fixtures: the fixtures as they were read.
    """

    matches: list[Match | None]
    unresolved: list[UnresolvedFixture]
    suggested_aliases: dict[str, str]
    fixtures: list[Fixture] = field(default_factory=list, repr=False, compare=False)

    @property
    def ids(self) -> list[int | None]:
        """The id of its match, or None, for each fixture in the order given."""
        return [None if match is None else match.id for match in self.matches]

    @property
    def ok(self) -> bool:
        """Whether every fixture is resolved."""
        return not self.unresolved

    def raise_for_unresolved(self) -> None:
        """Raise an error if a fixture is unresolved.

        Raises:
            ResolutionError: with this as its `resolution`.
        """
        if self.unresolved:
            told = "".join(f"\n  {fixture}" for fixture in self.unresolved[:_TOLD])
            more = len(self.unresolved) - _TOLD
            rest = f"\n  and {more} more, in .resolution.unresolved" if more > 0 else ""
            raise ResolutionError(f"{self}:{told}{rest}", resolution=self)

    def __len__(self) -> int:
        return len(self.matches)

    def __str__(self) -> str:
        resolved = len(self.matches) - len(self.unresolved)
        return f"{resolved} of {len(self.matches)} fixtures resolved"

    def __repr__(self) -> str:
        return f"<Resolution: {self}>"

    def _repr_html_(self) -> str:
        rows = ((one.position, one.date, one.home, one.away, one.reason) for one in self.unresolved)
        columns = ("position", "date", "home", "away", "reason")
        return html_table(columns, rows, total=len(self.unresolved), caption=str(self))
