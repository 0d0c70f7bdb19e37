"""Generations on disk: built beside the old one, checked, switched at once, rolled back."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.rivals.ours import searcher
from searchsvc.engines.whoosh import WhooshEngine
from searchsvc.engines.whoosh import generation_builder as building
from searchsvc.engines.whoosh.generations import Generations
from searchsvc.errors import CorruptIndexError, EngineError, IndexBusyError, IndexMissingError
from searchsvc.model.query import Query, Word
from tests.engines.whoosh.tides import documents, rebuild, titles


def test_nothing_is_made_before_the_first_writer(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    with pytest.raises(IndexMissingError, match="reindex"):
        engine.count()
    with pytest.raises(IndexMissingError):
        engine.verify()
    assert not (tmp_path / "index").exists()


def test_a_rebuild_opens_a_generation_and_keeps_one_old_one(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path)
    for title in ("First tide", "Second tide", "Third tide"):
        rebuild(engine, title)
    assert Generations(tmp_path).all() == [2, 3]
    assert Generations(tmp_path).pointer.read_text() == "generation-3\n"
    assert titles(engine) == ["Third tide"]
    assert engine.info().generation == "3.1"


def test_small_changes_stay_in_their_generation(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path)
    rebuild(engine, "First tide")
    with engine.writer() as writer:
        writer.put(documents("b", "Other tide"))
    assert (engine.info().generation, engine.count()) == ("1.2", 2)


def test_rollback_makes_the_generation_before_current_again(tmp_path: Path) -> None:
    engine, reading = WhooshEngine(tmp_path), WhooshEngine(tmp_path)
    rebuild(engine, "First tide")
    rebuild(engine, "Second tide")
    assert titles(reading) == ["Second tide"]
    assert engine.rollback().generation == "1.1"
    assert titles(reading) == ["First tide"]
    with pytest.raises(EngineError, match="generation-1"):
        engine.rollback()
    rebuild(engine, "Third tide")
    assert titles(reading) == ["Third tide"]
    assert Generations(tmp_path).all() == [1, 3], "the number of what was rolled back from is not used again"


def test_a_killed_build_leaves_no_trace_in_the_next_one(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path)
    rebuild(engine, "First tide")
    leftover = tmp_path / "generation-2"
    leftover.mkdir()
    (leftover / "half.written").write_text("x")
    rebuild(engine, "Second tide")
    assert titles(engine) == ["Second tide"]
    assert not (leftover / "half.written").exists()


def test_a_small_change_removes_what_killed_writers_have_left(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path)
    for title in ("First tide", "Second tide", "Third tide"):
        rebuild(engine, title)
    for name in ("generation-1", "generation-4"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "half.written").write_text("x")
    for name in ("current.unfinished", "forgotten.unfinished"):
        (tmp_path / name).write_text("x")
    with engine.writer() as writer:
        writer.put(documents("b", "Other tide"))
    assert (engine.info().generation, engine.count()) == ("3.2", 2)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == [f"generation-{n}" for n in (2, 3, 4)]
    assert not list((tmp_path / "generation-4").iterdir())
    assert not list(tmp_path.glob("*.unfinished"))
    rebuild(engine, "Fourth tide")
    assert Generations(tmp_path).all() == [3, 5], "the number of a killed build is not used again"


def test_what_another_version_answers_from_is_no_leftover(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path)
    rebuild(engine, "First tide")
    rebuild(engine, "Second tide")
    (tmp_path / "generation-3").mkdir()
    (tmp_path / "generation-3" / "of.others").write_text("x")
    (tmp_path / "current-9999").write_text("generation-3\n")
    with engine.writer() as writer:
        writer.put(documents("b", "Other tide"))
    assert (tmp_path / "generation-3" / "of.others").exists()


def test_a_generation_that_lacks_an_article_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = WhooshEngine(tmp_path)
    rebuild(engine, "First tide")
    with monkeypatch.context() as patch:
        patch.setattr(building.CountingWriter, "delete", lambda self, article_id: self._writer.delete(article_id))
        with pytest.raises(EngineError, match="1 were written"), engine.writer(fresh=True) as writer:  # noqa: PT012
            writer.put(documents("a", "Lost tide"))
            writer.delete("a")
    assert titles(engine) == ["First tide"]
    assert Generations(tmp_path).all() == [1]


@pytest.mark.parametrize("title", ["", "...", "The", "Tide\nand time", "Tide " * 400, "U.S. tides’ café"])
def test_any_title_passes_the_canaries(tmp_path: Path, title: str) -> None:
    engine = WhooshEngine(tmp_path)
    rebuild(engine, title, "Other tide")
    assert engine.count() == 2


def test_a_damaged_name_of_the_generation_is_told(tmp_path: Path) -> None:
    rebuild(WhooshEngine(tmp_path), "First tide")
    Generations(tmp_path).pointer.write_text("../elsewhere")
    with pytest.raises(CorruptIndexError, match="current"):
        WhooshEngine(tmp_path).count()


def test_verify_is_quiet_about_a_whole_index_and_names_a_damaged_file(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path)
    rebuild(engine, "First tide", "Second tide")
    assert engine.verify() == []
    (segment,) = [path for path in (tmp_path / "generation-1").iterdir() if path.suffix == ".arrays"]
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 1
    segment.write_bytes(data)
    assert any(segment.name in line for line in WhooshEngine(tmp_path).verify())


def test_a_busy_index_names_who_writes(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path)
    with engine.writer() as writer:
        writer.put(documents("a", "First tide"))
        with pytest.raises(IndexBusyError, match=f"process {os.getpid()} since"), WhooshEngine(tmp_path).writer():
            pass


def test_a_writer_of_another_process_is_waited_for_and_a_killed_one_is_not(tmp_path: Path) -> None:
    rebuild(WhooshEngine(tmp_path), "First tide")
    script = (
        "import sys; from searchsvc.engines.whoosh import WhooshEngine\n"
        "with WhooshEngine(sys.argv[1]).writer(): print('open', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(IndexBusyError, match=f"process {other.pid} "), WhooshEngine(tmp_path).writer():
            pass
        other.kill()
    with WhooshEngine(tmp_path).writer() as writer:
        writer.put(documents("b", "Other tide"))
    assert WhooshEngine(tmp_path).count() == 2


def test_an_open_engine_follows_through_many_generations(tmp_path: Path) -> None:
    writing, reading = WhooshEngine(tmp_path), WhooshEngine(tmp_path)
    seen = set()
    for number in range(6):
        rebuild(writing, f"Tide {number}")
        assert titles(reading) == [f"Tide {number}"]
        seen.add(reading.info().generation)
    assert len(seen) == 6


def test_a_closed_engine_says_so(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path)
    rebuild(engine, "First tide")
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.count()


def test_the_benchmark_ranks_as_a_search_does(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path)
    rebuild(engine, "First tide", "Second cutter", "Third")
    query = Query(Word("cutter"))
    ranked, by_words = (searcher(tmp_path, passages=passages).search(query) for passages in (True, False))
    assert ranked == [hit.head.id for hit in engine.search(query, limit=10).hits]
    assert set(by_words) == {"a0", "a1", "a2"}


def test_a_vanished_generation_and_a_place_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path)
    rebuild(engine, "First tide")
    Generations(tmp_path).pointer.write_text("generation-7\n")
    with pytest.raises(CorruptIndexError, match="generation-7, which is not there"):
        WhooshEngine(tmp_path).count()
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineError, match="cannot be written"), WhooshEngine(tmp_path / "file" / "index").writer():
        pass
