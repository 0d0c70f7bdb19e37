"""Article ↔ two stored messages, what a hit shows and the rest: msgpack in zstd frames with checksums."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import msgspec
import zstandard

from searchsvc.engines.whoosh.codec.container import Container
from searchsvc.errors import CorruptIndexError
from searchsvc.model.article import ArticleHead, Block, Provenance, Quote, RelatedHeadline
from searchsvc.model.document import ArticleDocument

#: Compression level of zstd: its default.
LEVEL = 3
#: Bytes that a frame may hold uncompressed; one that claims more is damaged.
LARGEST = 1 << 28
#: Name of the array that holds the zstd dictionary of all frames of a segment.
DICTIONARY = "stored.dictionary"
#: Frames of an article: `DisplayFields`, then `RemainingFields`.
PER_ARTICLE = 2

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DisplayFields:
    """What a hit shows of an article."""

    head: ArticleHead
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class HeadOnly:
    """The head alone, decoded from a message of `DisplayFields` without its blocks."""

    head: ArticleHead


@dataclass(frozen=True, slots=True)
class RemainingFields:
    """The rest of an article, which only its own page needs."""

    quotes: tuple[Quote, ...]
    related: tuple[RelatedHeadline, ...]
    provenance: Provenance


_encode = msgspec.msgpack.Encoder().encode
_read_shown = msgspec.msgpack.Decoder(DisplayFields).decode
_read_head = msgspec.msgpack.Decoder(HeadOnly).decode
_read_rest = msgspec.msgpack.Decoder(RemainingFields).decode


def encode_article(document: ArticleDocument) -> tuple[bytes, bytes]:
    """Return the messages of an article: its `DisplayFields` and its `RemainingFields` as msgpack."""
    article = document.article
    display_fields = DisplayFields(article.head, article.blocks)
    return _encode(display_fields), _encode(RemainingFields(article.quotes, article.related, article.provenance))


class StoredFields:
    """The stored texts of a segment of articles; each frame has its own checksum, checked when it is read.

    Frame PER_ARTICLE × doc holds the `DisplayFields` of a document, the next one its `RemainingFields`.
    """

    def __init__(self, file: Container, documents: int) -> None:
        self._file = file
        self._at, size = file.where("stored.frames")
        self.offsets = file.offsets("stored.off", size, count=PER_ARTICLE * documents + 1)
        self.dictionary = file.array(DICTIONARY).tobytes()
        self._own = threading.local()

    def display_fields(self, doc: int) -> DisplayFields:
        """Return head and blocks of a document; errors as `raw`."""
        return self._read(PER_ARTICLE * doc, _read_shown)

    def head(self, doc: int) -> ArticleHead:
        """Return the head of a document; errors as `raw`."""
        return self._read(PER_ARTICLE * doc, _read_head).head

    def remaining_fields(self, doc: int) -> RemainingFields:
        """Return the quotes, related headlines and provenance of a document; errors as `raw`."""
        return self._read(PER_ARTICLE * doc + 1, _read_rest)

    def packed(self, frame: int) -> bytes:
        """Return one frame as it is stored, compressed and unchecked."""
        return self._file.map[self._at + int(self.offsets[frame]) : self._at + int(self.offsets[frame + 1])]

    def raw(self, frame: int) -> bytes:
        """Return the message of one frame, decompressed.

        Raises:
            CorruptIndexError: Its checksum differs, it is no frame, or it claims to hold more than LARGEST bytes.

        """
        data = self.packed(frame)
        try:
            if zstandard.frame_content_size(data) > LARGEST:
                raise self._corrupt(frame, "it claims to be too large")
            return bytes(self._decompressor().decompress(data, allow_extra_data=False))
        except zstandard.ZstdError as error:
            raise self._corrupt(frame, str(error)) from error

    def _decompressor(self) -> zstandard.ZstdDecompressor:
        """Return the decompressor of this thread: zstandard's must not be used by two threads at once."""
        found = getattr(self._own, "decompressor", None)
        if found is None:
            given = zstandard.ZstdCompressionDict(self.dictionary) if self.dictionary else None
            found = self._own.decompressor = zstandard.ZstdDecompressor(dict_data=given)
        return found

    def _read(self, frame: int, decode: Callable[[bytes], T]) -> T:
        try:
            return decode(self.raw(frame))
        except msgspec.MsgspecError as error:
            raise self._corrupt(frame, str(error)) from error

    def _corrupt(self, frame: int, reason: str) -> CorruptIndexError:
        return self._file.corrupt(f"the stored text of document {frame // PER_ARTICLE}", reason)
