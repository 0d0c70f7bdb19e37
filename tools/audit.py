"""requirements/run.txt → packages with known vulnerabilities, as pip-audit finds them; `make check` fails on any.

Where the service that knows them cannot be asked, or does not know some of the packages, that is said and no failure.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
#: Seconds that one answer and all answers may take.
ANSWER, ALL = 5, 60
COMMAND = [
    *[sys.executable, "-m", "pip_audit", "--disable-pip", "--progress-spinner", "off", "--format", "json"],
    *["--timeout", str(ANSWER), "--requirement", str(ROOT / "requirements" / "run.txt")],
]


def verdict(output: str) -> tuple[list[str], int]:
    """Return what to tell about a report of pip-audit, and the exit code; no report is an empty text."""
    try:
        found = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return ["AUDIT NOT DONE: the service that knows of vulnerabilities cannot be reached"], 0
    lines = [
        f"{package['name']} {package['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'none'}"
        for package in found
        for fault in package.get("vulns", ())
    ]
    code = 1 if lines else 0
    unknown = [package["name"] for package in found if "skip_reason" in package]
    if unknown:
        lines.append(
            f"AUDIT NOT DONE for {len(unknown)} of {len(found)} packages: the service does not answer for them"
        )
    return lines, code


def main(command: Sequence[str] = COMMAND) -> int:
    """Ask and tell."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=ALL)
        lines, code = verdict(done.stdout)
    except subprocess.TimeoutExpired:
        lines, code = verdict("")
    for line in lines:
        print(line, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
