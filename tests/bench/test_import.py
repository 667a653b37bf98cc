"""Importing the package is quick, and each of its names is there all the same."""

import subprocess
import sys

import bettune_openapi.models
import pytest

import bettune

HEAVY = {"attrs", "bettune_openapi", "httpx", "msgspec"}


def test_the_import_alone_brings_nothing_heavy():
    code = f"import bettune, sys; print(sorted({HEAVY} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_http_client_is_imported_when_a_client_is_made():
    code = (
        "from bettune import AsyncBetTune, BetTune; import sys; "
        "print(sorted({'anyio', 'attrs', 'bettune._http', 'httpcore'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_each_name_is_imported_from_a_fresh_package():
    lines = ["import bettune", "print(sorted(set(bettune.__all__) - set(dir(bettune))))"]
    lines += [f"from bettune import {name}" for name in bettune.__all__]
    lines += ["from bettune_openapi import *", "from bettune_openapi.models import *"]
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


@pytest.mark.parametrize("module", [bettune, bettune_openapi, bettune_openapi.models])
def test_a_name_that_is_not_there_is_an_attribute_error(module):
    with pytest.raises(AttributeError, match=f"module '{module.__name__}' has no attribute 'Bet'"):
        _ = module.Bet
    assert not hasattr(module, "httpx")
