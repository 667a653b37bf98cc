"""A model of what the server may hold, and operations and faults in any sequence that check it."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from decimal import Decimal

import httpx
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bettune import (
    DELETE,
    APIConnectionError,
    APIError,
    AsyncBetTune,
    BetTune,
    BetTuneError,
    InvalidOddsError,
)
from tests.faults.proxy import FINAL, PASSING, REDIRECT, REDIRECT_TO_GET, SWAPPED, Proxy

FILTER = 11583
MATCHES = 12
twins = st.sampled_from(["sync", "async"])
match_numbers = st.integers(0, MATCHES - 1)
prices = st.sampled_from(["1.5", "2", "2.25", "3.000001"])
# More of them than there are tries, at times, and any in a row.
FAULTS = [st.sampled_from(PASSING), st.sampled_from([*FINAL, REDIRECT, REDIRECT_TO_GET, SWAPPED])]
troubles = st.lists(st.none() | st.one_of(FAULTS), max_size=6)
NAN = float("nan")
# How a sync ends before its time, and after how many of its writes.
endings = st.none() | st.tuples(
    st.sampled_from(["raise", "interrupt", "close", "die"]), st.integers(1, 4)
)


class Twin:
    """A sync client, or an async one run to the end of each call."""

    def __init__(self, kind, token, base_url):
        options = {"base_url": base_url, "max_retries": 2, "max_wait": 0.02}
        self._make = lambda one: one(token, follow_redirects=True, **options)
        self._runner = None if kind == "sync" else asyncio.Runner()
        self.open()

    def open(self):
        self._client = self._make(AsyncBetTune if self._runner else BetTune)

    @property
    def on_progress_to_close(self):
        """Makes what closes the client after so many writes."""

        def after(writes):
            def close(done, total):
                return self._client.close() if done == writes else None

            async def aclose(done, total):
                if done == writes:
                    await self._client.aclose()

            return aclose if self._runner else close

        return after

    def __call__(self, name, *args, **options):
        result = getattr(self._client.predictions, name)(*args, **options)
        return self._runner.run(result) if self._runner else result

    def close_client(self):
        self._runner.run(self._client.aclose()) if self._runner else self._client.close()

    def close(self):
        self.close_client()
        if self._runner:
            self._runner.close()


class Machine(RuleBasedStateMachine):
    """Operations with faults. `model` holds the odds that each match may have by now."""

    server = None
    ids = None

    def __init__(self):
        super().__init__()
        self.proxy = Proxy(self.server.base_url).__enter__()
        self.clients = {
            kind: Twin(kind, self.server.token, self.proxy.base_url) for kind in ("sync", "async")
        }
        headers = {"Authorization": f"Bearer {self.server.token}"}
        self.plain = httpx.Client(base_url=self.server.base_url, headers=headers, trust_env=False)
        for match_id in self.ids:
            self.plain.delete(f"/prediction-filters/{FILTER}/matches/{match_id}/prediction")
        self.model = {match_id: {None} for match_id in self.ids}

    def teardown(self):
        for client in self.clients.values():
            client.close()
        self.plain.close()
        self.proxy.__exit__()

    def held(self):
        body = {"filterId": FILTER, "matchIds": self.ids}
        items = self.plain.post("/predictions/search", json=body).json()["items"]
        return dict.fromkeys(self.ids) | {i["matchId"]: Decimal(i["odds"]) for i in items}

    @contextmanager
    def trouble(self, faults):
        self.proxy.upcoming = list(faults)
        self.proxy.seen.clear()
        yield
        self.proxy.upcoming = []
        # Nothing asked for has become a GET, as a redirect would make it.
        assert all(seen.method != "GET" for seen in self.proxy.seen)

    def worked(self, match_id):
        """Whether the server did a write of the match since the trouble began."""
        return any(
            seen.path.split("?")[0].endswith(f"/matches/{match_id}/prediction")
            and seen.status in {200, 204}
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
        with self.trouble(faults):
            try:
                found = self.clients[kind]("put", FILTER, match_id, odds)
                assert (found.match_id, found.odds) == (match_id, Decimal(odds))
            except APIError as caught:
                error = caught
        self.written(match_id, Decimal(odds), error)

    @rule(kind=twins, n=match_numbers, faults=troubles)
    def delete(self, kind, n, faults):
        match_id, error = self.ids[n], None
        with self.trouble(faults):
            try:
                assert self.clients[kind]("delete", FILTER, match_id) is None
            except APIError as caught:
                error = caught
        self.written(match_id, None, error)

    @rule(
        kind=twins,
        numbers=st.lists(match_numbers),
        faults=troubles,
    )
    def search(self, kind, numbers, faults):
        asked = {self.ids[n] for n in numbers}
        with self.trouble(faults):
            try:
                found = self.clients[kind]("search", FILTER, [self.ids[n] for n in numbers])
            except APIError:
                return
        held = {match_id: odds for match_id, odds in self.held().items() if match_id in asked}
        assert {p.match_id: p.odds for p in found} == {
            match_id: odds for match_id, odds in held.items() if odds is not None
        }

    def settle(self):
        """Wait for what the server does still of requests whose connection is gone."""
        for client in self.clients.values():
            client.close_client()
        while self.proxy.busy:
            time.sleep(0)
        self.proxy.up()
        for client in self.clients.values():
            client.open()

    def ended(self, kind, ending):
        """What a sync is told its progress by, to end it so."""
        how, writes = ending or ("", 0)
        if how == "close":
            return self.clients[kind].on_progress_to_close(writes)

        def on_progress(done, total):
            if done != writes:
                return
            if how == "die":
                self.proxy.down()
            elif how:
                raise KeyboardInterrupt if how == "interrupt" else StopError

        return on_progress

    @rule(
        kind=twins,
        odds=st.dictionaries(
            match_numbers, st.sampled_from([None, NAN, DELETE]) | prices, min_size=1
        ),
        missing=st.sampled_from(["error", "skip", "delete", "delete"]),
        concurrency=st.integers(1, 4),
        faults=troubles,
        ending=endings,
    )
    def sync(self, kind, odds, missing, concurrency, faults, ending):  # noqa: PLR0917
        client, given = self.clients[kind], {self.ids[n]: value for n, value in odds.items()}
        nothing = {match_id for match_id, value in given.items() if value is None or value is NAN}
        wanted = {
            match_id: Decimal(value) if isinstance(value, str) else None
            for match_id, value in given.items()
            if missing != "skip" or match_id not in nothing
        }
        before, told, raised, report, refused = self.held(), [], None, None, set()
        with self.trouble(faults):
            try:
                report = client(
                    "sync",
                    FILTER,
                    given,
                    concurrency=concurrency,
                    missing=missing,
                    on_progress=self.ended(kind, ending),
                    on_result=told.append,
                )
            except InvalidOddsError as error:
                refused = set(error.invalid)
            except (BetTuneError, StopError, KeyboardInterrupt) as error:
                raised = error
                report = getattr(error, "report", None)
            finally:
                if ending and ending[0] in {"die", "close"}:
                    self.settle()
        assert refused == (nothing if missing == "error" else set())
        if refused:
            assert not self.proxy.seen
            return
        if report is None:  # a search brought no result
            assert isinstance(raised, APIError)
            assert all(seen.method == "POST" for seen in self.proxy.seen)
            return
        self.check(report, wanted, before, told)
        stops = {"raise": StopError, "interrupt": KeyboardInterrupt, "close": BetTuneError}
        assert raised is None or isinstance(raised, stops[ending[0]])
        if raised is None and report.pending:
            assert any(isinstance(error, APIConnectionError) for error in report.failed.values())

    def check(self, report, wanted, before, told):
        """The report has each match once, and is what the server saw."""
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
        for rest in (report.failed, report.pending):
            assert not named & set(rest)
            named |= set(rest)
        assert named == set().union(*expected.values())
        assert report.ok == (not report.failed and not report.pending)
        done = named - set(report.unchanged) - set(report.pending)
        assert {result.match_id for result in told} <= done
        for match_id in report.pending:
            assert not self.worked(match_id)
        for match_id in done:
            self.written(match_id, wanted[match_id], report.failed.get(match_id))
        for match_id in {*report.created, *report.updated}:
            made = (report.created | report.updated)[match_id]
            assert (made.match_id, made.odds) == (match_id, wanted[match_id])
        for match_id, odds_gone in report.deleted.items():
            assert odds_gone == before[match_id]


class StopError(Exception):
    """What a callback raises."""


def run(machine=Machine, examples=20):
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=15,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
            report_multiple_bugs=False,
            print_blob=False,
        ),
    )
