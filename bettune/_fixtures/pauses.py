"""Pauses in long work: they let an event loop run other tasks; threads need none."""

from __future__ import annotations


class Pause:
    """Pauses of a thread."""

    def take(self) -> None:
        """Go on at once: other threads run anyway."""


class AsyncPause:
    """Pauses of a task."""

    async def take(self) -> None:
        """Let other tasks run."""
        from anyio.lowlevel import checkpoint  # noqa: PLC0415 - slow to import

        await checkpoint()
