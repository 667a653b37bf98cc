"""Pauses in long computations, so that an event loop can run other tasks. Threads need none."""

from __future__ import annotations


class Pause:
    """Pauses of a thread."""

    def take(self) -> None:
        """Do nothing: other threads run anyway."""


class AsyncPause:
    """Pauses of a task."""

    async def take(self) -> None:
        """Let other tasks run."""
        from anyio.lowlevel import checkpoint  # noqa: PLC0415 - slow to import

        await checkpoint()
