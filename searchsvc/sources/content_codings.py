"""Content codings (gzip, deflate, br, zstd): which one bytes or a label stand for, and decoding within a limit.

A coding is decoded in pieces of bounded size, member by member, and what came before damage is kept. The labels are
those of the HTTP Content Coding Registry (IANA, RFC 9110 §8.4.1) and what servers write in their place.
"""

import zlib
from collections.abc import Generator, Iterable, Iterator
from io import BufferedReader, RawIOBase
from typing import BinaryIO, Literal, Protocol

Coding = Literal["gzip", "deflate", "br", "zstd"]

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
#: Magic number of the frame with the dictionary of a crawl packed by zstd: nothing else begins so.
DICTIONARY_MAGIC = b"\x5d\x2a\x4d\x18"
#: `wbits` of zlib for gzip, and for deflate without a header (zlib manual, `inflateInit2`).
GZIP_WBITS, RAW_WBITS = zlib.MAX_WBITS | 16, -zlib.MAX_WBITS
#: Bytes per read from a stream.
READ_BYTES = 1 << 16
#: Encoded bytes that are given to a decoder at a time. zstd has no limit of its output: 1,024 bytes can stand for 256
#: blocks of 128 kB each.
_INPUT_BYTES = {"gzip": 1 << 14, "deflate": 1 << 14, "br": 1 << 14, "zstd": 1 << 10}
#: Most bytes of the window of a zstd frame: more would be allocated for a few bytes.
MAX_WINDOW = 1 << 27

#: Label of a coding, in lower case → the coding.
_CODINGS: dict[str, Coding] = {
    "gzip": "gzip",
    "x-gzip": "gzip",
    "gz": "gzip",
    "gzip-8": "gzip",
    "deflate": "deflate",
    "x-deflate": "deflate",
    "zlib": "deflate",
    "br": "br",
    "brotli": "br",
    "x-br": "br",
    "zstd": "zstd",
    "x-zstd": "zstd",
    "zst": "zstd",
}
#: Codings that are not read. A label that is neither here nor above (`utf-8`, `none`, `binary`) is no coding.
UNREAD_CODINGS = frozenset(
    {"compress", "x-compress", "exi", "pack200-gzip", "aes128gcm", "aesgcm", "dcb", "dcz", "sdch", "bzip2", "x-bzip2"}
    | {"bz2", "lzma", "xz", "xpress", "peerdist"}
)
#: Suffix of a compressed file → its coding.
SUFFIXES: dict[str, Coding] = {".gz": "gzip", ".zst": "zstd", ".br": "br"}


def coding_named(label: str) -> Coding | None:
    """Return the coding that a label of `Content-Encoding` means; None if it means none that is read."""
    return _CODINGS.get(label.strip().strip("\"'").lower())


def coding_of_bytes(data: bytes) -> Coding | None:
    """Return the coding whose signature begins the bytes: gzip or zstd, the others have none."""
    if data.startswith(GZIP_MAGIC):
        return "gzip"
    return "zstd" if is_zstd(data) else None


def is_zstd(data: bytes) -> bool:
    """Return whether a zstd frame, or a skippable one, begins the bytes (RFC 8878 §3.1)."""
    return data.startswith(ZSTD_MAGIC) or (data[1:4] == b"\x2a\x4d\x18" and data[:1] >= b"\x50" and data[:1] < b"\x60")


class DamagedError(Exception):
    """Bytes are not what their coding says; the message says how."""


class _Decoder(Protocol):
    """Decodes one member."""

    def feed(self, data: bytes) -> bytes:
        """Return what can be decoded now.

        Raises:
            DamagedError: The bytes are not of this coding.

        """

    @property
    def more(self) -> bool:
        """Whether `feed(b"")` gives more, of bytes that were fed before."""

    @property
    def rest(self) -> bytes | None:
        """The bytes after the end of the member; None before its end."""


class _ZlibDecoder:
    def __init__(self, wbits: int) -> None:
        self._inflater = zlib.decompressobj(wbits)

    def feed(self, data: bytes) -> bytes:
        try:
            return self._inflater.decompress(self._inflater.unconsumed_tail + data, READ_BYTES)
        except zlib.error as error:
            raise DamagedError(str(error).rpartition(": ")[2]) from error

    @property
    def more(self) -> bool:
        return bool(self._inflater.unconsumed_tail) and not self._inflater.eof

    @property
    def rest(self) -> bytes | None:
        return self._inflater.unused_data if self._inflater.eof else None


class _BrotliDecoder:
    def __init__(self) -> None:
        import brotli  # noqa: PLC0415 - few pages are compressed by it

        self._inflater, self._error, self._filled = brotli.Decompressor(), brotli.error, False

    def feed(self, data: bytes) -> bytes:
        try:
            piece = bytes(self._inflater.process(data, output_buffer_limit=READ_BYTES))
        except self._error as error:
            raise DamagedError("no stream of brotli") from error
        self._filled = len(piece) >= READ_BYTES and not self._inflater.is_finished()
        return piece

    @property
    def more(self) -> bool:
        # It says that it takes more although it holds output beyond the limit.
        return self._filled or not (self._inflater.can_accept_more_data() or self._inflater.is_finished())

    @property
    def rest(self) -> bytes | None:
        return b"" if self._inflater.is_finished() else None


