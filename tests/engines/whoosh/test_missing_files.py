"""Files of an index that are missing, damaged or locked are told, looked for once, and seen when they are back."""

import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from searchsvc.engines.takedowns import Takedown, Takedowns, digest_of
from searchsvc.engines.whoosh import WhooshEngine, reader_manager
from searchsvc.engines.whoosh.erasure import FORGOTTEN, write_forgotten
from searchsvc.engines.whoosh.generations import Generations
from searchsvc.engines.whoosh.index_reader import SETTLED
from searchsvc.errors import CorruptIndexError, EngineError, IndexMissingError, ScarceError
from searchsvc.model.query import Query, Word
from tests.engines.engine_articles import documents
from tests.faults.test_trouble import OBEY

QUERY = Query(Word("storm"))
#: Does harm to an index, and returns what undoes it.
Harm = Callable[[Path], Callable[[], object]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    index = tmp_path / "index"
    with WhooshEngine(index).writer(fresh=True) as writer:
        for number in range(20):
            writer.put(documents(f"a{number}", f"Storm {number}", "It broke the wall."))
    return index


def segment(index: Path) -> Path:
    return max(index.rglob("*.arrays"), key=lambda path: path.stat().st_size)


def contents(index: Path) -> Path:
    (found,) = index.rglob("*.toc")
    return found


def take_away(path: Path) -> Callable[[], object]:
    away = path.parent.parent / "away"
    path.rename(away)
    return lambda: away.rename(path)


def write_over(path: Path, data: bytes) -> Callable[[], object]:
    whole = path.read_bytes()
    path.write_bytes(data)
    return lambda: path.write_bytes(whole)


def missing_segment(index: Path) -> Callable[[], object]:
    return take_away(segment(index))


def missing_generation(index: Path) -> Callable[[], object]:
    return take_away(index / "generation-1")


def missing_contents(index: Path) -> Callable[[], object]:
    return take_away(contents(index))


def cut_segment(index: Path) -> Callable[[], object]:
    path = segment(index)
    return write_over(path, path.read_bytes()[: path.stat().st_size // 3])


def damaged_segment(index: Path) -> Callable[[], object]:
    path = segment(index)
    return write_over(path, path.read_bytes()[:-9] + b"no marks!")


def empty_contents(index: Path) -> Callable[[], object]:
    return write_over(contents(index), b"")


def garbled_contents(index: Path) -> Callable[[], object]:
    path = contents(index)
    return write_over(path, path.read_bytes()[::-1])


def pointer_nowhere(index: Path) -> Callable[[], object]:
    return write_over(Generations(index).pointer, b"generation-77\n")


def garbled_pointer(index: Path) -> Callable[[], object]:
    return write_over(Generations(index).pointer, b"\xff\0")


HARMS: tuple[Harm, ...] = (
    missing_segment,
    missing_generation,
    missing_contents,
    cut_segment,
    damaged_segment,
    empty_contents,
    garbled_contents,
    pointer_nowhere,
    garbled_pointer,
)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Notes each time that the current generation is looked for, the first step of opening a commit."""
    noted: list[object] = []
    current = reader_manager.current_index

    def noting(generations: Generations) -> Any:
        noted.append(generations)
        return current(generations)

    monkeypatch.setattr(reader_manager, "current_index", noting)
    return noted


def settle() -> None:
    time.sleep(SETTLED / 1e9 + 0.1)


@pytest.mark.parametrize("harm", HARMS)
def test_what_cannot_be_opened_is_tried_once_and_seen_when_it_is_back(
    folder: Path, harm: Harm, opened: list[object]
) -> None:
    undo, engine = harm(folder), WhooshEngine(folder)
    settle()
    told = set()
    for _ in range(20):
        with pytest.raises(CorruptIndexError) as caught:
            engine.search(QUERY, limit=10)
        told.add(str(caught.value))
    assert len(told) == len(opened) == 1
    undo()
    assert engine.search(QUERY, limit=10).total == 20


@pytest.mark.parametrize("harm", [harm for harm in HARMS if harm is not cut_segment])
def test_what_is_open_goes_on_answering_and_the_trouble_is_logged_once(
    folder: Path, harm: Harm, opened: list[object], caplog: pytest.LogCaptureFixture
) -> None:
    engine = WhooshEngine(folder)
    right = engine.search(QUERY, limit=10)
    undo = harm(folder)
    settle()
    with caplog.at_level(logging.WARNING):
        opened.clear()
        for _ in range(20):
            assert engine.search(QUERY, limit=10) == right
    assert len(opened) <= 1
    # A file that a commit needs no more, or that is open, is not missed before the next commit.
    assert len(caplog.messages) == (0 if harm in {missing_segment, damaged_segment} else 1)
    undo()
    assert engine.search(QUERY, limit=10) == right


def test_a_later_commit_that_cannot_be_opened_leaves_the_one_before(folder: Path) -> None:
    engine = WhooshEngine(folder)
    assert engine.count() == 20
    before = set(folder.rglob("*.arrays"))
    with WhooshEngine(folder).writer() as writer:
        writer.put(documents("b", "Storm at sea", "It sank a ship."))
    new = max(set(folder.rglob("*.arrays")) - before)
    undo = take_away(new)
    assert engine.count() == 20
    with pytest.raises(CorruptIndexError, match=f"{new.name}: this file of the index is missing"):
        WhooshEngine(folder).count()
    undo()
    assert engine.count() == 21


def test_what_goes_on_answering_shows_nothing_that_was_taken_down_meanwhile(folder: Path) -> None:
    engine = WhooshEngine(folder)
    assert engine.count() == 20
    undo = missing_contents(folder)
    write_forgotten(folder, Takedowns.of([Takedown(digest_of("a3"), "2024-05-01T00:00:00+00:00")]))
    assert engine.count() == 19
    assert engine.article("a3") is None
    (folder / FORGOTTEN).write_bytes(b"no list")
    with pytest.raises(CorruptIndexError, match="forgotten is damaged"):
        engine.count()
    (folder / FORGOTTEN).unlink()
    undo()
    assert engine.count() == 20


def test_an_index_that_was_removed_does_not_go_on_answering(folder: Path) -> None:
    engine = WhooshEngine(folder)
    assert engine.count() == 20
    shutil.rmtree(folder)
    with pytest.raises(IndexMissingError):
        engine.count()


LOCKED = """
import sys
from pathlib import Path
from searchsvc.engines.whoosh import WhooshEngine
from searchsvc.errors import IndexRightsError
engine, (path,) = WhooshEngine(sys.argv[1]), Path(sys.argv[1]).rglob(sys.argv[2])
mode = path.stat().st_mode
path.chmod(0)
for _ in range(3):
    try:
        print("answered", engine.count())
    except IndexRightsError:
        print("refused")
path.chmod(mode)
print(engine.count())
"""


@pytest.mark.parametrize("name", ["*.toc", "*.arrays", "generation-1", "current-*"])
def test_what_may_not_be_read_is_told_and_seen_when_it_may(folder: Path, name: str) -> None:
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root without setpriv: the modes of files cannot be tried")
    command = [*(OBEY if os.geteuid() == 0 else []), sys.executable, "-c", LOCKED, str(folder), name]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["refused"] * 3 + ["20"]


def test_too_few_file_handles_are_no_lasting_trouble(
    folder: Path, monkeypatch: pytest.MonkeyPatch, opened: list[object]
) -> None:
    engine = WhooshEngine(folder)
    settle()

    def scarce(*_: object) -> None:
        raise ScarceError("too few file handles")

    with monkeypatch.context() as patched:
        patched.setattr(reader_manager, "open_reader", scarce)
        with pytest.raises(EngineError, match="too few"):
            engine.count()
    assert engine.count() == 20
    assert len(opened) == 2


def test_a_segment_that_is_mended_in_place_is_read_again(folder: Path) -> None:
    path, engine = segment(folder), WhooshEngine(folder)
    whole = path.read_bytes()
    damaged = bytearray(whole)
    for at in range(len(damaged) // 20, len(damaged) * 9 // 10, 97):
        damaged[at] ^= 1
    path.write_bytes(damaged)
    settle()
    for _ in range(3):
        with pytest.raises(CorruptIndexError):
            engine.search(QUERY, limit=10)
    path.write_bytes(whole)
    assert engine.search(QUERY, limit=10).total == 20
