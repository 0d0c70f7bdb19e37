"""Reader of a file that is one page, plain or compressed, and of a file of records, one a line; sizes are bounded."""

import json
from collections.abc import Iterator
from io import BufferedReader
from pathlib import PurePosixPath
from typing import IO, BinaryIO

from searchsvc.errors import RefusedError, SourceError
from searchsvc.json_input import read_json as parse_json
from searchsvc.model.source import PassedOver, Source
from searchsvc.sources.content_codings import (
    READ_BYTES,
    SUFFIXES,
    Coding,
    DamagedError,
    Inflater,
    coding_of_bytes,
    inflate,
    inflating,
)
from searchsvc.sources.files import MAX_PAGE_BYTES, SourceFile, os_error_text, too_large_reason
from searchsvc.sources.media_types import (
    HTML,
    PAGE_TYPES,
    RECORD,
    SNIFF_BYTES,
    TEXT,
    binary_format,
    is_document,
    is_text,
    signature_of,
    suffix_of,
)

#: Most times that one page is compressed: crawlers compress what a server has compressed.
MOST_ROUNDS = 3
UTF8_BOM = b"\xef\xbb\xbf"
TRAILING = "bytes after the end of the compressed data were left out"


def read_page(file: SourceFile) -> Iterator[Source | SourceError | PassedOver]:
    """Yield the page in a file, or the SourceError that says why it cannot be read.

    A file of a folder whose name is not that of a page, and whose bytes are no HTML, is passed over.
    """
    try:
        data, warnings = _read_limited(file)
    except SourceError as error:
        yield error
        return
    declared = PAGE_TYPES.get(suffix_of(file.name))
    signature = signature_of(data[:SNIFF_BYTES])
    if signature == "html" and (declared != TEXT or is_document(data[:SNIFF_BYTES])):
        yield file.source(data, HTML, warnings=warnings)
    elif declared is None and not file.given:
        yield PassedOver(file.path, reason_of_suffix(file.name))
    elif name := binary_format(data):
        yield SourceError(file.path, f"no page: it is {name}; save the page as HTML or text")
    elif declared or is_text(data):
        yield file.source(data, declared or TEXT, warnings=warnings)
    else:
        yield SourceError(file.path, "neither HTML nor text: pages end in .html, .htm, .stm or .txt (or that and .gz)")


def reason_of_suffix(name: str) -> str:
    """Return why a file of a folder is passed over: its suffix."""
    return suffix_of(name)[:12] or "file without suffix that is no HTML"


def packing_of(file: SourceFile, raw: BinaryIO) -> Coding | None:
    """Return the coding of a file by its first bytes, else by its name; None if it is not compressed.

    Bytes decide, because crawlers save compressed bodies as `page.html`; brotli has no signature.

    Raises:
        SourceError: The name says that it is compressed, and the bytes do not.

    """
    head = raw.read(SNIFF_BYTES)
    raw.seek(0)
    suffix = PurePosixPath(file.name.lower()).suffix
    named, coding = SUFFIXES.get(suffix), coding_of_bytes(head)
    if coding is None and named == "br" and signature_of(head) != "html":
        return "br"
    if coding is None and named and named != "br":
        raise SourceError(file.path, f"ends in {suffix} but is not {named}: rename or compress it again")
    return coding


def open_unpacked(file: SourceFile, raw: BinaryIO) -> tuple[BinaryIO | BufferedReader, Inflater | None]:
    """Return a stream of the decoded bytes of an open file, and the inflater if it is compressed.

    Raises:
        SourceError: Its name says that it is compressed, and its bytes do not.

    """
    coding = packing_of(file, raw)
    return inflating(raw, coding) if coding else (raw, None)


def read_to_limit(stream: IO[bytes] | BufferedReader, path: str, limit: int = MAX_PAGE_BYTES) -> bytes:
    """Return the bytes of a stream.

    Raises:
        RefusedError: It has more than `limit`.

    """
    parts: list[bytes] = []
    size = 0
    while part := stream.read(READ_BYTES):
        size += len(part)
        if size > limit:
            raise RefusedError(path, too_large_reason(limit))
        parts.append(part)
    return b"".join(parts)


