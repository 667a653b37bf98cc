"""Find prediction filters by their ids or exact names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bettune._values.display import short_repr
from bettune.cli._exit_status import Failure, WrongUsage
from bettune.cli._output import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bettune import BetTune, PredictionFilter


def filter_id_of(client: BetTune, id_or_name: str) -> int:
    """Return the id of a filter. A request is sent only for a name.

    Raises:
        Failure: no filter or several filters have this name.
    """
    return int(id_or_name) if is_id(id_or_name) else find_filters(client, [id_or_name])[0].id


def find_filters(client: BetTune, ids_or_names: Iterable[str]) -> list[PredictionFilter]:
    """Return the filters with these ids or names.

    Raises:
        Failure: no filter or several filters have such an id or name.
    """
    filters = client.prediction_filters.list()
    return [_find(filters, id_or_name) for id_or_name in ids_or_names]


def filters_of_one_sport(
    client: BetTune, ids_or_names: Iterable[str], advice: str
) -> list[PredictionFilter]:
    """Return the filters with these ids or names, which must be different and of one sport.

    Raises:
        Failure: no filter or several filters have such an id or name.
        WrongUsage: a filter is given twice, or the filters are of different sports.
    """
    filters = find_filters(client, ids_or_names)
    if len({chosen.id for chosen in filters}) < len(filters):
        raise WrongUsage(f"a filter is given twice: {advice}")
    if len({chosen.sport.id for chosen in filters}) > 1:
        raise WrongUsage(f"the filters are of different sports: {advice}")
    return filters


def is_id(id_or_name: str) -> bool:
    """Return whether this is an id rather than a name. An id has at most 19 digits."""
    return id_or_name.isascii() and id_or_name.isdigit() and len(id_or_name) < 20


def label_of(chosen: PredictionFilter) -> str:
    """Return the id and the name of a filter, on one line."""
    return one_line(f'{chosen.id} "{chosen.name}"')


def _find(filters: list[PredictionFilter], id_or_name: str) -> PredictionFilter:
    if is_id(id_or_name):
        hits = [listed for listed in filters if listed.id == int(id_or_name)]
    else:
        hits = [listed for listed in filters if listed.name == id_or_name]
    if len(hits) > 1:
        ids = ", ".join(str(hit.id) for hit in hits)
        raise Failure(
            f"several prediction filters are called {short_repr(id_or_name)}: give an id: {ids}"
        )
    if not hits:
        shown = id_or_name if is_id(id_or_name) else short_repr(id_or_name)
        advice = (
            "to list yours, run: bettune filters" if filters else "you have none; they need PRO"
        )
        raise Failure(f"there is no prediction filter {shown}: {advice}")
    return hits[0]
