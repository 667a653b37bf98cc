"""A file that is not BetTune's schema is refused in one clear line, and changes nothing."""

from __future__ import annotations

import contextlib
import functools
import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from scripts.schema import document, download, generate, take_over
from scripts.schema.yaml_json import Refused

SCHEMA = (Path(__file__).parent / "data" / "openapi.yaml").read_bytes()
HEAD = b"openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"
BOMB = b"a: &a [x, x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]\n" % (new, new, *[old] * 10)
    for old, new in zip(b"abcdefgh", b"bcdefghi", strict=True)
)

# Each level merges the one before it ten times: nothing, for who keeps what he has read.
MERGE_BOMB = b"a: &a {k: 1}\n" + b"".join(
    b"%c: &%c {<<: [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]}\n" % (new, new, *[old] * 10)
    for old, new in zip(b"abcdefgh", b"bcdefghi", strict=True)
)
LONG_MERGE = (
    b"a: &a {" + b", ".join(b"k%d: 1" % number for number in range(1000)) + b"}\n"
    b"b: {<<: [" + b", ".join([b"*a"] * 1000) + b"]}\n"
)


def doubled(key):
    """Schemas each of which leads twice to the next: a thousand milliards, written out."""

    def level(number):
        reference = {"$ref": f"#/components/schemas/L{number + 1}"}
        parts = {"a": reference, "b": reference} if key == "properties" else [reference] * 2
        return {key: parts}

    leaf = {"type": "object", "properties": {"leaf": {"type": "string"}}}
    return {"schemas": {f"L{number}": level(number) for number in range(40)} | {"L40": leaf}}


def as_json(**changes):
    return json.dumps({"openapi": "3.1.0", "paths": {}} | changes).encode()


def without_ours():
    text = SCHEMA.decode()
    for path in ("sports", "matches", "prediction-filters", "predictions/search"):
        text = text.replace(f"  /{path}", f"  /other-{path}")
    return text.encode()


CHAIN = {f"C{n}": {"$ref": f"#/components/schemas/C{n + 1}"} for n in range(100_000)} | {
    "C100000": {}
}

