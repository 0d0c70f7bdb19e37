"""Damaged, cut and crafted files end in an error that names file and part."""

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from shutil import copytree, rmtree

import msgspec
import numpy as np
import pytest
import whoosh.index

from searchsvc.engines.whoosh.codec.check_index import verify
from searchsvc.engines.whoosh.codec.commit import LAYOUT, SegmentInfo, checksum, make_commit, write_commit
from searchsvc.engines.whoosh.codec.container import Container
from searchsvc.engines.whoosh.codec.index_writer import IndexWriter
from searchsvc.engines.whoosh.codec.schema import word_rules
from searchsvc.engines.whoosh.codec.segment import SegmentArrays
from searchsvc.engines.whoosh.codec.snapshot import open_snapshot
from searchsvc.engines.whoosh.codec.whoosh_api import toc_header, toc_name
from searchsvc.engines.whoosh.codec.whoosh_reader import make_schema
from searchsvc.errors import CorruptIndexError, OutdatedIndexError
from tests.engines.codec.codec_stories import make_stories
from tests.engines.crafted import put, rewritten

Fill = Callable[..., Path]


@pytest.fixture
def folder(fill: Fill) -> Path:
    return fill(make_stories(12), make_stories(3, 2))


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in {".arrays", ".toc"})


def test_verify_of_a_whole_index_finds_nothing(folder: Path) -> None:
    assert verify(folder) == []


def test_flipped_bits_are_found_and_named(folder: Path) -> None:
    random = Random(4)  # noqa: S311  # nothing secret
    for path in files(folder):
        whole = path.read_bytes()
        for at in random.sample(range(len(whole)), 40):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << random.randrange(8)]) + whole[at + 1 :])
            found = verify(folder)
            assert found, (path.name, at)
            assert path.name in found[0]
        path.write_bytes(whole)
    assert verify(folder) == []


def test_every_flipped_bit_of_the_table_of_contents_is_found(folder: Path) -> None:
    path = next(path for path in files(folder) if path.suffix == ".toc")
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        with pytest.raises(CorruptIndexError, match=r"\.toc"):
            open_snapshot(folder)


def test_cut_files_are_refused(folder: Path) -> None:
    for path in files(folder):
        whole = path.read_bytes()
        for size in (0, 1, 20, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:size])
            with pytest.raises(CorruptIndexError, match=path.name.replace(".", r"\.")):
                open_snapshot(folder)
        path.write_bytes(whole)


def test_a_missing_segment_is_named(folder: Path) -> None:
    path = next(path for path in files(folder) if path.suffix == ".arrays")
    path.unlink()
    with pytest.raises(CorruptIndexError, match=f"{path.stem}.*missing"):
        open_snapshot(folder)


OPENED = [
    pytest.param({"dates": lambda a: a[:-1]}, {}, "number", id="a date too few"),
    pytest.param({}, {"documents": 1 << 40}, "array|number", id="more documents than there are"),
    pytest.param({}, {"documents": -1}, "array|number", id="fewer than none"),
    pytest.param({}, {"family": "poem"}, "family", id="an unknown family"),
    pytest.param({}, {"family": 3}, "family", id="no family"),
]


@pytest.mark.parametrize(("change", "meta", "part"), OPENED)
def test_impossible_shapes_are_refused_when_opened(
    folder: Path, change: dict[str, Callable[[np.ndarray], np.ndarray]], meta: dict[str, object], part: str
) -> None:
    rewritten(folder, change, meta)
    with pytest.raises(CorruptIndexError, match=rf"\.arrays: .*({part}).*damaged"):
        open_snapshot(folder)


