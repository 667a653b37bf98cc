"""generated/ is what openapi.yaml yields, to the byte, on every machine; `--check` tells."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scripts.schema import generate
from tests.programs import output, python


def run(folder, *arguments, **environment):
    environment = {"PYTHONDONTWRITEBYTECODE": "1"} | environment
    return python("-m", "scripts.schema.generate", *arguments, cwd=folder, **environment)


def texts(folder):
    return {
        path: text for path, text in generate.contents(folder).items() if ".generate-" not in path
    }


def test_check_passes_as_it_is_and_shows_each_difference(repo_copy):
    client = repo_copy / "generated" / "bettune_openapi"
    assert run(repo_copy, "--check").returncode == 0

    (client / "models" / "stale.py").write_text("x = 1\n")
    (client / "models" / "sport.py").unlink()
    score = client / "models" / "score.py"
    score.write_text(score.read_text().replace("home: int", "home: str"))
    before = texts(repo_copy)
    done = run(repo_copy, "--check")
    assert done.returncode == 1
    for shown in (
        "--- bettune_openapi/models/stale.py is not generated from the schema",
        "+++ bettune_openapi/models/sport.py is missing",
        "--- generated/bettune_openapi/models/score.py",
        "-    home: str | None",
        "+    home: int | None",
        "generated/ does not match openapi.yaml: run `make generate`",
    ):
        assert shown in done.stderr
    assert texts(repo_copy) == before


def test_generate_replaces_all_and_leaves_nothing_else(repo_copy):
    good = texts(repo_copy)
    (repo_copy / "generated" / "bettune_openapi" / "models" / "stale.py").write_text("x = 1\n")
    (repo_copy / "generated" / "other").mkdir()
    (repo_copy / "generated" / "other" / "x.py").touch()
    done = run(repo_copy)
    assert (done.returncode, done.stderr) == (0, "")
    assert texts(repo_copy) == good
    assert not list(repo_copy.glob(".generate-*"))
    # A folder that is empty is no file, and would be imported all the same.
    assert [path.name for path in (repo_copy / "generated").iterdir()] == ["bettune_openapi"]


def test_a_schema_that_yields_no_client_leaves_the_old_one(repo_copy):
    schema = repo_copy / "openapi.yaml"
    schema.write_text(schema.read_text().replace("type: boolean", "type: bool"))
    before = texts(repo_copy)
    done = run(repo_copy)
    assert done.returncode == 1
    assert "openapi.yaml: the generator rejects it" in done.stderr
    assert "generated/ is unchanged" in done.stderr
    assert texts(repo_copy) == before


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_machine_makes_no_difference(root, tmp_path, seed):
    """Another hash seed, locale, time zone, home, path, ruff configuration, name of the folder."""
    home = tmp_path / f"home ü{seed}"
    (home / ".config" / "ruff").mkdir(parents=True)
    for path in (
        home / "ruff.toml",
        home / ".config" / "ruff" / "ruff.toml",
        tmp_path / "ruff.toml",
    ):
        path.write_text("line-length = 40\nindent-width = 2\n[format]\nquote-style = 'single'\n")
    target = home / "generated"
    program = (
        "import sys, pathlib\n"
        "from scripts.schema import document, generate\n"
        "schema = document.load(pathlib.Path(sys.argv[1]).read_bytes())\n"
        "generate.generate(schema, pathlib.Path(sys.argv[2]))\n"
    )
    target.mkdir()
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            program,
            str(root / "openapi.yaml"),
            str(target),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
        env={
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": str(root),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PATH": "",
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "RUFF_CONFIG": str(home / "ruff.toml"),
            "LC_ALL": "C",
            "TZ": "Asia/Kolkata",
        },
    )
    assert done.returncode == 0, done.stderr
    files = {path.relative_to(target): path.read_bytes() for path in target.rglob("*.*")}
    known = root / "generated"
    assert files == {
        path.relative_to(known): path.read_bytes()
        for path in known.rglob("*.*")
        if "__pycache__" not in path.parts
    }


def test_the_templates_are_only_those_the_generator_knows():
    stock = {path.relative_to(generate.STOCK) for path in generate.STOCK.rglob("*.jinja")}
    ours = {path.relative_to(generate.TEMPLATES) for path in generate.TEMPLATES.rglob("*.jinja")}
    assert ours
    assert ours <= stock


def test_types_of_additional_fields(schema, tmp_path):
    """Kinds of fields that BetTune may add: each is decoded, and none fails the whole answer."""
    fields = {
        "amount": {"type": ["number", "string", "null"]},
        "when": {"type": "string", "format": "date-time"},
        "day": {"type": ["string", "null"], "format": "date"},
        "either": {
            "oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("Score", "Sport")]
        },
        "markets": {"type": "object", "additionalProperties": {"type": ["number", "string"]}},
        "level": {"type": "integer", "enum": [1, 2]},
        "tags": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
        "odds-range": {"type": "array", "items": {"type": ["string", "number"]}},
        "self": {"$ref": "#/components/schemas/Sport"},
    }
    sport = schema["components"]["schemas"]["Sport"]
    sport["properties"] |= fields
    generate.generate(schema, tmp_path)
    program = """
