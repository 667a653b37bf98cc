"""What httpx does for each request, with less work where the generated client needs no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

_JSON = {"Content-Type": "application/json"}
# The arguments of build_request that make the body or the headers something else.
_OTHERS = ("content", "data", "files", "cookies", "extensions")


class Cookies(httpx.Cookies):
    """Looks for cookies only in answers that set some."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Keep the cookies of an answer."""
        if "set-cookie" in response.headers:
            super().extract_cookies(response)


def plain_request(
    client: httpx.Client | httpx.AsyncClient, method: str, url: Any, options: Mapping[str, Any]
) -> httpx.Request | None:
    """Make what `client.build_request` makes of a path below the base URL, and JSON or no body.

    httpx parses two URLs for it, and builds the headers three times.

    Returns None where the request is of another kind.
    """
    if type(url) is not str or url[:1] != "/" or url[:2] == "//" or "?" in url or "#" in url:
        return None
    if any(options.get(name) is not None for name in _OTHERS) or client.cookies or client.params:
        return None
    body, headers = options.get("json"), options.get("headers")
    if (headers or None) != (None if body is None else _JSON) or "host" in client.headers:
        return None
    if body is None and method.upper() not in {"GET", "DELETE"}:
        return None
    timeout = options.get("timeout", httpx.USE_CLIENT_DEFAULT)
    timeout = client.timeout if timeout is httpx.USE_CLIENT_DEFAULT else httpx.Timeout(timeout)
    content, length = b"", []
    if body is not None:
        content = msgspec.json.encode(body)
        length = [
            (b"Content-Length", b"%d" % len(content)),
            (b"Content-Type", b"application/json"),
        ]
    request = httpx.Request(
        method,
        # Without a path, httpx shows a base URL without its slash.
        httpx.URL(str(client.base_url).removesuffix("/") + url, params=options.get("params")),
        headers=[(b"Host", client.base_url.netloc), *client.headers.raw, *length],
        stream=httpx.ByteStream(content),
        extensions={"timeout": timeout.as_dict()},
    )
    request.read()
    return request
