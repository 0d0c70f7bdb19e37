"""What is current: it stays whatever fails after it became so, and index and catalogue agree or are made to."""

import errno
import json
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.engines.whoosh.codec import commit, index_writer
from searchsvc.engines.whoosh.codec.commit import IndexCommit, write_commit
from searchsvc.engines.whoosh.codec.container import Container
from searchsvc.engines.whoosh.generations import Generations
from searchsvc.errors import EngineError, UsageError
from searchsvc.model.article import Article, ArticleHead
from searchsvc.model.document import chunk
from searchsvc.reindex import catalogue_faults, forget, pipeline, reindex_places, rollback
from searchsvc.reindex.catalogue import Catalogue
from searchsvc.reindex.session import CATALOGUE_FILE


def write(source: Path, numbers: range, text: str = "The ferry sails again from Monday.") -> Path:
    records = [{"id": f"a{n}", "title": f"Story {n}", "body": text} for n in numbers]
    source.write_text("".join(json.dumps(record) + "\n" for record in records))
    return source


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write(tmp_path / "pages.jsonl", range(6))


@pytest.fixture
def index(source: Path, tmp_path: Path) -> Path:
    """An index with a generation before the current one."""
    folder = tmp_path / "index"
    reindex_places([str(source)], index=str(folder))
    reindex_places(index=str(folder), full=True)
    return folder


def count(index: Path) -> int:
    engine = open_engine(f"whoosh:{index}")
    found = engine.count()
    engine.close()
    return found


def in_step(index: Path) -> bool:
    """Return whether the catalogue describes the very commit that answers."""
    engine = open_engine(f"whoosh:{index}")
    with Catalogue(index / CATALOGUE_FILE, read_only=True) as catalogue:
        return catalogue.knows_commit(str(Generations(index).current()), engine.info().commit)


@pytest.mark.parametrize("error", [OSError(errno.EIO, "Input/output error"), KeyboardInterrupt()])
def test_what_fails_after_the_switch_takes_nothing_away(
    index: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fail(_folder: Path) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(commit, "sync_folder", lambda folder: fail(folder) if folder == index else None)
        with pytest.raises((EngineError, KeyboardInterrupt)) as told:
            reindex_places(index=str(index), full=True)
    if isinstance(told.value, EngineError):
        assert "generation-3 answers now" in str(told.value)
    assert (Generations(index).current(), count(index)) == (3, 6)
    assert reindex_places(index=str(index)).unchanged == 6, "the pages of the new generation are known"


@pytest.mark.parametrize("new_page", [False, True])
@pytest.mark.parametrize("lost", ["folder", "name", "pointer", "pointer is a folder", "table of contents"])
def test_a_run_mends_a_current_generation_that_is_gone(index: Path, source: Path, lost: str, *, new_page: bool) -> None:
    pointer = Generations(index).pointer
    match lost:
        case "folder":
            shutil.rmtree(index / "generation-2")
        case "name":
            pointer.write_text("generation-99\n")
        case "pointer":
            pointer.unlink()
        case "pointer is a folder":
            pointer.unlink()
            pointer.mkdir()
        case _:
            for table in (index / "generation-2").glob("*.toc"):
                table.unlink()
    with pytest.raises(EngineError, match="reindex"):
        count(index)
    if new_page:
        write(source, range(7))
    report = reindex_places(index=str(index))
    assert report.mended
    assert count(index) == 6 + new_page
    assert in_step(index)
    assert reindex_places(index=str(index)).mended is None


def test_a_run_that_mends_reads_all_places_whichever_is_named(index: Path, tmp_path: Path) -> None:
    shutil.rmtree(index / "generation-2")
    other = write(tmp_path / "other.jsonl", range(10, 12))
    reindex_places([str(other)], index=str(index))
    assert count(index) == 8


def test_rollback_leads_out_of_a_current_generation_that_is_gone(index: Path) -> None:
    shutil.rmtree(index / "generation-2")
    assert rollback(index=str(index)).articles == 6
    assert reindex_places(index=str(index)).unchanged == 6


def test_an_index_that_was_put_back_is_read_anew(index: Path, source: Path, tmp_path: Path) -> None:
    """Its generation alone: the catalogue describes a later state of it."""
    shutil.copytree(index / "generation-2", tmp_path / "backup")
    write(source, range(3, 9), "The mill on the coast was sold.")
    reindex_places(index=str(index))
    shutil.rmtree(index / "generation-2")
    (tmp_path / "backup").rename(index / "generation-2")
    assert not in_step(index)
    reindex_places(index=str(index))
    engine = open_engine(f"whoosh:{index}")
    assert sorted(engine.ids()) == [f"a{n}" for n in range(3, 9)]
    assert article_of(engine, "a4").blocks[-1].text == "The mill on the coast was sold."
    assert in_step(index)


def test_an_index_with_a_catalogue_of_before_its_generation_is_built_anew(index: Path, tmp_path: Path) -> None:
    shutil.copyfile(index / CATALOGUE_FILE, tmp_path / "backup")
    reindex_places(index=str(index), full=True)
    shutil.copyfile(tmp_path / "backup", index / CATALOGUE_FILE)
    report = reindex_places(index=str(index))
    assert "generation-3" in (report.mended or "")
    assert (count(index), in_step(index)) == (6, True)


def test_a_takedown_keeps_the_pages_of_a_build_that_was_ended_after_the_switch(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_pipeline: pipeline.IngestPipeline) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pipeline.IngestPipeline, "_adopt_generation", stop)
        with pytest.raises(KeyboardInterrupt):
            reindex_places(index=str(index), full=True)
    forget("a2", index=str(index))
    report = reindex_places(index=str(index))
    assert (report.mended, report.unchanged, count(index)) == (None, 5, 5)


