"""What newcomers and forges read first is true: paths, commands, versions."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.docs.documents import ROOT
from tools import pythons

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
GUIDES = [ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
MAKEFILE = (ROOT / "Makefile").read_text()
WORKFLOW = (ROOT / ".github" / "workflows" / "ci.yml").read_text()


def paths(text: str) -> set[str]:
    """What is written as a path of the checkout, from its top or from the package on."""
    spans = re.findall(r"`([\w./<>-]+)`", text)
    return {span for span in spans if "/" in span or span.endswith((".py", ".toml"))}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_path_of_a_guide_is_there(guide: Path) -> None:
    for path in paths(guide.read_text()):
        if not path.startswith(("/", "index/", "generation-")) and "<" not in path:
            assert (ROOT / path).exists() or any((ROOT / "searchsvc").rglob(path.rstrip("/"))), path


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_link_of_a_guide_leads_somewhere(guide: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", guide.read_text()):
        assert link.startswith("https://") or (guide.parent / link).exists(), link


def test_every_make_command_of_a_guide_is_a_target() -> None:
    texts = "\n".join(guide.read_text() for guide in (*GUIDES, ROOT / "README.md"))
    wanted = set(re.findall(r"(?:^|`)make ([a-z-]+)", texts, re.MULTILINE))
    assert wanted
    assert wanted <= set(re.findall(r"^([a-z-]+):.*##", MAKEFILE, re.MULTILINE))


def test_the_newest_entry_of_the_changelog_is_this_version() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest
    assert newest.group(1) == PROJECT["version"]


def test_the_forge_tries_every_python_that_is_supported_and_runs_our_commands() -> None:
    jobs = yaml.safe_load(WORKFLOW)["jobs"]
    assert set(pythons.supported()) <= set(jobs["test"]["strategy"]["matrix"]["python"])
    runs = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert any(run == "make test" for run in runs)
    assert any(run.startswith("make test-slow") for run in runs)


def test_pre_commit_runs_the_ruff_that_is_locked() -> None:
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert f"ruff=={repository['rev'].removeprefix('v')} " in (ROOT / "requirements" / "test.txt").read_text()


def test_the_package_says_where_it_is_looked_after() -> None:
    assert {"Repository", "Documentation", "Changelog", "Issues"} <= set(PROJECT["urls"])
    assert all(url.startswith("https://") for url in PROJECT["urls"].values())
