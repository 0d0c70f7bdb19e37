"""Whole searches as files: what is in them, what spreadsheets make of it, and that no short file passes for whole."""

import csv
import html
import http.client
import io
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from threading import BoundedSemaphore

import pytest
import rispy
from flask.testing import FlaskClient
from pybtex.database import parse_string

from searchsvc.engines.memory import MemoryEngine
from searchsvc.errors import UsageError
from searchsvc.exports import RECORD_KINDS, chosen_columns
from searchsvc.settings import Settings
from searchsvc.web import create_app, result_files
from tests.engines.engine_articles import documents
from tests.web.failing_server import failing_server


def _rows(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize(
    ("file", "api", "of_record", "of_hit"),
    [
        ("/search", "/api/search", "id", lambda hit: hit["id"]),
        ("/quotes", "/api/quotes", "text", lambda hit: hit["quote"]["text"]),
        ("/headlines", "/api/headlines", "text", lambda hit: hit["headline"]["text"]),
        ("/speakers", "/api/speakers", "name", lambda hit: hit["name"]),
    ],
)
@pytest.mark.parametrize("query", ["?", "?q=mill", "?q=swans&from=2023-01-01", "?q=nothing-of-this"])
def test_files_have_the_records_of_the_pages_in_their_order(
    client: FlaskClient, file: str, api: str, of_record: str, of_hit: "object", query: str
) -> None:
    answer = client.get(f"{api}{query}&size=100").get_json()
    expected = [of_hit(hit) for hit in answer["hits"]]  # type: ignore[operator]  # a function of the table
    table = client.get(f"{file}.csv{query}")
    lines = client.get(f"{file}.jsonl{query}&page=2&size=1")
    assert table.headers["X-Total-Count"] == lines.headers["X-Total-Count"] == str(answer["total"])
    assert [json.loads(line)[of_record] for line in lines.text.splitlines()] == expected
    assert [row[of_record].removeprefix("'") for row in _rows(table.text)] == expected


def test_the_order_asked_for_is_that_of_the_file(client: FlaskClient) -> None:
    newest = [json.loads(line)["id"] for line in client.get("/search.jsonl?q=station&sort=newest").text.splitlines()]
    oldest = [json.loads(line)["id"] for line in client.get("/search.jsonl?q=station&sort=oldest").text.splitlines()]
    listed = [hit["id"] for hit in client.get("/api/search?q=station&sort=newest&size=100").get_json()["hits"]]
    assert newest == listed
    assert newest != oldest


def test_cells_are_no_formulas_and_columns_can_be_chosen() -> None:
    engine = MemoryEngine()
    titles = ["=1+1", "+44 20", "-x", "@SUM(A1)", "\t=2", " =3", "＝4", 'plain, with "marks"\nand lines', "1-2"]
    with engine.writer() as writer:
        for number, title in enumerate(titles):
            writer.put(documents(f"a{number}", title, "The ferry waits.", day=f"2024-01-{number + 1:02}"))
    client = create_app(Settings(), engine).test_client()
    rows = _rows(client.get("/search.csv?sort=oldest&columns=title,snippet,text,id").text)
    assert list(rows[0]) == ["title", "snippet", "text", "id"]
    assert [row["title"] for row in rows] == [f"'{title}" for title in titles[:7]] + titles[7:]
    assert {row["text"] for row in rows} == {"The ferry waits."}
    told = [json.loads(line)["title"] for line in client.get("/search.jsonl?sort=oldest").text.splitlines()]
    assert told == titles
    assert client.get("/search.csv").data.count(b"\r\n") == len(titles) + 1


def test_ris_of_a_search_is_read_by_rispy(client: FlaskClient) -> None:
    articles = rispy.loads(client.get("/search.ris?q=mill").text)
    assert articles[0]["title"] == "Mill race to be cleared by autumn"
    (quote,) = rispy.loads(client.get("/quotes.ris?q=swans").text)
    assert quote["notes"] == ["“The swans were here before the mill” (Greta Oldroyd)"]
    assert client.get("/speakers.ris").status_code == 404


def test_bibtex_of_a_search_is_read_by_pybtex_and_no_two_entries_share_a_key(client: FlaskClient) -> None:
    assert len(parse_string(client.get("/search.bib?q=station").text, "bibtex").entries) == 26
    (quote,) = parse_string(client.get("/quotes.bib?q=swans").text, "bibtex").entries.values()
    assert quote.fields["note"].startswith("“The swans were here before the mill” (Greta Oldroyd)")
    assert client.get("/headlines.bib").status_code == 404


@pytest.mark.parametrize(
    ("path", "formats"), [("/?q=mill", 4), ("/quotes", 4), ("/speakers/Greta%20Oldroyd", 4), ("/headlines", 2)]
)
def test_the_bar_of_a_result_offers_each_of_its_files(client: FlaskClient, path: str, formats: int) -> None:
    links = re.findall(r'href="([^"]+)" download', client.get(path).text)
    assert len(links) == formats
    for link in links:
        assert client.get(html.unescape(link)).status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "parameter"),
    [
        ("/search.csv?columns=title,colour", 400, "columns"),
        ("/search.csv?columns=title&columns=id", 400, "columns"),
        ("/search.csv?colums=title", 400, "colums"),
        ("/headlines.csv?dups=show", 400, "dups"),
        ("/quotes.jsonl?from=never", 400, "from"),
        ("/search.csv?q=a*", 422, None),
        ("/search.xls", 404, None),
    ],
)
def test_what_cannot_be_read_is_refused_before_anything_is_sent(
    client: FlaskClient, path: str, status: int, parameter: str | None
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    if status in {400, 422}:
        assert answer.get_json().get("parameter") == parameter


def test_unknown_columns_are_told_by_name() -> None:
    with pytest.raises(UsageError, match="'colour' is no column of quotes; there are text, speaker"):
        chosen_columns(RECORD_KINDS["quotes"], "text, colour")


def test_no_more_files_are_made_at_once_than_allowed(engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    slots = BoundedSemaphore(result_files.FILES_AT_ONCE)
    monkeypatch.setattr(result_files, "BoundedSemaphore", lambda _count: slots)
    client = create_app(Settings(), engine).test_client()
    for _ in range(3 * result_files.FILES_AT_ONCE):
        # Neither a refusal nor a file that nobody reads to its end keeps its place.
        assert client.get("/search.csv?columns=colour").status_code == 400
        client.head("/search.csv").close()
        client.get("/search.csv").close()
        assert client.get("/search.csv").data
    opened = [client.get("/search.csv", buffered=False) for _ in range(result_files.FILES_AT_ONCE)]
    refused = client.get("/search.csv")
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "15"
    assert refused.get_json()["type"] == "/problems/busy"
    for response in opened:
        response.close()
    assert client.get("/search.csv").status_code == 200


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with failing_server(tmp_path) as at:
        yield at


def test_a_failure_ends_the_transfer_so_that_no_short_file_passes_for_a_whole_one(port: int) -> None:
    for _ in range(3):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/search.jsonl?q=ferry&columns=id,text")
        response = connection.getresponse()
        assert response.read().count(b"\n") == int(response.headers["X-Total-Count"]) == 9
        connection.request("GET", "/search.csv?q=storm&columns=id")
        response = connection.getresponse()
        assert response.status == 200
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            response.read()
        connection.close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not there")
@pytest.mark.parametrize("more", [(), ("--compressed",)])
def test_curl_tells_that_a_transfer_was_cut(port: int, tmp_path: Path, more: tuple[str, ...]) -> None:
    def fetch(query: str) -> tuple[int, str, str]:
        file = tmp_path / "out.csv"
        command = ["curl", "--silent", "--show-error", "--fail", "--max-time", "60", "--output", str(file), *more]
        done = subprocess.run(
            [*command, f"http://127.0.0.1:{port}/search.csv?q={query}&columns=id"],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stderr, file.read_text(encoding="utf-8-sig") if file.exists() else ""

    code, said, text = fetch("ferry")
    assert (code, said, len(text.splitlines())) == (0, "", 10)
    code, said, text = fetch("storm")
    # 18: a part was received; 56: the connection was ended; 61, 23: what is packed has no end.
    assert code in {18, 23, 56, 61}
    assert "curl: " in said
    assert len(text.splitlines()) < 10


def test_a_client_that_reads_slowly_gets_the_whole_file(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/search.jsonl?q=ferry&columns=text")
    response = connection.getresponse()
    count = 0
    while piece := response.read(100_000):
        count += piece.count(b"\n")
        time.sleep(0.05)
        if count == 1:
            other = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            other.request("GET", "/api/search?q=ferry")
            assert other.getresponse().status == 200
            other.close()
    connection.close()
    assert count == 9
