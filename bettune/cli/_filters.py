"""Prediction filters as a person names them: by id, or by their exact name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bettune._values.display import short_repr
from bettune.cli._exit_status import Failure, WrongUsage
from bettune.cli._output import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bettune import BetTune, PredictionFilter


def filter_id_of(client: BetTune, named: str) -> int:
    """The id of a filter; asked for only where it is named by its name.

    Raises:
        Failure: there is no such filter, or there are several.
    """
    return int(named) if is_id(named) else find_filters(client, [named])[0].id


def find_filters(client: BetTune, named: Iterable[str]) -> list[PredictionFilter]:
    """The filters of these ids or names.

    Raises:
        Failure: there is no such filter, or there are several.
    """
    filters = client.prediction_filters.list()
    return [_find(filters, one) for one in named]


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


def label_of(found: PredictionFilter) -> str:
    """A filter as it is named in a line for a person."""
    return one_line(f'{found.id} "{found.name}"')


def _find(filters: list[PredictionFilter], named: str) -> PredictionFilter:
    if is_id(named):
        found = [one for one in filters if one.id == int(named)]
    else:
        found = [one for one in filters if one.name == named]
    if len(found) > 1:
        ids = ", ".join(str(one.id) for one in found)
        raise Failure(
            f"there are several prediction filters {short_repr(named)}: name one by its id: {ids}"
        )
    if not found:
        shown = named if is_id(named) else short_repr(named)
        there = "to list yours: bettune filters" if filters else "you have none; they need PRO"
        raise Failure(f"there is no prediction filter {shown}: {there}")
    return found[0]
