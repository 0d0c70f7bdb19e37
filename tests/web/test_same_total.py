"""One search, many answers: page, JSON, files, feed, analyses, batch and command list the same, whatever is asked."""

import csv
import io
import json
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from searchsvc.cli import commands
from searchsvc.engines import open_engine
from searchsvc.settings import Settings
from searchsvc.web import create_app
from tests.engines.engine_articles import HARBOUR
from tests.engines.test_contract_copies import ARTICLES

TEXTS = (
    "",
    "ferry",
    "ferry storm",
    "ferry OR master",
    '"harbour master"',
    "storm -ferry",
    "title:ferry",
    "harb*",
    "ferri",
)
#: Parameter → what it may be; "" leaves it out.
NARROWED = {
    "section": ("", "", "Sea", "Town"),
    "outlet": ("", "", "Post", "Lowmere Letter"),
    "from": ("", "", "2021-03-03"),
    "to": ("", "", "2021-03-05"),
    "match": ("", "all", "any"),
    "dups": ("", "show"),
}
ASKED = st.fixed_dictionaries(
    {"q": st.sampled_from(TEXTS), **{name: st.sampled_from(values) for name, values in NARROWED.items()}}
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("counted") / "index"
    with closing(open_engine(f"whoosh:{folder}")) as engine, engine.writer() as writer:
        for documents in (*HARBOUR, *ARTICLES):
            writer.put(documents)
    return folder


@pytest.fixture(scope="module")
def archive(index: Path) -> FlaskClient:
    return create_app(Settings(engine=f"whoosh:{index}")).test_client()


def listed_in_files(client: FlaskClient, name: str, asked: dict[str, str]) -> list[int]:
    """Return how many records each file has, and says that it has."""
    lines, rows = (client.get(f"/{name}.{suffix}?{urlencode(asked)}") for suffix in ("jsonl", "csv"))
    table = csv.reader(io.StringIO(rows.get_data().decode("utf-8-sig"), newline=""))
    said = [int(file.headers["X-Total-Count"]) for file in (lines, rows)]
    return [*said, len(lines.get_data().splitlines()), len(list(table)) - 1]


def told_by_command(index: Path, name: str, asked: dict[str, str]) -> int:
    """Return the total that a command prints for the same options."""
    options = [part for option, value in asked.items() if option != "q" for part in (f"--{option}", value)]
    done = CliRunner().invoke(commands, [name, *options, "--json", "--index", str(index), "--", asked["q"]])
    assert done.exit_code == 0, done.output
    total: int = json.loads(done.stdout)["total"]
    return total


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_values=ASKED)
def test_articles_are_counted_alike(archive: FlaskClient, index: Path, given_values: dict[str, str]) -> None:
    asked = {name: value for name, value in given_values.items() if value or name == "q"}
    query = urlencode(asked)
    answer = archive.get(f"/api/search?{query}").get_json()
    total = answer["total"]
    assert set(listed_in_files(archive, "search", asked)) == {total}
    assert archive.get(f"/search.ris?{query}").get_data(as_text=True).count("TY  - ") == total
    assert told_by_command(index, "search", asked) == total
    assert {archive.get(f"/api/search?{query}&sort={order}").get_json()["total"] for order in ("added", "oldest")} == {
        total
    }
    search = {name: [value] if name in {"section", "outlet"} else value for name, value in asked.items()}
    assert archive.post("/api/search/batch", json={"searches": [search]}).get_json()["answers"][0]["total"] == total
    typed = archive.get(f"/api/search?{query}&spelling=typed").get_json()["total"]
    trend = archive.get(f"/api/trends?{query}&interval=year").get_json()["trends"][0]
    by_period = trend["undated"] + sum(point["articles"] for point in trend["points"])
    assert trend["total"] == typed
    assert by_period == typed if "dups" in asked else by_period >= typed  # copies may be of several periods
    if not {"from", "to"} & asked.keys():
        days = ({"from": point["from"], "to": point["to"], "spelling": "typed"} for point in trend["points"])
        within = [archive.get(f"/api/search?{query}&{urlencode(one)}").get_json()["total"] for one in days]
        assert within == [point["articles"] for point in trend["points"]]
    assert archive.get(f"/api/keywords?{query}").get_json()["articles"] == total
    for facet, values in answer["facets"].items():
        if facet in {"section", "outlet", "language"} and facet not in asked:
            chosen = [archive.get(f"/api/search?{query}&{urlencode({facet: one['value']})}") for one in values]
            assert [one.get_json()["total"] for one in chosen] == [one["count"] for one in values]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_values=ASKED)
def test_quotes_are_counted_alike(archive: FlaskClient, index: Path, given_values: dict[str, str]) -> None:
    asked = {name: value for name, value in given_values.items() if value or name == "q"}
    answer = archive.get(f"/api/quotes?{urlencode(asked)}").get_json()
    assert answer["query"]["dups"] == asked.get("dups")
    assert set(listed_in_files(archive, "quotes", asked)) == {answer["total"]}
    assert told_by_command(index, "quotes", asked) == answer["total"]


def test_trends_count_each_copy_where_that_is_asked_for(archive: FlaskClient, index: Path) -> None:
    once, each = (archive.get(f"/api/trends?q=ferry{dups}").get_json() for dups in ("", "&dups=show"))
    assert (once["dups"], each["dups"]) == (None, "show")
    assert each["trends"][0]["total"] > once["trends"][0]["total"]
    counted = CliRunner().invoke(commands, ["trends", "ferry", "--dups", "show", "--json", "--index", str(index)])
    assert json.loads(counted.stdout)["trends"] == each["trends"]
    page = archive.get("/?q=ferry&dups=show").get_data(as_text=True)
    assert "/trends?q=ferry&amp;dups=show" in page
