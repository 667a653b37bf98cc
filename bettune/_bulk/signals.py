"""Signals during a bulk run: their handlers are called at once, what they raise is held back."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self


class HeldSignals:
    """Holds back what signal handlers of the main thread raise, such as KeyboardInterrupt.

    A handler that raises does so at any bytecode, in the middle of a report too. Within this
    context the handlers are called as always, and `noticed` gets the exception instead. Only
    within a caller's own function a second exception is raised, since that function may be stuck.

    Args:
        noticed: called with each exception, within the signal handler: it must not raise or wait.
    """

    def __init__(self, noticed: Callable[[BaseException], None]) -> None:
        self.in_callback = False
        self._noticed = noticed
        self._count = 0
        self._is_over = False
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            try:
                for number in signal.valid_signals():
                    handler = signal.getsignal(number)
                    if callable(handler):
                        self._handlers[number] = handler
                        with suppress(ValueError, OSError):  # in a subinterpreter
                            signal.signal(number, self._handle)
            except BaseException:  # a handler that was not replaced yet
                self.__exit__()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        # Where this is interrupted, a handler that stays in place does as the one before it.
        self._is_over = True
        for number, handler in self._handlers.items():
            # A caller's function may have set another handler meanwhile.
            if signal.getsignal(number) == self._handle:
                signal.signal(number, handler)

    def _handle(self, number: int, frame: Any) -> None:
        try:
            self._handlers[number](number, frame)
        except BaseException as error:
            if self._is_over:
                raise
            self._count += 1
            self._noticed(error)
            if self.in_callback and self._count > 1:
                raise
