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
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from searchsvc.errors import CorruptIndexError

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


class _Entry(msgspec.Struct, array_like=True, frozen=True):
    """One array: `dtype`, number of items, first byte, checksum of padding and bytes."""

    dtype: str
    count: int
    at: int
    crc: int


class _Directory(msgspec.Struct, frozen=True):
    arrays: dict[str, _Entry]
    meta: dict[str, msgspec.Raw]


_read_directory = msgspec.json.Decoder(_Directory).decode


def narrowest(maximum: int) -> np.dtype[Any]:
    """Return the narrowest unsigned type that holds a number."""
    return next(DTYPES[name] for name in ("|u1", "<u2", "<u4", "<u8") if maximum < 1 << 8 * DTYPES[name].itemsize)


def compact(values: npt.ArrayLike) -> Ints:
    """Return unsigned integers in the narrowest type that holds them."""
    array: npt.NDArray[Any] = np.asarray(values)
    return array.astype(narrowest(int(array.max()) if array.size else 0))


def offsets(lengths: npt.ArrayLike) -> Ints:
    """Return where each of several stretches starts, and where the last ends, in the narrowest type."""
    return compact(np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]))


def bytes_of(array: npt.NDArray[Any]) -> bytes | memoryview:
    """Return the bytes of an array, without copying them."""
    return array.data.cast("B") if array.size else b""


def joined(parts: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Return arrays end to end; no arrays make an empty one of the narrowest type."""
    return np.concatenate(parts) if parts else np.empty(0, np.uint8)


class ContainerWriter:
    """Writes a container from front to back; nothing is valid before `close`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.meta: dict[str, object] = {}
        self._file = path.open("wb")
        self._file.write(HEADER)
        self._at = len(HEADER)
        self._entries: dict[str, _Entry] = {}

    def add(self, name: str, array: npt.NDArray[Any]) -> None:
        """Write one array."""
        flat = np.ascontiguousarray(array)
        self.add_chunks(name, flat.dtype, [bytes_of(flat)])

    def add_bytes(self, name: str, data: bytes) -> None:
        """Write a string of bytes."""
        self.add(name, np.frombuffer(data, np.uint8))

    def add_chunks(self, name: str, dtype: np.dtype[Any], chunks: Iterable[bytes | memoryview]) -> None:
        """Write one array from pieces, in order."""
        if name in self._entries or dtype.str not in DTYPES:
            msg = f"array {name!r} of {dtype.str} cannot be kept"
            raise ValueError(msg)
        padding = bytes(-self._at % ALIGN)
        self._file.write(padding)
        crc, size = zlib.crc32(padding), 0
        for chunk in chunks:
            size += self._file.write(chunk)
            crc = zlib.crc32(chunk, crc)
        at = self._at + len(padding)
        self._entries[name] = _Entry(dtype.str, size // dtype.itemsize, at, crc)
        self._at = at + size

    def view(self, name: str) -> npt.NDArray[Any]:
        """Return an array that was written before."""
        entry = self._entries[name]
        dtype = DTYPES[entry.dtype]
        self._file.flush()
        return np.memmap(self.path, dtype, "r", entry.at, (entry.count,)) if entry.count else np.empty(0, dtype)

    def close(self) -> None:
        """Write the directory and make the file durable."""
        meta = {key: msgspec.Raw(msgspec.json.encode(value)) for key, value in self.meta.items()}
        directory = msgspec.json.encode(_Directory(self._entries, meta))
        self._file.write(directory + TRAILER.pack(self._at, len(directory), zlib.crc32(directory), MARK))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        """Remove the unfinished file."""
        self._file.close()
        self.path.unlink(missing_ok=True)


class Container:
    """The arrays of a file, mapped read-only and shared between processes."""

    def __init__(self, path: Path) -> None:
        """Open the file and check its directory.

        Raises:
            FileNotFoundError: It is not there (a reader may have been overtaken by a commit).
            CorruptIndexError: It is not a whole file of ours.

        """
        self.path = path
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < len(HEADER) + TRAILER.size:
                raise self.corrupt("the header", "the file is too short")
            self.map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        at, length, crc, mark = TRAILER.unpack(self.map[size - TRAILER.size :])
        if self.map[: len(HEADER)] != HEADER or mark != MARK or at + length + TRAILER.size != size:
            raise self.corrupt("the header or trailer", "it is cut short or not a file of ours")
        directory = self.map[at : at + length]
        if zlib.crc32(directory) != crc:
            raise self.corrupt("the directory", "its checksum differs")
        self._entries, self._meta = self._check(directory, at)

    def corrupt(self, part: str, reason: str) -> CorruptIndexError:
        """Return the error that names this file and the damaged part of it."""
        return CorruptIndexError(f"{self.path}: {part} is damaged: {reason}; rebuild with `searchsvc reindex --full`")

    def _check(self, directory: bytes, end: int) -> tuple[dict[str, _Entry], dict[str, msgspec.Raw]]:
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

    def _entry(self, name: str) -> _Entry:
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
