"""Workers that carry out the writes of a run: tasks or threads."""

from __future__ import annotations

import contextvars
import logging
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from inspect import isawaitable, iscoroutinefunction
from queue import Empty, SimpleQueue
from typing import Any, Protocol

import anyio

from bettune._api_errors import NotFoundError
from bettune._bulk.plan import Write
from bettune._bulk.report import SyncReport, SyncReports, WriteResult
from bettune._bulk.run import News, Outcome, Run
from bettune._bulk.signals import HeldSignals
from bettune._errors import BetTuneError, InvalidArgumentError
from bettune._http.rate_limiter import RequestGroup, RunCancelledError
from bettune._models import Prediction
from bettune._values.arguments import check_callback, to_count

logger = logging.getLogger("bettune")

OnProgress = Callable[[int, int], object]
OnResult = Callable[[WriteResult], object]
Report = SyncReport | SyncReports
# Seconds for which a worker waits until the caller is told of its write, before it goes on.
_PATIENCE = 0.05
# Writes per worker of which the caller may not have been told yet.
_UNTOLD = 4
# Seconds after which a waiting thread looks up: on some systems a signal does not wake it.
_LOOK_UP = 0.5


class AsyncSender(Protocol):
    """Sends the requests of one worker."""

    def group_of(self, filter_id: int) -> RequestGroup:
        """Return the group of this worker's requests for a filter."""

    async def write(self, write: Write) -> Outcome:
        """Send the request of a write."""

    async def held(self, filter_id: int, match_ids: list[int]) -> Mapping[int, Prediction]:
        """Ask for the predictions that BetTune holds, by match id."""


class AsyncWorkers:
    """Tasks that share the writes of a run, and tell the caller's functions of each.

    Args:
        concurrency: how many writes are in flight at a time.
        on_progress: called with (done, total), one call at a time; awaited where it returns an
            awaitable.
        on_result: called with the WriteResult of each write, likewise.

    Raises:
        InvalidArgumentError: an argument is invalid.
    """

    def __init__(
        self, concurrency: Any, on_progress: OnProgress | None, on_result: OnResult | None
    ) -> None:
        self.concurrency = to_count(concurrency, "concurrency")
        self._functions = _checked_functions(on_progress, on_result)
        self._turn = anyio.Lock(fast_acquire=True)

    async def carry_out(self, run: Run, make_sender: Callable[[], AsyncSender]) -> Report:
        """Carry out the writes of a run, and return its report.

        What ends the run before that is raised, by itself and in no group, with the report as
        `.report`.
        """
        try:
            for count in run.phases():
                await self._share_out(run, make_sender, count)
            await self._look_up(run, make_sender)
        except BaseException as error:
            run.stop()
            for news in run.cut_off():
                # Of a cancelled task too: a function that awaits is then cancelled at once.
                with suppress(BaseException):
                    await self._tell(news)
            _attach(error, run.report())
            raise
        return run.report()

    async def _share_out(
        self, run: Run, make_sender: Callable[[], AsyncSender], count: int
    ) -> None:
        failures: list[BaseException] = []
        cancelled = anyio.get_cancelled_exc_class()
        all_done = anyio.Event()
        left = count

        async def guarded(do: Callable[[], Awaitable[object]]) -> None:
            try:
                await do()
            except cancelled:
                raise
            except BaseException as error:  # noqa: BLE001 - raised below
                failures.append(error)
                run.stop()

        async def work() -> None:
            sender = make_sender()
            while (write := run.take(sender.group_of)) is not None:
                try:
                    outcome = await sender.write(write)
                except RunCancelledError:
                    run.release(write)
                    continue
                news = run.settle(write, outcome)
                if news is not None:
                    await self._tell(news)

        async def worker() -> None:
            nonlocal left
            await guarded(work)
            left -= 1
            if not left:
                all_done.set()

        try:
            async with anyio.create_task_group() as group:
                for _ in range(count):
                    group.start_soon(worker)
                # On trio Ctrl-C comes in the task that waits; the group would cancel the others.
                await guarded(all_done.wait)
        except BaseExceptionGroup as errors:  # Ctrl-C again
            failures += [error for error in errors.exceptions if not isinstance(error, cancelled)]
            if not failures:
                raise
        if failures:
            raise failures[0]
        if left:  # a function awaited what was cancelled, which cancels its worker and the group
            raise cancelled

    async def _look_up(self, run: Run, make_sender: Callable[[], AsyncSender]) -> None:
        """Settle the writes that are unknown by what BetTune holds."""
        sender = make_sender()
        for filter_id, writes in run.unknown().items():
            try:
                held = await sender.held(filter_id, [write.match_id for write in writes])
            except NotFoundError:
                continue
            except (BetTuneError, RunCancelledError):
                return
            for write in writes:
                news = run.settle_unknown(write, held.get(write.match_id))
                if news is not None:
                    await self._tell(news)

    async def _tell(self, news: News) -> None:
        """Tell the caller's functions. One that raised is not called again."""
        if not self._functions:
            return
        with anyio.CancelScope(shield=True):  # cancelled here, it would not tell of the write
            await self._turn.acquire()
        try:
            for name, function in list(self._functions.items()):
                arguments = _arguments(name, news)
                if arguments is None:
                    continue
                try:
                    result = function(*arguments)
                    if isawaitable(result):
                        await result
                except anyio.get_cancelled_exc_class():
                    raise
                except BaseException:
                    del self._functions[name]
                    raise
        finally:
            self._turn.release()


