r"""Arrays → one file → arrays: a checksummed container whose arrays are read straight from a memory map.

    "searchsvc arrays 1\n" | padding, array | padding, array | … | directory (JSON) | trailer

Every array starts at a multiple of 64 bytes. Its checksum covers the padding before it too, the
directory has one of its own, and the trailer is checked by value: no byte of the file is
unguarded. The directory is checked when a file is opened, an array when it is first asked for.
What is checked is read, not mapped: a file that gets shorter meanwhile is an error, no signal.
"""

import mmap
import os
import struct
import weakref
import zlib
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from searchsvc.errors import CorruptIndexError, error_from

HEADER = b"searchsvc arrays 1\n"
#: Where the directory starts, its length, its checksum, and a mark that the file is whole.
TRAILER = struct.Struct("<QQI4s")
MARK = b"ENDS"
#: Arrays start on a cache line, so that numpy reads them aligned.
ALIGN = 64
#: Bytes read at a time to be checked: they stay in the processor's cache.
CHUNK = 1 << 18
#: What Python and numpy raise where numbers point nowhere, or count more than there is.
ARRAY_ERRORS = (LookupError, ValueError, TypeError, ArithmeticError, MemoryError)

#: Arrays of unsigned integers of any width: ids, offsets, counts.
Unsigned = npt.NDArray[np.unsignedinteger[Any]]
Dates = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
#: What may stand in a container.
DTYPES = {name: np.dtype(name) for name in ("|u1", "<u2", "<u4", "<u8", "<i8")}


T = TypeVar("T")


def missing(path: Path | str) -> CorruptIndexError:
    """Return the error that names a file which a table of contents lists and which is not there."""
    return CorruptIndexError(f"{path}: this file of the index is missing; rebuild with `searchsvc reindex --full`")


class ArrayEntry(msgspec.Struct, array_like=True, frozen=True):
    """One array: `dtype`, number of items, first byte, checksum of padding and bytes."""

    dtype: str
    count: int
    at: int
    crc: int


class Directory(msgspec.Struct, frozen=True):
    """What the file holds, and values beside the arrays."""

    arrays: dict[str, ArrayEntry]
    meta: dict[str, msgspec.Raw]


_read_directory = msgspec.json.Decoder(Directory).decode


