"""Messages → frames: stored texts, compressed with a dictionary trained on the segment's first articles."""

from array import array
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import zstandard

from searchsvc.engines.whoosh.codec.container import Mask
from searchsvc.engines.whoosh.codec.container_writer import ContainerWriter, compact
from searchsvc.engines.whoosh.codec.forward_index import Spool
from searchsvc.engines.whoosh.codec.frames import DICTIONARY, LEVEL, PER_ARTICLE, Frames

#: A dictionary is trained once a segment has so many messages, on one of every TRAIN_EVERY.
TRAIN_AT, TRAIN_EVERY = 8000, 7
DICTIONARY_BYTES = 112_640
#: Messages compressed together, while the compressor is in the processor's cache.
COMPRESSED_TOGETHER = 128


class FrameBuilder:
    """Gathers stored messages; the first ones wait until there are enough to train a dictionary."""

    def __init__(self, folder: Path) -> None:
        self._spool = Spool(folder, np.uint8)
        self._sizes = array("I")
        self._waiting: list[bytes] = []
        self._dictionary = b""
        self._compressor: zstandard.ZstdCompressor | None = None

    def add(self, messages: Sequence[bytes]) -> None:
        """Add messages."""
        self._waiting.extend(messages)
        if self._compressor is None and len(self._waiting) >= TRAIN_AT:
            samples: list[bytes | bytearray | memoryview] = [*self._waiting[::TRAIN_EVERY]]
            self._start(zstandard.train_dictionary(DICTIONARY_BYTES, samples).as_bytes())
        elif self._compressor is not None and len(self._waiting) >= COMPRESSED_TOGETHER:
            self._compress(self._compressor)

    def take(self, frames: Frames, alive: Mask | None, *, keep_dictionary: bool = True) -> None:
        """Add the messages of a finished segment; unopened where the dictionary is the same.

        A dictionary is made of stretches of the texts it was trained on: where one of these has to go, so has it.
        """
        if keep_dictionary and frames.dictionary and self._compressor is None:
            self._start(frames.dictionary)
        same = keep_dictionary and self._compressor is not None and frames.dictionary == self._dictionary
        if same and self._compressor is not None:
            self._compress(self._compressor)  # in order: frames taken as they are do not wait
        count = (len(frames.offsets) - 1) // PER_ARTICLE
        for doc in range(count) if alive is None else np.flatnonzero(alive).tolist():
            numbers = range(PER_ARTICLE * doc, PER_ARTICLE * (doc + 1))
            if same:
                for frame in numbers:
                    self._add_frame(frames.packed(frame))
            else:
                self.add([frames.raw(frame) for frame in numbers])

    def write(self, out: ContainerWriter) -> None:
        """Write frames, their offsets and the dictionary."""
        if self._compressor is None:
            self._start(b"")
        else:
            self._compress(self._compressor)
        out.add_chunks("stored.frames", np.dtype(np.uint8), self._spool.chunks())
        out.add("stored.off", compact(np.concatenate([[0], np.cumsum(np.array(self._sizes, np.int64))])))
        out.add_bytes(DICTIONARY, self._dictionary)

    def close(self) -> None:
        """Let go of the file."""
        self._spool.close()

    def _start(self, dictionary: bytes) -> None:
        """Settle the dictionary and compress what waits."""
        self._dictionary = dictionary
        given = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        if given is not None:
            given.precompute_compress(level=LEVEL)
        self._compressor = zstandard.ZstdCompressor(
            level=LEVEL, write_checksum=True, write_dict_id=False, dict_data=given
        )
        self._compress(self._compressor)

    def _compress(self, compressor: zstandard.ZstdCompressor) -> None:
        """Compress what waits."""
        for message in self._waiting:
            self._add_frame(compressor.compress(message))
        self._waiting = []

    def _add_frame(self, frame: bytes) -> None:
        self._spool.append(frame)
        self._sizes.append(len(frame))
