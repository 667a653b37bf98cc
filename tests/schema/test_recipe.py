"""CONTRIBUTING's recipe for an endpoint: its eight files, and the tests pass."""

from __future__ import annotations

import os
import re
import sys

import pytest

from scripts import ROOT
from scripts.mutants import copy_of_the_tree
from tests.programs import output

SCHEMA = {
    "\n  /prediction-filters:\n": """
  /tournaments:
    get:
      summary: List tournaments
      tags: [Tournaments]
      parameters:
        - name: sport
          in: query
          required: true
          schema:
            type: integer
      responses:
        "200":
          description: Tournaments.
          content:
            application/json:
              schema:
                $ref: "#/components/schemas/TournamentsResponse"
        "400":
          description: Invalid query parameters.
          content:
            application/json:
              schema:
                $ref: "#/components/schemas/ErrorResponse"
        "401":
          description: Missing or invalid API token.
          content:
            application/json:
              schema:
                $ref: "#/components/schemas/ErrorResponse"
        "429":
          description: Rate limit exceeded.
          content:
            application/json:
              schema:
                $ref: "#/components/schemas/ErrorResponse"
  /prediction-filters:
""",
    "\n    PredictionFiltersResponse:\n": """
    TournamentsResponse:
      type: object
      required: [count, items]
      properties:
        count:
          type: integer
        items:
          type: array
          items:
            type: object
            required: [id, name, country]
            properties:
              id:
                type: integer
              name:
                type: string
              country:
                $ref: "#/components/schemas/IdName"
    PredictionFiltersResponse:
""",
}
OPERATION = '''"""Tournaments: GET /tournaments."""

from __future__ import annotations

from bettune_openapi.api.tournaments import list_tournaments
from bettune_openapi.models import TournamentsResponse

from bettune._models import IdName, Tournament
from bettune._parsing import parse_items
from bettune._resource import Resource
from bettune._values.arguments import to_id


class AsyncTournaments(Resource):
    """Tournaments."""

    async def list(self, *, sport: int = 1) -> list[Tournament]:
        """List the tournaments of a sport: GET /tournaments.

        Args:
            sport: the sport's id; 1 is football.

        Raises:
            InvalidArgumentError: an argument is invalid. No request was sent.
            APIError: the request failed.
        """
        response = await list_tournaments.asyncio_detailed(
            client=self._low_level, sport=to_id(sport, "sport")
        )
        return parse_items(
            self._low_level,
            response,
            TournamentsResponse,
            lambda item: Tournament(
                item.id, item.name, IdName(item.country.id, item.country.name)
            ),
        )
'''
# The files of the recipe: in each a text, and what stands in its place. A new file has none.
RECIPE = {
    "scripts/schema/facade.py": {
        '    ("/prediction-filters", "get"): (': (
            '    ("/tournaments", "get"): ('
            '"Tournaments", "list_tournaments", None, "TournamentsResponse"),\n'
            '    ("/prediction-filters", "get"): ('
        ),
        '    "MatchesResponse": {': (
            '    "TournamentsResponse": {"count": None, "items": "Tournament"},\n'
            '    "Tournament": {"id": None, "name": None, "country": "IdName"},\n'
            '    "MatchesResponse": {'
        ),
    },
    "bettune/_models.py": {
        "class Score(_Model, frozen=True, gc=False):": (
            "class Tournament(_Model, frozen=True, gc=False):\n"
            '    """A tournament."""\n\n    id: int\n    name: str\n    country: IdName\n\n\n'
            "class Score(_Model, frozen=True, gc=False):"
        ),
    },
    "bettune/__init__.py": {
        "RateLimit, Score, Sport\n": "RateLimit, Score, Sport, Tournament\n",
        '        "Sport": "bettune._models",\n': (
            '        "Sport": "bettune._models",\n        "Tournament": "bettune._models",\n'
        ),
        '    "UnresolvedFixture",\n': '    "Tournament",\n    "UnresolvedFixture",\n',
    },
    "bettune/_async/tournaments.py": None,
    "bettune/_async/client.py": {
        "    from bettune._async.sports import AsyncSports\n": (
            "    from bettune._async.sports import AsyncSports\n"
            "    from bettune._async.tournaments import AsyncTournaments\n"
        ),
        "        sports: GET /sports.\n": (
            "        sports: GET /sports.\n        tournaments: GET /tournaments.\n"
        ),
        "        sports: AsyncSports\n": (
            "        sports: AsyncSports\n        tournaments: AsyncTournaments\n"
        ),
        '        sports = Lazy("low_level", "bettune._async.sports", "AsyncSports")\n': (
            '        sports = Lazy("low_level", "bettune._async.sports", "AsyncSports")\n'
            '        tournaments = Lazy("low_level", "bettune._async.tournaments", '
            '"AsyncTournaments")\n'
        ),
    },
    "bettune/sandbox/_app.py": {
        "    async def matches(self,": (
            "    async def tournaments(self, request: Request, _pro: bool) -> Response:\n"
            '        read_sport(request.query_params.get("sport"))\n'
            '        poland = {"id": 1, "name": "Poland"}\n'
            '        return _items([{"id": 1, "name": "Ekstraklasa", "country": poland}])\n\n'
            "    async def matches(self,"
        ),
        '        api.route("/sports",': (
            '        api.route("/tournaments", api.tournaments, GET="tournaments.list()"),\n'
            '        api.route("/sports",'
        ),
    },
    "tests/test_operations.py": {
        "def test_sports(client):": (
            "def test_tournaments(client):\n"
            "    (tournament,) = client.tournaments.list()\n"
            '    assert tournament.country == IdName(1, "Poland")\n\n\n'
            "def test_sports(client):"
        ),
    },
    "CHANGELOG.md": {"### Added\n": "### Added\n\n- `tournaments.list()`.\n"},
}
# What reads the facade's operations, or runs them.
TESTS = [
    "tests/test_operations.py",
    "tests/test_layers.py",
    "tests/test_schema_examples.py",
    "tests/api",
    "tests/contract",
    "tests/docs/test_commands.py",
    "tests/docs/test_languages.py",
    "tests/sandbox/test_conformance.py",
    "tests/sandbox/test_page.py",
    "tests/schema/test_compare.py",
    "tests/schema/test_exports.py",
    "tests/schema/test_evolutions.py",
    "tests/schema/test_generate.py",
    "tests/schema/test_variants.py",
]


