"""Captures of one address that say something else are versions: the last ones are kept, in whatever order they come."""

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from searchsvc.engines import open_engine
from searchsvc.engines.base import GenerationStore
from searchsvc.errors import UsageError
from searchsvc.model.article import Article
from searchsvc.model.query import MatchAll, Query, Word
from searchsvc.reindex import copy_index, forget, pipeline, reindex_places, rollback

#: Day of June and text of a capture.
Capture = tuple[int, str]


def write(folder: Path, captures: Sequence[Capture], *, story: int = 1) -> None:
    """Write the captures of one story, a file each, and remove the others of it."""
    folder.mkdir(exist_ok=True)
    wanted = {f"{story}-{day:02}-{text}.jsonl": (day, text) for day, text in captures}
    for path in folder.glob(f"{story}-*.jsonl"):
        if path.name not in wanted:
            path.unlink()
    for name, (day, text) in wanted.items():
        record = {
            "url": f"https://post.example/{story}",
            "title": f"Wall {text}",
            "body": f"The council says {text}.\nThe tide is high.",
            "updated": f"2026-06-{day:02}T10:00:00Z",
        }
        (folder / name).write_text(json.dumps(record) + "\n")


def held(index: str, *, story: str = "post.example/1") -> tuple[Article, tuple[Article, ...]]:
    with closing(open_engine(f"whoosh:{index}")) as engine:
        newest = next(one for id_ in engine.ids() if (one := engine.article(id_)) and story in (one.head.url or ""))
        return newest, tuple(engine.versions(newest.head.id))


def told(index: str) -> list[tuple[str, str, int, tuple[str, ...]]]:
    """Title, day of the first capture, captures, and what changed, of each version, the newest first."""
    newest, older = held(index)
    return [
        (one.head.title, f"{h.since:%d}" if h.since else "", h.captures, h.changed)
        for one in (newest, *older)
        if (h := one.head.history) is not None
    ]


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    return tmp_path / "pages"


@pytest.fixture
def index(tmp_path: Path) -> str:
    return str(tmp_path / "index")


def test_captures_that_say_something_else_are_versions(pages: Path, index: str) -> None:
    write(pages, [(1, "a"), (2, "a"), (3, "b"), (5, "c"), (6, "c"), (7, "a")])
    report = reindex_places([str(pages)], index=index)
    assert (report.count("added"), report.superseded, report.versions, report.left_out) == (1, 5, 3, 0)
    parts = ("headline", "standfirst", "dates")
    assert told(index) == [
        ("Wall a", "07", 1, parts),
        ("Wall c", "05", 2, parts),
        ("Wall b", "03", 1, parts),
        ("Wall a", "01", 2, ()),
    ]
    newest, older = held(index)
    assert newest.head.history is not None
    assert (newest.head.history.older, newest.head.history.left_out) == (3, 0)
    assert [one.head.id for one in older] == [f"{newest.head.id}@202606{day}100000" for day in ("05", "03", "01")]
    assert reindex_places(index=index).changes == ()


def test_an_article_of_one_capture_or_one_text_has_no_older_version(pages: Path, index: str) -> None:
    write(pages, [(1, "a")])
    reindex_places([str(pages)], index=index)
    assert (held(index)[0].head.history, held(index)[1]) == (None, ())
    write(pages, [(1, "a"), (2, "a")])
    reindex_places(index=index)
    newest, older = held(index)
    assert (newest.head.history and newest.head.history.captures, older) == (2, ())


def test_only_so_many_are_kept_and_the_others_are_counted(pages: Path, index: str) -> None:
    write(pages, [(day, text) for day, text in enumerate("abcdefgh", 1)])
    report = reindex_places([str(pages)], index=index, versions=3)
    assert (report.versions, report.left_out) == (3, 4)
    newest, older = held(index)
    assert [one.head.title for one in older] == ["Wall g", "Wall f", "Wall e"]
    assert newest.head.history is not None
    assert (newest.head.history.older, newest.head.history.left_out) == (3, 4)
    reindex_places([str(pages)], index=index, full=True, versions=0)
    newest, older = held(index)
    assert newest.head.history is not None
    assert (older, newest.head.history.left_out, newest.head.history.changed) == ((), 7, ())


