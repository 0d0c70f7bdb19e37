"""File of a crawl → its bytes, unpacked and in pieces; after damage, from the next place on where a record begins.

A crawl is packed record by record, so that each gzip member is one; but it may also be one member
as a whole, or cut into members anywhere. All is read once, from front to back.
"""

import re
import zlib
from typing import BinaryIO, Protocol

from searchsvc.sources.files import READ_BYTES

#: How a record begins: the version, then the first line of its head.
START = re.compile(rb"WARC/\d\.\d+\r?\n[A-Za-z-]+:")
WARC = b"WARC/"
MEMBER = b"\x1f\x8b\x08"
#: zlib's sign for a gzip stream.
GZIP = zlib.MAX_WBITS | 16
#: Packed bytes unpacked at a time, and how finely where damage is among them.
STEP, FINE = 1 << 14, 32
#: Packed bytes of a member that can be gone back to; what is read twice in a file, beside as much as it has.
KEPT, AGAIN = 1 << 22, 1 << 24
#: Bytes of a member that are looked at to see whether it begins a record.
TRIED = 512


class DamagedError(Exception):
    """The bytes of a member cannot be unpacked."""


class Pieces(Protocol):
    """The bytes of a file, in pieces."""

    #: Where the current member begins in the file.
    base: int
    #: Whether it is a gzip file; then its members are places in it.
    packed: bool

    def fill(self) -> bytes:
        """Return more of the current member, nothing at its end; raise DamagedError."""

    def next(self) -> bool:
        """Go on to the next member, if there is one."""

    def resume(self) -> int:
        """After damage, go on to the next member that begins a record; return how many bytes are passed over."""

    def size(self) -> int | None:
        """Return how many bytes there are in all, where that can be told."""

    def jump(self, at: int) -> None:
        """Go on at a byte; only where the size can be told."""


class Plain:
    """A file that is not packed: one member."""

    packed = False

    def __init__(self, raw: BinaryIO, size: int | None) -> None:
        self.base, self._raw, self._size = 0, raw, size

    def fill(self) -> bytes:
        """Return what follows."""
        return self._raw.read(READ_BYTES)

    def next(self) -> bool:
        """There is none."""
        return False

    def resume(self) -> int:
        """Never needed: nothing is unpacked."""
        return 0

    def size(self) -> int | None:
        """Return the size of the file, if it was given."""
        return self._size

    def jump(self, at: int) -> None:
        """Go on at a byte."""
        self._raw.seek(at)


class Packed:
    """A gzip file."""

    packed = True

    def __init__(self, raw: BinaryIO) -> None:
        self.base, self._raw = 0, raw
        #: Bytes of the file from `_front` on, and how many of them are unpacked.
        self._bytes, self._front, self._used = bytearray(), 0, 0
        self._inflate = zlib.decompressobj(GZIP)
        self._first, self._broken, self._again, self._ended = True, "", 0, False

    def fill(self) -> bytes:
        """Unpack some more of the member."""
        while not (self._inflate.eof or self._ended):
            if self._broken:
                raise DamagedError(self._broken)
            step = bytes(self._bytes[self._used : self._used + STEP]) or self._read()[:STEP]
            found = self._unpacked(step)
            if found:
                self._first = False
                return found
            if not step and not self._inflate.eof:
                raise DamagedError("it ends early" if self._used or self._front > self.base else "it is empty")
        return b""

    def _unpacked(self, step: bytes) -> bytes:
        before = self._inflate.copy()
        try:
            found = self._inflate.decompress(step, READ_BYTES)
        except zlib.error as error:
            self._broken = f"gzip is damaged: {str(error).rpartition(': ')[2]}"
            found = _salvaged(before, step)
            self._used += len(step)
            # Before a record has begun nothing may seem to belong to the one before it.
            return found if not self._first or found.startswith(WARC) else b""
        left = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
        self._used += len(step) - len(left)
        return found

    def _read(self) -> bytes:
        """Read on in the file."""
        if self._used > 2 * KEPT:
            self._drop(self._used - KEPT)
        found = self._raw.read(READ_BYTES)
        self._bytes += found
        return found

    def _drop(self, size: int) -> None:
        del self._bytes[:size]
        self._front += size
        self._used = max(0, self._used - size)

    def next(self) -> bool:
        """Begin with the next member; zeros between, as of some tapes, are none."""
        while True:
            self._drop(self._used)
            left = self._bytes.lstrip(b"\0")
            self._drop(len(self._bytes) - len(left))
            if left or not self._read():
                break
        if left:
            self._begin()
        return bool(left)

    def _begin(self) -> None:
        self.base = self._front
        self._inflate, self._first, self._broken = zlib.decompressobj(GZIP), True, ""

    def resume(self) -> int:
        """Look for the next member that begins a record: in what the damaged one took too, as often as is cheap."""
        damaged, reached = self.base, self._front + self._used
        self._again += reached - damaged
        at = damaged + 1 if self._again < AGAIN + reached else reached
        self._used = max(0, at - self._front)
        while True:
            found = self._bytes.find(MEMBER, self._used)
            self._used = found if found >= 0 else max(self._used, len(self._bytes) - len(MEMBER) + 1)
            if found >= 0 and self._begins_record():
                self._drop(self._used)
                self._begin()
                return self.base - damaged
            if found >= 0:
                self._used += 1
                continue
            self._drop(self._used)
            if not self._read():
                self._drop(len(self._bytes))
                self._ended = True
                return self._front - damaged

    def _begins_record(self) -> bool:
        while len(self._bytes) < self._used + TRIED and (found := self._raw.read(READ_BYTES)):
            self._bytes += found
        try:
            begin = zlib.decompressobj(GZIP).decompress(bytes(self._bytes[self._used : self._used + TRIED]), len(WARC))
        except zlib.error:
            return False
        return begin == WARC

    def size(self) -> int | None:
        """Nobody knows how much will have been unpacked."""
        return None

    def jump(self, at: int) -> None:
        """Never asked: the size is not known."""


def _salvaged(inflate: "zlib._Decompress", step: bytes) -> bytes:
    """Return what can be unpacked before the damage."""
    found = bytearray()
    try:
        for at in range(0, len(step), FINE):
            found += inflate.decompress(step[at : at + FINE])
    except zlib.error:
        pass
    return bytes(found)
