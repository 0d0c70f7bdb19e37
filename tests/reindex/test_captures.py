"""Captures of one address: the newest is found, and the others are not read for it."""

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from searchsvc.reindex import reindex_places
from searchsvc.reindex.captures import Captures, recency_key
from searchsvc.reindex.catalogue import Catalogue, PageKey, PageRow


def row(number: int, version: str = "", place: str = "pages") -> PageRow:
    return PageRow(PageKey(place, f"crawl.warc#{number}"), "crawl.warc", "0" * 64, "1", "superseded", "a", version)


def test_the_newest_capture_is_that_of_all_rows_compared() -> None:
    rng = Random(5)  # noqa: S311  nothing secret
    for _ in range(60):
        with Catalogue(None) as catalogue:
            stored = [row(rng.randrange(40), rng.choice(("", "2024", "2025")), rng.choice("ab")) for _ in range(30)]
            catalogue.write("1", stored)
            captures, known = Captures(catalogue, "1"), {one.key: one for one in stored}
            for _ in range(30):
                key = rng.choice([*known, None]) if known else None
                wanted = max((one for one in known.values() if one.key != key), key=recency_key, default=None)
                assert captures.newest("a", except_key=key) == wanted
                if key is not None and rng.random() < 0.5:
                    captures.remove(known.pop(key))
                elif rng.random() < 0.5:
                    new = row(40 + rng.randrange(40), rng.choice(("", "2024", "2026")))
                    if new.key not in known:
                        captures.add(new)
                        known[new.key] = new


class CountingCatalogue(Catalogue):
    """A catalogue that counts the rows it gives."""

    given = 0

    def captures(self, generation: str, article: str, *, limit: int = -1, offset: int = 0) -> list[PageRow]:
        rows = super().captures(generation, article, limit=limit, offset=offset)
        self.given += len(rows)
        return rows


@pytest.mark.parametrize("order", ["newest first", "newest last"])
def test_rows_are_read_once_however_many_captures_there_are(order: str) -> None:
    rows = [row(number) for number in range(2_000)]
    with CountingCatalogue(None) as catalogue:
        catalogue.write("1", rows)
        captures = Captures(catalogue, "1")
        for one in rows if order == "newest last" else reversed(rows):
            captures.newest("a", except_key=one.key)
            captures.remove(one)
        assert captures.newest("a") is None
        assert catalogue.given <= len(rows)
        captures.clear()
        catalogue.given = 0
        assert captures.newest("a") == rows[-1]
        assert catalogue.given <= 2


def test_the_newest_capture_of_many_is_searched(tmp_path: Path) -> None:
    pages, index = tmp_path / "pages.jsonl", str(tmp_path / "index")

    def write(numbers: Sequence[int]) -> None:
        records = [{"url": "https://post.example/1", "title": f"Wall {n}", "body": "The wall."} for n in numbers]
        pages.write_text("".join(json.dumps(one) + "\n" for one in records))

    write(range(30))
    report = reindex_places([str(pages)], index=index)
    assert (report.count("added"), report.superseded, report.index and report.index.articles) == (1, 29, 1)
    write(range(20))
    report = reindex_places(index=index)
    assert ([change.kind for change in report.changes], report.index and report.index.articles) == (["changed"], 1)
    assert reindex_places(index=index).changes == ()


def test_a_catalogue_of_the_version_before_is_converted(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    with sqlite3.connect(path) as db:
        db.executescript(
            """CREATE TABLE page (generation TEXT NOT NULL, place TEXT NOT NULL, name TEXT NOT NULL, path TEXT NOT NULL,
            sha256 TEXT NOT NULL, reader TEXT NOT NULL, status TEXT NOT NULL, article TEXT, version TEXT NOT NULL,
            error TEXT, PRIMARY KEY (generation, place, name)) WITHOUT ROWID;
            CREATE INDEX page_article ON page (generation, article);
            CREATE TABLE place (generation TEXT, place TEXT, PRIMARY KEY (generation, place)) WITHOUT ROWID;
            CREATE TABLE expected (generation TEXT, article TEXT, PRIMARY KEY (generation, article)) WITHOUT ROWID;
            CREATE TABLE commits (generation TEXT PRIMARY KEY, made TEXT, announced TEXT) WITHOUT ROWID;
            CREATE TABLE takedown (digest TEXT PRIMARY KEY, since TEXT, later INTEGER) WITHOUT ROWID;
            PRAGMA user_version=2;"""
        )
        rows = [("1", "pages", f"crawl.warc#{n}", "crawl.warc", "0", "1", "superseded", "a", "", None) for n in (9, 10)]
        db.executemany("INSERT INTO page VALUES (?,?,?,?,?,?,?,?,?,?)", rows)
    db.close()
    with Catalogue(path) as catalogue:
        assert [one.key.name for one in catalogue.captures("1", "a")] == ["crawl.warc#10", "crawl.warc#9"]
        catalogue.write("1", [row(100)])
        assert catalogue.captures("1", "a", limit=1)[0].key.name == "crawl.warc#100"
    with Catalogue(path) as again:
        assert len(again.captures("1", "a")) == 3
