"""A server as fast as possible in Python, so that measurements are of the client."""

from __future__ import annotations

import asyncio
import csv
import json
import sys
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

CLUBS = Path(__file__).parents[2] / "tests/resolving/data/two_spellings.csv"
CLUBS_DAY = "2026-06-07"
NOW = "2026-06-06T12:00:00+00:00"
JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


class Server(asyncio.Protocol):
    """BetTune without checks: the id of a sport is its number of matches, and all odds are 2."""

    delay = 0.0

    def __init__(self) -> None:
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Respond to a request once it is complete."""
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        _, has_length, length = head.lower().partition(b"content-length:")
        if has_length and len(body) < int(length.partition(b"\r\n")[0]):
            return
        self._received = b""
        method, target, _ = head.decode().split(" ", 2)
        content = respond(method, target, body)
        response = JSON_HEAD % len(content) + content
        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, self._transport.write, response)
        else:
            self._transport.write(response)


def respond(method: str, target: str, body: bytes) -> bytes:
    """Return the body of the response to a request."""
    if method == "PUT":
        _, _, filter_id, _, match_id, _ = target.split("/")
        odds = json.loads(body)["odds"]
        return json.dumps(prediction(int(filter_id), int(match_id), odds)).encode()
    if method == "POST":
        query = json.loads(body)
        items = [prediction(query["filterId"], match_id, "2") for match_id in query["matchIds"]]
        return json.dumps({"count": len(items), "items": items}).encode()
    return matches(target)


def prediction(filter_id: int, match_id: int, odds: str) -> dict[str, Any]:
    """Return a prediction in the format of the API."""
    return {
        "id": match_id + 7,
        "filterId": filter_id,
        "matchId": match_id,
        "odds": f"{float(odds):.6f}",
        "source": "api",
        "createdAt": NOW,
        "updatedAt": NOW,
    }


@cache
def matches(target: str) -> bytes:
    """Return as many matches as the id of the sport; on `CLUBS_DAY`, those of real clubs."""
    query = parse_qs(urlsplit(target).query)
    day, count = query["date"][0], int(query["sport"][0])
    start = datetime.fromisoformat(day).replace(tzinfo=UTC)
    teams = clubs("a")[:count]
    if day != CLUBS_DAY:
        teams = [(f"Home Town {n}", f"Away United {n}") for n in range(count)]
    items = [
        {
            "id": 100_000 + n,
            "date": (start + timedelta(minutes=n % 1440)).isoformat(),
            "finished": n % 2 == 0,
            "score": {"home": n % 4, "away": n % 3} if n % 2 == 0 else {"home": None, "away": None},
            "country": {"id": n % 60, "name": f"Country {n % 60}"},
            "tournament": {"id": n % 200, "name": f"Tournament {n % 200}"},
            "season": {"id": n % 200 + 9000, "name": "2025/2026"},
            "home": {"id": 2 * n, "name": home},
            "away": {"id": 2 * n + 1, "name": away},
        }
        for n, (home, away) in enumerate(teams)
    ]
    return json.dumps({"date": day, "count": count, "items": items}).encode()


def clubs(spelling: str) -> list[tuple[str, str]]:
    """Return real fixtures, in spelling a or b."""
    with CLUBS.open(encoding="utf-8", newline="") as file:
        return [(row[f"home_{spelling}"], row[f"away_{spelling}"]) for row in csv.DictReader(file)]


async def main() -> None:
    """Serve until stopped; print the port first. Argument: the seconds before each response."""
    Server.delay = float(sys.argv[1])
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
