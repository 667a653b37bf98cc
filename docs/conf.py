"""Settings of the documentation site, of both languages: `make docs` builds docs/en and docs/pl."""

from __future__ import annotations

import inspect
import re
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import click
from docutils import nodes
from sphinx.search import SearchLanguage, languages
from sphinx.util.docutils import SphinxDirective

import bettune as public
from bettune import __version__, _models
from bettune._resource import Resource
from bettune.cli._commands import bettune

sys.path.insert(0, str(Path(__file__).parent))
from comments import in_polish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

project = "bettune"
author = "The bettune authors"
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
smartquotes = False  # they took an apostrophe for a quotation mark, and changed code in docstrings

llms_txt_suffix_mode = "replace"

# Nothing is asked of another server, neither as the site is built nor as it is read.
html_theme = "furo"
html_title = "bettune"
templates_path = ["_templates"]
html_static_path = ["_static"]
html_css_files = ["bettune.css"]
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
html_show_copyright = html_show_sphinx = False  # the theme's words for them are English only
html_copy_source = False
locale_dirs = ["../locale"]  # the theme's words, docstrings, help, the benchmark's headings


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
        client = getattr(public, self.arguments[0])
        attributes = [getattr(client, name) for name in vars(client)]
        lines = [
            f".. autoclass:: {kind.__module__}.{kind.__name__}()\n   :members:"
            for kind in attributes
            if isinstance(kind, type) and issubclass(kind, Resource)
        ]
        return self.parse_text_to_nodes("\n\n".join(lines))


class SearchPolish(SearchLanguage):
    """Search in Polish, which Sphinx lacks: words without diacritics and endings.

    The stemmer exists twice, since Sphinx indexes in Python and searches in the browser.
    """

    lang = "pl"
    language_name = "Polish"
    stopwords = frozenset(["ale", "czy", "dla", "jak", "jest", "lub", "nie", "oraz", "się", "że"])
    ENDINGS = "(ami|ach|emu|ego|ymi|imi|owi|owa|ych|ich|om|em|ie|ow|ej|ym|im|ac|ec|ic|yc|[aeiouy])$"
    js_stemmer_code = """
function Stemmer() {
  this.stemWord = (word) => {
    const decomposed = word.toLowerCase().replaceAll("ł", "l").normalize("NFD");
    const plain = decomposed.replace(/[\\u0300-\\u036f]/g, "");
    const stem = plain.replace(/ENDINGS/, "");
    return stem.length < 3 ? plain : stem;
  };
}
""".replace("ENDINGS", ENDINGS)

    def stem(self, word: str) -> str:
        """Cut the diacritics and the ending of a word."""
        decomposed = unicodedata.normalize("NFD", word.lower().replace("ł", "l"))
        plain = re.sub("[\u0300-\u036f]", "", decomposed)
        stem = re.sub(self.ENDINGS, "", plain)
        return plain if len(stem) < 3 else stem


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
    """Write signatures plainly: * as text, for the pages of llms.txt, and no private default."""
    for star in list(page.findall(nodes.abbreviation)):
        star.replace_self(star.children)
    for text in list(page.findall(nodes.Text)):
        if text == "_SAME":
            text.parent.replace(text, nodes.Text("…"))


def translate_comments(app: Sphinx, page: nodes.document) -> None:
    """Show the programs on the Polish pages with Polish comments."""
    if app.config.language == "pl":
        for block in list(page.findall(nodes.literal_block)):
            if block.get("language") == "python":
                program = in_polish(block.astext())
                block.replace_self(nodes.literal_block(program, program, **block.attributes))


def setup(app: Sphinx) -> None:
    """Register the directives, the Polish search and the changes of parsed pages."""
    app.config.llms_txt_description = {
        "en": "The Python SDK for the BetTune API: set minimum odds from your model.",
        "pl": "SDK do API BetTune w Pythonie: kursy minimalne z Twojego modelu.",
    }[app.config.language]
    languages["pl"] = SearchPolish
    app.add_directive("command-help", CommandHelp)
    app.add_directive("operations", Operations)
    app.add_directive("models", Models)
    app.connect("doctree-read", spell_out)
    app.connect("doctree-read", translate_comments)
