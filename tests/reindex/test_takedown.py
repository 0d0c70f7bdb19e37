"""Articles taken down stay so: through runs, rollbacks, lost lists, and ends between any two steps."""

import gzip
import shutil
import sqlite3
from pathlib import Path

import pytest

from searchsvc.engines import open_engine
from searchsvc.engines.takedowns import Takedown, Takedowns, digest_of
from searchsvc.engines.whoosh import WhooshEngine
from searchsvc.engines.whoosh.erasure import FORGOTTEN, write_forgotten
from searchsvc.errors import EngineError, IndexMissingError, NotFoundError
from searchsvc.reindex import forget, reindex_places, rollback
from searchsvc.reindex.catalogue import Catalogue
from searchsvc.reindex.session import CATALOGUE_FILE

RECORD = '{{"id": "{id}", "title": "{title}", "body": "{title} in a paragraph of its own, the harbour office said."}}\n'


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    source = tmp_path / "pages.jsonl"
    records = {"a": "Ferry stays in port", "zyxomma-found": "Zyxomma found", "b": "Museum finds its clock"}
    source.write_text("".join(RECORD.format(id=id_, title=title) for id_, title in records.items()))
    return source


def ids(index: Path) -> set[str]:
    engine = open_engine(f"whoosh:{index}")
    found = set(engine.ids())
    engine.close()
    return found


