"""`make schema`, whole: taken over, summed up, checked."""

from __future__ import annotations

import json
import os
import re
import shutil

import pytest
from ruamel.yaml import YAML

from bettune.sandbox import Sandbox
from scripts import ROOT
from scripts.schema import generate, take_over
from scripts.shown import shown
from tests.programs import output, python

NEW_ENDPOINT = """
  /leagues:
    get:
      operationId: listLeagues
      tags: [Leagues]
      responses:
        "200":
          description: Leagues.
          content:
            application/json:
              schema:
                type: object
                required: [items]
                properties:
                  items:
                    type: array
                    items:
                      $ref: "#/components/schemas/IdName"
"""


@pytest.fixture
def make(repo_copy, tmp_path):
    """Run it as `make schema` does; `make check` after it is only told."""
    told = tmp_path / "make"
    told.write_text('#!/bin/sh\necho "make $*"\n')
    told.chmod(0o755)

    def run(source, **environment):
        environment = {"MAKE": str(told), "PYTHONDONTWRITEBYTECODE": "1"} | environment
        return python("-m", "scripts.schema", source, cwd=repo_copy, **environment)

    return run


def texts(folder):
    client = generate.contents(folder / "generated").items()
    found = {f"generated/{name}": text for name, text in client}
    return found | {"openapi.yaml": (folder / "openapi.yaml").read_text()}


@pytest.mark.tool_changes
def test_the_sandboxs_own_schema_changes_nothing(make, repo_copy):
    shutil.copy(ROOT / "openapi.yaml", repo_copy)
    shutil.rmtree(repo_copy / "generated")
    shutil.copytree(ROOT / "generated", repo_copy / "generated")
    before = texts(repo_copy)
    with Sandbox() as box:
        done = make(f"{box.base_url}/openapi.yaml")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Nothing to do: it is the schema we have, nothing is changed.",
    ]
    assert texts(repo_copy) == before


@pytest.mark.tool_changes
def test_a_new_field_is_generated_and_the_facade_works(
    make, repo_copy, known_types, facade_tests_pass, tmp_path
):
    known_types(repo_copy)
    old = (repo_copy / "openapi.yaml").read_text()
    new = old.replace("\n  /matches:\n", NEW_ENDPOINT + "  /matches:\n", 1)
    new = new.replace("enum: [api, ui]", "enum: [api, ui, import]")
    new = new.replace(
        "        finished:\n", "        venue:\n          type: string\n        finished:\n"
    )
    (tmp_path / "new.yaml").write_text(new)
    done = make(tmp_path / "new.yaml")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Merge it, with a line in CHANGELOG.md: the facade works unchanged; the API has more.",
        "What changed for the users of bettune:",
        "- widening: GET /leagues is new",
        "- widening: Match.venue is new",
        "- widening: Prediction.source has the new value 'import'",
    ]
    found = texts(repo_copy)
    assert found["openapi.yaml"] == new
    client = "generated/bettune_openapi"
    assert "venue: str | UnsetType" in found[f"{client}/models/match.py"]
    assert 'IMPORT = "import"' in found[f"{client}/models/prediction_source.py"]
    assert "def sync_detailed(" in found[f"{client}/api/leagues/list_leagues.py"]
    facade_tests_pass(repo_copy / "generated", "-k", "put_search_delete and not trio")


@pytest.mark.tool_changes
def test_a_breaking_change_points_at_the_facade(make, repo_copy, known_types, tmp_path, root):
    known_types(repo_copy)
    text = (repo_copy / "openapi.yaml").read_text()
    for old, new in {
        "betType": "kind",
        "        - name: sport\n": (
            "        - {name: season, in: query, required: true, schema: {type: integer}}\n"
            "        - name: sport\n"
        ),
        '          type: string\n          example: "2.150000"': (
            "          type: object\n          properties: {value: {type: string}}"
        ),
    }.items():
        assert old in text
        text = text.replace(old, new)
    start, end = text.index("  /sports:"), text.index("  /matches:")
    text = text[:start] + text[end:]
    (tmp_path / "new.yaml").write_text(text)
    done = make(tmp_path / "new.yaml")
    assert done.returncode == 1
    for said in (
        "- breaking: GET /sports is gone",
        "- breaking: GET /matches: the query parameter `season` is new, and required",
        "- breaking: PredictionFilter.betType is gone (is it `kind` now?)",
        "- breaking: Prediction.odds was string and is object",
    ):
        assert said in done.stdout
    assert "The facade no longer fits, here:" in done.stdout
    assert "bettune/_sync/" not in done.stdout  # it is derived
    # Each with its place, and the line that stands there.
    for reason in (
        'has no attribute "bet_type"',
        'Missing named argument "season"',
        '"SportsResponse"',
        'has incompatible type "PredictionOdds"',
    ):
        place = re.search(
            rf"(?m)^(bettune/[\w/]+\.py):(\d+): error: .*{re.escape(reason)}.*\n(.*)", done.stdout
        )
        assert place, f"{reason}\n{done.stdout}"
        line = (root / place[1]).read_text().splitlines()[int(place[2]) - 1]
        assert place[3].strip()[:20] in line
    assert texts(repo_copy)["openapi.yaml"] == text  # for whoever mends the facade


