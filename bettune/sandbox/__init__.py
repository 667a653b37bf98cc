"""A local BetTune over real HTTP, for demos, tests and trials without a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bettune.sandbox._server import Sandbox, Seen

__all__ = ["Sandbox", "Seen"]


def __getattr__(name: str) -> object:
    """Import the server on first use, since pytest imports this package even without the extra."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from bettune.sandbox import _server  # noqa: PLC0415
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in {"jinja2", "starlette", "uvicorn", "yaml"}:
            raise
        raise ImportError(f"the sandbox needs {package}: pip install 'bettune[sandbox]'") from error
    return getattr(_server, name)
