"""Report a check of the contract: a table for a person, JSON and JUnit XML for CI."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from bettune._http.redaction import cleaner
from scripts.contract.conformance import ADDITION, BREAK, UNCHECKED, Finding
from scripts.shown import shown

WORST = (BREAK, ADDITION, UNCHECKED)


class Step(NamedTuple):
    """One call: its name, the status of the response, and the findings."""

    name: str
    status: str
    findings: list[Finding]

    @property
    def result(self) -> str:
        """The worst level of the findings, or ok."""
        levels = {finding.level for finding in self.findings}
        return next((level for level in WORST if level in levels), "ok")


class Report(NamedTuple):
    """A whole check: the address, the calls in order, and the reason why it stopped, if any."""

    base_url: str
    steps: list[Step]
    stopped: str | None

    def without(self, token: str | None) -> Report:
        """Return the report without the token, which a server may echo in any encoding."""
        clean = cleaner(token or "")
        steps = [
            step._replace(findings=[item._replace(text=clean(item.text)) for item in step.findings])
            for step in self.steps
        ]
        return Report(clean(self.base_url), steps, self.stopped and clean(self.stopped))


def as_table(report: Report) -> str:
    """Return the report for a person."""
    base_url, steps, stopped = report
    rows = [
        ("operation", "status", "result"),
        *((step.name, step.status, step.result) for step in steps),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [f"The contract of {shown(base_url)} with openapi.yaml"]
    for row, step in zip(rows, [None, *steps], strict=True):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append("  ".join(cells).rstrip())
        lines += [f"    {shown(_line(finding))}" for finding in (step.findings if step else [])]
    lines.append(shown(_verdict(steps, stopped)))
    return "\n".join(lines)


def _line(finding: Finding) -> str:
    return ": ".join(part for part in finding if part)


def _verdict(steps: list[Step], stopped: str | None) -> str:
    levels = [finding.level for step in steps for finding in step.findings]
    counts = f"{levels.count(ADDITION)} new, {levels.count(UNCHECKED)} not checked"
    if stopped:
        counts += f"; it could not be checked further: {stopped}"
    # After an incomplete check, "0 broken" would be misleading.
    return counts if stopped and BREAK not in levels else f"{levels.count(BREAK)} broken, {counts}"


def as_json(report: Report) -> bytes:
    """Return the report for a program."""
    content = {
        "base_url": report.base_url,
        "stopped": report.stopped,
        "steps": [
            {
                "operation": step.name,
                "status": int(step.status) if step.status else None,
                "result": step.result,
                "findings": [finding._asdict() for finding in step.findings],
            }
            for step in report.steps
        ],
    }
    return json.dumps(content, indent=2).encode() + b"\n"


def as_junit(report: Report) -> bytes:
    """Return the report as JUnit XML. An addition passes, and is in the output of its test."""
    base_url, steps, stopped = report
    suite = ET.Element("testsuite", name=f"contract of {base_url}")
    counts = {"tests": 0, "failures": 0, "skipped": 0, "errors": 0}
    for number, step in enumerate(steps, 1):
        counts["tests"] += 1
        case = ET.SubElement(suite, "testcase", classname="contract", name=f"{number} {step.name}")
        text = "\n".join(_clean(_line(finding)) for finding in step.findings)
        if step.result == BREAK:
            counts["failures"] += 1
            ET.SubElement(case, "failure", message=text.splitlines()[0]).text = text
        elif step.result == UNCHECKED:
            counts["skipped"] += 1
            ET.SubElement(case, "skipped", message=text)
        elif text:
            ET.SubElement(case, "system-out").text = text
    if stopped:
        counts |= {"tests": counts["tests"] + 1, "errors": 1}
        case = ET.SubElement(suite, "testcase", classname="contract", name="the rest")
        ET.SubElement(case, "error", message=_clean(stopped))
    suite.attrib |= {key: str(value) for key, value in counts.items()}
    return ET.tostring(suite, encoding="utf-8", xml_declaration=True) + b"\n"


def _clean(text: str) -> str:
    # XML does not allow all characters that a server may send.
    return "".join(
        letter if letter.isprintable() or letter == "\n" else "\N{REPLACEMENT CHARACTER}"
        for letter in text
    )


def write(path: Path, report: bytes) -> None:
    """Write a report completely, or not at all."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(report)
    os.chmod(file.name, 0o644)  # noqa: PTH101
    Path(file.name).replace(path)
