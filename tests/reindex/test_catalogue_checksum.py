"""A catalogue that was damaged is refused before a run believes it; whatever else happens to its files is no damage."""

import sqlite3
from pathlib import Path

import pytest

from searchsvc.errors import CorruptIndexError
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
