r"""Arrays → one file → arrays: a checksummed container whose arrays are read straight from a memory map.

    "searchsvc arrays 1\n" | padding, array | padding, array | … | directory (JSON) | trailer

Every array starts at a multiple of 64 bytes. Its checksum also covers the padding before it, the
directory has a checksum of its own, and the trailer is compared with what it must say: every byte
of the file is checked by one of the three. The directory is checked when the file is opened, an
array when it is first asked for. The check reads the file and does not follow the map, so that a
file that was truncated meanwhile raises an error and does not end the process by SIGBUS.
"""

import mmap
import os
import struct
import weakref
import zlib
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from searchsvc.errors import CorruptIndexError, error_from

HEADER = b"searchsvc arrays 1\n"
#: Offset of the directory, its length in bytes, its CRC-32, and MARK, which is written last.
TRAILER = struct.Struct("<QQI4s")
MARK = b"ENDS"
#: Arrays start on a cache line, so that numpy reads them aligned.
ALIGN = 64
#: Bytes read at a time for a checksum: few enough to stay in the processor's cache.
CHUNK = 1 << 18
#: What Python and numpy raise where an array that passed its checksum holds an index or a count out of bounds.
ARRAY_ERRORS = (LookupError, ValueError, TypeError, ArithmeticError, MemoryError)

#: Array of the narrowest of uint8, uint16, uint32 and uint64 that holds its largest possible value (`narrowest`).
Unsigned = npt.NDArray[np.unsignedinteger[Any]]
#: Array of integers that were read from a file (`Unsigned`) or computed (usually int64).
Integers = npt.NDArray[np.integer[Any]]
#: (n,) indices into another array, as `take` wants them: 0 to its length - 1.
Indices = npt.NDArray[np.intp]
#: (documents,) or as long as what is filtered: True for what is kept.
Mask = npt.NDArray[np.bool_]
#: The dtypes that an array of a container may have, by their name in the directory.
DTYPES = {name: np.dtype(name) for name in ("|u1", "<u2", "<u4", "<u8", "<i4", "<i8")}


T = TypeVar("T")


