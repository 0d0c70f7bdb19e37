"""What stands at the index's place now is what answers: whichever way it came there, and whatever numbers it bears."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from searchsvc.engines.whoosh import WhooshEngine
from searchsvc.engines.whoosh.index_reader import SETTLED
from tests.engines.whoosh.tides import documents, rebuild, titles


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """Two indexes with the same numbers of generation and commit."""
    found = tmp_path / "index", tmp_path / "other"
    for place, title in zip(found, ("First tide", "Other tide"), strict=True):
        rebuild(WhooshEngine(place), title)
    return found


def move(index: Path, other: Path) -> None:
    index.rename(index.with_name("old"))
    other.rename(index)


def copy_back(index: Path, other: Path) -> None:
    shutil.rmtree(index)
    shutil.copytree(other, index, copy_function=shutil.copy2)


def copy_over(index: Path, other: Path) -> None:
    shutil.copytree(other, index, copy_function=shutil.copy2, dirs_exist_ok=True)


def link(index: Path, other: Path) -> None:
    index.rename(index.with_name("old"))
    index.symlink_to(other)


def old_times(index: Path, other: Path) -> None:
    """Put the other index in place with the very times that the files of this one had."""
    times = {path.relative_to(index): path.stat() for path in index.rglob("*")}
    copy_back(index, other)
    for path in index.rglob("*"):
        found = times.get(path.relative_to(index))
        if found:
            os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


@pytest.mark.parametrize("replace", [move, copy_back, copy_over, link, old_times])
@pytest.mark.parametrize("settled", [False, True])
def test_an_exchanged_index_answers_at_once(
    places: tuple[Path, Path], replace: Callable[[Path, Path], None], *, settled: bool
) -> None:
    index, other = places
    engine = WhooshEngine(index)
    assert titles(engine) == ["First tide"]
    before = engine.info()
    if settled:
        time.sleep(SETTLED / 1e9 + 0.1)
        assert titles(engine) == ["First tide"]
    replace(index, other)
    assert titles(engine) == ["Other tide"]
    assert engine.info().generation == before.generation, "the numbers are the same"
    assert engine.info().commit != before.commit


def test_a_rolled_back_and_rebuilt_index_has_another_identity(tmp_path: Path) -> None:
    writing, reading = WhooshEngine(tmp_path), WhooshEngine(tmp_path)
    seen = []
    for title in ("First tide", "Second tide"):
        rebuild(writing, title)
        seen.append(reading.info().commit)
    writing.rollback()
    assert reading.info().commit == seen[0], "it is the same state again"
    rebuild(writing, "Third tide")
    seen.append(reading.info().commit)
    assert len(set(seen)) == 3
    assert titles(reading) == ["Third tide"]


def test_a_writer_knows_the_identity_of_its_commit(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path)
    for fresh in (True, False):
        with engine.writer(fresh=fresh) as writer:
            writer.put(documents("a", "First tide"))
        assert engine.info().commit == writer.commit_id
