"""Check a running API: its responses against openapi.yaml, and its use through the facade."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from bettune import (
    APIConnectionError,
    APIError,
    AuthenticationError,
    BadRequestError,
    BetTune,
    BetTuneError,
    ConfigurationError,
    PermissionDeniedError,
)
from bettune.sandbox import Sandbox
from scripts import ROOT
from scripts.contract.conformance import BREAK, UNCHECKED, Contract, Finding
from scripts.contract.findings import Report, Step, as_json, as_junit, as_table, write
from scripts.schema.canonical import canonical
from scripts.schema.document import load
from scripts.schema.download import without_secrets
from scripts.schema.facade import OPERATIONS, PREDICTION
from scripts.schema.overlay import overlay, relied_on, settled
from scripts.schema.yaml_json import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SCHEMA = ROOT / "openapi.yaml"
SEARCHED_MATCHES = 20
Result = TypeVar("Result")


class Unavailable(Exception):  # noqa: N818  # reads better than UnavailableError
    """The check cannot continue."""


class Check:
    """Calls each operation with a few requests. The findings are in `steps`."""

    def __init__(self, base_url: str, token: str, contract: Contract) -> None:
        self.steps: list[Step] = []
        self.unchecked: list[str] = []
        self.contract = contract
        self.base_url = base_url
        self.seen: list[httpx.Response] = []
        self.asked: set[tuple[str, str]] = set()
        # Check the responses that the facade receives, so that each request is sent once.
        hooks = {"response": [self.see]}
        self.client = BetTune(token, base_url=base_url, max_retries=2, event_hooks=hooks)

    def see(self, response: httpx.Response) -> None:
        """Record a response, and its body while the facade reads it."""
        response.stream = _Kept(response.stream)
        self.seen.append(response)

    def run(self, filter_id: int | None, match_id: int | None) -> None:
        """Check each operation. Writing operations need a filter and a match."""
        with self.client as client:
            sports = self.step("/sports", "get", client.sports.list)
            self.step_without_token()
            sport = sports[0].id if sports else 1
            self.expect_some("sports", sports)
            today = datetime.now(UTC).date()
            matches = self.step("/matches", "get", lambda: client.matches.list(today, sport=sport))
            self.expect_some(f"matches on {today}", matches)
            self.step_refused(sport)
            filters = self.step("/prediction-filters", "get", client.prediction_filters.list)
            self.expect_some("filters", filters)
            searched = filter_id or (filters[0].id if filters else None)
            ids = (
                [match_id] if match_id else [match.id for match in matches or []][:SEARCHED_MATCHES]
            )
            search = ("/predictions/search", "post")
            if searched is None or not ids:
                self.skip(
                    *search, "no filter, or no match today: name them with FILTER= and MATCH="
                )
            elif filter_id is None or match_id is None:
                self.step(*search, lambda: client.predictions.search(searched, ids))
            if filter_id is None or match_id is None:
                for method in ("put", "delete"):
                    self.skip(PREDICTION, method, "it writes: name FILTER= and MATCH= to allow it")
            else:
                self.write(filter_id, match_id)
        for path, method in OPERATIONS.keys() - self.asked:
            self.skip(path, method, "this check has no step for it")

    def expect_some(self, name: str, items: list[Any] | None) -> None:
        """Record that a list is empty, so that its items could not be checked."""
        if items == []:
            self.unchecked.append(f"there are no {name}")

    def write(self, filter_id: int, match_id: int) -> None:
        """Put, read, delete and read a prediction, and restore the old one."""
        predictions, search = self.client.predictions, ("/predictions/search", "post")
        where = (filter_id, match_id)
        existing = self.step(*search, lambda: predictions.search(filter_id, [match_id]))
        if existing is None:
            for method in ("put", "delete"):
                self.skip(
                    PREDICTION,
                    method,
                    "the prediction could not be read, so it could not be restored",
                )
            return
        before = existing[0].odds if existing else None
        odds = Decimal("2.15") if before != Decimal("2.15") else Decimal("2.2")
        try:
            self.step(PREDICTION, "put", lambda: predictions.put(*where, odds))
            if not self.seen[-1].is_success:
                self.skip(PREDICTION, "delete", "the prediction could not be restored")
                return
            self.expect(*where, odds)
            self.step(PREDICTION, "delete", lambda: predictions.delete(*where))
            self.expect(*where, None)
        finally:
            self.restore(*where, before)

    def expect(self, filter_id: int, match_id: int, odds: Decimal | None) -> None:
        """Check that the API has the odds that were written."""
        search = self.client.predictions.search
        listed = self.step("/predictions/search", "post", lambda: search(filter_id, [match_id]))
        if listed is None:
            return
        held = [prediction.odds for prediction in listed]
        if held != ([] if odds is None else [odds]):
            change = f"{odds} was written" if odds is not None else "it was deleted"
            shown = ", ".join(map(str, held)) or "nothing"
            self.steps[-1].findings.append(Finding(BREAK, "facade", f"{change}, {shown} is there"))

    def restore(self, filter_id: int, match_id: int, before: Decimal | None) -> None:
        """Restore the prediction, without interruption by signals."""
        numbers = (signal.SIGINT, signal.SIGTERM)
        handlers = [signal.signal(number, signal.SIG_IGN) for number in numbers]
        predictions = self.client.predictions
        old = "no prediction" if before is None else f"odds of {before}"
        try:
            if before is None:
                predictions.delete(filter_id, match_id)
            else:
                predictions.put(filter_id, match_id, before)
        except BetTuneError as error:
            with contextlib.suppress(BetTuneError):  # after any response, the prediction may exist
                held = [item.odds for item in predictions.search(filter_id, [match_id])]
                if held == ([] if before is None else [before]):
                    return
            text = f"restore it by hand: filter {filter_id}, match {match_id} had {old}: {error}"
            self.steps.append(Step("restore", "", [Finding(BREAK, "facade", text)]))
        finally:
            for number, handler in zip(numbers, handlers, strict=True):
                signal.signal(number, handler)

    def step(
        self, path: str, method: str, call: Callable[[], Result], case: str = ""
    ) -> Result | None:
        """Call the facade, judge the responses, and return the result.

        Raises:
            Unavailable: the server cannot be reached, or refuses this token.
        """
        self.seen.clear()
        result, findings, why = None, [], ""
        try:
            result = call()
        except (AuthenticationError, PermissionDeniedError, APIConnectionError) as error:
            raise Unavailable(str(error)) from None
        except APIError as error:
            why = str(error)
            if not _says_nothing(self.seen[-1]):
                findings.append(Finding(BREAK, "facade", why))
        self.judge(path, method, findings, case, why)
        return result

    def step_without_token(self) -> None:
        """Check that a request without a token is refused."""
        try:
            with httpx.Client(timeout=30) as client:
                self.seen[:] = [client.get(f"{self.base_url.rstrip('/')}/sports")]
        except httpx.HTTPError as error:
            raise Unavailable(f"GET /sports: {error}") from None
        status, findings = self.seen[0].status_code, []
        if status != 401 and not _says_nothing(self.seen[0]):
            text = f"without a token it responds with {status}, not 401"
            findings.append(Finding(BREAK, "status", text))
        self.judge("/sports", "get", findings, "no token")

    def step_refused(self, sport: int) -> None:
        """Check that an invalid argument is refused with a code."""
        low_level = self.client.low_level.get_httpx_client()

        def ask() -> list[Finding]:
            try:
                low_level.get("/matches", params={"date": "no-date", "sport": sport})
            except BadRequestError as error:
                return [] if error.code else [Finding(BREAK, "facade", "the error has no code")]
            return [Finding(BREAK, "status", "it accepts `no-date` as a date")]

        findings = self.step("/matches", "get", ask, "no date") or []
        self.steps[-1].findings.extend(findings)

    def judge(
        self, path: str, method: str, findings: list[Finding], case: str, why: str = ""
    ) -> None:
        """Record the findings about the responses to one call."""
        self.asked.add((path, method))
        name = f"{method.upper()} {path}" + (f" ({case})" if case else "")
        # A response that was retried after a proxy's 502 does not come from the API.
        responses = [_whole(response) for response in self.seen if response.status_code < 500]
        judged = [self.contract.judge(path, method, response) for response in responses]
        last = self.seen[-1]
        if _says_nothing(last):
            self.unchecked.append(why or f"{name}: {last.status_code}")
            findings.append(Finding(UNCHECKED, "", f"it responded with {last.status_code}"))
        findings = [*chain.from_iterable(judged), *findings]
        self.steps.append(Step(name, str(last.status_code), list(dict.fromkeys(findings))))

    def skip(self, path: str, method: str, why: str) -> None:
        """Record that an operation is not checked."""
        self.asked.add((path, method))
        finding = Finding(UNCHECKED, "", why)
        self.steps.append(Step(f"{method.upper()} {path}", "", [finding]))


class _Kept(httpx.SyncByteStream):
    """A stream of a body, which keeps the parts that were read."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.parts: list[bytes] = []

    def __iter__(self) -> Iterator[bytes]:
        for part in self.stream:
            self.parts.append(part)
            yield part

    def close(self) -> None:
        self.stream.close()


