"""The layers that CONTRIBUTING draws: each module imports from below, types included."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "bettune"
DRAWN = re.search(r"```text\n(cli.*?)```", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.DOTALL)
LAYERS = [line.split("  ")[0].split(", ") for line in DRAWN[1].splitlines()]
DEPTH = {name: depth for depth, layer in enumerate(LAYERS) for name in layer}


def part(module):
    """The part of the package that a module is in; `bettune` for the public names themselves."""
    return next((name for name in module.split(".")[1:2] if name in DEPTH), "bettune")


def arrows(path):
    """From and to which part a file imports, and in which line."""
    here = part(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            modules = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            modules = [f"{node.module}.{name.name}" for name in node.names]
        else:
            continue
        for module in modules:
            if module.split(".")[0] == "bettune":
                yield here, part(module), f"{path.relative_to(ROOT)}:{node.lineno}"


def test_every_part_of_the_package_is_on_the_map():
    parts = {path.stem for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    parts |= {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    assert sorted(parts) == sorted(DEPTH.keys() - {"bettune"})


def test_a_part_imports_from_layers_below_only():
    wrong = {
        f"{place}: {here} imports {there}"
        for path in PACKAGE.rglob("*.py")
        for here, there, place in arrows(path)
        if here != there and DEPTH[here] >= DEPTH[there]
    }
    assert not wrong, "\n".join(sorted(wrong))
