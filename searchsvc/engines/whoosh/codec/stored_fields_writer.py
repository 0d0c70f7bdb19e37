"""Stored messages of added documents, and frames of finished segments, → the compressed frames of a new segment."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import zstandard

from searchsvc.engines.whoosh.codec.container import Mask
from searchsvc.engines.whoosh.codec.container_writer import ContainerWriter, offsets
from searchsvc.engines.whoosh.codec.integer_column import IntegerColumn
from searchsvc.engines.whoosh.codec.spool import Spool
from searchsvc.engines.whoosh.codec.stored_fields import DICTIONARY, LEVEL, StoredFields

#: A zstd dictionary is trained when a segment has TRAIN_AT messages, or messages of TRAIN_BYTES, on every
#: TRAIN_EVERY-th of them; messages that are so large that there are fewer than TRAIN_FROM need none.
TRAIN_AT, TRAIN_EVERY, TRAIN_BYTES, TRAIN_FROM = 8000, 7, 1 << 25, 1000
#: Largest size of a trained dictionary: zstd's own default. With `k` it need not try several sizes of the pieces it is
#: made of, which takes four times as long and packs no better.
TRAINING = {"dict_size": 112_640, "k": 1000, "d": 8, "accel": 2}
#: Messages that are gathered and compressed one after the other, while the compressor is in the processor's cache.
COMPRESSED_TOGETHER = 128


class StoredFieldsBuilder:
    """Gathers the stored messages of a segment; the first TRAIN_AT are held back to train a dictionary on."""

    def __init__(self, folder: Path) -> None:
        self._spool = Spool(folder, np.uint8)
        self._sizes, self._counts = IntegerColumn(), IntegerColumn()
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._dictionary = b""
        self._compressor: zstandard.ZstdCompressor | None = None
        self._decompressor = zstandard.ZstdDecompressor()

    def add(self, messages: Sequence[bytes]) -> None:
        """Append the messages of a document."""
        self._counts.append(len(messages))
        self._waiting.extend(messages)
        self._waiting_bytes += sum(map(len, messages))
        if self._compressor is not None:
            if len(self._waiting) >= COMPRESSED_TOGETHER:
                self._compress(self._compressor)
        elif len(self._waiting) >= TRAIN_AT or self._waiting_bytes >= TRAIN_BYTES:
            given = self._waiting[::TRAIN_EVERY] if len(self._waiting) >= TRAIN_FROM else []
            self._start(zstandard.train_dictionary(samples=[*given], **TRAINING).as_bytes() if given else b"")

    def take(self, frames: StoredFields, alive: Mask | None, *, keep_dictionary: bool = True) -> None:
        """Append the messages of a finished segment: its frames as they are where the dictionary is the same.

        Args:
            frames: The stored texts of the segment.
            alive: (documents,) which documents are taken; None: all.
            keep_dictionary: Use the segment's dictionary if there is none yet. False where a text has to be erased:
                a dictionary contains parts of the texts that it was trained on.

        """
        if keep_dictionary and frames.dictionary and self._compressor is None:
            self._start(frames.dictionary)
        same = keep_dictionary and self._compressor is not None and frames.dictionary == self._dictionary
        if same and self._compressor is not None:
            self._compress(self._compressor)  # what was added before comes before the frames that are copied now
        for doc in range(len(frames.first) - 1) if alive is None else np.flatnonzero(alive).tolist():
            numbers = frames.frames(doc)
            if same:
                self._counts.append(len(numbers))
                for frame in numbers:
                    self._add_frame(frames.packed(frame))
            else:
                self.add([frames.raw(frame) for frame in numbers])

    def messages(self, doc: int) -> list[bytes]:
        """Return the messages of a document, given by its number."""
        first, count = int(self._counts.values(0, doc).sum(dtype=np.int64)), self._counts[doc]
        kept = len(self._sizes)
        end = min(first + count, kept)
        sizes = self._sizes.values(0, end).astype(np.int64)
        cuts = np.cumsum([int(sizes[:first].sum()), *sizes[first:]]).tolist() if end > first else []
        packed = (self._spool.read(at, to).tobytes() for at, to in pairwise(cuts))
        read = [self._decompressor.decompress(frame) for frame in packed]
        waiting = max(0, first - kept)
        return [*read, *self._waiting[waiting : waiting + count - len(read)]]

    def write(self, out: ContainerWriter) -> None:
        """Write the arrays `stored.frames`, `stored.off`, `stored.first` and `stored.dictionary`."""
        if self._compressor is None:
            self._start(b"")
        else:
            self._compress(self._compressor)
        self._spool.write(out, "stored.frames")
        out.add("stored.off", offsets(self._sizes.values()))
        out.add("stored.first", offsets(self._counts.values()))
        out.add_bytes(DICTIONARY, self._dictionary)

    def close(self) -> None:
        """Close the file of the frames; the builder is not used after this."""
        self._spool.close()

    def _start(self, dictionary: bytes) -> None:
        """Fix the dictionary (b"": none) and compress the messages held back."""
        self._dictionary = dictionary
        given = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        self._decompressor = zstandard.ZstdDecompressor(dict_data=given)
        if given is not None:
            given.precompute_compress(level=LEVEL)
        made = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True, write_dict_id=False, dict_data=given)
        self._compressor = made
        self._compress(made)

    def _compress(self, compressor: zstandard.ZstdCompressor) -> None:
        """Compress the gathered messages, a frame each."""
        for message in self._waiting:
            self._add_frame(compressor.compress(message))
        self._waiting, self._waiting_bytes = [], 0

    def _add_frame(self, frame: bytes) -> None:
        self._spool.append(frame)
        self._sizes.append(len(frame))
