"""Calls signal handlers during a bulk run, and defers the exceptions that they raise."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self


class DeferredSignals:
    """Catches exceptions of signal handlers in the main thread, such as KeyboardInterrupt.

    A signal handler may raise between any two bytecodes, even while a report is made. In this
    context, handlers are called as usual, but `on_exception` receives their exceptions. From the
    second on, an exception during a callback of the caller is also raised, since the callback may
    be stuck.

    Args:
        on_exception: called with each exception, in the signal handler. It must not raise or wait.
    """

    def __init__(self, on_exception: Callable[[BaseException], None]) -> None:
        self.in_callback = False
        self._on_exception = on_exception
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
            except BaseException:  # raised by a handler that was not replaced yet
                self.__exit__()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        # An interrupt may leave a handler of this class in place. It then no longer defers.
        self._is_over = True
        for number, handler in self._handlers.items():
            # A callback of the caller may have set another handler.
            if signal.getsignal(number) == self._handle:
                signal.signal(number, handler)

    def _handle(self, number: int, frame: Any) -> None:
        try:
            self._handlers[number](number, frame)
        except BaseException as error:
            if self._is_over:
                raise
            self._count += 1
            self._on_exception(error)
            if self.in_callback and self._count > 1:
                raise
