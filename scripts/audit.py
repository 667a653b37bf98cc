"""Asks for known vulnerabilities of the locked packages; says so if nobody can be asked.

Exit status: 0 none is known, 1 some are, 3 the advisories could not be asked about every package.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

UV = Path(sys.executable).with_name("uv")
# Run by uv in an environment of its own: it has more dependencies than the project.
PIP_AUDIT = [UV, "tool", "run", "--quiet", "pip-audit==2.10.1"]
OPTIONS = ["--disable-pip", "--require-hashes", "--progress-spinner=off", "--format=json"]


def audit(lock: Path) -> int:
    """Ask about the packages of one lock file, and tell what is known."""
    command = [*PIP_AUDIT, *OPTIONS, "-r", lock]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except ValueError:
        reason = done.stderr.strip().splitlines()[-1:] or ["pip-audit said nothing"]
        print(f"{lock}: the advisories could not be reached: {reason[0]}", file=sys.stderr)
        return 3
    # pip-audit itself calls it a success when the source of advisories knows no package at all.
    skipped = [package for package in packages if "skip_reason" in package]
    found = [(package, vuln) for package in packages for vuln in package.get("vulns", ())]
    for package, vuln in found:
        fixed = ", ".join(vuln["fix_versions"]) or "no version yet"
        print(f"{lock}: {package['name']} {package['version']}: {vuln['id']}, mended in {fixed}")
    if skipped:
        named = ", ".join(package["name"] for package in skipped[:3])
        print(
            f"{lock}: the advisories could not be asked about {len(skipped)} of {len(packages)} "
            f"packages ({named}, …): nothing is known about those",
            file=sys.stderr,
        )
    if found:
        return 1
    if not skipped:
        print(f"{lock}: no known vulnerability in {len(packages)} packages")
    return 3 if skipped else 0


def main() -> int:
    """Audit every lock file; a vulnerability weighs more than a question left open."""
    statuses = {audit(lock) for lock in sorted(Path("requirements").glob("*.txt"))}
    return 1 if 1 in statuses else max(statuses)


if __name__ == "__main__":
    sys.exit(main())
