"""WARC file → its bytes, decompressed member by member; after damage, from the next member that begins a record.

A WARC file is compressed record by record, so that each gzip member is one; but it may also be one
member as a whole, or cut into members anywhere. All is read once, from front to back.
"""

import re
import zlib
from typing import BinaryIO, Protocol

from searchsvc.sources.files import READ_BYTES

#: How a record begins: the version, then the first line of its header.
RECORD_START = re.compile(rb"WARC/\d\.\d+\r?\n[A-Za-z-]+:")
WARC_MAGIC = b"WARC/"
GZIP_HEADER = b"\x1f\x8b\x08"
#: `wbits` by which zlib reads a gzip stream.
GZIP_WBITS = zlib.MAX_WBITS | 16
#: Compressed bytes that are decompressed at a time; and where there is damage among them.
INPUT_BYTES, SALVAGE_BYTES = 1 << 14, 32
#: Compressed bytes of a member that are kept, to go back to; and bytes read twice, beside the size of the file.
MAX_KEPT, MAX_REREAD = 1 << 22, 1 << 24
#: Bytes of a member that are looked at to see whether it begins a record.
PROBE_BYTES = 512


class DamagedMemberError(Exception):
    """The bytes of a member cannot be decompressed."""


class MemberReader(Protocol):
    """The decompressed bytes of a file, member by member."""

    #: Offset of the current member in the file.
    member_offset: int
    #: Whether it is a gzip file; if not, it is one member.
    is_gzip: bool

    def read(self) -> bytes:
        """Return more of the current member, nothing at its end; raise DamagedMemberError."""

    def next_member(self) -> bool:
        """Go on to the next member, if there is one."""

    def skip_damage(self) -> int:
        """After damage, go on to the next member that begins a record; return how many bytes are skipped."""

    def size(self) -> int | None:
        """Return how many bytes there are in all, where that can be told."""

    def seek(self, offset: int) -> None:
        """Go on at an offset; only where the size can be told."""


class PlainReader:
    """A file that is not compressed: one member."""

    is_gzip = False

    def __init__(self, raw: BinaryIO, size: int | None) -> None:
        self.member_offset, self._raw, self._size = 0, raw, size

    def read(self) -> bytes:
        """Return the bytes that follow."""
        return self._raw.read(READ_BYTES)

    def next_member(self) -> bool:
        """Return False: there is one member."""
        return False

    def skip_damage(self) -> int:
        """Return 0: no damage is found where nothing is decompressed."""
        return 0

    def size(self) -> int | None:
        """Return the size of the file, if it was given."""
        return self._size

    def seek(self, offset: int) -> None:
        """Go on at an offset."""
        self._raw.seek(offset)


class GzipReader:
    """A gzip file."""

    is_gzip = True

    def __init__(self, raw: BinaryIO) -> None:
        self.member_offset, self._raw = 0, raw
        #: Bytes of the file from `_buffer_offset` on, and how many of them are decompressed.
        self._buffer, self._buffer_offset, self._consumed = bytearray(), 0, 0
        self._inflater = zlib.decompressobj(GZIP_WBITS)
        self._at_start, self._error, self._reread, self._ended = True, "", 0, False

    def read(self) -> bytes:
        """Decompress some more of the member."""
        while not (self._inflater.eof or self._ended):
            if self._error:
                raise DamagedMemberError(self._error)
            data = bytes(self._buffer[self._consumed : self._consumed + INPUT_BYTES]) or self._read_file()[:INPUT_BYTES]
            output = self._inflate_step(data)
            if output:
                self._at_start = False
                return output
            if not data and not self._inflater.eof:
                started = self._consumed or self._buffer_offset > self.member_offset
                raise DamagedMemberError("it ends early" if started else "it is empty")
        return b""

    def _inflate_step(self, data: bytes) -> bytes:
        before = self._inflater.copy()
        try:
            output = self._inflater.decompress(data, READ_BYTES)
        except zlib.error as error:
            self._error = f"gzip is damaged: {str(error).rpartition(': ')[2]}"
            output = _salvage(before, data)
            self._consumed += len(data)
            # Before a record has begun nothing may seem to belong to the one before it.
            return output if not self._at_start or output.startswith(WARC_MAGIC) else b""
        rest = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail
        self._consumed += len(data) - len(rest)
        return output

    def _read_file(self) -> bytes:
        """Read on in the file."""
        if self._consumed > 2 * MAX_KEPT:
            self._drop(self._consumed - MAX_KEPT)
        chunk = self._raw.read(READ_BYTES)
        self._buffer += chunk
        return chunk

    def _drop(self, size: int) -> None:
        del self._buffer[:size]
        self._buffer_offset += size
        self._consumed = max(0, self._consumed - size)

    def next_member(self) -> bool:
        """Begin with the next member; zeros between, as of some tapes, are none."""
        while True:
            self._drop(self._consumed)
            rest = self._buffer.lstrip(b"\0")
            self._drop(len(self._buffer) - len(rest))
            if rest or not self._read_file():
                break
        if rest:
            self._start_member()
        return bool(rest)

    def _start_member(self) -> None:
        self.member_offset = self._buffer_offset
        self._inflater, self._at_start, self._error = zlib.decompressobj(GZIP_WBITS), True, ""

    def skip_damage(self) -> int:
        """Go to the next member that begins a record; the damaged one is searched too, within `MAX_REREAD`."""
        damaged, reached = self.member_offset, self._buffer_offset + self._consumed
        self._reread += reached - damaged
        start = damaged + 1 if self._reread < MAX_REREAD + reached else reached
        self._consumed = max(0, start - self._buffer_offset)
        while True:
            found = self._buffer.find(GZIP_HEADER, self._consumed)
            self._consumed = found if found >= 0 else max(self._consumed, len(self._buffer) - len(GZIP_HEADER) + 1)
            if found >= 0 and self._begins_record():
                self._drop(self._consumed)
                self._start_member()
                return self.member_offset - damaged
            if found >= 0:
                self._consumed += 1
                continue
            self._drop(self._consumed)
            if not self._read_file():
                self._drop(len(self._buffer))
                self._ended = True
                return self._buffer_offset - damaged

    def _begins_record(self) -> bool:
        while len(self._buffer) < self._consumed + PROBE_BYTES and (chunk := self._raw.read(READ_BYTES)):
            self._buffer += chunk
        probe = bytes(self._buffer[self._consumed : self._consumed + PROBE_BYTES])
        try:
            begin = zlib.decompressobj(GZIP_WBITS).decompress(probe, len(WARC_MAGIC))
        except zlib.error:
            return False
        return begin == WARC_MAGIC

    def size(self) -> int | None:
        """Return None: the decompressed size is not known."""
        return None

    def seek(self, offset: int) -> None:
        """Do nothing: nobody asks where the size is not known."""


def _salvage(inflater: "zlib._Decompress", data: bytes) -> bytes:
    """Return what can be decompressed before the damage."""
    output = bytearray()
    try:
        for start in range(0, len(data), SALVAGE_BYTES):
            output += inflater.decompress(data[start : start + SALVAGE_BYTES])
    except zlib.error:
        pass
    return bytes(output)
