"""The benchmarks run: each task once, small, for the engines that need no library of their own."""

import gzip
import json
import sqlite3
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from benchmarks import exports
from benchmarks.corpus import Corpus, queries
from benchmarks.http import asked_in_python
from benchmarks.news import News
from benchmarks.task import KINDS, build, latency, pages, update
from searchsvc.engines.whoosh import WhooshEngine
from tests.servers import at_work

SMALL = Corpus(40)


@pytest.mark.parametrize("engine", ["ours", "fts5", "whoosh_stock"])
def test_every_task_gives_its_figures(engine: str, tmp_path: Path) -> None:
    built = build([engine], SMALL, tmp_path, 5)[engine]
    assert built["mb"] > 0
    asked = latency(engine, tmp_path / engine, 5)
    assert set(asked) == {f"{kind} {round_}" for kind in KINDS for round_ in ("first", "warm")} | {"memory"}
    assert update(engine, tmp_path / engine)["ms"] > 0


@pytest.mark.parametrize("form", ["jsonl", "html"])
def test_pages_are_read_by_all_engines(form: str, tmp_path: Path) -> None:
    found = pages(["ours", "fts5"], Corpus(5), tmp_path, form)
    assert all(row["docs_per_cpu_s"] > 0 for row in found.values())
    with closing(sqlite3.connect(tmp_path / "fts5" / "fts5.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM a").fetchone() == (5,)
    assert WhooshEngine(tmp_path / "ours").count() == 5


def test_the_corpus_is_the_same_each_time() -> None:
    first, again = list(SMALL), list(Corpus(40))
    assert first == again
    assert queries(7, "or", 5, first) == queries(7, "or", 5, again)


def test_real_articles_are_read_where_there_are_some(tmp_path: Path) -> None:
    records = [{"id": f"a{number}", "title": "Buoy adrift", "body": f"Buoy {number} was found."} for number in range(3)]
    with gzip.open(tmp_path / "some.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)
    assert [article.head.id for article in News(tmp_path)] == ["a0", "a1", "a2"]


def test_whole_files_have_all_rows_in_each_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    curves = exports.run(300, tmp_path, served=False)
    assert [curve.rows for curve in curves] == [300, 300]
    assert all(curve.points and curve.seconds > 0 for curve in curves)
    assert "MB of anonymous memory by rows" in capsys.readouterr().out


class Answers(BaseHTTPRequestHandler):
    """Answers in two pieces, and keeps the connection."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(404 if self.path == "/none" else 200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        for piece in (b"so", b"me"):
            self.wfile.write(piece)
            self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


def test_the_client_in_python_counts_whole_answers_and_ends_at_an_error() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    with at_work(server):
        assert asked_in_python(["/a", "/b"], server.server_port, 0.5) > 0
        with pytest.raises(SystemExit, match="404"):
            asked_in_python(["/a", "/none"], server.server_port, 0.5)
