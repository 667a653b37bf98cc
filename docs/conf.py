"""Settings of the documentation site, of both languages: `make docs` builds docs/en and docs/pl."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

import click
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

import bettune as public
from bettune import __version__, _models
from bettune._resource import Resource
from bettune.cli._commands import bettune

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

project = "bettune"
author = "The bettune authors"
copyright = "The bettune authors, MIT"  # noqa: A001 - Sphinx's name
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_llm.txt",
]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 0  # anchors are written, the same in both languages

add_module_names = False
default_role = "code"  # of `names` in docstrings
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
napoleon_use_ivar = True

llms_txt_suffix_mode = "replace"

# Nothing is asked of another server, neither as the site is built nor as it is read.
html_theme = "furo"
html_title = "bettune"
templates_path = ["_templates"]
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/language.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
html_show_sourcelink = False
html_copy_source = False
locale_dirs = ["../locale"]  # what the theme says and Sphinx has not translated


class CommandHelp(SphinxDirective):
    """The help of each command; Sphinx translates it, as it does docstrings."""

    def run(self) -> list[nodes.Node]:
        """Make a section a command."""
        program = click.Context(bettune, info_name="bettune", **bettune.context_settings)
        return [
            self._section(program),
            *(
                self._section(click.Context(command, parent=program, info_name=name))
                for name, command in bettune.commands.items()
            ),
        ]

    def _section(self, context: click.Context) -> nodes.section:
        name = context.command_path
        section = nodes.section("", nodes.title(text=name), ids=[nodes.make_id(name)])
        section += self.parse_text_to_nodes("\n\n".join(_help(context)))
        for node in section.findall(nodes.TextElement):
            node.source = f"help of {name}"  # where a catalogue says that it comes from
            node["translatable"] = isinstance(node, nodes.paragraph)
        return section


def _help(context: click.Context) -> Iterator[str]:
    """The parts of a command's help, as Markdown."""
    usage = " ".join([context.command_path, *context.command.collect_usage_pieces(context)])
    yield f"```text\n{usage}\n```"
    for paragraph in inspect.cleandoc(context.command.help or "").split("\n\n"):
        if not paragraph.startswith("\b\n"):
            yield _words(paragraph)
            continue
        # Lines that stand as they are: words, and below them rows "name  meaning", or code.
        words, lines = re.fullmatch(r"\x08\n(.*?:)\n(.*)", paragraph, re.DOTALL).groups()
        yield _words(words)
        rows = re.split(r"\n(?=  \S)", lines)
        pairs = [re.fullmatch(r"  (\S+)  +(.+)", row, re.DOTALL) for row in rows]
        if all(pairs):
            yield from (_entry(*pair.groups()) for pair in pairs)
        else:
            yield f"```shell\n{inspect.cleandoc(lines)}\n```"
    for parameter in context.command.get_params(context):
        name, meaning = parameter.get_help_record(context) or ("", "")
        if meaning:
            yield _entry(name, meaning)


def _entry(name: str, meaning: str) -> str:
    """An entry of a definition list."""
    return f"`{name}`\n: {_words(meaning)}"


def _words(text: str) -> str:
    """A paragraph of help on one line; the names of options in it are code."""
    return re.sub(r"--[a-z-]+", r"`\g<0>`", " ".join(text.split()))


class Operations(SphinxDirective):
    """Each group of operations of a client."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Show the classes of the client's attributes."""
        client = getattr(public, self.arguments[0])("a-token")
        groups = [type(one) for one in vars(client).values() if isinstance(one, Resource)]
        lines = [
            f".. autoclass:: {one.__module__}.{one.__name__}()\n   :members:" for one in groups
        ]
        return self.parse_text_to_nodes("\n\n".join(lines))


class Models(SphinxDirective):
    """Each public class of bettune._models."""

    def run(self) -> list[nodes.Node]:
        """Show them in the order in which they stand there."""
        names = [name for name in vars(_models) if name in public.__all__]
        ours = [name for name in names if getattr(_models, name).__module__ == _models.__name__]
        return self.parse_text_to_nodes(
            "\n\n".join(f".. autoclass:: bettune.{one}" for one in ours)
        )


def spell_out(_: Sphinx, page: nodes.document) -> None:
    """Make plain text of the * in signatures, which the pages of llms.txt would leave out."""
    for star in list(page.findall(nodes.abbreviation)):
        star.replace_self(star.children)


def setup(app: Sphinx) -> None:
    """Make these known."""
    app.config.llms_txt_description = {
        "en": "The Python SDK for the BetTune API: a model's odds into BetTune, every day.",
        "pl": "SDK do API BetTune dla Pythona: kursy z modelu do BetTune, codziennie.",
    }[app.config.language]
    app.add_directive("command-help", CommandHelp)
    app.add_directive("operations", Operations)
    app.add_directive("models", Models)
    app.connect("doctree-read", spell_out)
