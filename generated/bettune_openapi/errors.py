"""Contains shared errors types that can be raised from API functions"""


class UnexpectedStatus(Exception):
    """Raised by api functions when the response status an undocumented status and Client.raise_on_unexpected_status is True"""

    def __init__(self, status_code: int, content: bytes):
        self.status_code = status_code
        self.content = content

        super().__init__(
            f"Unexpected status code: {status_code}\n\nResponse content:\n{content.decode(errors='ignore')}"
        )


__all__ = ["UnexpectedStatus"]

from typing import TypeVar

import httpx
import msgspec

T = TypeVar("T")


class InvalidResponse(Exception):
    """The body of a documented response does not match the schema."""


def decode(client: object, response: httpx.Response, model: type[T]) -> T:
    """Decode a JSON body and validate it with the model.

    If that fails, raises the exception that the client's ``invalid_response`` makes from the request, the
    status, the body and the reason, or InvalidResponse if the client has no such method.
    """
    try:
        return msgspec.json.decode(response.content, type=model)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        make = getattr(client, "invalid_response", None)
        if make is None:
            raise InvalidResponse(str(error)) from None
        raise make(response.request, response.status_code, response.content, str(error)) from None


__all__ += ["InvalidResponse", "decode"]
