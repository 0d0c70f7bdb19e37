"""What is in here: counted from the index and from what the runs of reindex have told."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.engines.memory import MemoryEngine
from searchsvc.engines.run_history import MOST_RUNS, RUNS_FILE, note_run, read_runs
from searchsvc.model.document import chunk
from searchsvc.model.result import FacetValue
from searchsvc.reindex import reindex_places
from searchsvc.search.collection import Gap, _gaps, describe_collection
from searchsvc.settings import Settings
from searchsvc.web import create_app
from tests.engines.engine_articles import article

RECORDS = [
    {"id": "a", "title": "One", "body": "Harbour.", "published": "2020-01-05", "section": "Sea", "lead": "A lead."},
    {
        "id": "b",
        "title": "Two",
        "body": "“It broke,” said Ann Oar.",
        "published": "2020-04-05",
        "authors": ["Ned Farrow"],
    },
    {"id": "c", "title": "Three", "body": "Undated.", "related": ["Elsewhere, a wall"]},
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    pages = folder / "pages"
    pages.mkdir()
    lines = [*map(json.dumps, RECORDS), "{", "[1]"]
    (pages / "all.jsonl").write_text("\n".join(lines))
    reindex_places([str(pages)], index=str(folder / "index"))
    return folder


@pytest.fixture
def engine(place: Path) -> Iterator[Engine]:
    with closing(open_engine(f"whoosh:{place / 'index'}")) as engine:
        yield engine


@pytest.fixture
def client(engine: Engine) -> FlaskClient:
    return create_app(Settings(), engine).test_client()


def test_the_collection_is_counted(client: FlaskClient) -> None:
    found = client.get("/api/collection").get_json()
    assert (found["articles"], found["quotes"], found["headlines"], found["undated"]) == (3, 1, 1, 1)
    assert (found["first_month"], found["last_month"]) == ("2020-01", "2020-04")
    assert found["gaps"] == [{"first_month": "2020-02", "last_month": "2020-03", "months": 2}]
    filled = {one["field"]: one["articles"] for one in found["fields"]}
    assert {name: filled[name] for name in ("title", "lead", "author", "related", "section", "date", "speaker")} == {
        "title": 3, "lead": filled["lead"], "author": 1, "related": 1, "section": 1, "date": 2, "speaker": 1,
    }  # fmt: skip
    pages = found["pages"]
    assert (pages["pages"], pages["refused"]) == (5, 2)
    assert sum(reason["pages"] for reason in pages["reasons"]) == 2
    assert [one["articles"] for one in found["growth"]] == [3]


def test_the_page_says_the_same(client: FlaskClient) -> None:
    page = client.get("/collection").text
    for text in (
        "<strong>3 articles</strong>",
        "1 quote",
        "February 2020 to March 2020",
        "that could not be read",
        "33 %",
    ):
        assert text in page, text
    assert 'href="/collection"' in client.get("/?q=harbour").text
    assert (
        client.get("/collection", headers={"If-None-Match": client.get("/collection").headers["ETag"]}).status_code
        == 304
    )


def test_an_empty_or_other_index_has_a_page_too() -> None:
    client = create_app(Settings(), MemoryEngine()).test_client()
    assert "<strong>0 articles</strong>" in client.get("/collection").text
    assert client.get("/api/collection").get_json()["pages"] is None


def test_engines_agree_on_what_is_in_here(engine: Engine) -> None:
    memory = MemoryEngine()
    with memory.writer() as writer:
        for one in engine.articles(list(engine.ids())):
            assert one is not None
            writer.put(chunk(one))
    mine, other = describe_collection(memory), describe_collection(engine)
    assert (mine.fields, mine.gaps, mine.quotes, mine.headlines) == (
        other.fields,
        other.gaps,
        other.quotes,
        other.headlines,
    )


def test_runs_are_kept_and_their_number_is_bounded(place: Path, tmp_path: Path) -> None:
    folder = place / "index"
    first = read_runs(folder)
    reindex_places(index=str(folder))
    last = read_runs(folder)
    assert last[:-1] == first
    assert (last[-1].articles, last[-1].unchanged) == (3, 3)
    text = (folder / RUNS_FILE).read_text()
    assert "all.jsonl" not in text
    assert "Harbour" not in text
    (tmp_path / RUNS_FILE).write_bytes(b"[" + b",".join([json.dumps(json.loads(text)[0]).encode()] * 600) + b"]")
    note_run(tmp_path, last[-1])
    assert len(read_runs(tmp_path)) == MOST_RUNS


@pytest.mark.parametrize("damage", [b"", b"{", b"[{}]", b"\xff\xfe"])
def test_a_damaged_history_is_none(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / RUNS_FILE).write_bytes(damage)
    assert read_runs(tmp_path) == ()
    assert read_runs(None) == ()


def test_gaps_go_over_years() -> None:
    months = [FacetValue(month, 1) for month in ("2019-11", "2020-02", "2020-03")]
    assert list(_gaps(months)) == [Gap("2019-12", "2020-01", 2)]


def test_the_page_of_the_collection_names_languages_and_counts_in_whole_sentences(engine: Engine) -> None:
    memory = MemoryEngine()
    with memory.writer() as writer:
        for number, language in enumerate(("en", "en", "ar")):
            made = article(f"a{number}", f"Article {number}", "Harbour.", day="2020-01-05" if number else None)
            writer.put(chunk(replace(made, head=replace(made.head, language=language))))
    page = create_app(Settings(), memory).test_client().get("/collection").text
    assert "<bdi>English</bdi></a>: 2 articles" in page
    assert "<bdi>العربية</bdi></a>: 1 article<" in page
    told = create_app(Settings(), engine).test_client().get("/collection").text
    assert re.search(r"1 article without a date\. +Brought up to date", " ".join(told.split()))