@pytest.mark.tool_changes
def test_the_type_checker_believes_no_cache(repo_copy, known_types):
    """Another client with the sizes and times of the old one, as when a schema is put back."""
    known_types(repo_copy)
    (repo_copy / "facade.py").write_text(
        "from bettune_openapi.models.sport import Sport\n\n\n"
        "def name(sport: Sport) -> str:\n    return sport.name\n"
    )
    command = ["-m", "scripts.types", "facade.py"]
    assert python(*command, cwd=repo_copy).returncode == 0
    model = repo_copy / "generated" / "bettune_openapi" / "models" / "sport.py"
    before = model.stat()
    model.write_text(model.read_text().replace("name: str", "nome: str"))
    os.utime(model, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert model.stat().st_size == before.st_size
    assert 'has no attribute "name"' in python(*command, cwd=repo_copy).stdout


def test_refused_it_says_one_line(make, repo_copy):
    before = texts(repo_copy)
    (repo_copy / "page.html").write_text("<html>")
    done = make("page.html")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "page.html was refused, nothing is changed: it is a web page (or XML), not a schema: "
        "use the address of the file itself\n"
    )
    assert texts(repo_copy) == before


@pytest.mark.parametrize(
    ("text", "shown_as"),
    [
        ("a\n::error::b", "a\\n::error::b"),
        (" ::stop-commands::x", " : :stop-commands::x"),
        ("a ##[error]b", "a ## [error]b"),
        ("\x1b]0;title\x07\u202e\x9b", "\\x1b]0;title\\x07\\u202e\\x9b"),
    ],
)
def test_external_text_is_neither_a_workflow_command_nor_a_terminal_control(text, shown_as):
    assert shown(text) == shown_as
    assert "::error::" not in shown("a\n::error::b", lines=True).splitlines()[1]


def test_a_schema_prints_no_command(make, repo_copy, schema):
    name = "\n::error title=x::y"
    schema["components"]["schemas"]["Match"]["properties"][name] = {"type": "string"}
    schema["paths"][f"/{name}\x1b[2J"] = schema["paths"]["/sports"]
    (repo_copy / "new.json").write_text(json.dumps(schema))
    done = make("new.json")
    for line in (done.stdout + done.stderr).splitlines():
        assert not line.lstrip().startswith("::")
        assert line.isprintable()


def test_without_a_source_it_says_how(make):
    done = make("")
    assert (done.returncode, done.stderr) == (2, "Which schema? make schema SCHEMA=<url or file>\n")


def test_make_that_only_tells_runs_nothing(repo_copy):
    # There is no .venv, so that it would fail.
    output("make", "-n", "schema", "SCHEMA=x", cwd=repo_copy)


@pytest.mark.tool_changes
def test_a_failing_check_is_reported_and_api_md_is_renewed(make, repo_copy, tmp_path):
    refuses = tmp_path / "refuses"
    refuses.write_text("#!/bin/sh\necho no; exit 1\n")
    refuses.chmod(0o755)
    text = (repo_copy / "openapi.yaml").read_text()
    (tmp_path / "new.yaml").write_text(text.replace("[api, ui]", "[api, ui, imported]"))
    (tmp_path / "mypy.py").write_text("")  # a type checker that is content, at once
    paths = f"{tmp_path}{os.pathsep}{repo_copy / 'generated'}"
    done = make(tmp_path / "new.yaml", MAKE=str(refuses), PYTHONPATH=paths)
    assert done.returncode == 4
    assert done.stdout.startswith("Do not merge it yet: `make check` does not pass, see below.\n")
    assert done.stdout.endswith("make check says:\nno\n")
    assert "IMPORTED" in (repo_copy / "api.md").read_text()


def test_json_becomes_yaml_that_says_the_same(pair_copy, tmp_path, schema):
    texts_that_yaml_takes_for_others = [
        "no",
        "1",
        "1e3",
        "2026-06-06",
        "null",
        "~",
        "",
        "a: b",
        "ż\n- x",
    ]
    schema["info"]["x-texts"] = texts_that_yaml_takes_for_others
    schema["info"]["x-others"] = [None, True, 1, 2.5, [], {}]
    (tmp_path / "schema.json").write_text(json.dumps(schema, ensure_ascii=False))
    changes = take_over.replace_schema(str(tmp_path / "schema.json"), pair_copy)
    assert [change.level for change in changes] == ["harmless"]
    written = (pair_copy / "openapi.yaml").read_bytes()
    assert written.startswith(b'openapi: "3.1.0"\ninfo:\n  title: "BetTune API"\n')
    assert take_over.load(written) == schema
    # The older YAML that some tools read says the same.
    older = YAML(typ="safe", pure=True)
    older.version = (1, 1)
    assert older.load(written) == schema


def test_yaml_stays_as_it_came(pair_copy, tmp_path):
    text = (pair_copy / "openapi.yaml").read_text().replace("List matches", "All matches")
    text += "# The end, said with a \\r and no line feed.\r"
    (tmp_path / "new.yaml").write_bytes(text.encode())
    assert take_over.replace_schema(str(tmp_path / "new.yaml"), pair_copy)
    assert (pair_copy / "openapi.yaml").read_bytes() == text.encode()


@pytest.mark.parametrize(
    "other",
    [
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.replace(b"\n", b"  \n") + b"\n\n",
        lambda data: b"# Exported today.\n" + data,
        lambda data: json.dumps(take_over.load(data), indent=4).encode(),
    ],
    ids=["mark", "line_ends", "spaces", "comment", "json"],
)
def test_the_same_written_otherwise_is_the_schema_we_have(pair_copy, tmp_path, other):
    before = texts(pair_copy)
    data = (pair_copy / "openapi.yaml").read_bytes()
    (tmp_path / "new").write_bytes(other(data))
    assert take_over.replace_schema(str(tmp_path / "new"), pair_copy) is None
    assert texts(pair_copy) == before


def test_a_broken_client_is_generated_anew_from_the_same_schema(pair_copy):
    before = generate.contents(pair_copy / "generated")
    (pair_copy / "generated" / "bettune_openapi" / "client.py").write_text("")
    assert take_over.replace_schema(str(pair_copy / "openapi.yaml"), pair_copy) == []
    assert generate.contents(pair_copy / "generated") == before
