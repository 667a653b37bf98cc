"""Finds countries and national teams by their names, codes and nicknames."""

from __future__ import annotations

from bettune._fixtures.team_names import prepare, words_of
from bettune._fixtures.vocabulary import read_text, vocabulary

# Names that stand for several countries.
_UNIONS = {
    "great britain": ("England", "Scotland", "Wales", "Northern Ireland"),
    "united kingdom": ("England", "Scotland", "Wales", "Northern Ireland"),
    "wielka brytania": ("England", "Scotland", "Wales", "Northern Ireland"),
    "uk": ("England", "Scotland", "Wales", "Northern Ireland"),
    "gb": ("England", "Scotland", "Wales", "Northern Ireland"),
    "gbr": ("England", "Scotland", "Wales", "Northern Ireland"),
}
INTERNATIONAL = "international"


def _key(text: str) -> str:
    return " ".join(words_of(prepare(text)))


class Countries:
    """The countries of countries.txt."""

    def __init__(self) -> None:
        self.by_name: dict[str, str] = {}
        self._by_code: dict[str, str] = {}
        self._by_nickname: dict[str, str] = {}
        for line in read_text("countries.txt").splitlines():
            if not line or line.startswith("#"):
                continue
            name, _, rest = line.partition(":")
            codes, names, nicknames = (part.split(",") for part in f"{rest}||".split("|")[:3])
            self.by_name[_key(name)] = name
            for text in names:
                self.by_name.setdefault(_key(text), name)
            for text in codes:
                self._by_code[_key(text)] = name
            for text in nicknames:
                self._by_nickname.setdefault(_key(text), name)
        for table in (self.by_name, self._by_code, self._by_nickname):
            table.pop("", None)

    def named(self, text: str) -> tuple[str, ...]:
        """Return the countries with a name or code, by their names in countries.txt.

        Returns an empty tuple for an unknown name, and INTERNATIONAL for an area such as Europe.
        """
        key = _key(text)
        if key.startswith("gb ") and len(key) == 6:  # ISO 3166-2, such as GB-ENG
            key = {"nir": "northern ireland", "wls": "wales", "sct": "scotland"}.get(
                key[3:], key[3:]
            )
        if key in _UNIONS:
            return _UNIONS[key]
        if key in vocabulary().areas:
            return (INTERNATIONAL,)
        country = self.by_name.get(key) or self._by_code.get(key)
        return () if country is None else (country,)

    def nation(self, text: str) -> str | None:
        """Return the country whose national team has this name, or None."""
        return self.by_name.get(text)

    def nation_by_any(self, text: str) -> str | None:
        """Return the country whose national team has this name, code or nickname, or None."""
        return self.by_name.get(text) or self._by_code.get(text) or self._by_nickname.get(text)


_COUNTRIES = Countries()


def countries() -> Countries:
    """Return the countries of countries.txt."""
    return _COUNTRIES