VERIFIED = [
    pytest.param({"body.doc": lambda a: a[:-1]}, "body", id="postings cut"),
    pytest.param({"body.poff": put(-1, 1 << 31)}, "body.poff", id="postings beyond the end"),
    pytest.param({"body.xoff": put(0, 5)}, "body.xoff", id="positions that begin late"),
    pytest.param({"body.base": put(-1, 1 << 30)}, "body.base", id="slots beyond the end"),
    pytest.param({"body.base": put(1, 1 << 30)}, "body.base", id="slots that go back"),
    pytest.param({"title.length": lambda a: a[1:]}, "title.length", id="lengths cut"),
    pytest.param({"terms.off": put(-1, 1 << 31)}, "terms.off", id="a term beyond the end"),
    pytest.param({"terms.off": put(1, 200)}, "terms.off", id="terms that overlap"),
    pytest.param({"stored.off": put(-1, 1 << 31)}, "stored.off", id="a frame beyond the end"),
    pytest.param({"stored.off": put(1, 1 << 31)}, "stored.off", id="frames that go back"),
    pytest.param({"dense.rows": lambda a: a[:-1]}, "dense.rows", id="rows cut"),
    pytest.param({"dates": lambda a: a.astype(np.uint32)}, "dates", id="dates of another type"),
    pytest.param(
        {"passage.first": lambda a: np.where(a < a[-1], 0, a)}, "passage.first", id="passages of another article"
    ),
    pytest.param({"body.doc": put(0, 9999)}, "body.doc", id="a document that is not there"),
    pytest.param({"body.pos": put(0, 9999)}, "body.pos", id="a slot outside its document"),
    pytest.param({"body.tf": put(0, 200)}, "body.tf", id="a count that is not that of the positions"),
    pytest.param({"body.poff": put(1, 1 << 20)}, "body.poff", id="postings that go back"),
    pytest.param({"body.fwd": lambda a: np.where(a > 0, 60000, a).astype("<u2")}, "body.fwd", id="unknown forms"),
    pytest.param({"body.fwd": lambda a: np.where(a > 9, 65535, a).astype("<u2")}, "body.xpos", id="lost escapes"),
    pytest.param({"terms.blob": lambda a: a[::-1]}, "terms", id="terms out of order"),
    pytest.param({"forms.code": put(0, 0)}, "forms.code", id="codes that are no numbering"),
    pytest.param({"id.doc": put(0, 9999)}, "id.doc", id="an id of no document"),
    pytest.param({"facet.section.ordinal": put(0, 99)}, "facet.section.ordinal", id="an unknown section"),
    pytest.param({"side.key": put(-1, 9999)}, "side.key", id="a side posting of no document"),
    pytest.param({"side.key": put(0, 7)}, "side.key", id="a side posting of no field"),
    pytest.param({"side.link": put(0, 9999)}, "side.link", id="a side posting linked to no document"),
    pytest.param({"forms.of": put(0, 9999)}, "forms.of", id="a stem of an unknown form"),
    pytest.param({"forms.cuts": put(1, 200)}, "forms.cuts", id="stems whose forms go back"),
    pytest.param({"dense.term": put(0, 1 << 20)}, "dense.term", id="a row of no term"),
    pytest.param({"passage.start": put(1, 1 << 20)}, "passage.start", id="passages that go back"),
    pytest.param({"passage.block": put(0, 3)}, "passage.block", id="passages without the first block"),
    pytest.param({"passage.grid": put(0, 9999)}, "passage.grid", id="a grid that points nowhere"),
    pytest.param({"ids.blob": lambda a: a[::-1]}, "document 0", id="ids of other articles"),
    pytest.param({"stored.frames": lambda a: a[::-1]}, "document 0", id="stored texts that are none"),
]


@pytest.mark.parametrize(("change", "part"), VERIFIED)
def test_impossible_contents_are_found_by_verify(
    folder: Path, change: dict[str, Callable[[np.ndarray], np.ndarray]], part: str
) -> None:
    rewritten(folder, change, {})
    assert any(part in line and ".arrays" in line for line in verify(folder)), verify(folder)


COPIED = ["forms.code", "body.fwd", "body.base", "title.base", "passage.first", "facet.section.ordinal"]


@pytest.mark.parametrize("part", COPIED)
def test_a_merge_leaves_impossible_contents_alone(folder: Path, part: str) -> None:
    rewritten(folder, {part: lambda array: np.full_like(array, 250)}, {})
    segments = sorted(path.name for path in folder.glob("*.arrays"))
    with IndexWriter(folder, optimize=True) as writer:
        writer.put(make_stories(1, 7)[0])
    assert [str(error) for error in writer.damage if part in str(error)]
    articles = {segment.id for segment in open_snapshot(folder).articles}
    assert {name for name in segments if name.split("_")[1].split(".")[0] in articles}
    assert part in " ".join(verify(folder))


@pytest.mark.no_cover
@pytest.mark.parametrize("document_type", ["articles", "quotes", "headlines"])
def test_a_merge_copies_nothing_that_is_damaged(folder: Path, document_type: str) -> None:
    path = getattr(open_snapshot(folder), document_type)[0].arrays.file.path
    whole, random = path.read_bytes(), Random(8)  # noqa: S311  # nothing secret
    for _, (at, size) in places(path):
        flipped = at + random.randrange(size)
        path.write_bytes(whole[:flipped] + bytes([whole[flipped] ^ 1 << random.randrange(8)]) + whole[flipped + 1 :])
        copy = copytree(folder, folder.with_name("copy"))
        with IndexWriter(copy, optimize=True) as writer:
            pass
        assert [str(error) for error in writer.damage if path.name in str(error)]
        assert (copy / path.name).read_bytes() == path.read_bytes()
        assert [line for line in verify(copy) if path.name in line]
        rmtree(copy)
    path.write_bytes(whole)
    with IndexWriter(folder, optimize=True) as writer:
        pass
    assert (writer.damage, path.exists(), verify(folder)) == ([], False, [])