REFUSED = {
    "empty": (b"", "it is empty"),
    "blank": (b" \n\t\n", "it is empty"),
    "web_page": (b"\n<!doctype html>\n<title>Log in</title>", "it is a web page"),
    "binary": (b"\xff\xfe\x00{", "it is not UTF-8 text"),
    "text": (b"Not found", "it is not an OpenAPI document"),
    "list": (b"- 1\n- 2\n", "it is not an OpenAPI document"),
    "other_json": (
        b'{"error": "gone"}',
        "it is not an OpenAPI document: it has no `openapi` version",
    ),
    "swagger": (b"swagger: '2.0'\npaths: {}\n", "it is Swagger 2.0: OpenAPI 3.0 or 3.1 is needed"),
    "swagger_number": (b"swagger: 2.0\npaths: {}\n", "it is Swagger 2.0"),
    "too_new": (as_json(openapi="4.0.0"), "it is OpenAPI 4.0.0: 3.0 or 3.1 is needed"),
    "no_paths": (HEAD, "it has no paths: it is truncated, or does not describe an API"),
    "cut_json": (as_json()[:-3], "it is not JSON, or cut"),
    "cut_yaml": (HEAD + b"paths:\n  /a: {get: {summary: 'x", "it is not plain YAML, or cut"),
    "half_a_model": (
        SCHEMA[: SCHEMA.index(b"        createdAt:")] + b"#",
        "`createdAt` is required",
    ),
    "tag": (HEAD + b"x: !!python/object/apply:os.system ['true']\n", "it is not plain YAML"),
    "own_tag": (HEAD + b"x: !Secret y\npaths: {}\n", "it is not plain YAML"),
    "binary_tag": (HEAD + b"x: !!binary aGk=\npaths: {}\n", "of the type binary"),
    "set_tag": (HEAD + b"x: !!set {a}\npaths: {}\n", "which JSON cannot say"),
    "infinite": (HEAD + b"x: .inf\npaths: {}\n", "the number inf"),
    "odd_key": (HEAD + b"x: {null: 1}\npaths: {}\n", "only text can be a key"),
    "key_twice": (HEAD + b"paths: {}\npaths: {}\n", "it is not plain YAML"),
    "two_documents": (HEAD + b"paths: {}\n---\n" + HEAD, "it is not plain YAML"),
    "key_twice_json": (b'{"paths": {}, "paths": {}}', "it has the key 'paths' twice"),
    "many_digits": (HEAD + b"x: " + b"9" * 5000 + b"\n", "it has a number of 5000 digits"),
    "many_digits_json": (
        as_json(x=0).replace(b"0}", b"9" * 5000 + b"}"),
        "a number of 5000 digits",
    ),
    "infinite_json": (as_json(x=0).replace(b" 0}", b" 1e999}"), "the number 1e999"),
    "odd_float": (HEAD + b"x: !!float x\n", "it is not plain YAML"),
    "odd_escape": (HEAD + b'x: "\\UFFFFFFFF"\n', "it is not plain YAML"),
    "merge_bomb": (HEAD + MERGE_BOMB, "it has no paths"),
    "long_merge": (LONG_MERGE, "it merges more than 500000 values"),
    "merged_text": (HEAD + b"x: {<<: y}\n", "it merges what is no object (line 3)"),
    "required_list": (
        SCHEMA.replace(b"required: [code, message]", b"required: [[code], message]"),
        '`required` names ["code"], which is not the',
    ),
    "bomb": (HEAD + BOMB + b"paths: {}\n", "values once its aliases are written out"),
    "anyOf_bomb": (as_json(components=doubled("anyOf")), "a choice of more than 10000 schemas"),
    "oneOf_bomb": (as_json(components=doubled("oneOf")), "a choice of more than 10000 schemas"),
    "reference_chain": (
        as_json(components={"schemas": CHAIN}),
        "more than 50 references lead to #/components/schemas/C",
    ),
    "long_list": (b"- a\n" * 2_500_000, "YAML of more than 100000 values or lines"),
    "long_line": (b"a: [" + b"a," * 4_000_000 + b"a]", "YAML of more than 100000 values or lines"),
    "endless": (HEAD + b"x: &x [*x]\npaths: {}\n", "one of its aliases holds itself"),
    "deep": (HEAD + b"x: " + b"[" * 300 + b"]" * 300 + b"\npaths: {}\n", "nested too deeply"),
    "deep_json": (b"[".join([b'{"openapi":"3.1.0","x":', *[b""] * 99_999]), "it is"),
    "no_reference": (
        SCHEMA.replace(b"schemas/IdName", b"schemas/IdNam"),
        "#/components/schemas/IdNam leads nowhere",
    ),
    "far_reference": (
        SCHEMA.replace(b"#/components/schemas/Score", b"other.yaml#/Score"),
        "other.yaml#/Score leads out of the document",
    ),
    "round_reference": (
        SCHEMA.replace(b"    Score:\n", b"    Score:\n      $ref: '#/components/schemas/Score'\n"),
        "leads back to itself",
    ),
    "another_api": (
        as_json(paths={"/pets": {"get": {"responses": {}}}}),
        "it has none of BetTune's operations",
    ),
    "other_paths": (without_ours(), "it has none of BetTune's operations"),
    "odd_paths": (as_json(paths={"/sports": []}), "it is not built like an OpenAPI document"),
    "odd_type": (SCHEMA.replace(b"type: boolean", b"type: bool"), "the generator rejects it"),
    "not_generated": (
        SCHEMA.replace(b"          description: Available sports.", b"          x: 1", 1),
        "the generator rejects it",
    ),
    "cut_copy": (SCHEMA[:-40], "it is truncated: it is the beginning of openapi.yaml"),
}