class Container:
    """The arrays of a file, mapped read-only and shared between processes. Threads may share it."""

    def __init__(self, path: Path) -> None:
        """Open the file and check its directory.

        Raises:
            FileNotFoundError: It is not there (a reader may have been overtaken by a commit).
            CorruptIndexError: It is not a whole file of ours.
            EngineError: It may not, or cannot just now, be read.

        """
        self.path = path
        try:
            self._open()
        except FileNotFoundError:
            raise
        except (OSError, MemoryError) as error:
            raise error_from(error, path, "this file of the index cannot be read") from error

    def _open(self) -> None:
        self._file = os.open(self.path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)
        self._size, self._written = self._state()
        trailer = self._read(max(0, self._size - TRAILER.size), TRAILER.size)
        if len(trailer) < TRAILER.size:
            raise self.corrupt("the header", "the file is too short")
        at, length, crc, mark = TRAILER.unpack(trailer)
        if self._read(0, len(HEADER)) != HEADER or mark != MARK or at + length + TRAILER.size != self._size:
            raise self.corrupt("the header or trailer", "it is cut short or not a file of ours")
        directory = self._read(at, length)
        if zlib.crc32(directory) != crc:
            raise self.corrupt("the directory", "its checksum differs")
        self._entries, self._meta = self._check(directory, at)
        #: What is wrong with each array that was checked, "" if nothing is; with the file as a whole.
        self._faults: dict[str, str] = {}
        self._fault = ""
        self._checking = Lock()
        try:
            self.map = mmap.mmap(self._file, self._size, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise self.corrupt("the file", f"it was cut while it was opened ({error})") from error

    def _state(self) -> tuple[int, int]:
        """Return how long the file is now, and when it was last written to."""
        found = os.fstat(self._file)
        return found.st_size, found.st_mtime_ns

    def _read(self, at: int, size: int) -> bytes:
        """Return bytes of the file; fewer if it ends before."""
        return os.pread(self._file, size, at)

    def corrupt(self, part: str, reason: str) -> CorruptIndexError:
        """Return the error that names this file and the damaged part of it."""
        return CorruptIndexError(f"{self.path}: {part} is damaged: {reason}; rebuild with `searchsvc reindex --full`")

    def _check(self, directory: bytes, end: int) -> tuple[dict[str, ArrayEntry], dict[str, msgspec.Raw]]:
        """Parse the directory; arrays must lie in order, end to end, inside the file."""
        try:
            found = _read_directory(directory)
        except msgspec.MsgspecError as error:
            raise self.corrupt("the directory", str(error)) from error
        at = len(HEADER)
        self._begins: dict[str, int] = {}
        for name, entry in found.arrays.items():
            self._begins[name] = at
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

    def count(self, name: str) -> int:
        """Return how many items an array has, by the directory."""
        return self._entry(name).count

    def array(self, name: str, *, count: int | None = None, dtype: str | None = None) -> npt.NDArray[Any]:
        """Return one array, checked, a view into the map.

        Args:
            name: Its name.
            count: How many items it must have.
            dtype: Its type, if only one will do.

        Raises:
            CorruptIndexError: It is not there, not of this shape, or its checksum differs.

        """
        entry = self._entry(name)
        if count is not None and entry.count != count:
            raise self.corrupt(f"array {name}", f"{entry.count} items where {count} belong")
        if dtype is not None and entry.dtype != dtype:
            raise self.corrupt(f"array {name}", f"{entry.dtype} where {dtype} belongs")
        self.check(name)
        return np.frombuffer(self.map, DTYPES[entry.dtype], entry.count, entry.at)

    def ints(self, name: str, *, count: int | None = None) -> Unsigned:
        """Return an array of unsigned integers of any width."""
        found = self.array(name, count=count)
        if found.dtype.kind != "u":
            raise self.corrupt(f"array {name}", "it must not be signed")
        return found

    def offsets(self, name: str, end: int, *, count: int | None = None) -> Unsigned:
        """Return an array that cuts another one, of `end` items, into stretches: none is longer than all of it."""
        found = self.ints(name, count=count)
        if not found.size or int(found[0]) != 0 or int(found[-1]) != end:
            raise self.corrupt(f"array {name}", "it does not span what it cuts")
        if (found[1:] < found[:-1]).any():
            raise self.corrupt(f"array {name}", "it does not ascend")
        return found

    def where(self, name: str) -> tuple[int, int]:
        """Return first byte and number of bytes of an array inside `map`; it is not checked."""
        entry = self._entry(name)
        return entry.at, entry.count * DTYPES[entry.dtype].itemsize

    def _entry(self, name: str) -> ArrayEntry:
        if name not in self._entries:
            raise self.corrupt(f"array {name}", "it is missing")
        return self._entries[name]

    def check(self, name: str) -> None:
        """Check an array's checksum, the first time that it is asked for.

        Raises:
            CorruptIndexError: A byte differs, or cannot be read.

        """
        fault = self._faults.get(name)
        if fault is None:
            with self._checking:
                fault = self._faults.get(name)
                if fault is None:
                    fault = self._faults[name] = self._compare(name)
        if fault:
            raise self.corrupt(f"array {name}", fault)

    def _compare(self, name: str) -> str:
        """Read an array and the padding before it; return what is wrong, "" if nothing is."""
        at, entry, crc = self._begins[name], self._entry(name), 0
        end = entry.at + entry.count * DTYPES[entry.dtype].itemsize
        while at < end:
            try:
                data = self._read(at, min(end - at, CHUNK))
            except OSError as error:
                return f"it cannot be read: {error}"
            if not data:
                return "the file ends before it does"
            crc, at = zlib.crc32(data, crc), at + len(data)
        return "" if crc == entry.crc else "its checksum differs"

    def verify(self) -> None:
        """Check every array.

        Raises:
            CorruptIndexError: A byte differs; names the array.

        """
        for name in self._entries:
            self.check(name)

    def look(self) -> None:
        """Notice that the file was cut or written over; to be done before the map is read.

        A segment is never written to once it is listed. One that was is checked anew, as far as it has been read.

        Raises:
            CorruptIndexError: It is not what it was when it was opened; the map must not be read any more.

        """
        if not self._fault:
            size, written = self._state()
            if (size, written) == (self._size, self._written):
                return
            with self._checking:
                self._fault = self._fault or self._changed(size)
                self._written = written
        if self._fault:
            raise self.corrupt("the file", self._fault)

    def _changed(self, size: int) -> str:
        """Return what is wrong with a file that was written to."""
        if size != self._size:
            return f"it was cut or written over while it was open: {size} bytes where {self._size} belong"
        found = (name for name, fault in list(self._faults.items()) if not fault and self._compare(name))
        return next((f"it was written over while it was open: array {name} differs" for name in found), "")

    @property
    def sound(self) -> bool:
        """Whether no damage was found so far."""
        return not self._fault and not any(list(self._faults.values()))


def narrowest(maximum: int) -> np.dtype[Any]:
    """Return the narrowest unsigned type that holds a number."""
    return next(DTYPES[name] for name in ("|u1", "<u2", "<u4", "<u8") if maximum < 1 << 8 * DTYPES[name].itemsize)


def compact(values: npt.ArrayLike) -> Unsigned:
    """Return unsigned integers in the narrowest type that holds them."""
    array: npt.NDArray[Any] = np.asarray(values)
    return array.astype(narrowest(int(array.max()) if array.size else 0))
