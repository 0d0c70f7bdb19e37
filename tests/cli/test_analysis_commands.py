"""Analyses on the command line: text for people, and the JSON and CSV that the service answers."""

import csv
import io
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from searchsvc.cli import commands
from searchsvc.engines import open_engine
from searchsvc.errors import UsageError
from searchsvc.model.fields import ARTICLE_FACETS
from searchsvc.settings import Settings
from searchsvc.web import create_app
from tests.engines.engine_articles import HARBOUR


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("analysed") / "index"
    with closing(open_engine(f"whoosh:{folder}")) as engine, engine.writer() as writer:
        for documents in HARBOUR:
            writer.put(documents)
    return str(Path(folder))


def run(index: str, *arguments: str) -> Result:
    done = CliRunner().invoke(commands, [*arguments, "--index", index], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (("trends", "ferry", "storm", "--interval", "month"), "trends?q=ferry&q2=storm&interval=month"),
        (("trends", "ferry", "--outlet", "Lowmere Letter"), "trends?q=ferry&outlet=Lowmere+Letter"),
        (("trends",), "trends"),
        (("concordance", "ferry", "--order", "left", "--size", "2"), "concordance?q=ferry&order=left&size=2"),
        (("concordance", '"harbour master"', "--sort", "oldest"), "concordance?q=%22harbour+master%22&sort=oldest"),
        (("keywords", "ferry", "--from", "2021-01-01"), "keywords?q=ferry&from=2021-01-01"),
    ],
)
def test_json_and_csv_are_those_of_the_service(index: str, arguments: tuple[str, ...], path: str) -> None:
    client = create_app(Settings(engine=f"whoosh:{index}", base_url="https://archive.example")).test_client()
    assert json.loads(run(index, *arguments, "--json").stdout) == client.get(f"/api/{path}").get_json()
    name, _, query = path.partition("?")
    theirs = client.get(f"/{name}.csv?{query}").get_data().decode("utf-8-sig")
    rows: Any = [list(csv.DictReader(io.StringIO(text))) for text in (run(index, *arguments, "--csv").stdout, theirs)]
    for row in (*rows[0], *rows[1]):
        row.pop("archive_url", None)
    assert [{key.lstrip("\ufeff"): value for key, value in row.items()} for row in rows[0]] == rows[1]


def test_text_says_what_was_counted(index: str) -> None:
    over_time = run(index, "trends", "ferry", "--interval", "year").stdout
    assert "ferry: 3 articles, 1 of them undated" in over_time
    assert "2020-01-01" in over_time
    lines = run(index, "concordance", "ferry").stdout.splitlines()
    assert lines[0] == "3 lines, of 3 articles"
    assert {line.index("|") for line in lines if "|" in line} == {44}
    assert run(index, "keywords", "ferry").stdout.startswith("of 3 articles")


@pytest.mark.parametrize("command", ["trends", "concordance", "keywords"])
def test_every_filter_of_the_api_is_an_option(command: str) -> None:
    told = CliRunner().invoke(commands, [command, "--help"]).output
    for name in (*(row.parameter for row in ARTICLE_FACETS), "from", "to", "month", "added-after", "added-before"):
        assert f"--{name} " in told


def test_what_came_in_narrows_an_analysis(index: str) -> None:
    found = json.loads(run(index, "trends", "ferry", "--added-after", "2999-01-01", "--json").stdout)
    assert found["all_articles"] == 0


def test_five_searches_are_too_many(index: str) -> None:
    with pytest.raises(UsageError, match="4 queries"):
        run(index, "trends", *"abcde")
