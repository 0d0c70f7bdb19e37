"""A catalogue that was damaged is refused before a run believes it; whatever else happens to its files is no damage."""

import errno
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from searchsvc.errors import CorruptIndexError, EngineError
from searchsvc.reindex import catalogue_faults, reindex_places

CHECKSUM = "catalogue.checksum"


@pytest.fixture
def index(tmp_path: Path) -> Path:
    pages = tmp_path / "pages"
    pages.mkdir()
    for number in range(3):
        (pages / f"{number}.txt").write_text(
            f"Ferry {number} waits\n\nThe ferry waits for the tide, number {number}.\n"
        )
    reindex_places([str(pages)], index=str(tmp_path / "index"))
    return tmp_path / "index"


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 4
    path.write_bytes(data)


def place_of_a_page(index: Path) -> int:
    """Return where the name of a page stands in the file, a value in which SQLite notices nothing."""
    return (index / "catalogue.sqlite").read_bytes().rindex(b"1.txt")


def test_a_run_and_the_doctor_refuse_a_catalogue_with_a_flipped_bit(index: Path) -> None:
    assert catalogue_faults(str(index)) == []
    flip(index / "catalogue.sqlite", place_of_a_page(index))
    with pytest.raises(CorruptIndexError, match=r"catalogue.sqlite: it is damaged: .*move it away and run"):
        reindex_places([], index=str(index))
    with pytest.raises(CorruptIndexError, match="it is damaged"):
        reindex_places([], index=str(index), dry_run=True)
    (fault,) = catalogue_faults(str(index))
    assert "it is damaged" in fault


def test_the_way_out_leads_out(index: Path) -> None:
    catalogue = index / "catalogue.sqlite"
    flip(catalogue, place_of_a_page(index))
    catalogue.unlink()
    reindex_places([str(index.parent / "pages")], index=str(index), full=True)
    assert catalogue_faults(str(index)) == []
    reindex_places([], index=str(index))


@pytest.mark.parametrize("way", ["lost", "damaged", "cut", "older"])
def test_without_a_true_checksum_nothing_is_said(index: Path, way: str) -> None:
    checksum = index / CHECKSUM
    match way:
        case "lost":
            checksum.unlink()
        case "damaged":
            flip(checksum, 7)
        case "cut":
            checksum.write_bytes(checksum.read_bytes()[:30])
        case _:  # as when a run is killed behind its last transaction
            with sqlite3.connect(index / "catalogue.sqlite") as db:
                db.create_function("padded_name", 1, str, deterministic=True)
                db.execute("UPDATE page SET path = path")
    assert catalogue_faults(str(index)) == []
    (index.parent / "pages" / "new.txt").write_text("Harbour\n\nThe harbour is new and wide and deep.\n")
    reindex_places([], index=str(index))
    assert catalogue_faults(str(index)) == []
    flip(index / "catalogue.sqlite", place_of_a_page(index))
    assert len(catalogue_faults(str(index))) == 1, "a run keeps a new one"


def test_a_run_that_is_killed_leaves_no_checksum(index: Path) -> None:
    """What SQLite restores has the old number of transactions, but not the bytes of free pages."""
    pages = index.parent / "pages"
    (pages / "new.txt").write_text("Harbour\n\nThe harbour is new and wide and deep.\n")
    code = (
        "import os, signal, sys; from searchsvc.reindex import pipeline, reindex_places\n"
        "pipeline.IngestPipeline.run = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)\n"
        "reindex_places([], index=sys.argv[1])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(index)], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not (index / CHECKSUM).exists()
    with (index / "catalogue.sqlite").open("ab") as file:
        file.write(bytes(512))
    assert catalogue_faults(str(index)) == []
    reindex_places([], index=str(index))
    assert (index / CHECKSUM).exists()
    assert catalogue_faults(str(index)) == []


@pytest.mark.parametrize("way", ["gone", "empty"])
def test_a_catalogue_that_is_lost_is_told_and_no_run_leaves_the_other_articles_out(index: Path, way: str) -> None:
    catalogue, other = index / "catalogue.sqlite", index.parent / "other"
    other.mkdir()
    (other / "new.txt").write_text("Harbour\n\nThe harbour is new and wide and deep.\n")
    if way == "gone":
        catalogue.unlink()
    else:
        catalogue.write_bytes(b"")
    (fault,) = catalogue_faults(str(index))
    assert "it is lost: put a copy of it back" in fault
    for dry_run in (True, False):
        with pytest.raises(CorruptIndexError, match="missing or empty, but the index has 3 articles"):
            reindex_places([str(other)], index=str(index), dry_run=dry_run)
    report = reindex_places([str(other), str(index.parent / "pages")], index=str(index), full=True)
    assert report.index is not None
    assert report.index.articles == 4
    assert catalogue_faults(str(index)) == [], "the checksum of the one that was lost is not kept"


def test_a_checksum_that_cannot_be_removed_stops_a_run_before_it_changes_anything(index: Path) -> None:
    (index / CHECKSUM).unlink()
    (index / CHECKSUM).mkdir()
    before = {path: path.read_bytes() for path in index.rglob("*") if path.is_file()}
    with pytest.raises(EngineError, match=r"catalogue\.checksum: it cannot be removed, and nothing was changed"):
        reindex_places([], index=str(index))
    assert {path: path.read_bytes() for path in index.rglob("*") if path.is_file()} == before


def test_a_checksum_that_cannot_be_written_is_a_warning(
    index: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (index.parent / "pages" / "new.txt").write_text("Harbour\n\nThe harbour is new and wide and deep.\n")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full)
        assert reindex_places([], index=str(index)).count("added") == 1
    assert "catalogue.checksum: it cannot be written" in caplog.text
    assert not (index / CHECKSUM).exists()
    assert catalogue_faults(str(index)) == []


def test_nothing_is_known_of_a_file_with_a_write_ahead_log(index: Path) -> None:
    with closing(sqlite3.connect(index / "catalogue.sqlite")) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.create_function("padded_name", 1, str, deterministic=True)
        db.execute("UPDATE page SET path = path")
        db.commit()
        with pytest.raises(EngineError, match="locked"):
            reindex_places([], index=str(index))
        assert not (index / CHECKSUM).exists()
        db.execute("UPDATE page SET path = path")
        db.commit()
    assert catalogue_faults(str(index)) == []
    reindex_places([], index=str(index))
    assert (index / CHECKSUM).exists()
    assert catalogue_faults(str(index)) == []
