r"""Arrays → one file → arrays: a checksummed container whose arrays are read straight from a memory map.

    "searchsvc arrays 1\n" | padding, array | padding, array | … | directory (JSON) | trailer

Every array starts at a multiple of 64 bytes. Its checksum covers the padding before it too, the
directory has one of its own, and the trailer is checked by value: no byte of the file is
unguarded. The directory is verified when a file is opened, the arrays by `verify`.
"""

import mmap
import os
import struct
import zlib
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from searchsvc.errors import CorruptIndexError
from searchsvc.trouble import told

HEADER = b"searchsvc arrays 1\n"
#: Where the directory starts, its length, its checksum, and a mark that the file is whole.
TRAILER = struct.Struct("<QQI4s")
MARK = b"ENDS"
#: Arrays start on a cache line, so that numpy reads them aligned.
ALIGN = 64
#: Bytes read at a time where a whole array need not be in memory.
CHUNK = 1 << 22

#: Arrays of unsigned integers of any width: ids, offsets, counts.
Ints = npt.NDArray[np.unsignedinteger[Any]]
Dates = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
#: What may stand in a container.
DTYPES = {name: np.dtype(name) for name in ("|u1", "<u2", "<u4", "<u8", "<i8")}


T = TypeVar("T")


def missing(path: Path | str) -> CorruptIndexError:
    """Return the error that names a file which a table of contents lists and which is not there."""
    return CorruptIndexError(f"{path}: this file of the index is missing; rebuild with `searchsvc reindex --full`")


class Entry(msgspec.Struct, array_like=True, frozen=True):
    """One array: `dtype`, number of items, first byte, checksum of padding and bytes."""

    dtype: str
    count: int
    at: int
    crc: int


class Directory(msgspec.Struct, frozen=True):
    """What the file holds, and values beside the arrays."""

    arrays: dict[str, Entry]
    meta: dict[str, msgspec.Raw]


_read_directory = msgspec.json.Decoder(Directory).decode


class Container:
    """The arrays of a file, mapped read-only and shared between processes."""

    def __init__(self, path: Path) -> None:
        """Open the file and check its directory.

        Raises:
            FileNotFoundError: It is not there (a reader may have been overtaken by a commit).
            CorruptIndexError: It is not a whole file of ours.
            EngineError: It may not, or cannot just now, be read.

        """
        self.path = path
        self.map = self._mapped()
        size = len(self.map)
        at, length, crc, mark = TRAILER.unpack(self.map[size - TRAILER.size :])
        if self.map[: len(HEADER)] != HEADER or mark != MARK or at + length + TRAILER.size != size:
            raise self.corrupt("the header or trailer", "it is cut short or not a file of ours")
        directory = self.map[at : at + length]
        if zlib.crc32(directory) != crc:
            raise self.corrupt("the directory", "its checksum differs")
        self._entries, self._meta = self._check(directory, at)

    def _mapped(self) -> mmap.mmap:
        try:
            with self.path.open("rb") as file:
                if os.fstat(file.fileno()).st_size < len(HEADER) + TRAILER.size:
                    raise self.corrupt("the header", "the file is too short")
                return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except FileNotFoundError:
            raise
        except (OSError, MemoryError) as error:
            raise told(error, self.path, "this file of the index cannot be read") from error

    def corrupt(self, part: str, reason: str) -> CorruptIndexError:
        """Return the error that names this file and the damaged part of it."""
        return CorruptIndexError(f"{self.path}: {part} is damaged: {reason}; rebuild with `searchsvc reindex --full`")

    def _check(self, directory: bytes, end: int) -> tuple[dict[str, Entry], dict[str, msgspec.Raw]]:
        """Parse the directory; arrays must lie in order, end to end, inside the file."""
        try:
            found = _read_directory(directory)
        except msgspec.MsgspecError as error:
            raise self.corrupt("the directory", str(error)) from error
        at = len(HEADER)
        for name, entry in found.arrays.items():
            if entry.dtype not in DTYPES or entry.count < 0 or entry.at != at + -at % ALIGN:
                raise self.corrupt(f"array {name}", "its place or type is impossible")
            at = entry.at + entry.count * DTYPES[entry.dtype].itemsize
        if at != end:
            raise self.corrupt("the directory", "the arrays do not fill the file")
        return found.arrays, found.meta

    def meta(self, name: str, kind: type[T]) -> T:
        """Return a value of the directory, checked against its type."""
        try:
            return msgspec.json.decode(self._meta[name], type=kind)
        except (KeyError, msgspec.MsgspecError) as error:
            raise self.corrupt(f"entry {name}", str(error)) from error

    def names(self) -> list[str]:
        """Return the names of the arrays, in the order they lie."""
        return list(self._entries)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def array(self, name: str, *, count: int | None = None, dtype: str | None = None) -> npt.NDArray[Any]:
        """Return one array, a view into the map.

        Args:
            name: Its name.
            count: How many items it must have.
            dtype: Its type, if only one will do.

        """
        entry = self._entry(name)
        if count is not None and entry.count != count:
            raise self.corrupt(f"array {name}", f"{entry.count} items where {count} belong")
        if dtype is not None and entry.dtype != dtype:
            raise self.corrupt(f"array {name}", f"{entry.dtype} where {dtype} belongs")
        return np.frombuffer(self.map, DTYPES[entry.dtype], entry.count, entry.at)

    def ints(self, name: str, *, count: int | None = None) -> Ints:
        """Return an array of unsigned integers of any width."""
        found = self.array(name, count=count)
        if found.dtype.kind != "u":
            raise self.corrupt(f"array {name}", "it must not be signed")
        return found

    def offsets(self, name: str, end: int, *, count: int | None = None) -> Ints:
        """Return an array that cuts another one, of `end` items, into stretches."""
        found = self.ints(name, count=count)
        if not found.size or int(found[0]) != 0 or int(found[-1]) != end:
            raise self.corrupt(f"array {name}", "it does not span what it cuts")
        return found

    def where(self, name: str) -> tuple[int, int]:
        """Return first byte and number of bytes of an array inside `map`."""
        entry = self._entry(name)
        return entry.at, entry.count * DTYPES[entry.dtype].itemsize

    def _entry(self, name: str) -> Entry:
        if name not in self._entries:
            raise self.corrupt(f"array {name}", "it is missing")
        return self._entries[name]

    def verify(self) -> None:
        """Read everything and check every checksum.

        Raises:
            CorruptIndexError: A byte differs; names the array.

        """
        at = len(HEADER)
        with memoryview(self.map) as view:
            for name, entry in self._entries.items():
                end = entry.at + entry.count * DTYPES[entry.dtype].itemsize
                crc = 0
                for start in range(at, end, CHUNK):
                    crc = zlib.crc32(view[start : min(end, start + CHUNK)], crc)
                if crc != entry.crc:
                    raise self.corrupt(f"array {name}", "its checksum differs")
                at = end
