"""Article ↔ stored messages (what a hit shows, the rest, further groups of long lists): msgpack in zstd frames.

Most articles have two messages. Where the texts of blocks, quotes or related headlines have more than GROUP code
points, they are cut into groups: the first one stands in these two messages, each further one is a message of its own.
So a hit reads its quote and the blocks beside it, however long the article is.
"""

import threading
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain, pairwise
from typing import Any, TypeVar

import msgspec
import zstandard

from searchsvc.engines.whoosh.codec.container import Container
from searchsvc.errors import CorruptIndexError
from searchsvc.model.article import Article, ArticleHead, Block, Provenance, Quote, RelatedHeadline
from searchsvc.model.document import ArticleDocument

#: Compression level of zstd: its default.
LEVEL = 3
#: Bytes that a frame may hold uncompressed; one that claims more is damaged.
LARGEST = 1 << 28
#: Name of the array that holds the zstd dictionary of all frames of a segment.
DICTIONARY = "stored.dictionary"
#: Frames of every article: its head with the first blocks, then the first quotes and related headlines with the rest.
#: Frames with further groups of blocks, then of quotes, then of related headlines follow.
BASIC_FRAMES = 2
#: Code points of a group of blocks, quotes or related headlines, unless it is a single one.
GROUP = 1 << 15
#: Code points that an item counts beside its texts: so many bytes its keys and numbers take.
ITEM_SIZE = 100

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DisplayFields:
    """What a hit shows of an article."""

    head: ArticleHead
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class RemainingFields:
    """The rest of an article, which only its own page needs."""

    quotes: tuple[Quote, ...]
    related: tuple[RelatedHeadline, ...]
    provenance: Provenance


class _Groups(msgspec.Struct, frozen=True, omit_defaults=True):
    """The head alone, decoded from the first message, and the index of the first item of each further group."""

    head: ArticleHead
    block_cuts: tuple[int, ...] = ()
    quote_cuts: tuple[int, ...] = ()
    related_cuts: tuple[int, ...] = ()


class _FirstMessage(_Groups, frozen=True, omit_defaults=True, kw_only=True):
    blocks: tuple[Block, ...]


_encode = msgspec.msgpack.Encoder().encode
_read_first = msgspec.msgpack.Decoder(_FirstMessage).decode
_read_groups = msgspec.msgpack.Decoder(_Groups).decode
_read_rest = msgspec.msgpack.Decoder(RemainingFields).decode
_read_blocks = msgspec.msgpack.Decoder(tuple[Block, ...]).decode
_read_quotes = msgspec.msgpack.Decoder(tuple[Quote, ...]).decode
_read_related = msgspec.msgpack.Decoder(tuple[RelatedHeadline, ...]).decode


def encode_article(document: ArticleDocument) -> tuple[bytes, ...]:
    """Return the messages of an article as msgpack, BASIC_FRAMES of them at least."""
    article = document.article
    whole = _encode(_FirstMessage(article.head, blocks=article.blocks))
    rest = _encode(RemainingFields(article.quotes, article.related, article.provenance))
    return (whole, rest) if len(whole) + len(rest) <= GROUP else _encode_groups(article)


def decode_article(messages: Sequence[bytes]) -> Article:
    """Return the article of the messages that `encode_article` made."""
    first, rest, more = _read_first(messages[0]), _read_rest(messages[1]), messages[BASIC_FRAMES:]
    blocks = len(first.block_cuts)
    quotes = blocks + len(first.quote_cuts)
    return Article(
        first.head,
        _joined(first.blocks, list(map(_read_blocks, more[:blocks]))),
        rest.provenance,
        _joined(rest.quotes, list(map(_read_quotes, more[blocks:quotes]))),
        _joined(rest.related, list(map(_read_related, more[quotes:]))),
    )


