"""The documents cannot lie: every command, setting and key stands in the README."""

import json
import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from searchsvc.cli import commands
from searchsvc.engines import open_engine
from searchsvc.json_output import page_to_json
from searchsvc.json_queries import QueryJson
from searchsvc.json_shapes import HitJson, PageJson
from searchsvc.model.fields import FACETS
from searchsvc.query_parser import parse_query
from searchsvc.reindex.worker_pool import PAGE_MEMORY, PAGE_SECONDS
from searchsvc.search import SearchRequest, search_articles
from searchsvc.settings import Settings
from searchsvc.sources.files import MAX_PAGE_BYTES

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_readme_shows_each_command(name: str) -> None:
    assert f"searchsvc {name}" in README


def test_readme_names_each_setting_with_its_default() -> None:
    source = (ROOT / "searchsvc" / "settings.py").read_text()
    names = set(re.findall(r'"(SEARCHSVC_[A-Z_]+|PORT)"', source))
    assert names
    assert [name for name in sorted(names) if f"`{name}`" not in README] == []
    assert str(Settings().port) in README


def test_readme_names_each_facet() -> None:
    assert [row.name for row in FACETS if row.name not in README] == []


def test_readme_example_has_the_published_keys() -> None:
    block = re.search(r"```json\n(.*?)```", README, re.DOTALL)
    assert block
    example = json.loads(block.group(1))
    assert set(example) == set(PageJson.__struct_fields__)
    assert set(example["query"]) == set(QueryJson.__struct_fields__)
    assert set(example["hits"][0]) == set(HitJson.__struct_fields__)
    table = README[README.index("| key |") :]
    for key in (
        *example,
        *example["query"],
        *example["hits"][0],
        *example["hits"][0]["snippets"][0],
        *example["index"],
    ):
        assert key in table


def test_readme_example_is_what_the_seeds_answer(seeds: Path) -> None:
    block = re.search(r"```json\n(.*?)```", README, re.DOTALL)
    assert block
    example = json.loads(block.group(1))
    request = SearchRequest(example["query"]["text"], size=1)
    page = json.loads(page_to_json(search_articles(open_engine(f"whoosh:{seeds}"), request)))
    assert example["query"] == page["query"]
    assert list(example["facets"]) == list(page["facets"])
    (shown,), (hit,) = example["hits"], page["hits"]
    snippet, printed = shown.pop("snippets")[0], hit["snippets"][0]
    for key in ("text", "html"):
        assert printed.pop(key).startswith(snippet.pop(key).rstrip(" …"))
    assert snippet == printed
    assert len(hit["added"]) == len(shown.pop("added"))
    assert hit["lead"].startswith(shown.pop("lead").rstrip(" …"))
    assert {key: hit[key] for key in shown} == shown


def test_architecture_names_each_room() -> None:
    architecture = (ROOT / "ARCHITECTURE.md").read_text()
    rooms = [path.stem for path in (ROOT / "searchsvc").iterdir() if path.suffix == ".py" or path.is_dir()]
    assert [room for room in rooms if not room.startswith("__") and room not in architecture] == []


def test_security_tells_the_limits_of_a_page() -> None:
    security = (ROOT / "SECURITY.md").read_text()
    assert f"{MAX_PAGE_BYTES / 1e6:g} MB unpacked" in security
    assert f"{PAGE_SECONDS:g} s and {PAGE_MEMORY >> 30} GB a page" in security


def test_readme_points_to_each_document() -> None:
    documents = [path.name for path in ROOT.glob("*.md") if path.name != "README.md"]
    assert [name for name in documents if f"({name})" not in README] == []


def test_architecture_gives_each_dependency_its_reason() -> None:
    architecture = (ROOT / "ARCHITECTURE.md").read_text()
    wanted = re.findall(r"^([A-Za-z0-9-]+)", (ROOT / "requirements" / "run.in").read_text(), re.MULTILINE)
    assert [name for name in wanted if name not in architecture] == []


def test_query_of_the_readme_can_be_read() -> None:
    for query in re.findall(r"^\| `(.+?)` \|", README, re.MULTILINE):
        for part in query.split("`, `"):
            assert parse_query(part, now=datetime.now(UTC)).text or part.endswith(":")


def examples() -> list[str]:
    """Every line that asks something, in the README and the helps."""
    helps = [command.help or "" for command in commands.commands.values()]
    lines = [line.strip() for text in (README, *helps) for line in text.splitlines()]
    asks = ("searchsvc search ", "searchsvc quotes ", "searchsvc verify ")
    return [line for line in lines if line.startswith(asks) and "--batch" not in line and " - " not in line]


@pytest.mark.parametrize("line", examples())
def test_each_example_finds_something_in_the_seeds(line: str, seeds: Path) -> None:
    arguments = shlex.split(line, comments=True)[1:]
    done = CliRunner().invoke(commands, [*arguments, "--index", str(seeds)])
    assert done.exit_code == 0, done.output
    first = done.stdout.splitlines()[0]
    assert not first.startswith(("0 ", "not in")), done.stdout
    assert '"total":0' not in first


@pytest.mark.parametrize("query", re.findall(r"`((?:quote|speaker|title):[^` ]+ [^`]*)`", README))
def test_each_query_of_the_table_finds_something_in_the_seeds(query: str, seeds: Path) -> None:
    if not query.endswith(":"):
        assert search_articles(open_engine(f"whoosh:{seeds}"), SearchRequest(query)).total