@pytest.mark.parametrize("part", ["id.terms.blob", "id.terms.off", "id.poff", "id.doc"])
@pytest.mark.parametrize("change", ["put", "delete"])
def test_a_writer_that_cannot_tell_what_it_deletes_commits_nothing(folder: Path, part: str, change: str) -> None:
    file = open_snapshot(folder).articles[0].arrays.file
    at, data = file.where(part)[0], bytearray(file.path.read_bytes())
    data[at] ^= 1
    file.path.write_bytes(data)
    display_fields = sorted(folder.iterdir())
    story = make_stories(12)[3]
    writer = IndexWriter(folder)
    with pytest.raises(CorruptIndexError, match=rf"{part.replace('.', '[.]')} is damaged"):
        writer.put(story) if change == "put" else writer.delete(story[0].id)
    with pytest.raises(CorruptIndexError, match=file.path.name):
        writer.commit()
    assert sorted(folder.iterdir()) == display_fields


def places(path: Path) -> list[tuple[str, tuple[int, int]]]:
    """Return first byte and size of each array that has any."""
    file = Container(path)
    return [(name, file.where(name)) for name in file.names() if file.where(name)[1]]


def test_a_stored_text_that_claims_to_be_huge_is_refused(folder: Path) -> None:
    def bomb(stored_fields: np.ndarray) -> np.ndarray:
        huge = bytes.fromhex("28b52ffd") + b"\xe0" + struct.pack("<Q", 1 << 40)
        return np.frombuffer(huge + stored_fields.tobytes()[len(huge) :], np.uint8)

    rewritten(folder, {"stored.frames": bomb}, {})
    with pytest.raises(CorruptIndexError, match="too large"):
        open_snapshot(folder).articles[0].arrays.display_fields(0)


def segment_entries(**change: object) -> Iterator[dict[str, object]]:
    yield {
        "id": "0123456789abcdef",
        "family": "article",
        "documents": 3,
        "slots": 9,
        "living": 3,
        "deleted": None,
    } | change


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"id": "../../elsewhere"}, id="a path"),
        pytest.param({"family": "poem"}, id="an unknown family"),
        pytest.param({"documents": 1 << 50}, id="too many documents"),
        pytest.param({"documents": 0}, id="no documents"),
        pytest.param({"deleted": 7}, id="deletions of the wrong type"),
    ],
)
def test_lying_contents_are_refused(fill: Fill, change: dict[str, object]) -> None:
    folder = fill()
    found = {"layout": LAYOUT, "words": word_rules(), "generation": 0, "commit": "0", "updated": "2009-07-15T10:21:00Z"}
    data = msgspec.json.encode(found | {"segments": list(segment_entries(**change))})
    (folder / toc_name(0)).write_bytes(toc_header() + struct.pack("<I", checksum(toc_header(), data)) + data)
    with pytest.raises(CorruptIndexError, match="table of contents is damaged"):
        open_snapshot(folder)


@pytest.mark.parametrize("deleted", ["not base85 \x00", "", "000", None], ids=["letters", "nothing", "too few", "none"])
def test_damaged_deletions_are_refused(folder: Path, deleted: str | None) -> None:
    segment = open_snapshot(folder).articles[0]
    entry = SegmentInfo(segment.id, "article", segment.arrays.count, 9, 1, deleted)
    write_commit(folder, make_commit(9, "0", [entry]))
    with pytest.raises(CorruptIndexError, match="deletions"):
        open_snapshot(folder)


def test_contents_that_disagree_with_the_segment_are_refused(folder: Path) -> None:
    segment = open_snapshot(folder).articles[0]
    entry = SegmentInfo(segment.id, "article", segment.arrays.count + 1, 9, segment.arrays.count + 1)
    write_commit(folder, make_commit(9, "0", [entry]))
    with pytest.raises(CorruptIndexError, match=r"\.arrays: the number or kind of documents"):
        open_snapshot(folder)


def test_another_version_asks_for_a_rebuild(fill: Fill) -> None:
    folder = fill()
    found = {"layout": LAYOUT, "words": 1, "generation": 0, "updated": "2009-07-15T10:21:00Z", "segments": []}
    data = msgspec.json.encode(found)
    (folder / toc_name(0)).write_bytes(toc_header() + struct.pack("<I", checksum(toc_header(), data)) + data)
    with pytest.raises(OutdatedIndexError, match=r"another version.*`searchsvc reindex`"):
        open_snapshot(folder)


def test_an_index_of_whooshs_own_is_of_another_version_and_never_read(tmp_path: Path) -> None:
    whoosh.index.create_in(str(tmp_path), make_schema())
    with pytest.raises(OutdatedIndexError, match="another version"):
        open_snapshot(tmp_path)


def test_a_copied_index_is_the_same_index(folder: Path, tmp_path: Path) -> None:
    copy = copytree(folder, tmp_path / "copy")
    assert verify(copy) == []
    assert isinstance(open_snapshot(copy).articles[0].arrays, SegmentArrays)
    assert Container(files(copy)[0]).names() == Container(files(folder)[0]).names()
