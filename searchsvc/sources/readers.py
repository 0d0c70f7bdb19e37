"""Which reader reads a file: by the signature of its first bytes, else by its suffix; or that it is passed over."""

from collections.abc import Iterator

from searchsvc.errors import SourceError
from searchsvc.model.source import PassedOver
from searchsvc.sources.content_codings import DamagedError
from searchsvc.sources.files import FileItem, FileReader, SourceFile, os_error_text
from searchsvc.sources.media_types import (
    OTHER_SUFFIXES,
    PAGE_TYPES,
    SNIFF_BYTES,
    is_packed_name,
    signature_of,
    suffix_of,
)
from searchsvc.sources.page_files import (
    damage_text,
    open_unpacked,
    read_json,
    read_json_lines,
    read_page,
    reason_of_suffix,
)


def _read_warc(file: SourceFile) -> Iterator[FileItem]:
    from searchsvc.sources.web_archives import read_warc  # noqa: PLC0415 - few places have a crawl

    return read_warc(file)


def _read_wacz(file: SourceFile) -> Iterator[FileItem]:
    from searchsvc.sources.web_archives import read_wacz  # noqa: PLC0415 - as above

    return read_wacz(file)


def _read_mhtml(file: SourceFile) -> Iterator[FileItem]:
    from searchsvc.sources.mhtml import read_mhtml  # noqa: PLC0415 - few pages are saved so

    return read_mhtml(file)


def _read_webarchive(file: SourceFile) -> Iterator[FileItem]:
    from searchsvc.sources.mhtml import read_webarchive  # noqa: PLC0415 - as above

    return read_webarchive(file)


#: Suffix of a file, in lower case and without that of a compression → its reader.
READERS: dict[str, FileReader] = {
    **dict.fromkeys(PAGE_TYPES, read_page),
    **dict.fromkeys((".jsonl", ".ndjson", ".jl", ".jsonlines"), read_json_lines),
    ".warc": _read_warc,
    ".arc": _read_warc,
    ".wacz": _read_wacz,
    ".mhtml": _read_mhtml,
    ".mht": _read_mhtml,
    ".webarchive": _read_webarchive,
}
#: Signature of a file → suffix of the reader that reads it, whatever its name is.
_BY_SIGNATURE = {"warc": ".warc", "arc": ".arc", "zip": ".wacz", "mhtml": ".mhtml", "webarchive": ".webarchive"}
#: Suffixes of files that are read as they are named even where they begin like a page, because they are damaged.
_FIXED = frozenset({".jsonl", ".ndjson", ".jl", ".jsonlines", ".warc", ".arc", ".wacz"})


def reader_of(file: SourceFile) -> FileReader | PassedOver:
    """Return the reader of a file; of a file of a folder that is no page, that it is passed over.

    At most SNIFF_BYTES of the file are read, and nothing is decompressed: `read_packed` does that.
    """
    suffix = suffix_of(file.name)
    reader = READERS.get(suffix)
    is_other = reader is None and not file.given
    if suffix == ".json" and file.given:  # in a folder it may be anything
        return read_json
    if is_other and suffix in OTHER_SUFFIXES:
        return PassedOver(file.path, reason_of_suffix(file.name))
    if reader and suffix in _FIXED:
        return reader
    try:
        with file.location.open("rb") as raw:
            signature = signature_of(raw.read(SNIFF_BYTES))
    except OSError:
        return reader or read_page  # which says what it is
    if signature in _BY_SIGNATURE:
        reader = READERS[_BY_SIGNATURE[signature]]
    elif signature == "packed" or is_packed_name(file.name):
        reader = read_packed
    elif signature == "html" and suffix not in PAGE_TYPES:
        reader = READERS[".html"]
    elif is_other:
        return PassedOver(file.path, reason_of_suffix(file.name))
    return reader or read_page


def read_packed(file: SourceFile) -> Iterator[FileItem]:
    """Yield what is in a compressed file: pages of a crawl, of an MHTML file, of records, or one page."""
    try:
        with file.location.open("rb") as raw:
            stream, _ = open_unpacked(file, raw)
            signature = signature_of(stream.read(SNIFF_BYTES))
    except SourceError as error:
        yield error
        return
    except DamagedError as error:
        yield SourceError(file.path, damage_text(error, "the file is cut off"))
        return
    except OSError as error:
        yield SourceError(file.path, os_error_text(error))
        return
    reader = READERS.get(suffix_of(file.name))
    if signature in _BY_SIGNATURE and signature != "zip":
        reader = READERS[_BY_SIGNATURE[signature]]
    yield from (reader or read_page)(file)
