"""Where a client may be used: not in a process forked from the one that made it."""

from __future__ import annotations

import os

from bettune._errors import BetTuneError


class Fork:
    """Remembers the process it was made in."""

    def __init__(self) -> None:
        self._process = os.getpid()

    def check(self) -> None:
        """Refuse to run in another process: both would write to the same connections.

        Raises:
            BetTuneError: it is another process.
        """
        if os.getpid() != self._process:
            raise BetTuneError("this client was made before a fork: make one in each process")
