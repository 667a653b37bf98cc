"""Write generated/bettune_openapi from openapi.yaml. If that fails, the old client stays."""

from __future__ import annotations

import argparse
import contextlib
import difflib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import openapi_python_client
from openapi_python_client.config import Config, ConfigFile, MetaType

from scripts import ROOT
from scripts.schema import pair
from scripts.schema.document import load
from scripts.schema.overlay import overlay
from scripts.schema.yaml_json import Refused

PACKAGE = "bettune_openapi"
TEMPLATES = Path(__file__).parent / "templates"
STOCK = Path(openapi_python_client.__file__).parent / "templates"
# Imports all generated modules, so that broken code is detected here and not by users.
LOAD = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
import bettune_openapi.models, msgspec
for model in vars(bettune_openapi.models).values():
    if isinstance(model, type) and issubclass(model, msgspec.Struct):
        msgspec.json.Decoder(model)
"""


def generate(document: dict[str, Any], folder: Path) -> None:
    """Write the client of a schema into `folder`/bettune_openapi, which must not exist.

    Raises:
        Refused: the client cannot be generated. The content of `folder` is then useless.
    """
    target = folder / PACKAGE
    with tempfile.TemporaryDirectory() as name:
        templates = Path(name) / "templates"
        shutil.copytree(TEMPLATES, templates)
        # Our templates include the generator's templates under these names.
        for ours in TEMPLATES.rglob("*.jinja"):
            stock = ours.relative_to(TEMPLATES)
            shutil.copy(STOCK / stock, (templates / stock).with_name(f"stock_{stock.name}"))
        schema = Path(name) / "schema.json"
        schema.write_text(json.dumps(overlay(document)), "utf-8")
        config = Config.from_sources(
            ConfigFile(post_hooks=[]), MetaType.NONE, schema, "utf-8", False, target
        )
        with contextlib.redirect_stdout(io.StringIO()):
            problems = openapi_python_client.generate(config=config, custom_template_path=templates)
    if problems:  # also warnings, since the generator then omits a part
        raise Refused(
            "the generator rejects it:\n"
            + "\n".join(f"  {item.header} {item.detail or ''}".rstrip() for item in problems)
        )
    (target / "py.typed").touch()
    # Format with ruff's defaults, and ignore any configuration.
    ruff = [sys.executable, "-I", "-m", "ruff"]  # -I: the client has a types.py
    run([*ruff, "check", ".", "--isolated", "--no-cache", "--fix-only", "--select=F401,I"], target)
    run([*ruff, "format", ".", "--isolated", "--no-cache", "--line-length=100"], target)
    run([sys.executable, "-B", "-c", LOAD, PACKAGE], folder)


def run(command: list[str], folder: Path) -> None:
    """Run one step of the generation, without settings from the environment."""
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("RUFF_", "PYTHON"))
    }
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(f"the generated client is broken:\n{done.stdout}{done.stderr}".rstrip())


def contents(folder: Path) -> dict[str, str]:
    """Return the text of each file of a client."""
    return {
        str(path.relative_to(folder)): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def difference(old: dict[str, str], new: dict[str, str]) -> str:
    """Return the changes from `old` to `new` as a diff, or an empty string."""
    lines: list[str] = []
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            lines.append(f"--- {name} is not generated from the schema\n")
        elif name not in old:
            lines.append(f"+++ {name} is missing\n")
        else:
            texts = (files[name].splitlines(keepends=True) for files in (old, new))
            lines += difflib.unified_diff(*texts, f"generated/{name}", f"new/{name}")
    return "".join(lines)


def main() -> None:
    """Replace generated/ completely, or with --check, compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="show differences, and write nothing")
    check = parser.parse_args().check
    try:
        with pair.workspace() as new:
            schema = (ROOT / pair.SCHEMA).read_bytes()
            (new / pair.SCHEMA).write_bytes(schema)
            generate(load(schema), new / pair.CLIENT)
            old = contents(ROOT / pair.CLIENT)
            changed = difference(old, contents(new / pair.CLIENT))
            if check and changed:
                sys.exit(f"{changed}generated/ does not match openapi.yaml: run `make generate`")
            if changed:
                pair.replace(new)
    except (Refused, OSError) as error:
        sys.exit(f"openapi.yaml: {error}; generated/ is unchanged")
    if not check:
        print(f"generated/{PACKAGE} matches openapi.yaml.")


if __name__ == "__main__":
    main()
