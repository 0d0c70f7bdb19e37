"""Phrase × field of a segment → slots where it stands: neighbours are compared in the forward stream.

The rarest word's positions come from its stem's postings; the stream tells which surface form
stands there and beside it. A paragraph ends in a gap (code 0), so nothing crosses one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from searchsvc.engines.whoosh.array_ops import NOWHERE, Ints, Places
from searchsvc.engines.whoosh.codec.field_arrays import ESCAPE, PAD, FieldPostings
from searchsvc.engines.whoosh.codec.segment import SegmentArrays
from searchsvc.engines.whoosh.codec.string_table import form_key, stem_key
from searchsvc.errors import QueryError
from searchsvc.model.query import Phrase

_FIRST = np.zeros(1, np.intp)


@dataclass(frozen=True, slots=True)
class PhraseWord:
    """A word of a phrase as one segment knows it in one language."""

    place: int
    term: int
    code: int


def find_words(arrays: SegmentArrays, node: Phrase, languages: Sequence[str | None]) -> list[list[PhraseWord]]:
    """Return the words of a phrase for each language that has all of them.

    Raises:
        QueryError: The phrase is too long.

    """
    if len(node.words) + node.slop >= PAD:
        msg = f"the phrase is over {PAD} words: shorten it"
        raise QueryError(msg, too_costly=True)
    every = (_find_words(arrays, node, language) for language in languages if node.words)
    return [words for words in every if words]


def _find_words(arrays: SegmentArrays, node: Phrase, language: str | None) -> list[PhraseWord]:
    words = []
    for place, form in enumerate(node.words):
        term, code = arrays.terms.index(stem_key(form, language)), arrays.forms.code_of(form_key(form, language))
        if term < 0 or not code:
            return []
        words.append(PhraseWord(place, term, code))
    return words


@dataclass(frozen=True, slots=True)
class Slots:
    """Slots of a field, ascending, and the document each lies in."""

    at: Places
    docs: Ints

    def take(self, places: Places) -> "Slots":
        """Return some of them."""
        return Slots(self.at.take(places), self.docs.take(places))

    def documents(self) -> tuple[Places, Ints]:
        """Return the documents, ascending, and how many slots lie in each."""
        if not len(self.docs):
            return NOWHERE, NOWHERE
        first = np.concatenate([_FIRST, (self.docs[1:] != self.docs[:-1]).nonzero()[0] + 1, [len(self.docs)]])
        return self.docs.take(first[:-1]).astype(np.intp), first[1:] - first[:-1]


EMPTY = Slots(NOWHERE, NOWHERE)


def merged_slots(lists: Sequence[Slots]) -> Slots:
    """Return the slots of several lists, ascending."""
    full = [slots for slots in lists if len(slots.at)]
    if len(full) <= 1:
        return full[0] if full else EMPTY
    joined = Slots(np.concatenate([s.at for s in full]), np.concatenate([s.docs for s in full]))
    return joined.take(np.argsort(joined.at, kind="stable"))


def exact_slots(text: FieldPostings, languages: Sequence[Sequence[PhraseWord]]) -> Slots:
    """Return the slots of the phrase's first word wherever the phrase stands in a field without other words."""
    return merged_slots([_exact(text, words) for words in languages])


def stem_slots(text: FieldPostings, term: int) -> Places:
    """Return all slots of a stem, ascending."""
    a, b = text.span(term)
    c, d = text.places(term)
    slots = text.base.take(text.doc[a:b]).astype(np.intp)
    if d - c > b - a:
        slots = slots.repeat(text.tf[a:b])
    slots += text.pos[c:d]
    return slots


def stem_owners(text: FieldPostings, term: int) -> Ints:
    """Return the document of every slot of a stem."""
    a, b = text.span(term)
    owners: Ints = text.doc[a:b].repeat(text.tf[a:b])
    return owners


def is_code(text: FieldPostings, slots: Places, code: int) -> Places:
    """Return the places in `slots` where a surface form stands."""
    keep: Places = (text.fwd.take(slots) == min(code, ESCAPE)).nonzero()[0]
    if code >= ESCAPE and len(keep):
        keep = keep[text.xid[np.searchsorted(text.xpos, slots[keep].astype(text.xpos.dtype))] == code]
    return keep


def _exact(text: FieldPostings, words: Sequence[PhraseWord]) -> Slots:
    sizes = [text.xoff[word.term + 1] - text.xoff[word.term] for word in words]
    if not all(sizes):
        return EMPTY
    first, *others = sorted(range(len(words)), key=sizes.__getitem__)
    anchor = words[first].place
    slots = stem_slots(text, words[first].term)
    # The anchor's own form is compared last: few slots are left by then. A slot before the
    # stream's start wraps into the gaps at its end.
    for i in (*others, first):
        keep = is_code(text, slots + (words[i].place - anchor), words[i].code)
        if not len(keep):
            return EMPTY
        slots = slots.take(keep)
    return Slots(slots - anchor, text.base.searchsorted(slots.astype(text.base.dtype), "right") - 1)