def fully_inflated(data: bytes, path: str) -> bytes:
    """Return bytes that are compressed once more, or twice, without that; others as they are.

    Raises:
        RefusedError: They have more than MAX_PAGE_BYTES.

    """
    for _ in range(MOST_ROUNDS):
        coding = coding_of_bytes(data)
        if coding is None:
            break
        decoded, inflater = inflate(data, coding, MAX_PAGE_BYTES)
        if len(decoded) > MAX_PAGE_BYTES:
            raise RefusedError(path, too_large_reason())
        if inflater.fault:
            break
        data = decoded
    return data


def _read_limited(file: SourceFile) -> tuple[bytes, tuple[str, ...]]:
    try:
        with file.location.open("rb") as raw:
            stream, inflater = open_unpacked(file, raw)
            data = read_to_limit(stream, file.path)
            if inflater is None:
                return data, ()
            return fully_inflated(data, file.path), (TRAILING,) if inflater.trailing else ()
    except DamagedError as error:
        raise SourceError(file.path, damage_text(error, "the file is cut off")) from error
    except OSError as error:
        raise SourceError(file.path, os_error_text(error)) from error


def damage_text(error: DamagedError, cut: str) -> str:
    """Return what is wrong with a compressed file; `cut` says what a missing end means."""
    text = str(error)
    return f"{text}: {cut}" if text.endswith("ends early") else text


def read_json_lines(file: SourceFile) -> Iterator[Source | SourceError]:
    """Yield the records of a `.jsonl`, also compressed; the address of each is the number of its line, `#12`."""
    try:
        with file.location.open("rb") as raw:
            stream, inflater = open_unpacked(file, raw)
            yield from _json_lines(file, stream)
            if inflater and inflater.trailing:
                yield SourceError(file.path, TRAILING)
    except SourceError as error:
        yield error
    except DamagedError as error:
        yield SourceError(file.path, damage_text(error, "the records after the cut are missing"))
    except OSError as error:
        yield SourceError(file.path, os_error_text(error))


def read_json(file: SourceFile) -> Iterator[Source | SourceError]:
    """Yield the records of a `.json` file: one object, or a list of them; of any other file those of its lines.

    The address of each is its number, `#12`, of one object `#1`.
    """
    try:
        with file.location.open("rb") as raw:
            stream, _ = open_unpacked(file, raw)
            value = parse_json(read_to_limit(stream, file.path).decode("utf-8-sig"), strict=False)
    except (ValueError, SourceError, DamagedError, OSError):  # lines of records, or no JSON: they are told by line
        yield from read_json_lines(file)
        return
    for number, record in enumerate(value if isinstance(value, list) else [value], start=1):
        if isinstance(record, dict):
            yield file.source(json.dumps(record).encode(), RECORD, fragment=f"#{number}")
        else:
            yield SourceError(f"{file.path}#{number}", "not a JSON object: each article is one, {…}")


def _json_lines(file: SourceFile, stream: IO[bytes] | BufferedReader) -> Iterator[Source | SourceError]:
    number = 0
    while line := stream.readline(MAX_PAGE_BYTES + 1):
        number += 1
        fragment = f"#{number}"
        if len(line) > MAX_PAGE_BYTES:
            _skip_line(stream, line)
            yield RefusedError(file.path + fragment, too_large_reason())
            continue
        record = line.removeprefix(UTF8_BOM if number == 1 else b"").strip()
        if record[:1] == b"{" and record[-1:] == b"}":
            yield file.source(record, RECORD, fragment=fragment)
        elif record:
            yield SourceError(file.path + fragment, "not a JSON object: each line is one article, {…}")


def _skip_line(stream: IO[bytes] | BufferedReader, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = stream.readline(READ_BYTES)
