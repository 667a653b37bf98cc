"""The rate limit: its own module, since the clients' signatures name it and are to load quickly."""

from __future__ import annotations

from msgspec import Struct

from bettune._errors import InvalidArgumentError

# What the clocks of every system can wait for.
_LONGEST_WINDOW = 10**9


class RateLimit(Struct, frozen=True, repr_omit_defaults=True):
    """At most `requests` requests in any `per` seconds.

    Attributes:
        requests: how many, at least 1.
        per: the length of the window in seconds, above 0 and at most 10**9.
        shared: whether all clients of yours on this machine keep it together, in whatever process,
            that have the same base URL and the same limit with `shared`: by a small file in
            ``~/.cache/bettune``, or where ``XDG_CACHE_HOME`` says. Not on Windows.

    Raises:
        InvalidArgumentError: one of them is not such a number, or `shared` no bool.
    """

    requests: int
    per: float
    shared: bool = False

    def __post_init__(self) -> None:
        if type(self.requests) is not int or self.requests < 1:
            raise InvalidArgumentError(
                f"requests must be an integer above 0, not {self.requests!r}"
            )
        if type(self.per) in {int, float} and self.per > _LONGEST_WINDOW:
            raise InvalidArgumentError(f"per must be at most {_LONGEST_WINDOW} seconds")
        if type(self.per) not in {int, float} or not self.per > 0:  # NaN neither
            raise InvalidArgumentError(f"per must be seconds above 0, not {self.per!r}")
        if type(self.shared) is not bool:
            raise InvalidArgumentError(f"shared must be True or False, not {self.shared!r}")
