"""The state machine of the model: operations with faults in between, and what has to agree."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from decimal import Decimal
from itertools import pairwise

import anyio.lowlevel
import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bettune import (
    DELETE,
    APIConnectionError,
    APIError,
    AsyncBetTune,
    BetTune,
    BetTuneError,
    InvalidOddsError,
)
from tests.faulty_proxy import (
    DIES,
    FINAL,
    PASSING,
    RATE_LIMITED_TOLD,
    REDIRECTS,
    REFUSED,
    Proxy,
)

FILTER = 11583
MATCHES = 12
MAX_WAIT = 0.02
NAN = float("nan")
twins = st.sampled_from(["sync", "async"])
match_numbers = st.integers(0, MATCHES - 1)
prices = st.sampled_from(["1.5", "2", "2.25", "3.000001"])
policies = st.sampled_from(["skip", "delete"])
models_values = st.sampled_from([None, NAN, DELETE]) | prices
models_odds = st.dictionaries(match_numbers, models_values, min_size=1)
# More of them than there are tries, at times, and any in a row.
troubles = st.lists(
    st.none() | st.one_of(map(st.sampled_from, [PASSING, FINAL, REDIRECTS, [RATE_LIMITED_TOLD]])),
    max_size=6,
)


class StoppedError(Exception):
    """Raised by a callback."""


def nothing(kind):
    """The result of a callback that does nothing, to be awaited or not."""
    return anyio.lowlevel.checkpoint() if kind == "async" else None


class Twin:
    """A sync client, or an async one run to the end of each call."""

    def __init__(self, kind, token, base_url):
        options = {"base_url": base_url, "max_retries": 2, "max_wait": MAX_WAIT}
        options["follow_redirects"] = True
        self._runner = None
        if kind == "sync":
            self._client = BetTune(token, **options)
        else:
            self._runner = asyncio.Runner()
            self._client = AsyncBetTune(token, **options)

    def __call__(self, name, *args, **options):
        result = getattr(self._client.predictions, name)(*args, **options)
        return self._runner.run(result) if self._runner else result

    def closing(self):
        """Close the client, from within one of its own calls."""
        return self._client.aclose() if self._runner else self._client.close()

    def close(self):
        if self._runner is None:
            self._client.close()
            return
        self._runner.run(self._client.aclose())
        self._runner.close()


class Machine(RuleBasedStateMachine):
    """Operations with faults. `model` holds the odds that each match may have by now."""

    server = None
    ids = None

    def __init__(self):
        super().__init__()
        self.proxy = Proxy(self.server.base_url).__enter__()
        self.connect()
        headers = {"Authorization": f"Bearer {self.server.token}"}
        self.plain = httpx.Client(
            base_url=self.server.base_url, headers=headers, trust_env=False, timeout=60
        )
        for match_id in self.ids:
            self.plain.delete(f"/prediction-filters/{FILTER}/matches/{match_id}/prediction")
        self.model = {match_id: {None} for match_id in self.ids}

    def connect(self):
        self.clients = {
            kind: Twin(kind, self.server.token, self.proxy.base_url) for kind in ("sync", "async")
        }

    def close(self):
        for client in self.clients.values():
            client.close()

    def teardown(self):
        self.close()
        self.plain.close()
        self.proxy.__exit__()

    def held(self):
        body = {"filterId": FILTER, "matchIds": self.ids}
        items = self.plain.post("/predictions/search", json=body).json()["items"]
        return dict.fromkeys(self.ids) | {i["matchId"]: Decimal(i["odds"]) for i in items}

    @contextmanager
    def trouble(self, faults, *methods):
        """Have these faults met in turn, by requests of these methods alone."""
        self.proxy.upcoming = list(faults)
        self.proxy.seen.clear()
        yield
        self.proxy.upcoming = []
        self.proxy.wait_until_forwarded()
        self.proxy.up()
        assert {seen.method for seen in self.proxy.seen} <= set(methods)

    def assert_no_burst(self):
        """Told to come back at once, it waited all the same."""
        for told, following in pairwise(self.proxy.seen):
            if told.fault is RATE_LIMITED_TOLD:
                assert following.at - told.at >= 0.75 * MAX_WAIT

    def worked(self, match_id):
        """Return whether the server did a write of the match since the trouble began."""
        return any(
            seen.path.endswith(f"/matches/{match_id}/prediction") and seen.status in {200, 204}
            for seen in self.proxy.seen
        )

    def written(self, match_id, odds, error):
        """Note a write: done when it was said to be; else done or not, as the server saw it."""
        if error is None:
            assert self.worked(match_id)
        if error is None or self.worked(match_id):
            self.model[match_id] = {odds}

    @invariant()
    def the_server_agrees(self):
        held = self.held()
        for match_id, possible in self.model.items():
            assert held[match_id] in possible, (match_id, held[match_id], possible)

    @rule(kind=twins, n=match_numbers, odds=prices, faults=troubles)
    def put(self, kind, n, odds, faults):
        match_id, error = self.ids[n], None
        with self.trouble(faults, "PUT"):
            try:
                found = self.clients[kind]("put", FILTER, match_id, odds)
                assert (found.match_id, found.odds) == (match_id, Decimal(odds))
            except APIError as caught:
                error = caught
        self.assert_no_burst()
        self.written(match_id, Decimal(odds), error)

    @rule(kind=twins, n=match_numbers, faults=troubles)
    def delete(self, kind, n, faults):
        match_id, error = self.ids[n], None
        with self.trouble(faults, "DELETE"):
            try:
                assert self.clients[kind]("delete", FILTER, match_id) is None
            except APIError as caught:
                error = caught
        self.assert_no_burst()
        self.written(match_id, None, error)

    @rule(
        kind=twins,
        numbers=st.lists(match_numbers),
        faults=troubles,
    )
    def search(self, kind, numbers, faults):
        asked = {self.ids[n] for n in numbers}
        with self.trouble(faults, "POST"):
            try:
                found = self.clients[kind]("search", FILTER, [self.ids[n] for n in numbers])
            except APIError:
                found = None
        self.assert_no_burst()
        if found is None:
            return
        held = {match_id: odds for match_id, odds in self.held().items() if match_id in asked}
        assert {p.match_id: p.odds for p in found} == {
            match_id: odds for match_id, odds in held.items() if odds is not None
        }

    @rule(
        kind=twins,
        odds=models_odds,
        missing=policies | st.just("error"),
        concurrency=st.integers(1, 4),
        faults=troubles,
    )
    def sync(self, kind, odds, missing, concurrency, faults):
        given, wanted = self.given(odds, missing)
        empty = {match_id for match_id, value in given.items() if value in (None, NAN)}
        before, refused = self.held(), None
        with self.trouble(faults, "POST", "PUT", "DELETE"):
            try:
                report = self.clients[kind](
                    "sync", FILTER, given, missing=missing, concurrency=concurrency, max_drop=None
                )
            except InvalidOddsError as caught:
                refused = caught
            except APIError:
                assert all(seen.method == "POST" for seen in self.proxy.seen)
                return
        assert (refused is not None) == (missing == "error" and bool(empty))
        if refused is not None:
            assert refused.invalid.keys() == empty
            assert not self.proxy.seen
            return
        # However long a busy machine keeps a refused port closed: for five in a row, at times.
        assert not report.pending or REFUSED in {seen.fault for seen in self.proxy.seen}
        self.agrees(report, wanted, before)

    @rule(
        kind=twins,
        # All of them: enough writes to see when it stops.
        odds=st.lists(models_values, min_size=MATCHES, max_size=MATCHES),
        missing=policies,
        concurrency=st.integers(1, 4),
        turn=st.integers(0, 5),
    )
    def sync_with_a_dying_server(self, kind, odds, missing, concurrency, turn):
        given, wanted = self.given(dict(enumerate(odds)), missing)
        before = self.held()
        with self.trouble([*[None] * turn, DIES], "POST", "PUT", "DELETE"):
            try:
                report = self.clients[kind](
                    "sync", FILTER, given, concurrency=concurrency, missing=missing, max_drop=None
                )
            except APIConnectionError:
                assert [seen.method for seen in self.proxy.seen] == ["POST"]
                return
        self.agrees(report, wanted, before)
        # Nobody is looked for again and again: five in a row. A thread may take its time to tell
        # of a success, upon which they are counted anew: once for each that was under way.
        failed = report.failed | report.unknown
        assert len(failed) <= 5 * concurrency
        assert all(isinstance(error, APIConnectionError) for error in failed.values())
        assert not report.pending or len(failed) >= 5
        assert not any(map(self.worked, report.pending))

    @rule(
        kind=twins,
        odds=models_odds,
        missing=policies,
        concurrency=st.integers(1, 4),
        faults=troubles,
        stop=st.tuples(st.integers(1, 4), st.sampled_from(["close", "raise", "interrupt"])),
    )
    def sync_that_is_stopped(  # noqa: PLR0917 - hypothesis gives them by name
        self, kind, odds, missing, concurrency, stop, faults
    ):
        """By a callback, after so many writes."""
        given, wanted = self.given(odds, missing)
        (turn, how), before, told = stop, self.held(), []

        def on_result(result):
            told.append(result)
            if len(told) == turn and how != "close":
                raise StoppedError if how == "raise" else KeyboardInterrupt
            return self.clients[kind].closing() if len(told) == turn else nothing(kind)

        report = None
        # The search is let through.
        with self.trouble([None, *faults], "POST", "PUT", "DELETE"):
            try:
                report = self.clients[kind](
                    "sync",
                    FILTER,
                    given,
                    concurrency=concurrency,
                    missing=missing,
                    on_result=on_result,
                    max_drop=None,
                )
            except (StoppedError, KeyboardInterrupt, BetTuneError) as error:
                assert len(told) >= turn
                report = error.report
        if len(told) >= turn and how == "close":
            self.close()
            # What was under way may be at the server still.
            self.proxy.wait_until_hung_up()
            self.connect()
        self.agrees(report, wanted, before)
        assert len(report.results) == len(report.plan) - len(report.pending)
        # Of each worker what it had begun, and no more; of a thread, some more until that is told.
        most = turn + (5 if kind == "sync" else 2) * concurrency
        assert len(told) < turn or len(report.results) <= most
        assert not any(map(self.worked, report.pending))

    def given(self, odds, missing):
        """The odds given to a sync by match id, and the desired ones, None to delete."""
        given = {self.ids[n]: value for n, value in odds.items()}
        wanted = {
            match_id: Decimal(value) if isinstance(value, str) else None
            for match_id, value in given.items()
            if missing != "skip" or value not in (None, NAN)
        }
        return given, wanted

    def agrees(self, report, wanted, before):
        """The report has each match once, where it belongs, and the server what is said done."""
        expected = {
            "created": {m for m, o in wanted.items() if before[m] is None and o is not None},
            "updated": {
                m for m, o in wanted.items() if before[m] is not None and o not in {None, before[m]}
            },
            "deleted": {m for m, o in wanted.items() if before[m] is not None and o is None},
            "unchanged": {m for m, o in wanted.items() if o is not None and before[m] == o},
        }
        named = set()
        for part, matches in expected.items():
            said = set(getattr(report, part))
            assert said <= matches
            assert not said & named
            named |= said
        for part in (report.failed, report.unknown, report.pending):
            assert not part.keys() & named
            named |= part.keys()
        assert named == set().union(*expected.values())
        assert report.ok == (not report.failed and not report.unknown and not report.pending)
        assert not any(map(self.worked, [*report.failed, *report.pending]))
        for match_id in named - set(report.unchanged):
            not_done = match_id in (report.failed | report.unknown | report.pending)
            self.written(match_id, wanted[match_id], not_done or None)
        for match_id in {*report.created, *report.updated}:
            made = (report.created | report.updated)[match_id]
            assert (made.match_id, made.odds) == (match_id, wanted[match_id])
        for match_id, odds_gone in report.deleted.items():
            assert odds_gone == before[match_id]
        for match_id, odds in report.pending.items():
            assert odds == wanted[match_id]
