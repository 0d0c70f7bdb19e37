"""Decompression of crawls, gzip member by member; after damage it goes on at the next member that begins a record.

A crawl is normally compressed record by record, so that each gzip member is one record; but it may also be one
member, or be cut into members anywhere. The file is read once from front to back, in bounded memory.
"""

import zlib
from typing import BinaryIO, Protocol

from searchsvc.sources.content_codings import GZIP_WBITS, READ_BYTES
from searchsvc.sources.record_formats import WARC, RecordFormat

GZIP_HEADER = b"\x1f\x8b\x08"
#: Compressed bytes per call of zlib; per call in a stretch with damage, to lose few of the bytes before it.
INPUT_BYTES, SALVAGE_BYTES = 1 << 14, 32
#: Compressed bytes of the current member that are kept, to be searched again after damage; bytes that may be searched
#: twice, beyond the size of the file.
MAX_KEPT, MAX_REREAD = 1 << 22, 1 << 24
#: Compressed bytes of a member that are decompressed to see whether it begins a record.
PROBE_BYTES = 512


class DamagedMemberError(Exception):
    """The bytes of a member cannot be decompressed."""


class MemberReader(Protocol):
    """Decompressed bytes of a file, member by member."""

    #: Offset of the current member in the file.
    member_offset: int
    #: Whether the file is gzip; any other file is a single member.
    is_gzip: bool

    def read(self) -> bytes:
        """Return the next bytes of the current member, empty at its end.

        Raises:
            DamagedMemberError: They cannot be decompressed, or the file ends in the member.

        """

    def next_member(self) -> bool:
        """Go to the next member; return whether there is one."""

    def skip_damage(self) -> int:
        """After damage, go to the next member that begins a record; return the number of bytes skipped in the file."""

    def size(self) -> int | None:
        """Return the decompressed size in bytes; None if it is not known."""

    def seek(self, offset: int) -> None:
        """Go to a decompressed offset; only if the size is known."""

    def begin_at(self, offset: int) -> None:
        """Go to an offset in the file, before anything is read; within a member, reading tells damage first."""


class PlainReader:
    """MemberReader of a file that is not compressed: a single member."""

    is_gzip = False

    def __init__(self, raw: BinaryIO, size: int | None) -> None:
        self.member_offset, self._raw, self._size = 0, raw, size

    def read(self) -> bytes:
        """Return the next bytes."""
        return self._raw.read(READ_BYTES)

    def next_member(self) -> bool:
        """Return False: there is one member."""
        return False

    def skip_damage(self) -> int:
        """Return 0: without decompression no damage is found here."""
        return 0

    def size(self) -> int | None:
        """Return the size of the file, if it was given."""
        return self._size

    def seek(self, offset: int) -> None:
        """Go to an offset."""
        self._raw.seek(offset)

    def begin_at(self, offset: int) -> None:
        """Go to an offset."""
        self._raw.seek(offset)


class GzipReader:
    """MemberReader of a gzip file.

    `_buffer` holds the bytes of the file from offset `_buffer_offset`, of which the first `_consumed` are decompressed.
    """

    is_gzip = True

    def __init__(self, raw: BinaryIO, form: RecordFormat = WARC) -> None:
        self.member_offset, self._raw, self._format = 0, raw, form
        self._buffer, self._buffer_offset, self._consumed = bytearray(), 0, 0
        self._inflater = zlib.decompressobj(GZIP_WBITS)
        self._at_start, self._error, self._reread, self._ended = True, "", 0, False

    def read(self) -> bytes:
        """Return the next decompressed bytes of the member."""
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
            # Bytes from a damaged start of a member would look like a continuation of the record before it.
            return output if not self._at_start or self._format.begins(output) else b""
        rest = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail
        self._consumed += len(data) - len(rest)
        return output

    def _read_file(self) -> bytes:
        """Append the next bytes of the file to the buffer, and return them."""
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
        """Go to the next member; zero bytes between members (padding of tapes) are skipped."""
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
        """Go to the next member that begins a record, and return the bytes skipped.

        The damaged member is searched too, because its end is unknown; not if more than MAX_REREAD bytes, beyond the
        bytes read so far, would have been searched twice.
        """
        damaged, reached = self.member_offset, self._buffer_offset + self._consumed
        self._reread += reached - damaged
        start = damaged + 1 if self._reread < MAX_REREAD + reached else reached
        self._consumed = max(0, start - self._buffer_offset)
        while True:
            header = self._buffer.find(GZIP_HEADER, self._consumed)
            self._consumed = header if header >= 0 else max(self._consumed, len(self._buffer) - len(GZIP_HEADER) + 1)
            if header >= 0 and self._begins_record():
                self._drop(self._consumed)
                self._start_member()
                return self.member_offset - damaged
            if header >= 0:
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
            begin = zlib.decompressobj(GZIP_WBITS).decompress(probe, self._format.probe)
        except zlib.error:
            return False
        return self._format.begins(begin)

    def size(self) -> int | None:
        """Return None: the decompressed size is not known."""
        return None

    def seek(self, offset: int) -> None:
        """Do nothing: no caller seeks where the size is not known."""

    def begin_at(self, offset: int) -> None:
        """Go to a member by its offset in the file."""
        self._raw.seek(offset)
        self._buffer.clear()
        self._buffer_offset, self._consumed = offset, 0
        self._start_member()


def _salvage(inflater: "zlib._Decompress", data: bytes) -> bytes:
    """Return the bytes that can be decompressed before the damage, to within SALVAGE_BYTES of input."""
    output = bytearray()
    try:
        for start in range(0, len(data), SALVAGE_BYTES):
            output += inflater.decompress(data[start : start + SALVAGE_BYTES])
    except zlib.error:
        pass
    return bytes(output)
