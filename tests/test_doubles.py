"""Public classes as tools use them: test doubles, copies for another process."""

from __future__ import annotations

import asyncio
import copy
import inspect
import json
import pickle
import typing
from unittest.mock import MagicMock, create_autospec

import httpx
import pytest
from pydantic import BaseModel, ValidationError, create_model

from bettune import AsyncBetTune, BetTune, BetTuneError, Match, Prediction

kinds = pytest.mark.parametrize("kind", [BetTune, AsyncBetTune])


@kinds
def test_an_autospec_has_the_operations_with_their_signatures(kind):
    double = create_autospec(kind, instance=True)
    for group in ("sports", "matches", "prediction_filters", "predictions"):
        real = getattr(kind, group)
        for name in [name for name in dir(real) if not name.startswith("_")]:
            parameters = [*inspect.signature(getattr(real, name)).parameters.values()][1:]
            specified = inspect.signature(getattr(getattr(double, group), name))
            assert [*specified.parameters.values()] == parameters
    with pytest.raises(TypeError):
        double.predictions.put(1)
    with pytest.raises(AttributeError):
        double.predictions.putt(1, 2, 3)
    double.predictions.put.return_value = "put"
    result = double.predictions.put(1, 2, "2.15")
    assert (asyncio.run(result) if kind is AsyncBetTune else result) == "put"
    assert isinstance(double, kind)


@kinds
def test_a_mock_has_the_operations(kind):
    double = MagicMock(spec=kind)
    double.predictions.search.return_value = []
    assert double.predictions.search(1, [2]) == []
    assert double.sports.list()
    with pytest.raises(AttributeError):
        _ = double.prediction


@kinds
def test_on_the_class_each_group_is_its_class(kind):
    client = kind("t")
    for group in ("sports", "matches", "prediction_filters", "predictions", "low_level"):
        assert isinstance(getattr(client, group), getattr(kind, group))
        assert getattr(client, group) is getattr(client, group)


@kinds
@pytest.mark.parametrize("copied", [pickle.dumps, copy.deepcopy])
@pytest.mark.parametrize(
    "of",
    [
        lambda client: client,
        lambda client: client.low_level,
        lambda client: client.predictions,
        lambda client: [client.predictions.put],
        lambda client: {"client": client.with_options(max_retries=0)},
    ],
)
def test_a_copy_for_another_process_says_to_make_one_there(kind, copied, of):
    if copied is copy.deepcopy and of(kind("t")).__class__ is list:
        pytest.skip("a method is copied as it is")
    with pytest.raises(BetTuneError, match="make one in each process") as caught:
        copied(of(kind("t")))
    assert isinstance(caught.value, TypeError)  # which tools expect of what cannot be pickled


@kinds
def test_a_part_of_one_that_is_not_copied_goes_on(kind):
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"count": 0, "items": []}))
    client = kind("t", transport=transport)
    with pytest.raises(BetTuneError):
        copy.deepcopy(client)
    result = client.sports.list()
    assert (asyncio.run(result) if kind is AsyncBetTune else result) == []


def test_pydantic_takes_models_as_fields(box):
    class Bet(BaseModel):
        match: Match
        prediction: Prediction | None = None

    with BetTune(box.token, base_url=box.base_url) as client:
        match = client.matches.list("2026-06-06")[0]
        prediction = client.predictions.put(11583, match, "2.15")
    bet = Bet(match=match, prediction=prediction)
    assert bet.match is match
    assert bet.model_dump()["match"]["home"] == {"id": match.home.id, "name": match.home.name}
    assert json.loads(bet.model_dump_json())["prediction"]["odds"] == "2.150000"
    assert Bet.model_validate_json(bet.model_dump_json()) == bet
    for mode in ("validation", "serialization"):
        text = json.dumps(Bet.model_json_schema(mode=mode))
        assert '"finished"' in text
        assert '"filter_id"' in text
    with pytest.raises(ValidationError, match="country"):
        Bet(match={"id": 1, "finished": True})


@kinds
def test_pydantic_makes_arguments_of_operations(kind):
    """As frameworks of tools for language models do."""
    client = kind("t")
    for operation, given in (
        (client.matches.list, {"day": "2026-06-06", "tz": "Europe/Warsaw"}),
        (client.matches.between, {"start": "2026-06-06", "end": "2026-06-07", "tz": None}),
        (client.predictions.search, {"filter_id": 1, "match_ids": [2, 3]}),
        (client.predictions.put, {"filter_id": 1, "match_id": 2, "odds": "2.15"}),
        (client.predictions.delete, {"filter_id": 1, "match_id": 2}),
    ):
        hints = typing.get_type_hints(operation, include_extras=True)
        arguments = create_model("Arguments", **{name: (hints[name], ...) for name in given})
        assert arguments.model_json_schema()["properties"].keys() == given.keys()
        assert arguments(**given)