def _encode_groups(article: Article) -> tuple[bytes, ...]:
    """Return the messages of an article that may need more than BASIC_FRAMES."""
    blocks = _grouped(article.blocks, [len(block.text) for block in article.blocks])
    quotes = _grouped(
        article.quotes, [len(q.text) + len(q.speaker or "") + len(q.mention or "") for q in article.quotes]
    )
    related = _grouped(article.related, [len(one.text) + len(one.url or "") for one in article.related])
    (first_blocks, *more_blocks), (first_quotes, *more_quotes), (first_related, *more_related) = blocks, quotes, related
    first = _FirstMessage(article.head, _cuts(blocks), _cuts(quotes), _cuts(related), blocks=tuple(first_blocks))
    rest = RemainingFields(tuple(first_quotes), tuple(first_related), article.provenance)
    return (
        _encode(first),
        _encode(rest),
        *map(_encode, more_blocks),
        *map(_encode, more_quotes),
        *map(_encode, more_related),
    )


def _grouped(items: Sequence[T], sizes: Sequence[int]) -> list[Sequence[T]]:
    """Return the items in groups of at most GROUP code points, or of a single item; one group at least."""
    if sum(sizes) + ITEM_SIZE * len(sizes) <= GROUP:
        return [items]
    cuts, room = [0], GROUP
    for index, size in enumerate(sizes):
        room -= size + ITEM_SIZE
        if room < 0 and index > cuts[-1]:
            cuts.append(index)
            room = GROUP - size - ITEM_SIZE
    return [items[first:end] for first, end in pairwise([*cuts, len(items)])]


def _cuts(groups: Sequence[Sequence[object]]) -> tuple[int, ...]:
    """Return the index of the first item of each group but the first."""
    return tuple(accumulate(map(len, groups[:-1])))


class StoredArticle:
    """One stored article, of which each group of blocks, quotes and related headlines is read when first needed.

    Every access may raise the errors of `StoredFields.raw`.
    """

    def __init__(self, stored: "StoredFields", doc: int) -> None:
        self._stored, self._doc = stored, doc
        self._read: dict[int, Any] = {}

    @cached_property
    def _groups(self) -> _Groups:
        return self._stored.groups(self._doc)

    @property
    def head(self) -> ArticleHead:
        """Its head."""
        return self._groups.head

    def block(self, index: int) -> Block:
        """Return a block by its index."""
        cuts = self._groups.block_cuts
        group = bisect_right(cuts, index)
        blocks = self._first_blocks if not group else self._further(group, _read_blocks)
        return _item(self._stored, self._doc, blocks, index - (cuts[group - 1] if group else 0))

    def quote(self, index: int) -> Quote:
        """Return a quote by its index."""
        cuts = self._groups.quote_cuts
        group = bisect_right(cuts, index)
        before = len(self._groups.block_cuts)
        quotes = self._rest.quotes if not group else self._further(before + group, _read_quotes)
        return _item(self._stored, self._doc, quotes, index - (cuts[group - 1] if group else 0))

    def headline(self, index: int) -> RelatedHeadline:
        """Return a related headline by its index."""
        cuts = self._groups.related_cuts
        group = bisect_right(cuts, index)
        return _item(self._stored, self._doc, self._related(group), index - (cuts[group - 1] if group else 0))

    def _related(self, group: int) -> tuple[RelatedHeadline, ...]:
        before = len(self._groups.block_cuts) + len(self._groups.quote_cuts)
        return self._further(before + group, _read_related) if group else self._rest.related

    @cached_property
    def _first_blocks(self) -> tuple[Block, ...]:
        return self._stored.first_blocks(self._doc)

    @cached_property
    def _rest(self) -> RemainingFields:
        return self._stored.first_rest(self._doc)

    def _further(self, number: int, decode: Callable[[bytes], tuple[T, ...]]) -> tuple[T, ...]:
        """Return the items of the n-th further message, from 1."""
        found: tuple[T, ...] | None = self._read.get(number)
        if found is None:
            found = self._read[number] = self._stored.further(self._doc, number, decode)
        return found