def test_nothing_of_it_is_left_in_the_index_folder(pages: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    reindex_places([str(pages)], index=str(index))
    reindex_places(index=str(index), full=True)
    forget("zyxomma-found", index=str(index))
    for full in (None, False, True):
        if full is not None:
            assert reindex_places(index=str(index), full=full).forgotten == 1
        assert ids(index) == {"a", "b"}
        found = [path for path in index.rglob("*") if path.is_file() and b"yxomma" in path.read_bytes()]
        assert found == [], "the id, which is made of the title's words, stands nowhere either"


def test_a_run_after_a_takedown_changes_nothing(pages: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    reindex_places([str(pages)], index=str(index))
    forget("a", index=str(index))
    commit = open_engine(f"whoosh:{index}").info().commit
    report = reindex_places(index=str(index))
    assert (report.changes, report.unchanged, report.forgotten) == ((), 2, 1)
    assert report.index is not None
    assert report.index.commit == commit


def test_forgetting_the_only_article_keeps_its_place(tmp_path: Path) -> None:
    index, source = tmp_path / "index", tmp_path / "one.jsonl"
    source.write_text(RECORD.format(id="a", title="Ferry stays in port"))
    reindex_places([str(source)], index=str(index))
    forget("a", index=str(index))
    source.write_text(source.read_text() + RECORD.format(id="b", title="Museum finds its clock"))
    assert reindex_places(index=str(index)).count("added") == 1
    assert ids(index) == {"b"}


@pytest.mark.parametrize("lost", [CATALOGUE_FILE, FORGOTTEN])
def test_the_list_survives_the_loss_of_either_keeper(pages: Path, tmp_path: Path, lost: str) -> None:
    index = tmp_path / "index"
    reindex_places([str(pages)], index=str(index))
    forget("a", index=str(index))
    (index / lost).unlink()
    reindex_places([str(pages)], index=str(index), full=True)
    assert ids(index) == {"b", "zyxomma-found"}
    assert "a" in WhooshEngine(index).forgotten()
    with Catalogue(index / CATALOGUE_FILE) as catalogue:
        assert "a" in catalogue.forgotten()


def test_a_damaged_list_is_written_anew_from_the_catalogue(pages: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    reindex_places([str(pages)], index=str(index))
    forget("a", index=str(index))
    (index / FORGOTTEN).write_bytes(b"nonsense")
    with pytest.raises(EngineError, match=FORGOTTEN):
        ids(index)
    reindex_places(index=str(index))
    assert ids(index) == {"b", "zyxomma-found"}


def test_the_next_run_ends_what_a_killed_forget_began(pages: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    reindex_places([str(pages)], index=str(index))
    reindex_places(index=str(index), full=True)
    write_forgotten(index, Takedowns((Takedown(digest_of("a"), "2026-01-02T00:00:00+00:00"),)))
    assert ids(index) == {"b", "zyxomma-found"}
    report = reindex_places(index=str(index))
    assert (report.unchanged, report.changes) == (2, ()), "the others are not read again"
    assert rollback(index=str(index)).articles == 2


def test_a_backup_that_is_put_back_brings_nobody_back(pages: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    reindex_places([str(pages)], index=str(index))
    shutil.copytree(index, tmp_path / "backup")
    forget("a", index=str(index))
    shutil.copy2(index / FORGOTTEN, tmp_path / "backup" / FORGOTTEN)
    shutil.rmtree(index)
    (tmp_path / "backup").rename(index)
    assert ids(index) == {"b", "zyxomma-found"}
    reindex_places(index=str(index))
    assert ids(index) == {"b", "zyxomma-found"}


def test_takedowns_of_an_earlier_catalogue_are_kept(pages: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    index.mkdir()
    db = sqlite3.connect(index / CATALOGUE_FILE)
    db.execute("PRAGMA journal_mode=WAL")
    db.executescript(
        "CREATE TABLE page (generation TEXT, place TEXT, name TEXT, path TEXT, sha256 TEXT, reader TEXT, status TEXT,"
        " article TEXT, version TEXT, error TEXT, PRIMARY KEY (generation, place, name)) WITHOUT ROWID;"
        "CREATE TABLE expected (generation TEXT, article TEXT, PRIMARY KEY (generation, article)) WITHOUT ROWID;"
        "CREATE TABLE forgotten (article TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID;"
        "INSERT INTO forgotten VALUES ('zyxomma-found', '2025-01-01T00:00:00+00:00');"
    )
    db.close()
    reindex_places([str(pages)], index=str(index), dry_run=True)
    reindex_places([str(pages)], index=str(index))
    assert ids(index) == {"a", "b"}
    assert b"yxomma" not in (index / CATALOGUE_FILE).read_bytes()


def test_forget_says_what_there_is_not(pages: Path, tmp_path: Path) -> None:
    index = str(tmp_path / "index")
    with pytest.raises(IndexMissingError):
        forget("a", index=index)
    reindex_places([str(pages)], index=index)
    with pytest.raises(NotFoundError, match="nowhere"):
        forget("nowhere", index=index)


def test_forget_of_a_damaged_index_keeps_the_article_out_and_says_what_is_left(pages: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    reindex_places([str(pages)], index=str(index))
    for table in (index / "generation-1").glob("*.toc"):
        table.write_bytes(gzip.compress(table.read_bytes()))
    with pytest.raises(EngineError, match="kept out from now on, but not all is done"):
        forget("a", index=str(index))
    reindex_places(index=str(index))
    assert ids(index) == {"b", "zyxomma-found"}


def test_forget_takes_down_for_good_what_was_taken_down_for_later(pages: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    reindex_places([str(pages)], index=str(index))
    forget("zyxomma-found", index=str(index), later=True)
    assert forget("zyxomma-found", index=str(index)).steps, "it was there, and its text still was"
    assert forget("zyxomma-found", index=str(index)).steps == ()


def test_what_could_not_be_put_on_the_list_is_not_taken_down(pages: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    reindex_places([str(pages)], index=str(index))
    (index / "forgotten.unfinished").mkdir()
    with pytest.raises(EngineError, match="a is not taken down"):
        forget("a", index=str(index))
    assert "a" in ids(index)


def test_a_full_run_leaves_no_damaged_generation_with_what_was_taken_down(pages: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    reindex_places([str(pages)], index=str(index))
    segment = max((index / "generation-1").glob("*.arrays"), key=lambda path: path.stat().st_size)
    data = bytearray(segment.read_bytes())
    data[data.index(b"museum")] ^= 1
    segment.write_bytes(data)
    with pytest.raises(EngineError, match="kept out from now on"):
        forget("zyxomma-found", index=str(index))
    reindex_places(index=str(index), full=True)
    assert ids(index) == {"a", "b"}
    assert [path for path in index.rglob("*") if path.is_file() and b"yxomma" in path.read_bytes()] == []


def test_a_damaged_list_without_a_second_one_is_told_with_a_way_that_works(pages: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    reindex_places([str(pages)], index=str(index))
    (index / FORGOTTEN).write_text("x")
    with pytest.raises(EngineError, match="or remove it"):
        reindex_places(index=str(index))
    (index / FORGOTTEN).unlink()
    assert reindex_places(index=str(index)).unchanged == 3


@pytest.mark.no_cover
def test_every_article_of_the_seeds_can_be_taken_down(tmp_path: Path) -> None:
    """They share words, names and places: what stays of these is no remains."""
    index = tmp_path / "index"
    reindex_places([str(Path(__file__).parents[2] / "seeds")], index=str(index))
    left = ids(index)
    for article_id in sorted(left)[:-1]:
        forget(article_id, index=str(index))
        left.remove(article_id)
        assert ids(index) == left
    assert reindex_places(index=str(index)).changes == ()