def replaced(path, changes):
    text = path.read_text("utf-8")
    for old, new in changes.items():
        assert text.count(old) == 1, f"{path}: {old!r} is there {text.count(old)} times"
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


@pytest.mark.long
def test_an_endpoint_added_by_the_recipe_leaves_the_tests_passing(tmp_path):
    tree = copy_of_the_tree(tmp_path / "tree")
    assert len(RECIPE) <= 8
    recipe = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Add an endpoint")[2]
    named = set(re.findall(r"`([\w/]+\.(?:py|md))`", recipe.partition("\n## ")[0]))
    assert {name.replace("tournaments.py", "NAME.py") for name in RECIPE} <= named

    replaced(tree / "openapi.yaml", SCHEMA)
    for name, changes in RECIPE.items():
        if changes is not None:
            replaced(tree / name, changes)
    (tree / "bettune/_async/tournaments.py").write_text(OPERATION, "utf-8")

    paths = f"{tree}{os.pathsep}{tree / 'generated'}"
    environment = {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    code = [name for name in RECIPE if name.endswith(".py")] + ["bettune/_sync"]
    for command in (
        ["scripts.schema.generate"],
        ["scripts.unasync"],
        ["scripts.api"],
        ["ruff", "check", "--fix", "--quiet", "--ignore=E501", *code],
        ["ruff", "format", "--quiet", *code],
        ["ruff", "check", "--quiet", *code],
        ["mypy"],
        ["pytest", "-q", "-n2", "--maxfail=30", *TESTS],
    ):
        output(sys.executable, "-m", *command, cwd=tree, timeout=3600, **environment)
