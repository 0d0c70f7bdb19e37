"""Phrase within a sentence or paragraph × text field of a segment → slots of its first word in units that have all.

Where paragraphs end stands in the forward index. Sentences are not stored: they are found in the stored texts of the
paragraphs that have all words, and of no others, and are kept as long as the segment is open.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import accumulate, groupby
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from searchsvc.analysis import sentence_sizes
from searchsvc.engines.whoosh.array_ops import NO_DOCS, DocIds, SlotIds, ragged
from searchsvc.engines.whoosh.codec.container import Indices
from searchsvc.engines.whoosh.codec.field_arrays import FieldPostings
from searchsvc.engines.whoosh.codec.string_table import language_of
from searchsvc.engines.whoosh.phrase_query import AT_ONCE, EMPTY, Slots, form_slots, merged_slots
from searchsvc.engines.whoosh.phrase_words import PhraseWord
from searchsvc.engines.whoosh.segment_reader import SegmentReader
from searchsvc.model.article import Article, Provenance
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import TEXT, TextField, text_of
from searchsvc.model.message import Message

#: A field is read whole where the documents that are looked into have more than one of so many of its slots: reading
#: a slot in order takes a small part of the time of looking up one.
WHOLE_FROM = 8
#: Ends of paragraphs and beginnings of sentences that are kept for a field of a segment, 8 bytes each.
MOST_KEPT = 1 << 22


class StoredText(NamedTuple):
    """The text of a field of one document: paragraphs separated by newlines, and the language of its words."""

    text: str
    language: str | None


#: Document of a segment and name of a field → its stored text; None: it cannot be read any more.
ReadText = Callable[[SegmentReader, int, str], StoredText | None]


def article_text(reader: SegmentReader, doc: int, name: str) -> StoredText | None:
    """Return the text of a field of an article; what the field has no part in is not read."""
    row = TEXT[TextField(name)]
    if row.text is None or (row.in_passages and row.storage != "named"):
        shown = reader.arrays.display_fields(doc)
        article = Article(shown.head, shown.blocks, Provenance("", "", ""))
    else:
        article = reader.arrays.article(doc)
    return StoredText(text_of(row, article), language_of(article.head.language))


class SentenceStarts:
    """Where the sentences of a text field of a segment begin: kept with the segment once they are found."""

    def __init__(self, reader: SegmentReader, text: FieldPostings, read: ReadText) -> None:
        self._reader, self._text, self._read = reader, text, read

    def of(self, ends: SlotIds, units: Indices) -> SlotIds:
        """Return the slots, ascending, at which sentences of some paragraphs begin, but for the first of each.

        Those of others that are known are among them. What was found when the time is over is kept, too.

        Args:
            ends: Where paragraphs end, those of the documents of `units` all among them.
            units: Indices in `ends` of the paragraphs, ascending.

        """
        known, starts = self._reader.sentences.get(self._text.name, (NO_DOCS, NO_DOCS))
        units = units[np.isin(ends[units], known, invert=True)]
        if not len(units):
            return starts
        found: list[SlotIds] = []
        try:
            found.extend(self._look_up(ends, units))
        finally:
            known = np.sort(np.concatenate([known, ends[units[: len(found)]]]), kind="stable")
            starts = np.sort(np.concatenate([starts, *found]), kind="stable")
            if len(known) + len(starts) <= MOST_KEPT:
                self._reader.sentences[self._text.name] = known, starts
        return starts

    def _look_up(self, ends: SlotIds, units: Indices) -> Iterator[SlotIds]:
        """Yield the slots at which sentences of each paragraph begin, but for its first one."""
        base = self._text.base
        docs = _owners(self._text, ends[units])
        begin = base.take(docs).astype(np.intp)
        first = np.maximum(begin, np.where(units > 0, ends[units - 1] + 1, 0))
        rows = zip(docs.tolist(), (units - ends.searchsorted(begin)).tolist(), first.tolist(), strict=True)
        for doc, paragraphs in groupby(rows, itemgetter(0)):
            check_deadline(Message("ask for rarer words, or for words of one paragraph: @p instead of @s"))
            stored = self._read(self._reader, doc, self._text.name)
            lines = stored.text.split("\n") if stored is not None else []
            for _, number, slot in paragraphs:
                if stored is None or number >= len(lines):
                    yield NO_DOCS
                    continue
                sizes = sentence_sizes(lines[number], stored.language)
                yield np.fromiter(accumulate(sizes[:-1], initial=slot), np.intp)[1:]


def unit_slots(
    text: FieldPostings, languages: Sequence[Sequence[PhraseWord]], sentences: SentenceStarts | None
) -> Slots:
    """Return the slots of the phrase's first word in all units of a field that have all of its words.

    Args:
        text: The field.
        languages: The words in each language, from `find_words`.
        sentences: The sentences of the field, where they are the units; None: these are paragraphs.

    """
    return merged_slots([_together(text, words, sentences) for words in languages])


def _together(text: FieldPostings, words: Sequence[PhraseWord], sentences: SentenceStarts | None) -> Slots:
    if not all(word.size(text) for word in words):
        return EMPTY
    lists = [form_slots(text, word) for word in words]
    lists = _sharing(lists, [_owners(text, slots) for slots in lists])
    docs = np.unique(_owners(text, lists[0]))
    ends = _gaps(text, docs)
    lists = _sharing(lists, [ends.searchsorted(slots) for slots in lists])
    if sentences is not None and len(lists[0]):
        starts = sentences.of(ends, np.unique(ends.searchsorted(lists[0])))
        # The number of paragraphs that end before a slot, and of sentences that begin up to it, is its sentence's own.
        lists = _sharing(lists, [ends.searchsorted(slots) + starts.searchsorted(slots, "right") for slots in lists])
    return Slots(lists[0], _owners(text, lists[0]))


def _sharing(lists: Sequence[SlotIds], units: Sequence[SlotIds]) -> list[SlotIds]:
    """Return of each word the slots in units that have all words; `units` has the unit of each slot."""
    check_deadline()
    common = reduce(lambda one, other: np.intersect1d(one, other, assume_unique=True), map(np.unique, units))
    return [slots[np.isin(unit, common)] for slots, unit in zip(lists, units, strict=True)]


def _owners(text: FieldPostings, slots: SlotIds) -> DocIds:
    """Return the document of each slot."""
    owners: DocIds = text.base.searchsorted(slots.astype(text.base.dtype), "right") - 1
    return owners


def _gaps(text: FieldPostings, docs: DocIds) -> SlotIds:
    """Return the slots, ascending, at which paragraphs of some documents, or of these and others, end."""
    first = text.base.take(docs).astype(np.intp)
    sizes = text.base.take(docs + 1).astype(np.intp) - first
    slots = int(text.base[-1])
    if WHOLE_FROM * int(sizes.sum()) > slots:
        parts = [low + (text.fwd[low : min(low + AT_ONCE, slots)] == 0).nonzero()[0] for low in _steps(slots)]
    else:
        inside = ragged(first, sizes)
        parts = [inside[(text.fwd.take(inside) == 0).nonzero()[0]]]
    return np.concatenate(parts) if parts else NO_DOCS


def _steps(slots: int) -> Iterator[int]:
    for low in range(0, slots, AT_ONCE):
        check_deadline()
        yield low