def _item(stored: "StoredFields", doc: int, items: Sequence[T], index: int) -> T:
    if index >= len(items):
        raise stored.damaged(doc, "it has fewer items than are indexed")
    return items[index]


class StoredFields:
    """The stored texts of a segment of articles; each frame has its own checksum, checked when it is read."""

    def __init__(self, file: Container, documents: int) -> None:
        self._file = file
        self._at, size = file.where("stored.frames")
        frames = file.count("stored.off") - 1
        self.offsets = file.offsets("stored.off", size, count=frames + 1)
        #: (documents + 1,) number of every document's first frame.
        self.first = file.offsets("stored.first", frames, count=documents + 1)
        self.dictionary = file.array(DICTIONARY).tobytes()
        self._own = threading.local()

    def display_fields(self, doc: int) -> DisplayFields:
        """Return head and blocks of a document; errors as `raw`."""
        first = self._read(doc, 0, _read_first)
        more = [self.further(doc, number, _read_blocks) for number in range(1, len(first.block_cuts) + 1)]
        return DisplayFields(first.head, _joined(first.blocks, more))

    def head(self, doc: int) -> ArticleHead:
        """Return the head of a document; errors as `raw`."""
        return self.groups(doc).head

    def remaining_fields(self, doc: int) -> RemainingFields:
        """Return the quotes, related headlines and provenance of a document; errors as `raw`."""
        rest = self.first_rest(doc)
        if int(self.first[doc + 1] - self.first[doc]) == BASIC_FRAMES:
            return rest
        groups = self.groups(doc)
        blocks, quotes, related = map(len, (groups.block_cuts, groups.quote_cuts, groups.related_cuts))
        more_quotes = [self.further(doc, blocks + number, _read_quotes) for number in range(1, quotes + 1)]
        before = blocks + quotes
        more_related = [self.further(doc, before + number, _read_related) for number in range(1, related + 1)]
        return RemainingFields(_joined(rest.quotes, more_quotes), _joined(rest.related, more_related), rest.provenance)

    def groups(self, doc: int) -> _Groups:
        """Return the head of a document, and where its groups begin; errors as `raw`."""
        return self._read(doc, 0, _read_groups)

    def first_blocks(self, doc: int) -> tuple[Block, ...]:
        """Return the first group of blocks of a document; errors as `raw`."""
        return self._read(doc, 0, _read_first).blocks

    def first_rest(self, doc: int) -> RemainingFields:
        """Return the first groups of quotes and related headlines of a document; errors as `raw`."""
        return self._read(doc, 1, _read_rest)

    def further(self, doc: int, number: int, decode: Callable[[bytes], T]) -> T:
        """Return the decoded n-th message, from 1, after the two that every document has; errors as `raw`."""
        return self._read(doc, BASIC_FRAMES - 1 + number, decode)

    def frames(self, doc: int) -> range:
        """Return the numbers of a document's frames."""
        return range(int(self.first[doc]), int(self.first[doc + 1]))

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

    def _read(self, doc: int, number: int, decode: Callable[[bytes], T]) -> T:
        frames = self.frames(doc)
        if number >= len(frames):
            raise self.damaged(doc, "a part of it is missing")
        frame = frames[number]
        try:
            return decode(self.raw(frame))
        except msgspec.MsgspecError as error:
            raise self._corrupt(frame, str(error)) from error

    def damaged(self, doc: int, reason: str) -> CorruptIndexError:
        """Return the error that the stored text of a document is damaged."""
        return self._file.corrupt(f"the stored text of document {doc}", reason)

    def _corrupt(self, frame: int, reason: str) -> CorruptIndexError:
        return self.damaged(int(self.first.searchsorted(frame, "right")) - 1, reason)


def _joined(first: tuple[T, ...], more: Sequence[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(chain(first, *more)) if more else first
