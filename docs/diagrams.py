"""Draws the life of a request and the resolution of a day: python docs/diagrams.py."""

from __future__ import annotations

import csv
from html import escape
from pathlib import Path

from bettune import BetTune, Resolution
from bettune.sandbox import Sandbox

HERE = Path(__file__).resolve().parent
# Readable on a page of either kind: each picture brings its own ground.
STYLE = """
svg { --ground: #fff; --ink: #1f2328; --soft: #57606a; --box: #f6f8fa; --line: #8c959f;
  --sure: #0a7d4f; --unsure: #9a6700 }
@media (prefers-color-scheme: dark) {
  svg { --ground: #161b22; --ink: #e6edf3; --soft: #9ea7b3; --box: #21262d; --line: #6e7681;
    --sure: #3fb27f; --unsure: #d29922 }
}
text { font: 14px sans-serif; fill: var(--ink) }
.head { font-weight: bold }
.soft { font-size: 12.5px; fill: var(--soft) }
.ground { fill: var(--ground) }
.box { fill: var(--box); stroke: var(--line) }
.way, .sure, .unsure { fill: none; stroke: var(--line); stroke-width: 2 }
.sure { stroke: var(--sure) }
.unsure { stroke: var(--unsure); stroke-dasharray: 5 4 }
.tip { fill: var(--line) }
.tip.back { fill: var(--unsure) }
"""

FLOW = {  # the steps, each with a description; then the ways back to the rate limit
    "en": [
        ("Your call", "arguments are validated; an invalid one raises, and nothing is sent"),
        ("Queue", "at most 100 requests in flight, first in, first out"),
        ("Rate limit", "waits until the server accepts another request"),
        ("Request", "sent to BetTune with your token"),
        ("Response", "validated against the schema, returned as models"),
        ("429, 500, 502, 503, 504,", "a timeout or a lost", "connection: wait,", "then retry"),
    ],
    "pl": [
        (
            "Twoje wywołanie",
            "sprawdza argumenty; jeśli są niepoprawne, zgłasza błąd i nic nie wysyła",
        ),
        ("Kolejka", "najwyżej 100 zapytań naraz, w kolejności wywołań"),
        ("Limit zapytań", "zapytanie czeka, aż pozwoli na nie limit"),
        ("Zapytanie", "wysłane do BetTune z Twoim tokenem"),
        ("Odpowiedź", "porównana ze schematem i zwrócona jako modele"),
        (
            "429, 500, 502, 503, 504,",
            "przekroczony limit czasu",
            "lub zerwane połączenie:",
            "czekanie i ponowienie",
        ),
    ],
}
RESOLUTION = {
    "en": ("Your sheet", "BetTune", "certain: resolved", "uncertain: candidates to check"),
    "pl": ("Twój arkusz", "BetTune", "dopasowane", "niedopasowane: kandydaci do sprawdzenia"),
}


def main() -> None:
    """Write the pictures beside the pages that show them."""
    with (HERE / "examples" / "sheet.csv").open(encoding="utf-8", newline="") as file:
        sheet = list(csv.DictReader(file))
    with Sandbox() as box, BetTune(box.token, base_url=box.base_url) as bettune:
        found = bettune.matches.resolve(sheet, tz="Europe/Warsaw")
    for language in ("en", "pl"):
        folder = HERE / language
        folder.joinpath("flow.svg").write_text(flow(*FLOW[language]), "utf-8")
        drawn = resolution(sheet, found, RESOLUTION[language])
        folder.joinpath("resolution.svg").write_text(drawn, "utf-8")


def flow(*steps: tuple[str, ...]) -> str:
    """The steps of a request one below the other, and the way back to the limit."""
    *steps, again = steps
    parts = []
    for number, (name, does) in enumerate(steps):
        y = 16 + 82 * number
        parts.append(f'<rect class="box" x="16" y="{y}" width="500" height="54" rx="6"/>')
        parts += [text(32, y + 22, name, "head"), text(32, y + 42, does, "soft")]
        if number:
            parts.append(f'<path class="way" d="M266 {y - 28}v18"/>')
            parts.append(f'<path class="tip" d="M260 {y - 11}h12l-6 9z"/>')
    parts.append('<path class="unsure" d="M516 289h36q12 0 12-12v-140q0-12-12-12h-26"/>')
    parts.append('<path class="tip back" d="M527 119v12l-9-6z"/>')
    parts += [text(578, 180 + 19 * n, line, "soft") for n, line in enumerate(again)]
    return picture(756, 16 + 82 * len(steps) - 12, parts)


def resolution(sheet: list[dict[str, str]], found: Resolution, words: tuple[str, ...]) -> str:
    """The rows of a sheet, and a line from each to the match that it is or might be."""
    yours, theirs, certain, uncertain = words
    unresolved = {one.position: [each.match for each in one.candidates] for one in found.unresolved}
    known = {match.id: match for match in found.matches if match}
    known |= {match.id: match for matches in unresolved.values() for match in matches}
    order = sorted(known.values(), key=lambda match: (match.date, match.id))
    at = {match.id: 66 + 30 * number for number, match in enumerate(order)}
    parts = [text(16, 30, yours, "head"), text(480, 30, theirs, "head")]
    for position, (row, match) in enumerate(zip(sheet, found.matches, strict=True)):
        y = 66 + 30 * position
        parts.append(text(16, y, row["date"][11:], "soft"))
        parts.append(text(62, y, f"{row['home']} - {row['away']}"))
        for one in [match] if match else unresolved[position]:
            way = f"M300 {y - 5}C390 {y - 5} 380 {at[one.id] - 5} 470 {at[one.id] - 5}"
            parts.append(f'<path class="{"sure" if match else "unsure"}" d="{way}"/>')
    for match in order:
        parts += [text(480, at[match.id], f"{match.home.name} - {match.away.name}")]
    end = 66 + 30 * len(order) + 12
    parts += [
        f'<path class="sure" d="M16 {end - 5}h36"/>',
        text(62, end, certain, "soft"),
        f'<path class="unsure" d="M300 {end - 5}h36"/>',
        text(346, end, uncertain, "soft"),
    ]
    return picture(740, end + 18, parts)


def text(x: int, y: int, words: str, kind: str = "") -> str:
    """Some words."""
    return f'<text x="{x}" y="{y}" class="{kind}">{escape(words)}</text>'


def picture(width: int, height: int, parts: list[str]) -> str:
    """The parts on their ground."""
    ground = f'<rect class="ground" width="{width}" height="{height}" rx="6"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
    return "\n".join([f"{head}>", f"<style>{STYLE}</style>", ground, *parts, "</svg>\n"])


if __name__ == "__main__":
    main()
