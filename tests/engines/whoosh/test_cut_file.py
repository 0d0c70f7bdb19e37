"""A file that is cut or written over under its map is named before the map is read; one that is replaced is read."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from searchsvc.engines.takedowns import Takedowns
from searchsvc.engines.whoosh import WhooshEngine, index_reader
from searchsvc.engines.whoosh.codec.container import Container
from searchsvc.engines.whoosh.codec.snapshot import open_snapshot
from searchsvc.errors import CorruptIndexError
from searchsvc.model.query import Query, Word
from tests.engines.engine_articles import documents

QUERY = Query(Word("storm"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(index_reader, "LOOK_EVERY", 0)
    with WhooshEngine(tmp_path).writer(fresh=True) as writer:
        for number in range(400):
            writer.put(
                documents(f"a{number}", f"Storm {number}", f"A storm came {number} times.", "It broke the wall.")
            )
    return tmp_path


def segment(folder: Path) -> Path:
    return max(folder.rglob("*.arrays"), key=lambda path: path.stat().st_size)


@pytest.mark.parametrize("left", [0, 1 / 3, 0.999], ids=["nothing left", "a third left", "nearly all left"])
def test_a_search_names_a_file_that_was_cut_since_the_last_one(folder: Path, left: float) -> None:
    engine, path = WhooshEngine(folder), segment(folder)
    engine.search(QUERY, limit=10)
    os.truncate(path, int(path.stat().st_size * left))
    for _ in range(3):
        with pytest.raises(CorruptIndexError, match=rf"{path.name}: .*damaged"):
            engine.search(QUERY, limit=10)
    with pytest.raises(CorruptIndexError, match=path.name):
        engine.article("a3")


def test_a_search_names_a_file_that_was_cut_before_it_was_read(folder: Path) -> None:
    engine, path = WhooshEngine(folder), segment(folder)
    assert engine.count() == 400
    os.truncate(path, path.stat().st_size // 3)
    with pytest.raises(CorruptIndexError, match=path.name):
        engine.search(QUERY, limit=10)


def test_an_array_is_checked_without_reading_the_map(folder: Path) -> None:
    """In a process of its own, which reading the map of the cut file would end."""
    code = """
import os, sys
from pathlib import Path
from searchsvc.engines.whoosh.codec.container import Container
from searchsvc.errors import CorruptIndexError
path = Path(sys.argv[1])
file = Container(path)
os.truncate(path, 100)
for name in file.names():
    try:
        if len(file.array(name)):
            print("not told:", name)
    except CorruptIndexError as error:
        assert path.name in str(error)
print("alive")
"""
    run = [sys.executable, "-c", code, str(segment(folder))]
    assert subprocess.run(run, check=True, capture_output=True, text=True).stdout == "alive\n"


def test_look_tells_what_happened_to_an_open_file(folder: Path) -> None:
    path = segment(folder)
    open_one = index_reader.open_reader(1, path.parent, None, Takedowns())
    open_one.look()
    with path.open("r+b") as file:
        file.seek(Container(path).where("title.length")[0])
        file.write(b"\xff" * 9)
    os.utime(path)
    for _ in range(2):
        with pytest.raises(CorruptIndexError, match=rf"{path.name}: .*written over while it was open: array title"):
            open_one.look()
    assert not open_one.sound


def test_look_tells_that_an_open_file_was_cut(folder: Path) -> None:
    path = segment(folder)
    open_one = index_reader.open_reader(1, path.parent, None, Takedowns())
    os.truncate(path, path.stat().st_size - 1)
    for _ in range(2):
        with pytest.raises(CorruptIndexError, match=rf"{path.name}: the file is damaged: it was cut"):
            open_one.look()


def test_a_file_that_was_only_touched_is_read_on(folder: Path) -> None:
    engine, path = WhooshEngine(folder), segment(folder)
    right = engine.search(QUERY, limit=10)
    path.write_bytes(path.read_bytes())
    os.utime(path)
    assert engine.search(QUERY, limit=10) == right


def test_a_file_that_was_replaced_by_a_whole_one_is_read(folder: Path) -> None:
    engine, path = WhooshEngine(folder), segment(folder)
    right = engine.search(QUERY, limit=10)
    whole = path.read_bytes()
    os.truncate(path, 1000)
    with pytest.raises(CorruptIndexError):
        engine.search(QUERY, limit=10)
    path.with_suffix(".copy").write_bytes(whole)
    path.with_suffix(".copy").replace(path)
    assert engine.search(QUERY, limit=10) == right


def test_damage_is_remembered_and_the_rest_is_answered(folder: Path) -> None:
    path = segment(folder)
    with path.open("r+b") as file:
        file.seek(Container(path).where("forms.blob")[0])
        file.write(b"\0")
    container = open_snapshot(path.parent).articles[0].arrays.file
    assert container.sound
    for _ in range(2):
        with pytest.raises(CorruptIndexError, match=r"forms\.blob is damaged: its checksum differs"):
            container.check("forms.blob")
        path.write_bytes(path.read_bytes())
    assert not container.sound
    container.check("body.doc")


def test_threads_check_an_array_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    compare = Container._compare

    def noted(self: Container, name: str) -> Any:
        compared.append(name)
        return compare(self, name)

    monkeypatch.setattr(Container, "_compare", noted)
    file, ready = Container(segment(folder)), Barrier(8)

    def read() -> None:
        ready.wait()
        for name in file.names():
            file.array(name)

    threads = [Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(compared) == sorted(file.names())
