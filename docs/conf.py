"""Settings of the documentation site, of both languages: `make docs` builds docs/en and docs/pl."""

from __future__ import annotations

from bettune import __version__

project = "bettune"
author = "The bettune authors"
copyright = "The bettune authors, MIT"  # noqa: A001 - Sphinx's name
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "sphinx_llm.txt",
]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 0  # anchors are written, the same in both languages

add_module_names = False
autodoc_class_signature = "separated"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
napoleon_use_ivar = True

llms_txt_description = "The Python SDK for the BetTune API: a model's odds into BetTune, every day."
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
