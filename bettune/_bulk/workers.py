"""Worker tasks and worker threads, which send the writes of a run and call the callbacks."""

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
from bettune._bulk.run import Notice, Outcome, Run
from bettune._bulk.signals import DeferredSignals
from bettune._errors import BetTuneError, InvalidArgumentError
from bettune._http.rate_limiter import RequestGroup, RunCancelledError
from bettune._models import Prediction
from bettune._values.arguments import check_callback, to_count

logger = logging.getLogger("bettune")

OnProgress = Callable[[int, int], object]
OnResult = Callable[[WriteResult], object]
Report = SyncReport | SyncReports
# The maximum seconds for which a worker waits for the callbacks of its write.
_CALLBACK_WAIT = 0.05
# The maximum number of queued notices per worker.
_QUEUED_NOTICES = 4
# The seconds after which the calling thread wakes up: on some systems, signals do not wake it.
_POLL_INTERVAL = 0.5


class AsyncSender(Protocol):
    """Sends the requests of one worker."""

    def group_of(self, filter_id: int) -> RequestGroup:
        """Return the group of this worker's requests for a filter."""

    async def write(self, write: Write) -> Outcome:
        """Send the request of a write."""

    async def held(self, filter_id: int, match_ids: list[int]) -> Mapping[int, Prediction]:
        """Search the predictions for matches, and return them by match id."""


class AsyncWorkers:
    """Tasks that send the writes of a run, and call the callbacks after each write.

    Args:
        concurrency: the maximum number of writes in flight.
        on_progress: called with (done, total). Calls never overlap. An awaitable result is awaited.
        on_result: called in the same way with the WriteResult of each write.

    Raises:
        InvalidArgumentError: an argument is invalid.
    """

    def __init__(
        self, concurrency: Any, on_progress: OnProgress | None, on_result: OnResult | None
    ) -> None:
        self.concurrency = to_count(concurrency, "concurrency")
        self._callbacks = _checked_callbacks(on_progress, on_result)
        self._callback_lock = anyio.Lock(fast_acquire=True)

    async def execute(self, run: Run, make_sender: Callable[[], AsyncSender]) -> Report:
        """Send the writes of a run, and return its report.

        An exception that ends the run is raised with the report as `.report`, not in a group.
        """
        try:
            for count in run.phases():
                await self._run_workers(run, make_sender, count)
            await self._settle_unknown(run, make_sender)
        except BaseException as error:
            for notice in run.cut_off():
                # In a cancelled task, a callback that awaits raises. Go on with the other notices.
                with suppress(BaseException):
                    await self._notify(notice)
            _attach(error, run.report())
            raise
        return run.report()

    async def _run_workers(
        self, run: Run, make_sender: Callable[[], AsyncSender], count: int
    ) -> None:
        failures: list[BaseException] = []
        cancelled = anyio.get_cancelled_exc_class()
        all_done = anyio.Event()
        left = count

        async def guarded(step: Callable[[], Awaitable[object]]) -> None:
            try:
                await step()
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
                notice = run.settle(write, outcome)
                if notice is not None:
                    await self._notify(notice)

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
                # trio raises KeyboardInterrupt here. Unguarded, the group would cancel the workers.
                await guarded(all_done.wait)
        except BaseExceptionGroup as errors:  # a second Ctrl-C
            failures += [error for error in errors.exceptions if not isinstance(error, cancelled)]
            if not failures:
                raise
        if failures:
            raise failures[0]
        if left:  # a callback awaited a cancelled task, which cancelled its worker
            raise cancelled

    async def _settle_unknown(self, run: Run, make_sender: Callable[[], AsyncSender]) -> None:
        """Settle the unknown writes by the predictions that BetTune holds."""
        sender = make_sender()
        for filter_id, writes in run.unknown().items():
            try:
                held = await sender.held(filter_id, [write.match_id for write in writes])
            except NotFoundError:
                continue
            except (BetTuneError, RunCancelledError):
                return
            for write in writes:
                notice = run.settle_unknown(write, held.get(write.match_id))
                if notice is not None:
                    await self._notify(notice)

    async def _notify(self, notice: Notice) -> None:
        """Call the callbacks. A callback that raised is not called again."""
        if not self._callbacks:
            return
        with anyio.CancelScope(shield=True):  # a cancellation here would lose the notice
            await self._callback_lock.acquire()
        try:
            for name, function in list(self._callbacks.items()):
                arguments = _arguments(name, notice)
                if arguments is None:
                    continue
                try:
                    result = function(*arguments)
                    if isawaitable(result):
                        await result
                except anyio.get_cancelled_exc_class():
                    raise
                except BaseException:
                    del self._callbacks[name]
                    raise
        finally:
            self._callback_lock.release()


