"""Each name of Whoosh's that is not promised, so that a new version which lacks one is noticed here first."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import whoosh
import whoosh.system
from whoosh import legacy
from whoosh.codec import base
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile
from whoosh.index import TOC
from whoosh.util.numeric import byte_to_length

from searchsvc.engines.whoosh.codec import whoosh_api
from searchsvc.engines.whoosh.codec.index_writer import create
from searchsvc.engines.whoosh.codec.whoosh_reader import ArrayCodec, ArraySegment, open_in_whoosh
from tests.narrowing import present


def test_names_of_the_table_of_contents() -> None:
    assert TOC._filename("MAIN", 7) == whoosh_api.toc_name(7) == "_MAIN_7.toc"
    assert TOC._pattern("MAIN").match("_MAIN_7.toc").group(1) == "7"
    assert present(whoosh_api.toc_pattern().match("_MAIN_12.toc")).group(1) == "12"
    assert whoosh_api.toc_pattern().match("_MAIN_12.unfinished") is None


def test_header_is_what_whoosh_reads_before_our_loader() -> None:
    stream = StructFile(BytesIO(whoosh_api.toc_header()))
    sizes = (whoosh.system._INT_SIZE, whoosh.system._LONG_SIZE, whoosh.system._FLOAT_SIZE)
    assert tuple(stream.read_varint() for _ in range(3)) == sizes
    assert (stream.read_int(), stream.read_int()) == (-12345, whoosh_api.TOC_VERSION)
    assert tuple(stream.read_varint() for _ in range(3)) == tuple(whoosh.__version__[:3])
    assert stream.read() == b""


def test_our_loader_is_registered(tmp_path: Path) -> None:
    create(tmp_path)
    open_in_whoosh(tmp_path)
    assert whoosh_api.TOC_VERSION in legacy.toc_loaders
    assert legacy.toc_loaders is whoosh_api.toc_loaders


def test_scale_of_lengths() -> None:
    assert [byte_to_length(i) for i in range(256)] == whoosh_api.LENGTHS == sorted(whoosh_api.LENGTHS)


def test_lock_keeps_whooshs_own_writers_out(tmp_path: Path) -> None:
    create(tmp_path)
    lock = whoosh_api.index_lock(tmp_path)
    assert lock.acquire(blocking=False)
    index = open_in_whoosh(tmp_path)
    with pytest.raises(whoosh.index.LockError):
        index.writer()
    lock.release()
    assert FileStorage(str(tmp_path)).lock("MAIN_WRITELOCK").acquire(blocking=False)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (
            base.Codec,
            "per_document_writer field_writer postings_writer postings_reader terms_reader new_segment automata",
        ),
        (base.Segment, "segment_id make_filename is_compound should_assemble deleted_docs delete_document codec"),
        (base.TermsReader, "cursor terms terms_from items items_from term_info frequency doc_frequency matcher close"),
        (base.PerDocumentReader, "doc_count_all doc_field_length stored_fields supports_columns iter_docs close"),
    ],
    ids=["codec", "segment", "terms", "documents"],
)
def test_names_the_codec_answers_to(kind: type, names: str) -> None:
    assert all(hasattr(kind, name) for name in names.split())


def test_writing_goes_through_our_writer_only() -> None:
    codec = ArrayCodec()
    calls: tuple[Callable[..., object], ...] = (codec.per_document_writer, codec.field_writer, codec.new_segment)
    for call in calls:
        with pytest.raises(NotImplementedError, match="IndexWriter"):
            call(None, None)
    assert ArraySegment.should_assemble is not base.Segment.should_assemble


def test_private_names_stand_in_one_file() -> None:
    folder = Path(whoosh_api.__file__).parent
    stamps = (
        "TOC",
        "toc_loaders",
        "structfile",
        "filestore",
        "whoosh.system",
        "whoosh.legacy",
        "util.numeric",
    )
    for path in folder.glob("*.py"):
        imports = [line for line in path.read_text().splitlines() if line.startswith(("from whoosh", "import whoosh"))]
        assert path.name == "whoosh_api.py" or not any(sign in line for line in imports for sign in stamps), path.name


def test_another_release_of_whoosh_can_read_on() -> None:
    header = whoosh_api.toc_header()
    later = header[:-3] + bytes([4, 2, 1])
    assert whoosh_api.toc_body(header + b"rest") == whoosh_api.toc_body(later + b"rest") == b"rest"
    assert whoosh_api.toc_body(b"\x80\x02" + header) is None