def test_they_are_searched_where_that_is_asked(pages: Path, index: str) -> None:
    write(pages, [(1, "alpha"), (2, "bravo")])
    write(pages, [(1, "charlie")], story=2)
    reindex_places([str(pages)], index=index)
    with closing(open_engine(f"whoosh:{index}")) as engine:
        asked = [Query(Word("alpha")), Query(Word("alpha"), versions=True), Query(MatchAll(), versions=True)]
        assert engine.totals(asked) == [0, 1, 3]
        (hit,) = engine.search(asked[1], limit=5).hits
        assert hit.head.is_old
        assert hit.head.article != hit.head.id


@pytest.mark.parametrize("seed", range(6))
def test_many_runs_lead_to_what_one_run_does(
    tmp_path: Path, pages: Path, index: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = Random(seed)  # noqa: S311  nothing secret
    monkeypatch.setattr(pipeline, "BATCH_ARTICLES", 3)
    write(pages, [(1, "x")], story=2)
    there: set[Capture] = set()
    for run in range(5):
        days = {day for day, _ in there}
        new = {(day, rng.choice("abc")) for day in rng.sample(range(1, 29), 4) if day not in days}
        there = new | {one for one in there if rng.random() > 0.2}
        write(pages, sorted(there))
        reindex_places([str(pages)], index=index, versions=4)
        other = str(tmp_path / f"other-{run}")
        reindex_places([str(pages)], index=other, versions=4)
        found, wanted = held(index), held(other)
        assert _plain(found) == _plain(wanted)


def _plain(versions: tuple[Article, tuple[Article, ...]]) -> list[Article]:
    newest, older = versions
    return [replace(one, head=replace(one.head, added=None)) for one in (newest, *older)]


def test_the_captures_of_one_address_cost_no_more_than_so_many_articles(
    pages: Path, index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "BATCH_ARTICLES", 100)
    pages.mkdir()
    records = [
        {"url": "https://post.example/1", "title": f"Wall {n}", "updated": f"2026-06-01T{n // 60:02}:{n % 60:02}:00Z"}
        for n in range(500)
    ]
    (pages / "crawl.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    report = reindex_places([str(pages)], index=index, versions=10)
    assert (report.versions, report.left_out) == (10, 489)
    with closing(open_engine(f"whoosh:{index}")) as engine:
        assert engine.totals([Query(MatchAll(), versions=True)]) == [11]
        assert isinstance(engine, GenerationStore)
        assert engine.verify() == []


def test_taking_an_article_down_takes_its_older_versions_along(pages: Path, index: str) -> None:
    write(pages, [(1, "quernstone"), (2, "bravo")])
    write(pages, [(1, "charlie")], story=2)
    reindex_places([str(pages)], index=index)
    newest, (older,) = held(index)
    with pytest.raises(UsageError):
        forget(older.head.id, index=index)
    assert held(index)[1] == (older,)
    forget(newest.head.id, index=index)
    with closing(open_engine(f"whoosh:{index}")) as engine:
        assert engine.totals([Query(MatchAll(), versions=True)]) == [1]
    assert not any(b"quernstone" in path.read_bytes() for path in Path(index).rglob("*.arrays"))


def test_a_copy_and_the_way_back_have_them(tmp_path: Path, pages: Path, index: str) -> None:
    write(pages, [(1, "a"), (2, "b"), (3, "c")])
    reindex_places([str(pages)], index=index)
    before = held(index)
    copy_index(index, str(tmp_path / "copy"))
    assert held(str(tmp_path / "copy")) == before
    write(pages, [(1, "a"), (3, "c"), (4, "d")])
    reindex_places(index=index)
    assert [one.head.title for one in held(index)[1]] == ["Wall c", "Wall a"]
    copy_index(index, str(tmp_path / "copy"))
    assert held(str(tmp_path / "copy")) == held(index)
    reindex_places([str(pages)], index=index, full=True, versions=1)
    rollback(index=index)
    assert [one.head.title for one in held(index)[1]] == ["Wall c", "Wall a"]


def test_a_dry_run_changes_and_reads_nothing(pages: Path, index: str) -> None:
    write(pages, [(1, "a"), (2, "b")])
    reindex_places([str(pages)], index=index)
    before = held(index)
    write(pages, [(1, "a"), (3, "c")])
    report = reindex_places(index=index, dry_run=True)
    assert [change.kind for change in report.changes] == ["changed"]
    assert held(index) == before