def test_whatever_place_is_named_all_are_read_where_an_older_index_was_put_back(index: Path, tmp_path: Path) -> None:
    shutil.copytree(index / "generation-2", tmp_path / "backup")
    other = write(tmp_path / "other.jsonl", range(10, 12))
    reindex_places([str(other)], index=str(index))
    shutil.rmtree(index / "generation-2")
    (tmp_path / "backup").rename(index / "generation-2")
    report = reindex_places([str(tmp_path / "pages.jsonl")], index=str(index))
    assert "not of the same time" in (report.mended or "")
    assert (report.count("added"), count(index)) == (2, 8)


def test_pages_that_cannot_be_read_are_new_to_an_older_index_that_was_put_back(index: Path, tmp_path: Path) -> None:
    shutil.copytree(index / "generation-2", tmp_path / "backup")
    other = write(tmp_path / "other.jsonl", range(10, 12))
    reindex_places([str(other)], index=str(index))
    shutil.rmtree(index / "generation-2")
    (tmp_path / "backup").rename(index / "generation-2")
    other.rename(tmp_path / "away")
    other.mkdir()
    reindex_places(index=str(index))
    assert count(index) == 6
    other.rmdir()
    (tmp_path / "away").rename(other)
    assert reindex_places(index=str(index)).count("added") == 2


def test_articles_of_an_unknown_place_are_told_when_they_go(index: Path, tmp_path: Path) -> None:
    shutil.copyfile(index / CATALOGUE_FILE, tmp_path / "backup")
    reindex_places([str(write(tmp_path / "other.jsonl", range(10, 12)))], index=str(index))
    shutil.copyfile(tmp_path / "backup", index / CATALOGUE_FILE)
    report = reindex_places(index=str(index))
    assert {change.id for change in report.changes if change.kind == "deleted"} == {"a10", "a11"}


def test_changes_to_an_index_that_was_moved_away_begin_no_other(index: Path, tmp_path: Path) -> None:
    engine = open_engine(f"whoosh:{index}")
    article = article_of(engine, "a1")
    index.rename(tmp_path / "elsewhere")
    with pytest.raises(EngineError), engine.writer() as changes:
        changes.put(chunk(article))
    assert not Generations(index).all()


def test_each_commit_is_known_to_the_catalogue(index: Path, source: Path) -> None:
    for numbers in (range(6), range(2, 8), range(2, 8), range(4)):
        write(source, numbers)
        reindex_places(index=str(index))
        assert in_step(index)
        assert count(index) == len(numbers)


def test_an_index_that_lacks_what_the_catalogue_knows_is_told(index: Path, source: Path) -> None:
    with Catalogue(index / CATALOGUE_FILE) as catalogue:
        row = catalogue.captures("2", "a1")[0]
        key = row.key._replace(place=row.key.place + "-elsewhere")
        catalogue.write("2", [type(row)(key, "x", row.sha256, row.reader, "indexed", "a99")])
    with pytest.raises(EngineError, match=r"holds 6 articles where its catalogue knows 7.*--full"):
        reindex_places([str(source)], index=str(index))


