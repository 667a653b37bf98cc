"""The sandbox's prediction filters, and the predictions that they have from the start.

Most of these predictions have the source `api`. On every day, a few have the source `ui`, so that
users can try out the options for predictions that a person set.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bettune.sandbox._football import FOOTBALL, Dice, day_of, index_on_day, matches_on

if TYPE_CHECKING:
    from datetime import date

_FILTERS = (
    (11583, "Manual football", "Home", "approved"),
    (11584, "Manual draws", "Draw", "approved"),
    (11585, "Manual away wins", "Away", "approved"),
    (11586, "Goals model", "Over 2.5", "approved"),
    (11587, "Old goals model", "Under 2.5", "disabled"),
)

#: Filter id to filter, as the API shows it.
FILTERS: dict[int, dict[str, Any]] = {
    id_: {"id": id_, "name": name, "sport": FOOTBALL, "betType": bet_type, "status": status}
    for id_, name, bet_type, status in _FILTERS
}

#: The initial predictions have ids from this one on. Predictions created later have smaller ids.
FIRST_INITIAL_ID = 10**12

_ONE_IN = 9
_BY_HAND_EACH_DAY = 2
# With this seed, the examples' matches do not have predictions set by hand.
_SEED = 1220
_NEWEST = datetime(2025, 1, 1, tzinfo=UTC)
_OLDEST = datetime(1, 1, 4, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Prediction:
    """The odds of a match in a filter, with six decimals. Times are ISO 8601 in UTC."""

    id: int
    filter_id: int
    match_id: int
    odds: str
    source: str
    created_at: str
    updated_at: str

    def as_json(self) -> dict[str, object]:
        """Return the prediction in the format of the API."""
        return {
            "id": self.id,
            "filterId": self.filter_id,
            "matchId": self.match_id,
            "odds": self.odds,
            "source": self.source,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        }


def initial_prediction(filter_id: int, match_id: int) -> Prediction | None:
    """Return the initial prediction of a filter for a match, if any: one match in nine has one."""
    day = day_of(match_id)
    if day is None:
        return None
    dice = Dice(filter_id, match_id)
    by_hand, by_api = _chosen(filter_id, day)
    index = index_on_day(match_id)
    if dice.below(_ONE_IN) != 0 and index not in by_hand and index != by_api:
        return None
    cents = 110 + dice.below(290)
    # Created before the match and before any update by a user.
    latest = max(_OLDEST, min(_NEWEST, datetime.combine(day, time(), UTC)))
    created_at = latest - timedelta(seconds=dice.below(3 * 24 * 3600))
    return Prediction(
        id=FIRST_INITIAL_ID + match_id * len(FILTERS) + list(FILTERS).index(filter_id),
        filter_id=filter_id,
        match_id=match_id,
        odds=f"{cents // 100}.{cents % 100:02}0000",
        source="ui" if index in by_hand else "api",
        created_at=created_at.isoformat(),
        updated_at=created_at.isoformat(),
    )


@lru_cache(maxsize=1024)
def _chosen(filter_id: int, day: date) -> tuple[frozenset[int], int]:
    """Return the matches of a day whose odds a person set, and one with odds from the API."""
    dice = Dice(filter_id, day.toordinal(), _SEED)
    chosen = dice.shuffled(range(matches_on(day)))[: _BY_HAND_EACH_DAY + 1]
    return frozenset(chosen[1:]), chosen[0]