class _ZstdDecoder:
    def __init__(self) -> None:
        import zstandard  # noqa: PLC0415 - slow to import, and few pages are compressed by it

        self._error = zstandard.ZstdError
        self._inflater = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW).decompressobj()

    def feed(self, data: bytes) -> bytes:
        try:
            return bytes(self._inflater.decompress(data)) if data else b""
        except self._error as error:
            raise DamagedError(str(error).rpartition(": ")[2]) from error

    @property
    def more(self) -> bool:
        return False

    @property
    def rest(self) -> bytes | None:
        return self._inflater.unused_data if self._inflater.eof else None


def _decoder(coding: Coding) -> _Decoder:
    if coding == "br":
        return _BrotliDecoder()
    if coding == "zstd":
        return _ZstdDecoder()
    return _ZlibDecoder(GZIP_WBITS if coding == "gzip" else zlib.MAX_WBITS)


class Inflater:
    """Iterator over the decoded bytes of members, in pieces; after it, the attributes say how it ended."""

    def __init__(self, coding: Coding, chunks: Iterable[bytes]) -> None:
        """Prepare to decode chunks of encoded bytes."""
        self.coding, self._chunks = coding, iter(chunks)
        #: What is wrong with the bytes: empty, `ends early`, or `is damaged: …`.
        self.fault = ""
        #: Whether bytes that are no further member follow the last one.
        self.trailing = False

    def __iter__(self) -> Iterator[bytes]:
        data, first = self._next(b""), True
        while data or first:
            try:
                rest = yield from self._member(data, first=first)
            except DamagedError as error:
                self.fault = f"is damaged: {error}"
                return
            if rest is None:
                self.fault = "ends early"
                return
            first = False
            rest = self._without_padding(rest)
            if not rest:
                return
            if coding_of_bytes(rest if len(rest) >= len(ZSTD_MAGIC) else rest + self._next(b"")) != self.coding:
                self.trailing = True
                return
            data = rest

    def _member(self, data: bytes, *, first: bool) -> Generator[bytes, None, bytes | None]:
        """Yield what one member holds, and return the bytes after it that were read; None if it ends early."""
        decoder, step, began = _decoder(self.coding), _INPUT_BYTES[self.coding], False
        while True:
            for at in range(0, max(1, len(data)), step):
                try:
                    piece = decoder.feed(data[at : at + step])
                except DamagedError:
                    if not first or began or self.coding != "deflate":
                        raise
                    # Without the header of zlib, as some servers send it.
                    decoder = _ZlibDecoder(RAW_WBITS)
                    piece = decoder.feed(data[at : at + step])
                began = True
                if piece:
                    yield piece
                while decoder.more:
                    piece = decoder.feed(b"")
                    if piece:
                        yield piece
                if (rest := decoder.rest) is not None:
                    return rest + data[at + step :]
            data = self._next(b"")
            if not data:
                return None

    def _next(self, default: bytes) -> bytes:
        return next((chunk for chunk in self._chunks if chunk), default)

    def _without_padding(self, rest: bytes) -> bytes:
        """Return the bytes after a member without zero bytes (padding of tapes) before them."""
        rest = rest.lstrip(b"\0")
        while not rest and (chunk := self._next(b"")):
            rest = chunk.lstrip(b"\0")
        return rest


def inflate(data: bytes, coding: Coding, limit: int) -> tuple[bytes, Inflater]:
    """Return the decoded bytes, more than `limit` only by one piece, and the inflater that says how they ended."""
    inflater = Inflater(coding, (data,))
    parts, size = [], 0
    for piece in inflater:
        parts.append(piece)
        size += len(piece)
        if size > limit:
            break
    return b"".join(parts), inflater


class _Pieces(RawIOBase):
    """Stream of the pieces that an inflater yields; raises DamagedError where they end by a fault."""

    def __init__(self, inflater: Inflater) -> None:
        self._inflater, self._pieces, self._piece = inflater, iter(inflater), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._piece:
            self._piece = next(self._pieces, b"")
        if not self._piece and self._inflater.fault:
            raise DamagedError(f"{self._inflater.coding} {self._inflater.fault}")
        size = min(len(buffer), len(self._piece))
        buffer[:size] = self._piece[:size]
        self._piece = self._piece[size:]
        return size


def chunks_of(raw: BinaryIO) -> Iterator[bytes]:
    """Yield the bytes of a file."""
    while chunk := raw.read(READ_BYTES):
        yield chunk


def inflating(raw: BinaryIO, coding: Coding) -> tuple[BufferedReader, Inflater]:
    """Return a stream of the decoded bytes of a file, and its inflater; reading it raises DamagedError at a fault."""
    inflater = Inflater(coding, chunks_of(raw))
    return BufferedReader(_Pieces(inflater), READ_BYTES), inflater
