"""Ask for known vulnerabilities of the locked packages; say so if they cannot be asked.

Exit status: 0 none is known, 1 some are, 3 the advisories could not be asked about every package.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.environment import pins
from scripts.shown import shown

UV = Path(sys.executable).with_name("uv")
# Run by uv in an environment of its own: it has more dependencies than the project.
PIP_AUDIT = [UV, "tool", "run", "--quiet", "pip-audit==2.10.1"]
OPTIONS = ["--disable-pip", "--require-hashes", "--progress-spinner=off", "--format=json"]


def audit(name: str, packages: dict[str, str]) -> int:
    """Ask about some locked packages, and print the known vulnerabilities."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(packages.values())
        file.flush()
        command = [*PIP_AUDIT, *OPTIONS, "-r", file.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        answers = json.loads(done.stdout)["dependencies"]
    except ValueError:
        reason = done.stderr.strip().splitlines()[-1:] or ["pip-audit printed nothing"]
        print(f"{name}: the advisories could not be reached: {shown(reason[0])}", file=sys.stderr)
        return 3
    # pip-audit itself calls it a success when the source of advisories knows no package at all.
    skipped = [package for package in answers if "skip_reason" in package]
    known = [(package, vuln) for package in answers for vuln in package.get("vulns", ())]
    for package, vuln in known:
        fixed = ", ".join(vuln["fix_versions"]) or "no version yet"
        pin = f"{package['name']} {package['version']}"
        print(shown(f"{name}: {pin}: {vuln['id']}, fixed in {fixed}"))
    if skipped:
        named = ", ".join(package["name"] for package in skipped[:3])
        print(
            f"{name}: the advisories could not be asked about {len(skipped)} of {len(answers)} "
            f"packages ({named}, …): nothing is known about those",
            file=sys.stderr,
        )
    if known:
        return 1
    if not skipped:
        print(f"{name}: no known vulnerability in {len(answers)} packages")
    return 3 if skipped else 0


def main() -> int:
    """Audit all locked packages; a vulnerability weighs more than a question left open."""
    lowest = pins(Path("requirements/lowest.txt"))
    newest: dict[str, str] = {}
    for lock in sorted(Path("requirements").glob("*.txt")):
        if lock.stem not in {"hashes", "lowest"}:
            newest |= pins(lock)
    statuses = {audit("newest versions", newest), audit("lowest versions", lowest)}
    return 1 if 1 in statuses else max(statuses)


if __name__ == "__main__":
    sys.exit(main())
