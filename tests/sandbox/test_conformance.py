"""The sandbox's answers and refusals conform to `openapi.yaml`, as schemathesis sees it."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from bettune import RateLimit
from bettune.sandbox import Sandbox

SCHEMA = Path(__file__).resolve().parents[2] / "openapi.yaml"
DOCUMENT: dict[str, Any] = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))

OPERATIONS = {"sports", "matches", "filters", "search", "put", "delete"}


def schemathesis(directory, schema, box, token, *options):
    """Run all checks; what each operation answered, as a set of statuses."""
    result = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(schema), "--url", box.base_url),
            *("-H", f"Authorization: Bearer {token}", "--no-color", "--workers", "1"),
            *("--generation-deterministic", "--max-examples", "25", *options),
        ],
        cwd=directory,  # where it finds no configuration and may leave its files
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    statuses = defaultdict(set)
    for request in box.seen:
        path = request.path.rpartition("/")[2]
        names = {
            ("GET", "sports"): "sports",
            ("GET", "matches"): "matches",
            ("GET", "prediction-filters"): "filters",
            ("POST", "search"): "search",
            ("PUT", "prediction"): "put",
            ("DELETE", "prediction"): "delete",
        }
        if (name := names.get((request.method, path))) and request.status != 405:
            statuses[name].add(request.status)
    return statuses


@pytest.fixture
def narrowed(tmp_path):
    """The schema with the bounds that the page does not tell, so that what fits is accepted."""
    document = copy.deepcopy(DOCUMENT)
    an_id = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
    paths, schemas = document["paths"], document["components"]["schemas"]
    paths["/matches"]["get"]["parameters"][1]["schema"]["enum"] = [1]
    path = paths["/prediction-filters/{filterId}/matches/{matchId}/prediction"]
    for operation in path.values():
        filter_id, match_id = operation["parameters"]
        filter_id |= {"schema": an_id, "example": 11583}
        match_id |= {"schema": an_id, "example": 1611243}
    search = schemas["SearchPredictionsRequest"]["properties"]
    search["filterId"] |= an_id
    search["matchIds"] |= {"items": an_id, "maxItems": 10_000}
    schemas["PutPredictionRequest"]["properties"]["odds"] |= {
        "minimum": 1,
        "pattern": r"^[1-9][0-9]{0,99}(\.[0-9]{1,99})?$",
    }
    file = tmp_path / "narrowed.json"
    file.write_text(json.dumps(document))
    return file


def test_the_schema_as_it_is(tmp_path, box):
    # Without the one check that the page itself fails: it calls every sport, every integer and
    # every text a good sport, id or odds, and the 400 it documents says that they are not.
    statuses = schemathesis(
        tmp_path, SCHEMA, box, box.token, "--exclude-checks", "positive_data_acceptance"
    )
    assert all({200, 204} & statuses[name] for name in OPERATIONS - {"put", "delete"})
    assert all(401 in statuses[name] for name in OPERATIONS)
    assert all(400 in statuses[name] for name in OPERATIONS - {"sports", "filters"})


def test_what_fits_is_accepted_and_what_does_not_is_refused(tmp_path, box, narrowed):
    statuses = schemathesis(tmp_path, narrowed, box, box.token)
    assert statuses == {
        "sports": {200, 401},
        "matches": {200, 400, 401},
        "filters": {200, 401},
        "search": {200, 400, 401, 404},
        "put": {200, 400, 401, 404},
        "delete": {204, 400, 401, 404},
    }


def test_without_pro(tmp_path, box, narrowed):
    phases = ("--phases", "examples,coverage")
    statuses = schemathesis(tmp_path, narrowed, box, box.free_token, *phases)
    assert all(403 in statuses[name] for name in ("search", "put", "delete"))
    assert all(200 in statuses[name] for name in ("sports", "matches", "filters"))


def test_over_the_rate_limit(tmp_path, narrowed):
    with Sandbox(rate_limit=RateLimit(1, 3600)) as box:
        phases = ("--phases", "examples,coverage")
        statuses = schemathesis(tmp_path, narrowed, box, box.token, *phases)
    assert all(429 in statuses[name] for name in OPERATIONS)
