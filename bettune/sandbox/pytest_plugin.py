"""The pytest fixture `bettune_sandbox`, registered when bettune is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bettune.sandbox import Sandbox


@pytest.fixture
def bettune_sandbox() -> Iterator[Sandbox]:
    """A running sandbox with an empty in-memory database, new for each test."""
    from bettune.sandbox import Sandbox  # noqa: PLC0415 - needs the extra

    with Sandbox() as box:
        yield box
