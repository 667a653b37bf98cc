"""What tools ask of the public classes: type hints, test doubles, copies for another process."""

from __future__ import annotations

import asyncio
import copy
import inspect
import pickle
import typing
from unittest.mock import MagicMock, create_autospec

import httpx
import pytest

import bettune
from bettune import AsyncBetTune, BetTune, BetTuneError

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


OURS = ("bettune._sync.client", "bettune._async.client", "bettune._api_errors", "bettune._errors")


def hinted():
    """The public classes of these modules and of the models, and their methods."""
    for name in bettune.__all__:
        value = getattr(bettune, name)
        if isinstance(value, type) and value.__module__ in {*OURS, "bettune._models"}:
            yield value
            for key, member in vars(value).items():
                function = getattr(member, "fget", member)
                if inspect.isfunction(function) and (key == "__init__" or key[0] != "_"):
                    yield function


@pytest.mark.parametrize("value", [*hinted()], ids=lambda value: value.__qualname__)
def test_type_hints_resolve(value):
    """As injectors, command line builders and LLM tool frameworks ask for them."""
    hints = typing.get_type_hints(value)
    if value is BetTune.__init__:
        assert hints["rate_limit"] == bettune.RateLimit | None
        assert hints["timeout"] == float | httpx.Timeout | None


def test_names_are_imported_from_the_modules_that_have_them():
    assert {*bettune._MODULES} == {*bettune.__all__} - {"__version__"}
    for name in bettune._MODULES:
        assert getattr(bettune, name)
    with pytest.raises(AttributeError, match="BetTuna"):
        _ = bettune.BetTuna
