"""List of segments ↔ table of contents: a small checksummed file for each commit (Lucene's segments_N).

The rename of the file to its name is the commit: before it readers see none of the changes, after it all.
"""

import base64
import os
import secrets
import struct
import zlib
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np

from searchsvc.engines.whoosh.codec.container import Mask
from searchsvc.engines.whoosh.codec.schema import DocumentTypeName, word_rules
from searchsvc.engines.whoosh.codec.whoosh_api import of_whoosh, toc_body, toc_header, toc_name, toc_pattern
from searchsvc.errors import CorruptIndexError, IndexMissingError, OutdatedIndexError, error_from

#: Number of the layout of the files; an index of another layout is outdated and has to be rebuilt.
LAYOUT = 8
#: Documents that a segment may hold; the writer begins another one in time.
MOST_DOCUMENTS = 1 << 26
#: Slots of the main field that a segment may have.
MOST_SLOTS = 1 << 31
#: File extension of a table of contents that is being written.
UNFINISHED = ".unfinished"
_CRC = struct.Struct("<I")
#: Bytes of randomness in the identity of a commit.
COMMIT_BYTES = 8


class SegmentInfo(msgspec.Struct, frozen=True, rename={"document_type": "family"}):
    """One segment in a table of contents."""

    id: Annotated[str, msgspec.Meta(pattern="^[0-9a-z]{8,40}$")]
    document_type: DocumentTypeName
    documents: Annotated[int, msgspec.Meta(gt=0, le=MOST_DOCUMENTS)]
    #: Slots of its main field.
    slots: Annotated[int, msgspec.Meta(ge=0, le=MOST_SLOTS)]
    #: Number of documents that are not deleted.
    living: Annotated[int, msgspec.Meta(gt=0, le=MOST_DOCUMENTS)]
    #: Which documents are deleted: a bit each (`np.packbits`), zlib, base 85. None: none is.
    deleted: str | None = None

    def alive(self) -> Mask | None:
        """Return (documents,) which documents are not deleted; None if none is.

        Raises:
            CorruptIndexError: The deletions cannot be decoded, or their number is not that of the entry.

        """
        if self.deleted is None:
            if self.living != self.documents:
                msg = f"the table of contents: segment {self.id} lacks its deletions"
                raise CorruptIndexError(msg)
            return None
        try:
            packed = base64.b85decode(self.deleted)
            data = zlib.decompressobj().decompress(packed, (self.documents + 7) // 8)
        except (ValueError, zlib.error) as error:
            msg = f"the table of contents: deletions of segment {self.id} are damaged: {error}"
            raise CorruptIndexError(msg) from error
        bits = np.unpackbits(np.frombuffer(data, np.uint8))
        if len(bits) < self.documents:
            msg = f"the table of contents: deletions of segment {self.id} are too few"
            raise CorruptIndexError(msg)
        alive: Mask = bits[: self.documents] == 0
        if int(alive.sum()) != self.living:
            msg = f"the table of contents: segment {self.id} has {int(alive.sum())} living documents, not {self.living}"
            raise CorruptIndexError(msg)
        return alive

    def without(self, dead: Collection[int]) -> "SegmentInfo | None":
        """Return the entry with some more documents deleted, given by number; None if no document is left."""
        if not dead:
            return self
        alive = self.alive()
        alive = np.ones(self.documents, np.bool_) if alive is None else alive.copy()
        alive[list(dead)] = False
        living = int(alive.sum())
        deleted = base64.b85encode(zlib.compress(np.packbits(~alive).tobytes())).decode()
        return msgspec.structs.replace(self, living=living, deleted=deleted) if living else None


class IndexCommit(msgspec.Struct, frozen=True, rename={"number": "generation", "id": "commit"}):
    """The contents of a table of contents: the state of an index after a commit."""

    #: LAYOUT of the writer.
    layout: int
    #: `schema.word_rules()` of the writer.
    words: int
    number: int
    #: Identity of this commit: random, so that no other state of any index has it. Numbers of commits can recur.
    id: str
    updated: datetime
    segments: tuple[SegmentInfo, ...]
    #: `Takedowns.mark` of the list of articles taken down: this commit holds none of them.
    forgotten: str = ""
    #: Links between texts that resemble each other: `copy_arrays.encode_links`.
    copies: bytes = b""


def new_commit_id() -> str:
    """Return a new identity for a commit: hexadecimal digits."""
    return secrets.token_hex(COMMIT_BYTES)


class _Version(msgspec.Struct, frozen=True):
    """The part of a table of contents that every version of this program writes."""

    layout: int
    words: int


_decode = msgspec.json.Decoder(IndexCommit).decode
_decode_version = msgspec.json.Decoder(_Version).decode


def parse_commit(data: bytes, number: int, name: str) -> IndexCommit:
    """Return the contents of a table of contents.

    Args:
        data: The bytes of the file.
        number: Number of the commit, which the contents must repeat.
        name: Path of the file, for the messages.

    Raises:
        CorruptIndexError: The file is damaged.
        OutdatedIndexError: It was written by another version of this program, or is in Whoosh's own form, which the
            first versions wrote; that form holds pickles and is not decoded.

    """
    body = toc_body(data)
    if body is None and of_whoosh(data):
        raise outdated(name)
    if body is None:
        msg = f"{name}: the table of contents is damaged: it does not begin as one"
        raise CorruptIndexError(msg)
    crc, text = body[: _CRC.size], body[_CRC.size :]
    if len(crc) < _CRC.size or _CRC.unpack(crc)[0] != checksum(data[: len(data) - len(body)], text):
        msg = f"{name}: the table of contents is damaged: its checksum differs"
        raise CorruptIndexError(msg)
    try:
        version = _decode_version(text)
        if version != _Version(LAYOUT, word_rules()):
            raise outdated(name)
        contents = _decode(text)
    except msgspec.MsgspecError as error:
        msg = f"{name}: the table of contents is damaged: {error}"
        raise CorruptIndexError(msg) from error
    if contents.number != number:
        msg = f"{name}: the table of contents is damaged: it is of commit {contents.number}"
        raise CorruptIndexError(msg)
    return contents


def outdated(name: str) -> OutdatedIndexError:
    """Return the error for a file of another layout, or of an index whose words were made by other rules."""
    return OutdatedIndexError(
        f"{name}: the index was made by another version of searchsvc: `searchsvc reindex` rebuilds it"
    )


def latest_commit(folder: Path) -> int:
    """Return the number of the newest commit, -1 if there is no index.

    Raises:
        EngineError: The folder cannot be listed.

    """
    pattern = toc_pattern()
    try:
        names = [path.name for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return -1
    except OSError as error:
        raise error_from(error, folder, "this folder of the index cannot be listed") from error
    return max((int(found.group(1)) for found in map(pattern.match, names) if found), default=-1)


def read_commit(folder: Path) -> IndexCommit:
    """Read the newest table of contents.

    Raises:
        IndexMissingError: There is no index in the folder.
        FileNotFoundError: A later commit removed the file between the listing of the folder and the reading.
        CorruptIndexError: The file is damaged.
        OutdatedIndexError: It is of another version.
        OSError: It cannot be read.

    """
    number = latest_commit(folder)
    if number < 0:
        msg = f"{folder}: there is no index here yet: make one with `searchsvc reindex PLACE`"
        raise IndexMissingError(msg)
    path = folder / toc_name(number)
    return parse_commit(path.read_bytes(), number, str(path))


def checksum(header: bytes, text: bytes) -> int:
    """Return the CRC-32 of a table of contents: of its header and JSON, without the checksum between them."""
    return zlib.crc32(text, zlib.crc32(header))


def write_commit(folder: Path, contents: IndexCommit) -> None:
    """Make a commit the last one of a folder: write and sync the file, sync the folder, then rename.

    Raises:
        OSError: It cannot be written. Only a failure of the last sync leaves the commit visible.

    """
    header, data = toc_header(), msgspec.json.encode(contents)
    path = folder / toc_name(contents.number)
    unfinished = path.with_suffix(UNFINISHED)
    write_synced(unfinished, header + _CRC.pack(checksum(header, data)) + data)
    sync_folder(folder)
    unfinished.replace(path)
    sync_folder(folder)


def make_commit(
    number: int, commit: str, segments: Sequence[SegmentInfo] = (), *, forgotten: str = "", copies: bytes = b""
) -> IndexCommit:
    """Return the contents of a commit of this version, with the present time."""
    return IndexCommit(LAYOUT, word_rules(), number, commit, datetime.now(UTC), tuple(segments), forgotten, copies)


def write_synced(path: Path, data: bytes) -> None:
    """Write a file and sync it to the disk, so that a rename after it never publishes half a file."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Sync a folder: the names of its files, renames among them, are on the disk after this."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
