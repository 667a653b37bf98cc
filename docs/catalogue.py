"""The Polish catalogues of what the pages take from the code: docstrings and the commands' help.

`python docs/catalogue.py` renews them and names what is to be translated: what is new, and what has
changed, which keeps its old translation, marked fuzzy. With `--check` nothing is written.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from sphinx.application import Sphinx

HERE = Path(__file__).resolve().parent
PAGES = ("command-line", "reference")


def main() -> int:
    """Renew or check the catalogues; 1 where something is to be done."""
    check = sys.argv[1:] == ["--check"]
    to_do = []
    for page, wanted in templates().items():
        file = HERE / "locale" / "pl" / "LC_MESSAGES" / f"{page}.po"
        catalogue = read_po(file.open("rb"), "pl") if file.exists() else Catalog("pl")
        if check:
            gone = {message.id for message in catalogue} - {message.id for message in wanted}
            to_do += [f"{file.name}: no longer in the code: {id_}" for id_ in sorted(gone)]
        else:
            catalogue.update(wanted)
            catalogue.obsolete.clear()
            with file.open("wb") as stream:
                write_po(stream, catalogue, width=100, omit_header=True)
        for id_ in filter(None, (message.id for message in wanted)):  # but the header's
            known = catalogue.get(id_)
            if known is None or not known.string or known.fuzzy:
                to_do.append(f"{file.name}: to translate: {id_}")
    if to_do:
        print(*to_do, sep="\n", file=sys.stderr)
        print("`.venv-docs/bin/python docs/catalogue.py` renews docs/locale/pl", file=sys.stderr)
    return int(bool(to_do))


def templates() -> dict[str, Catalog]:
    """By page, what it takes from the code, and from where."""
    settings = {"include_patterns": [f"{page}.md" for page in PAGES], "root_doc": PAGES[0]}
    found = {page: Catalog() for page in PAGES}
    with tempfile.TemporaryDirectory() as out:
        app = Sphinx(HERE / "pl", HERE, out, out, "gettext", settings, status=None, warning=None)
        app.build()
        for page, catalogue in found.items():
            for message in app.builder.catalogs[page]:
                places = "\n".join(place for place, _ in message.locations)
                if of := re.search(r"(?:docstring|help) of (\S.*)", places):
                    catalogue.add(message.text, locations=[(of[1].replace(" ", "-"), 0)])
    return found


if __name__ == "__main__":
    sys.exit(main())