def files(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_and_nothing_changes(pair_copy, tmp_path, name):
    data, reason = REFUSED[name]
    before = files(pair_copy)
    (tmp_path / "schema").write_bytes(data)
    with pytest.raises(Refused) as caught:
        take_over.replace_schema(str(tmp_path / "schema"), pair_copy)
    assert reason in str(caught.value)
    if "generator" not in reason:  # which says in its own words what it found
        assert len(str(caught.value).splitlines()) == 1
    assert files(pair_copy) == before


@pytest.mark.parametrize("part", range(1, 20))
def test_a_truncated_copy_is_rejected(pair_copy, tmp_path, part):
    before = files(pair_copy)
    (tmp_path / "schema").write_bytes(SCHEMA[: len(SCHEMA) * part // 20])
    with pytest.raises(Refused, match="it is truncated"):
        take_over.replace_schema(str(tmp_path / "schema"), pair_copy)
    assert files(pair_copy) == before


def test_a_generator_that_warns_leaves_the_old_client(pair_copy, tmp_path):
    odd = SCHEMA.replace(b"application/json:", b"application/x-unknown:", 1)
    (tmp_path / "schema").write_bytes(odd.replace(b"  /sports:", b"  /sport:"))
    before = files(pair_copy)
    with pytest.raises(Refused, match="the generator rejects it"):
        take_over.replace_schema(str(tmp_path / "schema"), pair_copy)
    assert files(pair_copy) == before


def test_a_generated_client_that_cannot_be_imported_is_rejected(schema, tmp_path, monkeypatch):
    monkeypatch.setattr(generate, "LOAD", "raise SystemExit('no such module')")
    with pytest.raises(Refused, match="the generated client is broken:\nno such module"):
        generate.generate(schema, tmp_path)


@pytest.mark.parametrize("source", ["no/such/file", "/", "ftp://127.0.0.1/x", "http://"])
def test_a_source_that_cannot_be_read(source):
    with pytest.raises(Refused, match=r"^(it cannot be read|it is neither|the download failed)"):
        download.fetch(source)


class Handler(BaseHTTPRequestHandler):
    """Each path misbehaves in its own way."""

    def do_GET(self):
        name = self.path.strip("/")
        if name == "silent":
            self.server.stop.wait(30)
        elif name == "loop":
            self.answer(302, b"", Location="/loop")
        elif name.startswith("hop"):
            left = int(name.removeprefix("hop"))
            self.answer(302, b"", Location=f"/hop{left - 1}" if left > 1 else "/schema")
        elif name == "drips":
            with contextlib.suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
                while not self.server.stop.wait(0.02):
                    self.wfile.write(b"x")
        elif name == "cut":
            self.answer(200, SCHEMA, **{"Content-Length": str(len(SCHEMA) + 1)})
        elif name == "large":
            self.answer(200, b"#" * (download.MAX_BYTES + 1))
        elif name == "inflated":
            squeezed = gzip.compress(b"#" * (download.MAX_BYTES + 1))
            self.answer(200, squeezed, **{"Content-Encoding": "gzip"})
        elif name == "schema":
            self.answer(200, SCHEMA)
        else:
            self.answer(404, b"<h1>Not found</h1>")

    def answer(self, status, body, **headers):
        self.send_response(status)
        for header, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(header, value)
        self.end_headers()
        with contextlib.suppress(OSError):  # it had enough
            self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.stop = threading.Event()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.stop.set()
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("missing", "the download failed: 404 Not Found"),
        ("loop", "it leads to more than 5 redirects"),
        ("hop6", "it leads to more than 5 redirects"),
        ("cut", "the download failed: peer closed connection"),
        ("large", "it is larger than 10 MB"),
        ("inflated", "it is larger than 10 MB"),
        ("silent", "there was no answer within 0.2 seconds: try again later"),
    ],
)
def test_a_failed_download(server, monkeypatch, path, reason):
    monkeypatch.setattr(download, "TIMEOUT", 0.2 if path == "silent" else 30)
    with pytest.raises(Refused, match=reason):
        download.fetch(f"{server}/{path}")


def test_a_download_whose_headers_drip_has_an_end(server, monkeypatch):
    monkeypatch.setattr(download, "MAX_SECONDS", 0.5)
    with pytest.raises(download.Unreachable, match="the download took more than"):
        download.fetch(f"{server}/drips")


@pytest.mark.parametrize("hops", [["http"], ["http", "https"], ["https", "http", "https"]])
def test_once_encrypted_each_hop_is(monkeypatch, hops):
    hops = ["https", *hops]
    sent = []

    def answer(request):
        sent.append(request.url.scheme)
        following = hops[len(sent) :]
        headers = {"Location": f"{following[0]}://host/{len(sent)}"} if following else {}
        return httpx.Response(302 if following else 200, headers=headers)

    client = functools.partial(httpx.AsyncClient, transport=httpx.MockTransport(answer))
    monkeypatch.setattr(download.httpx, "AsyncClient", client)
    with pytest.raises(Refused, match="which is not encrypted"):
        download.fetch("https://host/")
    assert "http" not in sent


@pytest.mark.parametrize("key", ["allOf", "properties"])
def test_schemas_that_lead_twice_to_the_next_are_taken_in_no_time(pair_copy, tmp_path, schema, key):
    schema["components"]["schemas"] |= doubled(key)["schemas"]
    sport = schema["components"]["schemas"]["Sport"]["properties"]
    for field in ("one", "two"):
        sport[field] = {"$ref": "#/components/schemas/L0"}
    (tmp_path / "new.json").write_text(json.dumps(schema))
    assert take_over.replace_schema(str(tmp_path / "new.json"), pair_copy)
    (tmp_path / "new.json").write_text(json.dumps(schema, indent=1).replace('"leaf"', '"petal"'))
    changes = take_over.replace_schema(str(tmp_path / "new.json"), pair_copy)
    assert 0 < len(changes) < 10


def test_a_refused_connection(port):
    with pytest.raises(download.Unreachable, match="the download failed"):
        download.fetch(f"http://127.0.0.1:{port}/")


def test_a_download_over_some_redirects(server):
    assert download.fetch(f"{server}/hop5") == SCHEMA


def test_10_mb_are_read(tmp_path):
    (tmp_path / "most").write_bytes(b"#" * download.MAX_BYTES)
    (tmp_path / "more").write_bytes(b"#" * (download.MAX_BYTES + 1))
    assert len(download.fetch(str(tmp_path / "most"))) == download.MAX_BYTES
    with pytest.raises(Refused, match="it is larger than 10 MB"):
        download.fetch(str(tmp_path / "more"))


def test_aliases_that_are_no_bomb_are_taken():
    shared = b"paths:\n  /a: &a {get: {responses: {}}}\n  /b: *a\n"
    assert document.load(HEAD + shared)["paths"]["/b"] == {"get": {"responses": {}}}


@pytest.mark.parametrize("number", ["3.1", "3.0", "'3.1.0'"])
def test_a_version_may_stand_without_quotes(number):
    data = f"openapi: {number}\npaths: {{}}\n".encode()
    assert document.load(data)["openapi"] == number.strip("'")


def test_text_that_yaml_would_convert_stays_text():
    data = (
        HEAD + b"paths: {}\nx: {a: 2026-02-30, b: 2026-06-06, 200: no, 2026-06-06: <<, c: 0x10}\n"
    )
    assert document.load(data)["x"] == {
        "a": "2026-02-30",
        "b": "2026-06-06",
        "200": "no",
        "2026-06-06": "<<",
        "c": 16,
    }


def test_merged_keys_are_there_and_do_not_overwrite():
    data = HEAD + b"paths: {}\na: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], z: 3}\n"
    assert document.load(data)["c"] == {"x": 1, "y": 1, "z": 3}
