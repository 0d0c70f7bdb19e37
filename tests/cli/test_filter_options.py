"""The command line narrows a search by all that the API does."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from searchsvc.cli import commands
from searchsvc.engines import open_engine
from searchsvc.errors import UsageError
from searchsvc.model.fields import ARTICLE_FACETS, FACETS
from tests.engines.engine_articles import HARBOUR


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("narrowed") / "index"
    with closing(open_engine(f"whoosh:{folder}")) as engine, engine.writer() as writer:
        for documents in HARBOUR:
            writer.put(documents)
    return str(Path(folder))


def answered(index: str, command: str, *options: str) -> Any:
    done = CliRunner().invoke(commands, [command, "", "--index", index, "--json", *options], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def found(index: str, *options: str) -> set[str]:
    return {hit["id"] for hit in answered(index, "search", *options)["hits"]}


@pytest.mark.parametrize(("command", "rows"), [("search", ARTICLE_FACETS), ("quotes", FACETS)])
def test_every_filter_of_the_api_is_an_option(command: str, rows: Any) -> None:
    told = CliRunner().invoke(commands, [command, "--help"]).output
    for name in (*(row.parameter for row in rows), "from", "to", "month"):
        assert f"--{name} " in told


def test_articles_are_narrowed(index: str) -> None:
    assert found(index, "--section", "transport") == {"ferry"}
    assert found(index, "--author", "Ida Bloom") == {"storm", "festival"}
    assert found(index, "--author", "Ida Bloom", "--author", "Ned Farrow") == {"ferry", "storm", "festival"}
    assert found(index, "--speaker", "Tom Reed", "--language", "en") == {"storm"}
    assert found(index, "--outlet", "nowhere") == set()
    assert found(index, "--month", "2021-03") == found(index, "--from", "2021-03-01", "--to", "2021-03-31") == {"ferry"}


def test_quotes_are_narrowed(index: str) -> None:
    quotes = answered(index, "quotes", "--speaker", "Quill", "--kind", "full", "--month", "2021-03")
    assert quotes["query"]["filters"]["speaker"] == ["Quill"]
    assert {hit["article"]["id"] for hit in quotes["hits"]} == {"ferry"}
    assert answered(index, "quotes", "--outlet", "nowhere")["total"] == 0


def test_a_month_and_days_are_wrong_use(index: str) -> None:
    with pytest.raises(UsageError, match="--month"):
        answered(index, "search", "--month", "2021-03", "--to", "2021-03-31")