import httpx
from decimal import Decimal
from bettune_openapi import errors
from bettune_openapi.models import Sport
body = '''{"id": 1, "name": "x", "amount": 2.15, "when": "2026-06-06T18:00:00Z", "day": null,
  "either": {"id": 9}, "markets": {"1": 2.5, "X": "3.1"}, "level": 7, "tags": ["a", "new"],
  "odds-range": ["1.5", 2], "self": {"id": 2, "name": "y"}, "unknown": {}}'''
sport = errors.decode(None, httpx.Response(200, text=body), Sport)
assert sport.amount == Decimal("2.15") and type(sport.amount) is Decimal, sport
assert sport.either == {"id": 9} and sport.day is None
assert sport.markets == {"1": Decimal("2.5"), "X": Decimal("3.1")}
assert sport.level == 7 and sport.level.name == "7" and sport.tags == ["a", "new"]
assert sport.odds_range == [Decimal("1.5"), Decimal(2)] and sport.self_.name == "y"
assert Sport.from_dict(sport.to_dict()) == sport
assert "unknown" not in sport.to_dict()
"""
    output(sys.executable, "-c", program, cwd=tmp_path)


def test_a_schema_of_both_sides_and_names_that_are_taken(schema, tmp_path):
    """Sent, it is the generator's own; answered, it is decoded; and ours keep their names."""
    schemas = schema["components"]["schemas"]
    ours = {"$ref": "#/components/schemas/TheirSport"}
    schemas["TheirSport"] = schemas["Sport"]
    schemas["SportsResponse"]["properties"]["items"]["items"] = ours
    schemas["Sport"] = {
        "type": "object",
        "required": ["matchId"],
        "properties": {"matchId": {"type": "integer"}},
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Sport"}}}
    schema["paths"]["/tips"] = {
        "post": {
            "operationId": "addTip",
            "requestBody": {"required": True, "content": content},
            "responses": {"200": {"description": "", "content": content}},
        }
    }
    generate.generate(schema, tmp_path)
    program = """
import httpx
from bettune_openapi import Client
from bettune_openapi.api.default import add_tip
from bettune_openapi.models import Sport, SportOther, SportRequest
assert Sport.__struct_fields__ == ("id", "name")
client = Client(base_url="http://127.0.0.1")
echo = httpx.MockTransport(lambda request: httpx.Response(200, content=request.content))
client.set_httpx_client(httpx.Client(base_url="http://127.0.0.1", transport=echo))
assert add_tip.sync(client=client, body=SportRequest(match_id=7)) == SportOther(match_id=7)
"""
    output(sys.executable, "-c", program, cwd=tmp_path)
