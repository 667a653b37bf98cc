"""The commands except `push`, `clear` and `resolve`: call the library, and print the result."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from msgspec.structs import replace
from rich.text import Text

from bettune import Match, Prediction, PredictionFilter, Sport, to_records
from bettune._fixtures.team_names import plain
from bettune._values.display import short_repr
from bettune._values.odds import to_odds
from bettune.cli._filters import filter_id_of, find_filters
from bettune.cli._output import (
    odds_cell,
    table_of,
    write_for_person,
    write_json,
    write_models,
    write_records,
)
from bettune.cli._progress import progress
from bettune.cli._session import session

_PREDICTION_COLUMNS = (
    "id",
    "filter_id",
    "match_id",
    "kick_off",
    "country",
    "tournament",
    "home",
    "away",
    "score_home",
    "score_away",
    "finished",
    "odds",
    "source",
    "created_at",
    "updated_at",
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bettune import BetTune
    from bettune.cli._days import Days
    from bettune.cli._options import Options


def sports(options: Options) -> None:
    """List the sports."""
    with session(options) as client, progress(client, "Sports", options) as (watched, _):
        listed = watched.sports.list()
    table = table_of([">Sport", "Name"], ((sport.id, sport.name) for sport in listed))
    write_models(options, Sport, listed, table)


def filters(options: Options) -> None:
    """List the prediction filters."""
    with session(options) as client, progress(client, "Filters", options) as (watched, _):
        listed = watched.prediction_filters.list()
    columns = [">Filter", "Name*", "Sport", "Bet type", "Status"]
    rows = ((f.id, f.name, f.sport.name, f.bet_type, f.status.value) for f in listed)
    note = "" if listed else "No prediction filters. Create them in BetTune, with PRO."
    write_models(options, PredictionFilter, listed, table_of(columns, rows), note)


def matches(options: Options, days: Days, sport: int, search: str | None) -> None:
    """List the matches of some days, or only those whose names contain a text."""
    with session(options) as client:
        listed = matches_of(client, days, sport, options)
    if search is not None:
        listed = [match for match in listed if plain(search) in plain(" ".join(_names_of(match)))]
    columns = [">Match", "Kick-off", "Tournament*", "Home*", "Away*", ">Score"]
    rows = (
        (
            match.id,
            days.clock(match.date),
            f"{match.country.name}: {match.tournament.name}",
            match.home.name,
            match.away.name,
            _score(match),
        )
        for match in listed
    )
    with_text = "" if search is None else f" with {short_repr(search)}"
    note = f"{_count(listed, 'match', 'matches')}{with_text} on {days}"
    write_models(options, Match, listed, table_of(columns, rows), note)


def list_predictions(
    options: Options, id_or_name: str, days: Days | None, match_ids: Sequence[int]
) -> None:
    """List a filter's predictions for matches, or for all matches of some days."""
    by_id: dict[int, Match] = {}
    with session(options) as client:
        if days is not None:
            with progress(client, "Filters", options) as (watched, _):
                (chosen,) = find_filters(watched, [id_or_name])
            filter_id, sport = chosen.id, chosen.sport.id
            by_id = {match.id: match for match in matches_of(client, days, sport, options)}
            match_ids = list(by_id)
        with progress(client, "Predictions", options) as (watched, _):
            if days is None:
                filter_id = filter_id_of(watched, id_or_name)
            predictions = watched.predictions.search(filter_id, match_ids)
    note = f"{_count(predictions, 'prediction', 'predictions')} for "
    note += _count(set(match_ids), "match", "matches")
    note += "" if days is None else f" on {days}"
    records = to_records(predictions, matches=by_id.values())
    zone = UTC if days is None else days.zone
    columns = [">Match", ">Odds", "Source", "Updated (UTC)" if zone is UTC else "Updated"]
    rows = [
        [
            prediction.match_id,
            odds_cell(prediction.odds),
            prediction.source.value,
            f"{prediction.updated_at.astimezone(zone):%Y-%m-%d %H:%M}",
        ]
        for prediction in predictions
    ]
    if days is not None:
        columns[1:1] = ["Kick-off", "Tournament*", "Home*", "Away*", ">Score"]
        for row, prediction in zip(rows, predictions, strict=True):
            match = by_id[prediction.match_id]
            league = f"{match.country.name}: {match.tournament.name}"
            teams = [match.home.name, match.away.name]
            row[1:1] = [days.clock(match.date), league, *teams, _score(match)]
    write_records(options, _PREDICTION_COLUMNS, records, table_of(columns, rows), note)


def put(options: Options, id_or_name: str, match_id: int, odds: str) -> None:
    """Create or update a prediction."""
    with session(options) as client, progress(client, "Prediction", options) as (watched, _):
        min_odds = to_odds(odds)
        filter_id = filter_id_of(watched, id_or_name)
        prediction = watched.predictions.put(filter_id, match_id, min_odds)
    if options.output == "json":
        write_json(prediction)
    else:
        shown = odds_cell(prediction.odds)
        line = f"Filter {filter_id} has minimum odds of {shown} for match {match_id}."
        write_models(options, Prediction, [prediction], Text(line))


def delete(options: Options, id_or_name: str, match_id: int) -> None:
    """Delete a prediction, if it exists."""
    with session(options) as client, progress(client, "Prediction", options) as (watched, _):
        filter_id = filter_id_of(watched, id_or_name)
        watched.predictions.delete(filter_id, match_id)
    if options.output == "json":
        write_json(None)
    elif options.output == "table":
        write_for_person(Text(f"Filter {filter_id} has no minimum odds for match {match_id}."))


def matches_of(client: BetTune, days: Days, sport: int, options: Options) -> list[Match]:
    """Return the matches of some days, with kick-offs in the days' zone."""
    matches = []
    with progress(client, "Matches", options) as (watched, advance):
        for match in watched.matches.between(days.first, days.last, sport=sport, tz=days.zone):
            matches.append(replace(match, date=match.date.astimezone(days.zone)))
            advance((matches[-1].date.date() - days.first).days, len(days))
    return matches


def _names_of(match: Match) -> Iterator[str]:
    for item in (match.home, match.away, match.country, match.tournament):
        yield item.name


def _score(match: Match) -> str:
    home, away = match.score.home, match.score.away
    return "" if home is None or away is None else f"{home}-{away}"


def _count(items: Sequence[object] | set[int], singular: str, plural: str) -> str:
    return f"{len(items) or 'No'} {singular if len(items) == 1 else plural}"
