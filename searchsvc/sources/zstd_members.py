"""Decompression of crawls packed by zstd (`.warc.zst`), frame by frame; after damage it goes on at the next record.

A crawl is compressed record by record, so that each frame is one record; frames of all kinds may share a dictionary,
which stands in a skippable frame at the beginning of the file, itself compressed or not ("Zstandard Compression for
WARC Files 1.0", IIPC, §3). The file is read once from front to back, in bounded memory.
"""

from typing import BinaryIO

import zstandard

from searchsvc.sources.content_codings import DICTIONARY_MAGIC, MAX_WINDOW, READ_BYTES, ZSTD_MAGIC, is_zstd
from searchsvc.sources.gzip_members import MAX_KEPT, MAX_REREAD, DamagedMemberError
from searchsvc.sources.record_formats import WARC, RecordFormat

#: Bytes of the head of a skippable frame.
_SKIP_HEAD = 8
#: Most bytes of a dictionary, decompressed; usual ones have 100 kB to 1 MB.
MAX_DICTIONARY = 1 << 24
#: Compressed bytes that are given to the decoder at a time: 1,024 bytes can stand for 256 blocks of 128 kB each.
_INPUT_BYTES = 1 << 10
#: Compressed bytes of a frame that are decompressed to see whether it begins a record.
_PROBE_BYTES = 1 << 10
#: Bytes at the end of a buffer in which a frame may begin.
_MAGIC_BYTES = len(ZSTD_MAGIC)


class ZstdReader:
    """MemberReader of a file of zstd frames.

    `_buffer` holds the bytes of the file from offset `_offset` that are not yet given to the decoder, `_kept` those
    before them that belong to the current frame: after damage they are searched for the next frame.
    """

    is_gzip = True

    def __init__(self, raw: BinaryIO, form: RecordFormat = WARC) -> None:
        """Prepare to read a file from its beginning.

        Raises:
            DamagedMemberError: Its dictionary cannot be read.

        """
        self._raw, self._format = raw, form
        self._buffer, self._kept, self._offset = bytearray(), bytearray(), 0
        self._dictionary: zstandard.ZstdCompressionDict | None = None
        self._error, self._ended, self._reread = "", False, 0
        self._skip_frames()
        self._start_member()

    def read(self) -> bytes:
        """Return the next decompressed bytes of the frame."""
        while not (self._inflater.eof or self._ended):
            if self._error:
                raise DamagedMemberError(self._error)
            if not self._buffer and not self._read_file():
                raise DamagedMemberError("it ends early" if self._offset > self.member_offset else "it is empty")
            data = bytes(self._buffer[:_INPUT_BYTES])
            self._drop(len(data))
            self._kept += data
            if len(self._kept) > MAX_KEPT:
                del self._kept[: len(self._kept) - MAX_KEPT // 2]
            try:
                output = bytes(self._inflater.decompress(data))
            except zstandard.ZstdError as error:
                self._error = f"zstd is damaged: {str(error).rpartition(': ')[2]}"
                continue
            if self._inflater.eof:
                self._undrop(bytes(self._inflater.unused_data))
            if output:
                return output
        return b""

    def next_member(self) -> bool:
        """Go to the next frame that holds data."""
        self._skip_frames()
        if not self._buffer and not self._read_file():
            return False
        self._start_member()
        return True

    def skip_damage(self) -> int:
        """Go to the next frame that begins a record, and return the bytes skipped."""
        damaged = self.member_offset
        self._reread += len(self._kept)
        if self._reread < MAX_REREAD:
            self._undrop(bytes(self._kept))
        self._kept.clear()
        while True:
            at = self._buffer.find(ZSTD_MAGIC)
            self._drop(at if at >= 0 else max(0, len(self._buffer) - _MAGIC_BYTES + 1))
            if at >= 0:
                if self._offset > damaged and self._begins_record():
                    self._start_member()
                    return self.member_offset - damaged
                self._drop(1)
            elif not self._read_file():
                self._drop(len(self._buffer))
                self._ended = True
                return self._offset - damaged

    def size(self) -> int | None:
        """Return None: the decompressed size is not known."""
        return None

    def seek(self, offset: int) -> None:
        """Do nothing: no caller seeks where the size is not known."""

    def begin_at(self, offset: int) -> None:
        """Go to a frame by its offset in the file; the dictionary, which stands before all frames, is kept."""
        if offset > self._offset:
            self._raw.seek(offset)
            self._buffer.clear()
            self._offset = offset
            self._start_member()

    def _begins_record(self) -> bool:
        self._fill(_PROBE_BYTES)
        try:
            begin = self._new_inflater().decompress(bytes(self._buffer[:_PROBE_BYTES]))
        except zstandard.ZstdError:
            return False
        return self._format.begins(begin)

    def _start_member(self) -> None:
        self.member_offset, self._error, self._inflater = self._offset, "", self._new_inflater()
        self._kept.clear()

    def _new_inflater(self) -> "zstandard.ZstdDecompressionObj":
        if self._dictionary is None:
            return zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW).decompressobj()
        return zstandard.ZstdDecompressor(dict_data=self._dictionary, max_window_size=MAX_WINDOW).decompressobj()

    def _skip_frames(self) -> None:
        """Skip frames without data, and zero bytes between frames (padding of tapes); keep a dictionary."""
        while True:
            self._fill(_SKIP_HEAD)
            if self._buffer[:1] == b"\0":
                self._drop(len(self._buffer) - len(self._buffer.lstrip(b"\0")))
                continue
            if not is_zstd(bytes(self._buffer[:_SKIP_HEAD])) or self._buffer.startswith(ZSTD_MAGIC):
                return
            is_dictionary, at_start = self._buffer.startswith(DICTIONARY_MAGIC), self._offset == 0
            left = int.from_bytes(self._buffer[4:_SKIP_HEAD], "little")
            self._drop(_SKIP_HEAD)
            if is_dictionary and at_start:
                if left > MAX_DICTIONARY:
                    raise DamagedMemberError(f"its dictionary has {left:,} bytes, {MAX_DICTIONARY:,} are read")
                self._fill(left)
                self._dictionary = _dictionary_of(bytes(self._buffer[:left]))
            while left and (self._buffer or self._read_file()):
                size = min(left, len(self._buffer))
                self._drop(size)
                left -= size

    def _fill(self, size: int) -> None:
        while len(self._buffer) < size and self._read_file():
            pass

    def _read_file(self) -> bool:
        chunk = self._raw.read(READ_BYTES)
        self._buffer += chunk
        return bool(chunk)

    def _drop(self, size: int) -> None:
        del self._buffer[:size]
        self._offset += size

    def _undrop(self, data: bytes) -> None:
        self._buffer[:0] = data
        self._offset -= len(data)


def _dictionary_of(data: bytes) -> zstandard.ZstdCompressionDict:
    """Return the dictionary in a frame.

    Raises:
        DamagedMemberError: It cannot be decompressed, or is too long.

    """
    if data.startswith(ZSTD_MAGIC):
        output = bytearray()
        inflater = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW).decompressobj()
        try:
            for at in range(0, len(data), _INPUT_BYTES):
                output += inflater.decompress(data[at : at + _INPUT_BYTES])
                if len(output) > MAX_DICTIONARY or inflater.eof:
                    break
        except zstandard.ZstdError as error:
            raise DamagedMemberError(f"its dictionary is damaged: {error}") from error
        data = bytes(output)
    if len(data) > MAX_DICTIONARY:
        raise DamagedMemberError(f"its dictionary has more than the {MAX_DICTIONARY:,} bytes that are read")
    return zstandard.ZstdCompressionDict(data)