class Sender(Protocol):
    """Sends the requests of one worker."""

    def group_of(self, filter_id: int) -> RequestGroup:
        """Return the group of this worker's requests for a filter."""

    def write(self, write: Write) -> Outcome:
        """Send the request of a write."""

    def held(self, filter_id: int, match_ids: list[int]) -> Mapping[int, Prediction]:
        """Ask for the predictions that BetTune holds, by match id."""


class Workers:
    """Threads that share the writes of a run, while the calling thread tells of each.

    The calling thread only waits, and calls the caller's functions: signals reach no other one,
    and what their handlers raise is held back until the report is complete. A first signal lets
    the requests in flight come to their end, a second one cuts the run off.

    Args:
        concurrency: how many writes are in flight at a time.
        on_progress: called with (done, total), in the calling thread.
        on_result: called with the WriteResult of each write, likewise.

    Raises:
        InvalidArgumentError: an argument is invalid, such as a coroutine function.
    """

    def __init__(
        self, concurrency: Any, on_progress: OnProgress | None, on_result: OnResult | None
    ) -> None:
        self.concurrency = to_count(concurrency, "concurrency")
        self._functions = _checked_functions(on_progress, on_result)
        for name, function in self._functions.items():
            if iscoroutinefunction(function) or iscoroutinefunction(
                getattr(function, "__call__", None)  # noqa: B004 - an object's own
            ):
                raise InvalidArgumentError(
                    f"{name} must be a plain function: coroutine functions go with AsyncBetTune"
                )
        self._signals = HeldSignals(self._noticed)
        self._interrupts = 0
        self._failures: list[BaseException] = []
        # What the workers have to tell, each with a queue that says when it was told.
        self._untold: deque[tuple[News, SimpleQueue[None]]] = deque()
        # Not a Condition: a put is safe within signal handlers too.
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._alone = False

    def carry_out(self, run: Run, make_sender: Callable[[], Sender]) -> Report:
        """Carry out the writes of a run, and return its report.

        What ends the run before that is raised, with the report as `.report`.
        """
        self._run = run
        try:
            with self._signals:
                if all(
                    self._in_threads(count, lambda: self._work(run, make_sender))
                    for count in run.phases()
                ):
                    unknown = [] if self._failures else run.unknown()
                    if unknown:
                        self._in_threads(1, lambda: self._look_up(run, make_sender()))
            if self._failures:
                raise self._failures[0]  # noqa: TRY301 - with the report, as all else
            return run.report()
        except BaseException as error:
            run.stopping = True
            self._cut_off()
            _attach(error, run.report())
            raise

    def _work(self, run: Run, make_sender: Callable[[], Sender]) -> None:
        sender = make_sender()
        while (write := run.take(sender.group_of)) is not None:
            try:
                outcome = sender.write(write)
            except RunCancelledError:
                run.release(write)
                continue
            news = run.settle(write, outcome)
            if news is not None and self._functions:
                self._hand_over(news)

    def _look_up(self, run: Run, sender: Sender) -> None:
        """Settle the writes that are unknown by what BetTune holds."""
        for filter_id, writes in run.unknown().items():
            try:
                held = sender.held(filter_id, [write.match_id for write in writes])
            except NotFoundError:
                continue
            except (BetTuneError, RunCancelledError):
                return
            for write in writes:
                news = run.settle_unknown(write, held.get(write.match_id))
                if news is not None:
                    self._hand_over(news)

    def _in_threads(self, count: int, work: Callable[[], None]) -> bool:
        """Do `work` in threads, each in a copy of this one's context; tell of it here meanwhile.

        Returns whether all came to their end; else the run was cut off.
        """
        ended: list[None] = []

        def guarded() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001 - raised in the calling thread
                self._failures.append(error)
                self._run.stop()
            finally:
                ended.append(None)
                self._wake.put(None)

        threads: list[threading.Thread] = []
        for number in range(count):
            run = contextvars.copy_context().run
            # A request that a run was cut off from keeps no process from its end.
            thread = threading.Thread(
                target=run, args=(guarded,), name=f"bettune-{number}", daemon=True
            )
            try:
                thread.start()
            except RuntimeError:  # there can be no more, as at the end of the interpreter
                break
            threads.append(thread)
        if count and not threads:
            self._alone = True
            guarded()
        while True:
            self._tell_all()
            if self._interrupts > 1:
                self._cut_off()
                return False
            if self._interrupts and not self._run.stopped:
                logger.warning(
                    "stopping after the requests in flight; a second signal ends at once"
                )
                self._run.stop()
            if len(ended) >= len(threads) and not self._untold:
                break
            with suppress(Empty):
                self._wake.get(timeout=_LOOK_UP)
        for thread in threads:
            thread.join()
        return True

    def _noticed(self, error: BaseException) -> None:
        """Take what a signal handler raised; within that handler."""
        self._run.stopping = True
        self._failures.append(error)
        self._interrupts += 1
        self._wake.put(None)

    def _hand_over(self, news: News) -> None:
        """Have the calling thread tell of a write, in a worker."""
        told: SimpleQueue[None] = SimpleQueue()
        self._untold.append((news, told))
        if self._alone:
            self._tell_all()
            return
        self._wake.put(None)
        # A function that is quick is told of each write before its worker begins the next; a slow
        # one does not hold the workers up, up to some number.
        while not self._run.stopping:
            with suppress(Empty):
                told.get(timeout=_PATIENCE)
                return
            if len(self._untold) <= _UNTOLD * self._run.workers:
                return

    def _tell_all(self) -> None:
        while self._untold:
            news, told = self._untold.popleft()
            self._tell(news)
            told.put(None)

    def _tell(self, news: News) -> None:
        """Tell the caller's functions. One that raised is not called again."""
        for name, function in list(self._functions.items()):
            arguments = _arguments(name, news)
            if arguments is None:
                continue
            try:
                self._signals.in_callback = True
                function(*arguments)
                self._signals.in_callback = False
            except BaseException as error:  # noqa: BLE001 - raised with the report
                self._signals.in_callback = False
                self._run.stopping = True
                self._functions.pop(name, None)
                self._failures.append(error)
                self._run.stop()

    def _cut_off(self) -> None:
        self._run.stop()
        for news in self._run.cut_off():
            self._untold.append((news, SimpleQueue()))
        self._tell_all()


def _checked_functions(
    on_progress: OnProgress | None, on_result: OnResult | None
) -> dict[str, Callable[..., object]]:
    """Check the caller's functions; return those given, in the order in which they are called."""
    check_callback(on_progress, "on_progress")
    check_callback(on_result, "on_result")
    given = {"on_result": on_result, "on_progress": on_progress}
    return {name: function for name, function in given.items() if function is not None}


def _arguments(name: str, news: News) -> tuple[Any, ...] | None:
    """Return the arguments of a caller's function; None if there is nothing to call it with."""
    return (news.result,) if name == "on_result" else news.progress


def _attach(error: BaseException, report: Report) -> None:
    with suppress(Exception):  # not every exception takes attributes
        error.report = report  # type: ignore[attr-defined]
