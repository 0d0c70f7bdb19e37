"""A container gives back its arrays, and no damaged byte goes unnoticed."""

import json
import zlib
from pathlib import Path

import numpy as np
import pytest

from searchsvc.engines.whoosh.codec.container import ALIGN, HEADER, MARK, TRAILER, Container, compact, narrowest
from searchsvc.engines.whoosh.codec.container_writer import ContainerWriter, offsets
from searchsvc.errors import CorruptIndexError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    out = ContainerWriter(tmp_path / "a.arrays")
    out.add("small", np.arange(5, dtype=np.uint8))
    out.add("empty", np.empty(0, np.uint32))
    out.add("dates", np.array([-5, 5], np.int64))
    out.add_bytes("text", b"harbour")
    out.meta["documents"] = 3
    out.close()
    return tmp_path / "a.arrays"


def test_container_gives_back_what_was_written(path: Path) -> None:
    file = Container(path)
    assert file.ints("small").tolist() == [0, 1, 2, 3, 4]
    assert file.ints("empty").size == 0
    assert file.array("dates", dtype="<i8").tolist() == [-5, 5]
    assert file.map[slice(file.where("text")[0], sum(file.where("text")))] == b"harbour"
    assert file.meta("documents", int) == 3
    assert all(file.where(name)[0] % ALIGN == 0 for name in ("small", "empty", "dates", "text"))
    file.verify()


def test_every_flipped_bit_is_noticed(path: Path) -> None:
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        with pytest.raises(CorruptIndexError, match=r"a\.arrays"):
            Container(path).verify()


def test_every_cut_is_noticed(path: Path) -> None:
    whole = path.read_bytes()
    for end in range(0, len(whole), 7):
        path.write_bytes(whole[:end])
        with pytest.raises(CorruptIndexError, match=r"a\.arrays"):
            Container(path)


def crafted(path: Path, arrays: object) -> None:
    """A file whose checksums are right and whose directory lies."""
    body = HEADER.ljust(128, b"\0")
    directory = json.dumps({"arrays": arrays, "meta": {}}).encode()
    path.write_bytes(body + directory + TRAILER.pack(len(body), len(directory), zlib.crc32(directory), MARK))


@pytest.mark.parametrize(
    "arrays",
    [
        pytest.param({"a": ["<u4", 1 << 60, 64, 0]}, id="a count beyond the file"),
        pytest.param({"a": ["<u4", -1, 64, 0]}, id="a negative count"),
        pytest.param({"a": ["<u4", 1, 1 << 62, 0]}, id="an offset beyond the file"),
        pytest.param({"a": ["<u4", 1, -64, 0]}, id="a negative offset"),
        pytest.param({"a": ["|O", 1, 64, 0]}, id="a type that is not allowed"),
        pytest.param({"a": ["<u4", 16, 64, 0], "b": ["<u4", 1, 64, 0]}, id="arrays that overlap"),
        pytest.param({"a": "no entry"}, id="no entry"),
        pytest.param([], id="no directory"),
        pytest.param({}, id="bytes that belong to no array"),
    ],
)
def test_a_lying_directory_is_refused(tmp_path: Path, arrays: object) -> None:
    crafted(tmp_path / "b.arrays", arrays)
    with pytest.raises(CorruptIndexError, match=r"b\.arrays: .* is damaged"):
        Container(tmp_path / "b.arrays")


def test_arrays_of_the_wrong_shape_are_named(path: Path) -> None:
    file = Container(path)
    for call in (
        lambda: file.ints("small", count=6),
        lambda: file.array("small", dtype="<u2"),
        lambda: file.ints("dates"),
        lambda: file.offsets("small", 5),
        lambda: file.ints("missing"),
        lambda: file.meta("documents", str),
        lambda: file.meta("family", str),
    ):
        with pytest.raises(CorruptIndexError, match=r"small|dates|missing|documents|family"):
            call()


@pytest.mark.parametrize(
    ("top", "name"), [(0, "|u1"), (255, "|u1"), (256, "<u2"), (65536, "<u4"), (1 << 32, "<u8")], ids=str
)
def test_narrowest_type_holds_the_number(top: int, name: str) -> None:
    assert narrowest(top).str == compact([top, 0]).dtype.str == name


def test_offsets_cut_stretches() -> None:
    assert offsets([2, 0, 3]).tolist() == [0, 2, 2, 5]


def test_an_abandoned_file_is_gone(tmp_path: Path) -> None:
    out = ContainerWriter(tmp_path / "c.arrays")
    out.add("small", np.arange(5, dtype=np.uint8))
    out.abandon()
    assert list(tmp_path.iterdir()) == []
