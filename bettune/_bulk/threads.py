"""What is the sync client's own of a bulk run: threads that share the writes."""

from __future__ import annotations

import contextvars
import threading
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from bettune._errors import InvalidArgumentError
from bettune._values.arguments import check_callback

if TYPE_CHECKING:
    from collections.abc import Callable

    from bettune._bulk.report import WriteResult


class Teller:
    """Tells a caller's functions of each write, one call at a time.

    Raises:
        InvalidArgumentError: one of them is no function, or a coroutine function.
    """

    def __init__(
        self,
        on_progress: Callable[[int, int], object] | None,
        on_result: Callable[[WriteResult], object] | None,
    ) -> None:
        for name, function in (("on_progress", on_progress), ("on_result", on_result)):
            check_callback(function, name)
            if iscoroutinefunction(function) or iscoroutinefunction(
                getattr(function, "__call__", None)  # noqa: B004 - an object's own
            ):
                raise InvalidArgumentError(
                    f"{name} must be a plain function: coroutine functions go with AsyncBetTune"
                )
        self._on_progress = on_progress
        self._on_result = on_result
        self._turn = threading.Lock()

    def tell(self, note: Callable[..., tuple[tuple[int, int], WriteResult]], *args: Any) -> None:
        """Note what came of a write, and tell of it; a function that raised is told no more."""
        with self._turn:
            progress, result = note(*args)
            on_result, self._on_result = self._on_result, None
            if on_result is not None:
                on_result(result)
                self._on_result = on_result
            on_progress, self._on_progress = self._on_progress, None
            if on_progress is not None:
                on_progress(*progress)
                self._on_progress = on_progress


def share_out(work: Callable[[], None], workers: int, stop: Callable[[], None]) -> None:
    """Do `work` in so many threads, each in a copy of this one's context, and wait for all.

    What one of them raises, or Ctrl-C here, has `stop` called, which must make the others end
    soon; then it is raised here.
    """
    failures: list[BaseException] = []

    def guarded(ended: threading.Event) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised below, in the caller's thread
            failures.append(error)
            stop()
        finally:
            ended.set()

    # Before 3.13 a join that Ctrl-C interrupts takes its thread for ended: events are waited for.
    threads: list[tuple[threading.Thread, threading.Event]] = []
    try:
        for number in range(workers):
            run = contextvars.copy_context().run
            ended = threading.Event()
            thread = threading.Thread(target=run, args=(guarded, ended), name=f"bettune-{number}")
            threads.append((thread, ended))
            try:
                thread.start()
            except RuntimeError:  # there can be no more, as at the end of the interpreter
                threads.pop()
                break
        if workers and not threads:
            guarded(threading.Event())
        for thread, ended in threads:
            ended.wait()
            thread.join()
    except BaseException:
        stop()
        for thread, ended in threads:
            if thread.ident is not None:  # it was started
                ended.wait()
                thread.join()
        raise
    if failures:
        raise failures[0]
