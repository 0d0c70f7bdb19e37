"""What is handed on is whole: built offline, and installed by a stock pip where nothing else is, it answers."""

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
#: What a reader of the seeds finds there.
PLACES = [path for path in (ROOT / "seeds").iterdir() if path.name != "README.md"]
#: Pages that no article is behind; between them they need every template, table and static file.
PAGES = (
    "/", "/?q=ferry&section=World", "/quotes?q=ferry", "/speakers", "/verify?q=the+sea+wall", "/search.atom?q=ferry",
    "/opensearch.xml", "/openapi.json", "/favicon.svg", "/robots.txt", "/healthz", "/readyz", "/problems/not-found",
    "/static/site.css", "/static/analyses.css", "/static/site.js", "/static/icon.svg",
    "/static/news-search.js", "/opensearch/suggestions?q=fer",
)  # fmt: skip
#: Run in an environment: addresses on standard input, a JSON of status and body by address on standard output.
ASK = """
import json, sys
from searchsvc.settings import Settings
from searchsvc.web import create_app
client, answers = create_app(Settings(engine="whoosh:index")).test_client(), {}
for address in json.load(sys.stdin):
    with client.get(address) as answer:
        answers[address] = answer.status_code, answer.text
json.dump(answers, sys.stdout)
"""


#: When an article came in, in an answer: no two runs have the same time.
ARRIVED = re.compile(r'"added":"[^"]*",')


def start(*command: str | Path, cwd: Path, text: str | None = None) -> "subprocess.CompletedProcess[str]":
    """Run a command in an environment that says nothing to Python."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON") and key != "VIRTUAL_ENV"}
    return subprocess.run(command, cwd=cwd, env=environ, input=text, capture_output=True, text=True, check=False)


def run(*command: str | Path, cwd: Path, text: str | None = None) -> str:
    """Run a command; return what it says."""
    done = start(*command, cwd=cwd, text=text)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def build(target: str, source: Path, folder: Path) -> Path:
    """Build with the back end that the lock file pins; no network is asked."""
    run(sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", folder, cwd=source)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as packagers make it, of the source distribution."""
    folder = tmp_path_factory.mktemp("unpacked")
    run("tar", "-xf", sdist, cwd=folder)
    (source,) = folder.iterdir()
    return build("wheel", source, tmp_path_factory.mktemp("wheel"))


def test_wheel_holds_every_file_of_the_package_and_no_other(wheel: Path) -> None:
    package = [path for path in (ROOT / "searchsvc").rglob("*") if path.is_file() and path.parent.name != "__pycache__"]
    names = {path.relative_to(ROOT).as_posix() for path in package}
    assert {"searchsvc/py.typed", "searchsvc/web/openapi.json", "searchsvc/web/static/site.css"} < names
    with zipfile.ZipFile(wheel) as archive:
        assert {name for name in archive.namelist() if ".dist-info/" not in name} == names
        for name in names:
            assert archive.read(name) == (ROOT / name).read_bytes(), name


def test_wheel_of_the_checkout_is_that_of_the_source_distribution(wheel: Path, tmp_path: Path) -> None:
    assert build("wheel", ROOT, tmp_path).read_bytes() == wheel.read_bytes()


def test_source_distribution_holds_what_its_tests_need_and_nothing_that_was_made(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        tops = {name.split("/")[1] for name in archive.getnames()}
    assert {"searchsvc", "tests", "seeds", "requirements", "tools", "Makefile", "LICENSE", "README.md"} <= tops
    assert [top for top in tops if top.startswith(".venv") or top in {"build", "dist", ".git"}] == []


def test_wheel_asks_for_all_that_the_lock_file_asks_for() -> None:
    asked = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"])
    lines = (ROOT / "requirements" / "run.in").read_text().splitlines()
    locked = {line.partition("  #")[0] for line in lines if not line.startswith("#")}
    assert asked <= locked


def answers(python: Path, folder: Path) -> dict[str, tuple[int, str]]:
    """Index `seeds/` in a folder, with an environment's Python; return what it then answers to every question."""
    folder.mkdir()
    ours: list[str | Path] = [python, "-P", "-m", "searchsvc"]
    run(*ours, "reindex", ROOT / "seeds", "--report", "report.json", cwd=folder)
    report = json.loads((folder / "report.json").read_text())
    assert (report["added"], report["failed"]) == (len(PLACES), 0)
    assert "whole" in run(*ours, "doctor", cwd=folder)
    assert run(*ours, "search", "ferry", "--json", cwd=folder).startswith("{")
    ids = [change["id"] for change in report["changes"]]
    addresses = [*PAGES, *(f"{where}/{id_}" for id_ in ids for where in ("/a", "/api/articles"))]
    found = json.loads(run(python, "-P", "-c", ASK, cwd=folder, text=json.dumps(addresses)))
    return {address: (status, ARRIVED.sub("", text)) for address, (status, text) in found.items()}


@pytest.mark.slow
def test_wheel_installed_by_a_stock_pip_answers_as_the_checkout_does(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)  # the pip that came with this Python, however old
    python = tmp_path / "env" / "bin" / "python"
    pip: list[str | Path] = [python, "-m", "pip", "--disable-pip-version-check"]
    if start(*pip, "download", "--no-deps", "--dest", "probe", "tzdata", cwd=tmp_path).returncode:
        pytest.skip("WHEEL NOT INSTALLED: the package registry cannot be reached")
    run(*pip, "install", wheel, cwd=tmp_path)
    theirs, ours = answers(python, tmp_path / "theirs"), answers(Path(sys.executable), tmp_path / "ours")
    assert {address: status for address, (status, _) in theirs.items() if status != 200} == {}
    stories = [address for address in ours if address.startswith("/api/articles/")]
    assert [address for address in stories if theirs[address] != ours[address]] == []
