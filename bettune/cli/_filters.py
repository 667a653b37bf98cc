"""Find prediction filters by their ids or exact names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bettune._values.display import short_repr
from bettune.cli._exit_status import Failure, WrongUsage
from bettune.cli._output import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bettune import BetTune, PredictionFilter


def filter_id_of(client: BetTune, named: str) -> int:
    """Return the id of a filter. A request is sent only for a name.

    Raises:
        Failure: no filter or several filters have this name.
    """
    return int(named) if is_id(named) else find_filters(client, [named])[0].id


def find_filters(client: BetTune, named: Iterable[str]) -> list[PredictionFilter]:
    """Return the filters with these ids or names.

    Raises:
        Failure: no filter or several filters have such an id or name.
    """
    filters = client.prediction_filters.list()
    return [_find(filters, id_or_name) for id_or_name in named]


def filters_of_one_sport(
    client: BetTune, named: Iterable[str], advice: str
) -> list[PredictionFilter]:
    """Return the filters of these ids or names, each once, of one sport.

    Raises:
        Failure: no filter has such an id or name, or several have it.
        WrongUsage: a filter is named twice, or they are of different sports.
    """
    filters = find_filters(client, named)
    if len({chosen.id for chosen in filters}) < len(filters):
        raise WrongUsage(f"a filter is named twice: {advice}")
    if len({chosen.sport.id for chosen in filters}) > 1:
        raise WrongUsage(f"the filters are of different sports: {advice}")
    return filters


def is_id(named: str) -> bool:
    """Return whether it is an id, rather than a name; no id has more digits."""
    return named.isascii() and named.isdigit() and len(named) < 20


def label_of(chosen: PredictionFilter) -> str:
    """Return the id and the name of a filter, on one line."""
    return one_line(f'{chosen.id} "{chosen.name}"')


def _find(filters: list[PredictionFilter], named: str) -> PredictionFilter:
    if is_id(named):
        hits = [listed for listed in filters if listed.id == int(named)]
    else:
        hits = [listed for listed in filters if listed.name == named]
    if len(hits) > 1:
        ids = ", ".join(str(hit.id) for hit in hits)
        raise Failure(
            f"there are several prediction filters {short_repr(named)}: name one by its id: {ids}"
        )
    if not hits:
        shown = named if is_id(named) else short_repr(named)
        there = "to list yours: bettune filters" if filters else "you have none; they need PRO"
        raise Failure(f"there is no prediction filter {shown}: {there}")
    return hits[0]
