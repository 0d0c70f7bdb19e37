"""Article ↔ stored fields: what hits show, and the rest, as checksummed zstd frames of msgpack."""

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

#: zstd's level: 3 costs a twentieth of the time of 9 for nine tenths of the effect.
LEVEL = 3
#: A frame that claims to hold more is not ours (pages are capped at 5 MB).
LARGEST = 1 << 28
#: Array of the dictionary that all frames of a segment share.
DICTIONARY = "stored.dictionary"
#: Frames of an article: what is shown, the rest.
PER_ARTICLE = 2

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DisplayFields:
    """What a hit shows of an article."""

    head: ArticleHead
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class HeadOnly:
    """The head in a message of `DisplayFields`; the blocks are passed over."""

    head: ArticleHead


@dataclass(frozen=True, slots=True)
class RemainingFields:
    """What only the article's own page needs."""

    quotes: tuple[Quote, ...]
    related: tuple[RelatedHeadline, ...]
    provenance: Provenance


_encode = msgspec.msgpack.Encoder().encode
_read_shown = msgspec.msgpack.Decoder(DisplayFields).decode
_read_head = msgspec.msgpack.Decoder(HeadOnly).decode
_read_rest = msgspec.msgpack.Decoder(RemainingFields).decode


def encode_article(document: ArticleDocument) -> tuple[bytes, bytes]:
    """Return the two messages of an article: `DisplayFields`, `RemainingFields`."""
    article = document.article
    display_fields = DisplayFields(article.head, article.blocks)
    return _encode(display_fields), _encode(RemainingFields(article.quotes, article.related, article.provenance))


class StoredFields:
    """The stored texts of a segment. Each is checked when it is read, by its own checksum, and not all at once."""

    def __init__(self, file: Container, documents: int) -> None:
        self._file = file
        self._at, size = file.where("stored.frames")
        self.offsets = file.offsets("stored.off", size, count=PER_ARTICLE * documents + 1)
        self.dictionary = file.array(DICTIONARY).tobytes()
        self._own = threading.local()

    def display_fields(self, doc: int) -> DisplayFields:
        """Return what a hit shows."""
        return self._read(PER_ARTICLE * doc, _read_shown)

    def head(self, doc: int) -> ArticleHead:
        """Return the head alone."""
        return self._read(PER_ARTICLE * doc, _read_head).head

    def remaining_fields(self, doc: int) -> RemainingFields:
        """Return the rest."""
        return self._read(PER_ARTICLE * doc + 1, _read_rest)

    def packed(self, frame: int) -> bytes:
        """Return one frame as it lies in the file."""
        return self._file.map[self._at + int(self.offsets[frame]) : self._at + int(self.offsets[frame + 1])]

    def raw(self, frame: int) -> bytes:
        """Return the message of one frame; zstd checks the frame's own checksum.

        Raises:
            CorruptIndexError: It cannot be unpacked.

        """
        data = self.packed(frame)
        try:
            if zstandard.frame_content_size(data) > LARGEST:
                raise self._corrupt(frame, "it claims to be too large")
            return bytes(self._decompressor().decompress(data, allow_extra_data=False))
        except zstandard.ZstdError as error:
            raise self._corrupt(frame, str(error)) from error

    def _decompressor(self) -> zstandard.ZstdDecompressor:
        """Return this thread's own: one that two threads use at once reads nonsense."""
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