def end_to_end(parts: Sequence[npt.NDArray[Any]], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return arrays of a dtype as one; an empty one if there are none."""
    return np.concatenate(parts) if parts else np.empty(0, dtype)


def missing(path: Path | str) -> CorruptIndexError:
    """Return the error for a segment file that the table of contents lists and that does not exist."""
    return CorruptIndexError(f"{path}: this file of the index is missing; rebuild with `searchsvc reindex --full`")


class ArrayEntry(msgspec.Struct, array_like=True, frozen=True):
    """One array in the directory.

    `dtype` is a key of DTYPES, `count` the number of items, `at` the offset of the first byte, `crc` the CRC-32 of
    the padding before the array and of its bytes.
    """

    dtype: str
    count: int
    at: int
    crc: int


class Directory(msgspec.Struct, frozen=True):
    """The arrays of a file by name, in the order they lie, and other values as JSON."""

    arrays: dict[str, ArrayEntry]
    meta: dict[str, msgspec.Raw]


_read_directory = msgspec.json.Decoder(Directory).decode


class Container:
    """The arrays of a file, mapped read-only and shared between processes. Threads may share it."""

    def __init__(self, path: Path) -> None:
        """Open the file and check its directory.

        Raises:
            FileNotFoundError: It is not there (a reader may have been overtaken by a commit).
            CorruptIndexError: It is truncated, damaged or no container.
            EngineError: It cannot be read for lack of rights, or a temporary failure of the system.

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
        #: For each array that was checked, what is wrong with it; "" if it is sound.
        self._faults: dict[str, str] = {}
        #: What is wrong with the file as a whole; "" if nothing is known to be.
        self._fault = ""
        #: Whether damage is known: what `sound` says, without looking at each array.
        self.is_damaged = False
        self._checking = Lock()
        try:
            self.map = mmap.mmap(self._file, self._size, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise self.corrupt("the file", f"it was cut while it was opened ({error})") from error

    def _state(self) -> tuple[int, int]:
        """Return the size of the file in bytes and its time of modification in nanoseconds."""
        status = os.fstat(self._file)
        return status.st_size, status.st_mtime_ns

    def _read(self, at: int, size: int) -> bytes:
        """Return `size` bytes of the file from offset `at` on; fewer if it ends before."""
        return os.pread(self._file, size, at)

    def corrupt(self, part: str, reason: str) -> CorruptIndexError:
        """Return the error that names this file and the damaged part of it."""
        return CorruptIndexError(f"{self.path}: {part} is damaged: {reason}; rebuild with `searchsvc reindex --full`")

    def _check(self, directory: bytes, end: int) -> tuple[dict[str, ArrayEntry], dict[str, msgspec.Raw]]:
        """Parse the directory; the arrays must fill the file from the header to `end`, in order."""
        try:
            parsed = _read_directory(directory)
        except msgspec.MsgspecError as error:
            raise self.corrupt("the directory", str(error)) from error
        at = len(HEADER)
        self._begins: dict[str, int] = {}
        for name, entry in parsed.arrays.items():
            self._begins[name] = at
            if entry.dtype not in DTYPES or entry.count < 0 or entry.at != at + -at % ALIGN:
                raise self.corrupt(f"array {name}", "its place or type is impossible")
            at = entry.at + entry.count * DTYPES[entry.dtype].itemsize
        if at != end:
            raise self.corrupt("the directory", "the arrays do not fill the file")
        return parsed.arrays, parsed.meta

    def meta(self, name: str, kind: type[T]) -> T:
        """Return a value of the directory's `meta`.

        Raises:
            CorruptIndexError: It is missing, or not of this type.

        """
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
        """Return one array: one-dimensional, read-only, a view into the map.

        The dtype is known at run time only (one of DTYPES): `ints` and the callers that name a dtype narrow it.

        Args:
            name: Its name.
            count: How many items it must have; None: any number.
            dtype: The key of DTYPES that it must have; None: any.

        Raises:
            CorruptIndexError: It is missing, has another number of items or dtype, or its checksum differs.

        """
        entry = self._entry(name)
        if count is not None and entry.count != count:
            raise self.corrupt(f"array {name}", f"{entry.count} items where {count} belong")
        if dtype is not None and entry.dtype != dtype:
            raise self.corrupt(f"array {name}", f"{entry.dtype} where {dtype} belongs")
        self.check(name)
        return np.frombuffer(self.map, DTYPES[entry.dtype], entry.count, entry.at)

    def ints(self, name: str, *, count: int | None = None) -> Unsigned:
        """Return an array of unsigned integers of any width; errors as `array`."""
        values = self.array(name, count=count)
        if values.dtype.kind != "u":
            raise self.corrupt(f"array {name}", "it must not be signed")
        return values

    def offsets(self, name: str, end: int, *, count: int | None = None) -> Unsigned:
        """Return offsets into another array of `end` items: ascending from 0 to `end`.

        Stretch i of the other array is `other[offsets[i] : offsets[i + 1]]`; it may be empty.

        Raises:
            CorruptIndexError: As `array`; or the offsets do not begin at 0, do not end at `end`, or descend.

        """
        values = self.ints(name, count=count)
        if not values.size or int(values[0]) != 0 or int(values[-1]) != end:
            raise self.corrupt(f"array {name}", "it does not span what it cuts")
        if (values[1:] < values[:-1]).any():
            raise self.corrupt(f"array {name}", "it does not ascend")
        return values

    def where(self, name: str) -> tuple[int, int]:
        """Return offset and number of bytes of an array inside `map`, without checking its checksum."""
        entry = self._entry(name)
        return entry.at, entry.count * DTYPES[entry.dtype].itemsize

    def _entry(self, name: str) -> ArrayEntry:
        if name not in self._entries:
            raise self.corrupt(f"array {name}", "it is missing")
        return self._entries[name]

    def check(self, name: str) -> None:
        """Check an array's checksum; later calls repeat the first answer.

        Raises:
            CorruptIndexError: The checksum differs, or the file cannot be read.

        """
        fault = self._faults.get(name)
        if fault is None:
            with self._checking:
                fault = self._faults.get(name)
                if fault is None:
                    fault = self._faults[name] = self._compare(name)
        if fault:
            self.is_damaged = True
            raise self.corrupt(f"array {name}", fault)

    def _compare(self, name: str) -> str:
        """Return what is wrong with an array and the padding before it; "" if the checksum is right."""
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
        """Check the checksum of every array.

        Raises:
            CorruptIndexError: One differs; names the array.

        """
        for name in self._entries:
            self.check(name)

    def look(self) -> None:
        """Notice that the file was truncated or overwritten; callers do this before they read the map.

        A segment is never written to once a commit lists it. Where its time of modification says that it was, the
        arrays that were checked before are checked again.

        Raises:
            CorruptIndexError: The file was changed since it was opened; the map must not be read any more.

        """
        if not self._fault:
            size, written = self._state()
            if (size, written) == (self._size, self._written):
                return
            with self._checking:
                self._fault = self._fault or self._changed(size)
                self._written = written
        if self._fault:
            self.is_damaged = True
            raise self.corrupt("the file", self._fault)

    def _changed(self, size: int) -> str:
        """Return what is wrong with a file that was written to after it was opened; "" if its arrays are as before."""
        if size != self._size:
            return f"it was cut or written over while it was open: {size} bytes where {self._size} belong"
        changed = (name for name, fault in list(self._faults.items()) if not fault and self._compare(name))
        return next((f"it was written over while it was open: array {name} differs" for name in changed), "")

    @property
    def sound(self) -> bool:
        """Whether no damage is known; arrays that nobody asked for are not checked for it."""
        return not self._fault and not any(list(self._faults.values()))


def narrowest(maximum: int) -> np.dtype[Any]:
    """Return the narrowest unsigned dtype of DTYPES that holds a number from 0 to 2**64 - 1."""
    return next(DTYPES[name] for name in ("|u1", "<u2", "<u4", "<u8") if maximum < 1 << 8 * DTYPES[name].itemsize)


def compact(values: npt.ArrayLike) -> Unsigned:
    """Return integers from 0 on in the narrowest unsigned dtype that holds them all; in uint8 if there are none."""
    array: Integers = np.asarray(values)
    return array.astype(narrowest(int(array.max()) if array.size else 0))
