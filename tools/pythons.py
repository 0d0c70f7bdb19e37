"""Versions of Python that pyproject.toml names → the tests under each that is found here; `make test-pythons`.

Each has an environment of its own, `.venv-3.12`, installed by the Makefile from the lock files. What was tried
and what was not stands at the end; a version that is not found here is no failure.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
CLASSIFIER = re.compile(r"Programming Language :: Python :: (3\.\d+)")
#: Where pyenv, uv and others keep Pythons that are not on the path; `{}` is the version.
ELSEWHERE = (
    ".pyenv/versions/{}.*/bin/python{}",
    ".local/share/uv/python/cpython-{}.*/bin/python{}",
    ".asdf/installs/python/{}.*/bin/python{}",
)


def supported(pyproject: Path = ROOT / "pyproject.toml") -> list[str]:
    """Return the versions that the package says it supports."""
    classifiers = tomllib.loads(pyproject.read_text())["project"]["classifiers"]
    return [match.group(1) for line in classifiers if (match := CLASSIFIER.fullmatch(line))]


def candidates(version: str, home: Path) -> Iterator[str]:
    """Yield where a version may be: on the path first, then in the folders of those who install Pythons."""
    if found := shutil.which(f"python{version}"):
        yield found
    for pattern in ELSEWHERE:
        yield from map(str, sorted(home.glob(pattern.format(version, version)), reverse=True))


def interpreter(version: str, home: Path | None = None) -> str | None:
    """Return a Python of that version which starts; None if there is none."""
    code = "import sys, ensurepip; print('{}.{}'.format(*sys.version_info))"
    for path in candidates(version, home or Path.home()):
        # A name on the path may be a shim that knows of no such version.
        told = subprocess.run([path, "-c", code], capture_output=True, text=True, check=False)
        if told.returncode == 0 and told.stdout.strip() == version:
            return path
    return None


def tried(version: str, python: str, arguments: Sequence[str]) -> str:
    """Install and test; return what came of it."""
    folder = f".venv-{version}"
    make = ["make", "--no-print-directory", f"VENV={folder}", f"PYTHON={python}", f"{folder}/test.stamp"]
    if subprocess.run(make, cwd=ROOT, check=False).returncode:
        return "not installed"
    done = subprocess.run([ROOT / folder / "bin" / "python", "-m", "pytest", *arguments], cwd=ROOT, check=False)
    return "passed" if done.returncode == 0 else "FAILED"


def main(arguments: Sequence[str]) -> int:
    """Try all; return 1 if one of those that are here fails."""
    results = {}
    for version in supported():
        python = interpreter(version)
        if python:
            print(f"Python {version}: {python}", flush=True)
        results[version] = tried(version, python, arguments) if python else "not found here, not tried"
    for version, result in results.items():
        print(f"Python {version}: {result}")
    return int(any(result in {"FAILED", "not installed"} for result in results.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