def test_an_article_that_no_page_accounts_for_goes(index: Path) -> None:
    with Catalogue(index / CATALOGUE_FILE) as catalogue:
        catalogue.write("2", (), [catalogue.captures("2", "a1")[0].key])
    report = reindex_places(index=str(index))
    assert report.count("added") == 1, "the page is new to the catalogue"
    engine = open_engine(f"whoosh:{index}")
    with engine.writer() as changes:
        changes.put(chunk(replace(article_of(engine, "a2"), head=ArticleHead("b", "Of nobody"))))
    reindex_places(index=str(index))
    assert sorted(engine.ids()) == [f"a{n}" for n in range(6)]


def article_of(engine: Engine, article_id: str) -> Article:
    article = engine.article(article_id)
    assert article is not None
    return article


def test_a_run_says_how_many_of_its_commits_stand(index: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "BATCH_ARTICLES", 2)
    write(source, range(20, 24))
    left = [2]

    def full_disk(folder: Path, found: IndexCommit) -> None:
        left[0] -= 1
        if left[0] <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        write_commit(folder, found)

    monkeypatch.setattr(index_writer, "write_commit", full_disk)
    with pytest.raises(EngineError, match="1 commit of this run stands"):
        reindex_places(index=str(index))


def test_a_run_of_several_processes_that_fails_ends_with_its_message_alone(index: Path, source: Path) -> None:
    """Pages are still being read by the others: they must be ended before the interpreter is."""
    write(source, range(20, 400))
    script = (
        "import errno, sys; from searchsvc.cli import main; from searchsvc.engines.whoosh.codec import index_writer\n"
        "from searchsvc.reindex import pipeline; pipeline.BATCH_ARTICLES = 2\n"
        "def full_disk(folder, found): raise OSError(errno.ENOSPC, 'No space left on device')\n"
        "index_writer.write_commit = full_disk; sys.exit(main())"
    )
    command = [sys.executable, "-c", script, "reindex", "--jobs", "2", "--index", str(index)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1), done.stderr
    assert "No space left on device" in done.stderr


def test_a_dry_run_leaves_no_trace_and_needs_no_room(index: Path, source: Path) -> None:
    before = {path: path.stat().st_ctime_ns for path in (index, *index.rglob("*"))}
    write(source, range(7))
    assert reindex_places(index=str(index), dry_run=True).count("added") == 1
    assert {path: path.stat().st_ctime_ns for path in (index, *index.rglob("*"))} == before


def test_a_dry_run_reads_what_a_killed_run_has_left(index: Path) -> None:
    """A journal beside the catalogue: it is played back in a copy."""
    script = (
        "import os, sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "db.execute('PRAGMA cache_size=1'); db.execute('BEGIN'); db.execute('DELETE FROM page')\n"
        "db.execute('CREATE TABLE filler AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 9000)"
        " SELECT i, hex(randomblob(90)) FROM n')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(index / CATALOGUE_FILE)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (index / f"{CATALOGUE_FILE}-journal").exists()
    before = {path: path.stat().st_ctime_ns for path in (index, *index.rglob("*"))}
    assert reindex_places(index=str(index), dry_run=True).unchanged == 6
    assert catalogue_faults(str(index)) == []
    assert {path: path.stat().st_ctime_ns for path in (index, *index.rglob("*"))} == before


def test_the_place_of_a_damaged_index_that_is_not_mounted_is_named(index: Path, source: Path) -> None:
    shutil.rmtree(index / "generation-2")
    source.unlink()
    with pytest.raises(EngineError, match="not there"):
        count(index)
    with pytest.raises(UsageError, match=r"pages\.jsonl: no such file"):
        reindex_places(index=str(index))


def test_a_run_that_meets_damage_in_a_merge_names_it_and_copies_nothing(index: Path, source: Path) -> None:
    (damaged,) = (index / "generation-2").glob("*.arrays")
    data = bytearray(damaged.read_bytes())
    container = Container(damaged)
    data[container.where("title.pos")[0]] ^= 1
    damaged.write_bytes(data)
    found: tuple[str, ...] = ()
    for more in range(1, 12):
        write(source, range(6 + more))
        report = reindex_places(index=str(index))
        found = report.damage
        if found:
            break
    assert damaged.name in found[0]
    assert "title.pos is damaged" in found[0]
    assert damaged.exists(), "it is as it was: doctor goes on telling it"
    reindex_places(index=str(index), full=True)
    assert reindex_places(index=str(index)).damage == ()