class Sender(Protocol):
    """Sends the requests of one worker."""

    def group_of(self, filter_id: int) -> RequestGroup:
        """Return the group of this worker's requests for a filter."""

    def write(self, write: Write) -> Outcome:
        """Send the request of a write."""

    def held(self, filter_id: int, match_ids: list[int]) -> Mapping[int, Prediction]:
        """Search the predictions for matches, and return them by match id."""


class Workers:
    """Threads that send the writes of a run, while the calling thread calls the callbacks.

    Signal handlers run in the calling thread. Their exceptions are deferred until the report is
    complete. After a first signal, the run waits for requests in flight. A second one cuts it off.

    Args:
        concurrency: the maximum number of writes in flight.
        on_progress: called with (done, total) in the calling thread.
        on_result: called in the same way with the WriteResult of each write.

    Raises:
        InvalidArgumentError: an argument is invalid, such as a coroutine function.
    """

    def __init__(
        self, concurrency: Any, on_progress: OnProgress | None, on_result: OnResult | None
    ) -> None:
        self.concurrency = to_count(concurrency, "concurrency")
        self._callbacks = _checked_callbacks(on_progress, on_result)
        for name, function in self._callbacks.items():
            if iscoroutinefunction(function) or iscoroutinefunction(
                getattr(function, "__call__", None)  # noqa: B004 - a callable object
            ):
                raise InvalidArgumentError(
                    f"{name} must be a plain function: coroutine functions need AsyncBetTune"
                )
        self._signals = DeferredSignals(self._on_signal_exception)
        self._interrupts = 0
        self._failures: list[BaseException] = []
        # The notices of the workers, each with a queue that receives an item after the callbacks.
        self._notices: deque[tuple[Notice, SimpleQueue[None]]] = deque()
        # Not a Condition: signal handlers put items, and unlike its lock, `put` is reentrant.
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._no_threads = False

    def execute(self, run: Run, make_sender: Callable[[], Sender]) -> Report:
        """Send the writes of a run, and return its report.

        An exception that ends the run is raised with the report as `.report`.
        """
        self._run = run
        try:
            with self._signals:
                try:
                    phases = (
                        self._in_threads(count, lambda: self._work(run, make_sender))
                        for count in run.phases()
                    )
                    # After a cut-off, `all` starts no other phase.
                    if all(phases) and not self._failures and run.unknown():
                        self._in_threads(1, lambda: self._settle_unknown(run, make_sender()))
                except BaseException as error:  # noqa: BLE001 - raised below
                    self._failures.append(error)
                if not self._failures:
                    return run.report()
                self._cut_off()
                _attach(self._failures[0], run.report())
                raise self._failures[0]  # noqa: TRY301 - the context of a late signal's error
        except BaseException as error:
            _attach(error, run.report())  # also to the error of a signal during `__exit__`
            raise

    def _work(self, run: Run, make_sender: Callable[[], Sender]) -> None:
        sender = make_sender()
        while (write := run.take(sender.group_of)) is not None:
            try:
                outcome = sender.write(write)
            except RunCancelledError:
                run.release(write)
                continue
            notice = run.settle(write, outcome)
            if notice is not None and self._callbacks:
                self._queue(notice)

    def _settle_unknown(self, run: Run, sender: Sender) -> None:
        """Settle the unknown writes by the predictions that BetTune holds."""
        for filter_id, writes in run.unknown().items():
            try:
                held = sender.held(filter_id, [write.match_id for write in writes])
            except NotFoundError:
                continue
            except (BetTuneError, RunCancelledError):
                return
            for write in writes:
                notice = run.settle_unknown(write, held.get(write.match_id))
                if notice is not None:
                    self._queue(notice)

    def _in_threads(self, count: int, work: Callable[[], None]) -> bool:
        """Run `work` in threads, and call the callbacks. Return False if the run was cut off."""
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
            # A daemon: a request in flight after a cut-off must not keep the process alive.
            thread = threading.Thread(
                target=run, args=(guarded,), name=f"bettune-{number}", daemon=True
            )
            try:
                thread.start()
            except RuntimeError:  # no thread can start, such as while the interpreter exits
                break
            threads.append(thread)
        if count and not threads:
            self._no_threads = True
            guarded()
        while True:
            self._notify_all()
            if self._interrupts > 1:
                self._cut_off()
                return False
            if self._interrupts and not self._run.stopped:
                logger.warning(
                    "stopping after the requests in flight; a second signal ends the run at once"
                )
                self._run.stop()
            if len(ended) >= len(threads) and not self._notices:
                break
            with suppress(Empty):
                self._wake.get(timeout=_POLL_INTERVAL)
        for thread in threads:
            thread.join()
        return True

    def _on_signal_exception(self, error: BaseException) -> None:
        """Record the exception of a signal handler. Called in that handler."""
        self._run.stopping = True
        self._failures.append(error)
        self._interrupts += 1
        self._wake.put(None)

    def _queue(self, notice: Notice) -> None:
        """Queue a notice. Called by a worker, for the callbacks in the calling thread."""
        called: SimpleQueue[None] = SimpleQueue()
        self._notices.append((notice, called))
        if self._no_threads:
            self._notify_all()
            return
        self._wake.put(None)
        # Wait for fast callbacks. Wait for slow ones only if too many notices are queued.
        while not self._run.stopping:
            with suppress(Empty):
                called.get(timeout=_CALLBACK_WAIT)
                return
            if len(self._notices) <= _QUEUED_NOTICES * self._run.workers:
                return

    def _notify_all(self) -> None:
        while self._notices:
            notice, called = self._notices.popleft()
            self._notify(notice)
            called.put(None)

    def _notify(self, notice: Notice) -> None:
        """Call the callbacks. A callback that raised is not called again."""
        for name, function in list(self._callbacks.items()):
            arguments = _arguments(name, notice)
            if arguments is None:
                continue
            try:
                self._signals.in_callback = True
                function(*arguments)
                self._signals.in_callback = False
            except BaseException as error:  # noqa: BLE001 - raised with the report
                self._signals.in_callback = False
                self._run.stopping = True
                self._callbacks.pop(name, None)
                self._failures.append(error)
                self._run.stop()

    def _cut_off(self) -> None:
        for notice in self._run.cut_off():
            self._notices.append((notice, SimpleQueue()))
        self._notify_all()


def _checked_callbacks(
    on_progress: OnProgress | None, on_result: OnResult | None
) -> dict[str, Callable[..., object]]:
    """Check the callbacks, and return those that are not None in the order of their calls."""
    check_callback(on_progress, "on_progress")
    check_callback(on_result, "on_result")
    callbacks = {"on_result": on_result, "on_progress": on_progress}
    return {name: function for name, function in callbacks.items() if function is not None}


def _arguments(name: str, notice: Notice) -> tuple[Any, ...] | None:
    """Return the arguments of a callback, or None if it is not called for this notice."""
    return (notice.result,) if name == "on_result" else notice.progress


def _attach(error: BaseException, report: Report) -> None:
    with suppress(Exception):  # some exceptions reject attributes
        error.report = report  # type: ignore[attr-defined]
