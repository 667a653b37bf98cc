"""How a name is taken away: it works with a warning first, until the version that it names."""

from __future__ import annotations

import warnings


def warn_deprecated(name: str, *, use: str, removed_in: str) -> None:
    """Warn the caller of the function that calls this; a test finds calls that are overdue.

    Args:
        name: what is deprecated, as users write it.
        use: what to write instead.
        removed_in: the version that will not have it any more, such as ``"0.3"``.
    """
    warnings.warn(
        f"{name} is deprecated and goes with bettune {removed_in}: use {use}",
        DeprecationWarning,
        stacklevel=3,
    )
