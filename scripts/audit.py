"""Look up known vulnerabilities of the locked packages: `make audit`.

Exit status: 0 if there are none, 1 if there are some, 3 if not all packages could be looked up.
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
# uv runs it in a separate environment, since it has more dependencies than the project.
PIP_AUDIT = [UV, "tool", "run", "--quiet", "pip-audit==2.10.1"]
OPTIONS = ["--disable-pip", "--require-hashes", "--progress-spinner=off", "--format=json"]


def audit(name: str, packages: dict[str, str]) -> int:
    """Look up some locked packages, and print their known vulnerabilities."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(packages.values())
        file.flush()
        command = [*PIP_AUDIT, *OPTIONS, "-r", file.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        results = json.loads(done.stdout)["dependencies"]
    except ValueError:
        reason = done.stderr.strip().splitlines()[-1:] or ["pip-audit printed nothing"]
        print(
            f"{name}: the advisories could not be downloaded: {shown(reason[0])}", file=sys.stderr
        )
        return 3
    # pip-audit reports success even if it could not look up any package.
    skipped = [package for package in results if "skip_reason" in package]
    known = [(package, vuln) for package in results for vuln in package.get("vulns", ())]
    for package, vuln in known:
        fixed = ", ".join(vuln["fix_versions"]) or "no version yet"
        pin = f"{package['name']} {package['version']}"
        print(shown(f"{name}: {pin}: {vuln['id']}, fixed in {fixed}"))
    if skipped:
        named = ", ".join(package["name"] for package in skipped[:3])
        print(
            f"{name}: {len(skipped)} of {len(results)} packages could not be looked up "
            f"({named}, …)",
            file=sys.stderr,
        )
    if known:
        return 1
    if not skipped:
        print(f"{name}: no known vulnerability in {len(results)} packages")
    return 3 if skipped else 0


def main() -> int:
    """Audit all locked packages. Return the exit status, in which a vulnerability has priority."""
    lowest = pins(Path("requirements/lowest.txt"))
    newest: dict[str, str] = {}
    for lock in sorted(Path("requirements").glob("*.txt")):
        if lock.stem not in {"hashes", "lowest"}:
            newest |= pins(lock)
    statuses = {audit("newest versions", newest), audit("lowest versions", lowest)}
    return 1 if 1 in statuses else max(statuses)


if __name__ == "__main__":
    sys.exit(main())
