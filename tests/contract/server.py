"""A small BetTune that keeps its contract, but for what a test plants."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "a-secret-token"
IDS = {"id": 1, "name": "football"}
TIME = "2026-06-06T18:00:00+00:00"
MATCH = {
    "id": 7,
    "date": TIME,
    "finished": False,
    "score": {"home": None, "away": None},
    **dict.fromkeys(("country", "tournament", "season", "home", "away"), IDS),
}
FILTER = {"id": 5, "name": "Mine", "sport": IDS, "betType": "Home", "status": "approved"}


class Server(ThreadingHTTPServer):
    """A small BetTune that keeps its contract, but for what a test plants."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []
        self.predictions = {}
        self.plant = lambda operation, status, body, headers: None

    def handle_error(self, *args):
        if not isinstance(sys.exception(), ConnectionError):  # by a check that was killed
            super().handle_error(*args)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/api"

    def respond(self, method, path, query, body):
        if "no-date" in query:
            return 400, {"code": "date_invalid", "message": "Invalid date"}
        if method == "GET":
            items = {"/sports": IDS, "/prediction-filters": FILTER, "/matches": MATCH}
            date = {"date": query[5:15]} if query else {}
            return 200, date | {"count": 1, "items": [items[path]]}
        if method == "POST":
            listed = [
                self.predictions[match_id]
                for match_id in body["matchIds"]
                if match_id in self.predictions
            ]
            return 200, {"count": len(listed), "items": listed}
        match = int(path.split("/")[4])
        if method == "DELETE":
            self.predictions.pop(match, None)
            return 204, None
        self.predictions[match] = prediction(match, body["odds"])
        return 200, self.predictions[match]


def prediction(match, odds):
    return {
        "id": 1,
        "filterId": 5,
        "matchId": match,
        "odds": f"{float(odds):.6f}",
        "source": "api",
        "createdAt": TIME,
        "updatedAt": TIME,
    }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        path, _, query = self.path.removeprefix("/api").partition("?")
        length = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(length)) if length else None
        signed = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        operation = f"{self.command} /{path.split('/')[1]}"
        if not signed:
            operation += " unsigned"
            status, answer = 401, {"code": "missing_token", "message": "No token provided"}
        else:
            operation += " refused" if "no-date" in query else ""
            status, answer = self.server.respond(self.command, path, query, body)
        self.server.asked.append(operation)
        headers = {"Content-Type": "application/json"} if answer is not None else {}
        answer = json.loads(json.dumps(answer))
        status, answer = self.server.plant(operation, status, answer, headers) or (status, answer)
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        data = b"" if answer is None else data
        self.send_response(status)
        if status != 204 or data:
            headers |= {"Content-Length": str(len(data))}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_PUT = do_POST = do_DELETE = handle_any  # noqa: N815

    def log_message(self, *_):
        pass
