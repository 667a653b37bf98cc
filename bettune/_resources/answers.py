"""What both twins make of an answer: the models in it, or the error that says what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from bettune._resources import decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from bettune_openapi.types import Response

    from bettune._http.low_level import LowLevelClient

# Successes that do not say that it is done: Accepted, Partial Content, Multi-Status.
_UNLIKE = {202, 206, 207}

Body = TypeVar("Body")
Item = TypeVar("Item")
Result = TypeVar("Result")


def result(
    client: LowLevelClient,
    response: Response[Any],
    kind: type[Body],
    convert: Callable[[Body], Result],
) -> Result:
    """Take out of an answer whose body is of a kind what `convert` makes of it."""
    try:
        body = response.parsed
        if not isinstance(body, kind):
            # Another success than the API documents, such as 201, may say the same.
            body = _decoded(response, kind)
        return convert(body)
    except decode.InvalidBodyError as error:
        reason = str(error)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        reason = f"{_undocumented(response)}, and {error}"
    raise _invalid(client, response, reason)


def items(
    client: LowLevelClient,
    response: Response[Any],
    kind: type[decode.Items[Item]],
    make: Callable[[Item], Result],
) -> list[Result]:
    """Take out of an answer with `count` and `items` what `make` makes of each item."""
    return result(client, response, kind, lambda body: decode.items(body, make))


def deleted(client: LowLevelClient, response: Response[Any]) -> None:
    """Take an answer for the API's word that the prediction is gone.

    Raises:
        APIResponseValidationError: it says anything, as a proxy's page does.
    """
    if response.status_code in _UNLIKE:
        raise _invalid(client, response, _undocumented(response))
    if response.content.strip() not in {b"", b"{}", b"null"}:
        reason = f"Expected no body, got {len(response.content)} bytes"
        raise _invalid(client, response, reason)


def _decoded(response: Response[Any], kind: type[Body]) -> Body:
    if response.status_code in _UNLIKE:
        raise decode.InvalidBodyError(_undocumented(response))
    return msgspec.json.decode(response.content, type=kind)


def _undocumented(response: Response[Any]) -> str:
    return f"the API does not document status {response.status_code:d} here"


def _invalid(client: LowLevelClient, response: Response[Any], reason: str) -> Exception:
    return client.invalid_response(response.request, response.status_code, response.content, reason)
