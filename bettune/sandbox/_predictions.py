"""The sandbox's prediction filters, and the predictions that they hold from the beginning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from bettune.sandbox._football import FOOTBALL, Dice, day_of

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

#: Predictions that the sandbox is asked for have ids below this one, the first ones from it on.
FIRST_ID = 10**12

# One match in nine has a prediction. Besides, in each thirty matches of a day each filter has one
# that was set by hand, and one that was made through the API.
_PREDICTED = 9
_BY_HAND = 30
_NEWEST = datetime(2025, 1, 1, tzinfo=UTC)
_OLDEST = datetime(1, 1, 4, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Prediction:
    """Minimum odds with six decimals for one match in one filter; times are ISO 8601, UTC."""

    id: int
    filter_id: int
    match_id: int
    odds: str
    source: str
    created_at: str
    updated_at: str

    def as_json(self) -> dict[str, object]:
        """The prediction as the API shows it."""
        return {
            "id": self.id,
            "filterId": self.filter_id,
            "matchId": self.match_id,
            "odds": self.odds,
            "source": self.source,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        }


def made_before(filter_id: int, match_id: int) -> Prediction | None:
    """The prediction from before the sandbox began: about one match in nine has one.

    Most were made through the API, as by a model of yesterday; a few were set by hand.
    """
    dice = Dice(filter_id, match_id)
    day = day_of(match_id)
    place = (match_id - 15 - 3 * list(FILTERS).index(filter_id)) % _BY_HAND
    if (dice.below(_PREDICTED) != 0 and place > 1) or day is None:
        return None
    cents = 110 + dice.below(490)
    # Made before the match and, so that a later update is later, before anybody ran a sandbox.
    latest = max(_OLDEST, min(_NEWEST, datetime.combine(day, time(), UTC)))
    made = latest - timedelta(seconds=dice.below(3 * 24 * 3600))
    return Prediction(
        id=FIRST_ID + match_id * len(FILTERS) + list(FILTERS).index(filter_id),
        filter_id=filter_id,
        match_id=match_id,
        odds=f"{cents // 100}.{cents % 100:02}0000",
        source="ui" if place == 0 else "api",
        created_at=made.isoformat(),
        updated_at=made.isoformat(),
    )
