"""What is the async client's own of a bulk run: tasks that share the writes."""

from __future__ import annotations

from inspect import isawaitable
from typing import TYPE_CHECKING, Any

import anyio

from bettune._values.arguments import check_callback

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bettune._bulk.report import WriteResult


class Teller:
    """Tells a caller's functions of each write, one call at a time; awaits those to be awaited.

    Raises:
        InvalidArgumentError: one of them is no function.
    """

    def __init__(
        self,
        on_progress: Callable[[int, int], object] | None,
        on_result: Callable[[WriteResult], object] | None,
    ) -> None:
        check_callback(on_progress, "on_progress")
        check_callback(on_result, "on_result")
        # In the order in which they are told.
        given = {"on_result": on_result, "on_progress": on_progress}
        self._told = {name: function for name, function in given.items() if function is not None}
        self._turn = anyio.Lock(fast_acquire=True)

    async def tell(
        self, note: Callable[..., tuple[tuple[int, int], WriteResult]], *args: Any
    ) -> None:
        """Note what came of a write, and tell of it; a function that raised is told no more."""
        progress, result = note(*args)
        if not self._told:
            return
        with anyio.CancelScope(shield=True):  # cancelled here, it would not tell of the write
            await self._turn.acquire()
        try:
            for name, function in list(self._told.items()):
                try:
                    answer = function(*((result,) if name == "on_result" else progress))
                    if isawaitable(answer):
                        await answer
                except anyio.get_cancelled_exc_class():
                    raise
                except BaseException:
                    del self._told[name]
                    raise
        finally:
            self._turn.release()


async def share_out(
    work: Callable[[], Awaitable[None]], workers: int, stop: Callable[[], None]
) -> None:
    """Do `work` in so many tasks, and wait for all.

    What one of them raises has `stop` called, which must make the others end soon; then it is
    raised here, by itself and in no group.
    """
    failures: list[BaseException] = []
    cancelled = anyio.get_cancelled_exc_class()
    all_done = anyio.Event()
    left = workers

    async def guarded(do: Callable[[], Awaitable[object]]) -> None:
        try:
            await do()
        except cancelled:
            raise
        except BaseException as error:  # noqa: BLE001 - raised below
            failures.append(error)
            stop()

    async def worker() -> None:
        nonlocal left
        await guarded(work)
        left -= 1
        if not left:
            all_done.set()

    try:
        async with anyio.create_task_group() as group:
            for _ in range(workers):
                group.start_soon(worker)
            if workers:
                # On trio Ctrl-C comes in the task that waits; the group would cancel the others.
                await guarded(all_done.wait)
    except BaseExceptionGroup as errors:  # Ctrl-C again
        failures += [error for error in errors.exceptions if not isinstance(error, cancelled)]
        if not failures:
            raise
    if failures:
        raise failures[0]
    if left:  # a callback awaited what was cancelled, which cancels its worker and so the group
        raise cancelled