def _whole(response: httpx.Response) -> httpx.Response:
    """Return a copy of a response with its body, which was streamed."""
    if not isinstance(response.stream, _Kept):
        return response
    body = b"".join(response.stream.parts)
    whole = httpx.Response(
        response.status_code, headers=response.headers, content=body, request=response.request
    )
    whole.elapsed = timedelta()  # required by hooks, but not checked
    return whole


def _says_nothing(response: httpx.Response) -> bool:
    """Return whether the status is 429 or 5xx, which does not break the contract."""
    return response.status_code == 429 or response.status_code >= 500


def main() -> None:
    """Exit with 0 if the API keeps the contract, 1 if not, 2 if it could not be checked."""
    parser = argparse.ArgumentParser("python -m scripts.contract", description=__doc__)
    parser.add_argument("--base-url", help="the API; without it, a sandbox is checked")
    parser.add_argument(
        "--filter", type=_id, help="a filter to write to, with --match, best used only for this"
    )
    parser.add_argument("--match", type=_id, help="a match to write a prediction for")
    parser.add_argument("--json", type=Path, help="write a report to this file")
    parser.add_argument("--junit", type=Path, help="write a JUnit report to this file")
    options = parser.parse_args()
    if (options.filter is None) != (options.match is None):
        parser.error("to check writes, give both: FILTER= and MATCH=")
    signal.signal(signal.SIGTERM, _interrupted)
    with contextlib.ExitStack() as stack:
        base_url, token = options.base_url, os.environ.get("BETTUNE_API_TOKEN")
        if base_url is None:
            box = stack.enter_context(Sandbox())
            base_url, token = box.base_url, box.token
        steps, stopped = _checked(base_url, token, options)
    report = Report(without_secrets(base_url), steps, stopped).without(token)
    for path, written in ((options.json, as_json), (options.junit, as_junit)):
        if path is not None:
            write(path, written(report))
    print(as_table(report))
    broken = any(finding.level == BREAK for step in steps for finding in step.findings)
    sys.exit(1 if broken else 2 if stopped else 0)


def _checked(base_url: str, token: str | None, options: Any) -> tuple[list[Step], str | None]:
    """Return the steps of the check, and the reason why it is incomplete, if it is."""
    if not token:
        return [], "there is no token: set BETTUNE_API_TOKEN"
    try:
        document = load(SCHEMA.read_bytes())
        ours = canonical(document) if options.base_url else relied_on(overlay(document))
        contract = Contract(settled(ours))
        check = Check(base_url, token, contract)
    except (Refused, ConfigurationError) as error:
        return [], str(error)
    try:
        check.run(options.filter, options.match)
    except Unavailable as error:
        check.unchecked.append(str(error))
    except KeyboardInterrupt:
        check.unchecked.append("it was interrupted")
    return check.steps, "; ".join(check.unchecked) or None


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def _id(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"an id is a number, not {text!r}")
    return int(text)
