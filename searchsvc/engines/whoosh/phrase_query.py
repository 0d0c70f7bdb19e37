"""Phrase × field of a segment → slots where it stands: neighbours are compared in the forward index.

The rarest word's positions come from its stem's postings; the stream tells which surface form
stands there and beside it. A paragraph ends in a gap (code 0), so nothing crosses one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from searchsvc.engines.whoosh.array_ops import NOWHERE, Ints, Places
from searchsvc.engines.whoosh.codec.container import Mask
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


#: Slots that may be looked at for all phrases of one query, in all fields and segments: half a second or so.
MOST_LOOKS = 8_000_000
#: What a step to one side costs beside the slots, in slots: the calls.
A_STEP = 200
#: Places of a phrase's words that may be listed at once: 32 MB.
MOST_LISTED = 4_000_000
PAIR = 2


class PositionBudget:
    """How many slots one query may still look at."""

    def __init__(self) -> None:
        self._left = MOST_LOOKS

    def take(self, cost: int) -> None:
        """Pay before it is done.

        Raises:
            QueryError: There is not so much left.

        """
        _allow(cost, self._left)
        self._left -= cost


def sloppy_slots(
    text: FieldPostings, node: Phrase, languages: Sequence[Sequence[PhraseWord]], budget: PositionBudget
) -> Slots:
    """Return the slots of the phrase's first word wherever the phrase stands in a field.

    Raises:
        QueryError: The words of the query's phrases are too frequent to be looked for so far apart.

    """
    return merged_slots([_stands(text, node, words, budget) for words in languages])


def _stands(text: FieldPostings, node: Phrase, words: Sequence[PhraseWord], budget: PositionBudget) -> Slots:
    sizes = [text.xoff[word.term + 1] - text.xoff[word.term] for word in words]
    if not all(sizes):
        return EMPTY
    budget.take((min(sizes) + A_STEP) * (2 * node.slop + 1))
    rarest = sizes.index(min(sizes))
    first = _first_word(text, node, words, rarest)
    if len(words) > PAIR or len(set(node.words)) < len(words):
        _allow(sum(sizes), MOST_LISTED)
        budget.take((len(first) + A_STEP) * (node.slop + 1) * len(words))
        first = first[_fits(text, node, words, first)]
    return Slots(first, text.base.searchsorted(first.astype(text.base.dtype), "right") - 1)


def _allow(cost: int, most: int) -> None:
    if cost > most:
        raise QueryError(
            "the words of these phrases are too frequent to be looked for so far apart: put them closer",
            too_costly=True,
        )


def _first_word(text: FieldPostings, node: Phrase, words: Sequence[PhraseWord], rarest: int) -> Places:
    """Return the slots of the first word that lie near the rarest one, ascending."""
    slots = _form_slots(text, words[rarest])
    if rarest == 0 and len(words) > PAIR:
        return slots
    other = words[1] if rarest == 0 else words[0]
    shift = other.place - words[rarest].place
    found = []
    for step, here in _open_slots(text, slots, node.slop + abs(shift)):
        if abs(step - shift) <= node.slop:
            near = here[is_code(text, here + step, other.code)]
            found.append(near if rarest == 0 else near + step)
    return np.unique(np.concatenate(found)) if found else slots[:0]


def _open_slots(text: FieldPostings, slots: Places, reach: int) -> Iterator[tuple[int, Places]]:
    """Yield steps to both sides, and the slots whose paragraph goes on so far."""
    for merged in (1, -1):
        here = slots
        for distance in range(1, reach + 1):
            # A slot before the stream's start wraps into the gaps at its end.
            here = here[text.fwd.take(here + merged * distance) != 0]
            if not len(here):
                break
            yield merged * distance, here


def _fits(text: FieldPostings, node: Phrase, words: Sequence[PhraseWord], first: Places) -> Mask:
    """Try every window that may begin up to `slop` slots before a place of the first word."""
    lists = [_form_slots(text, word) for word in words]
    fits = np.zeros(len(first), np.bool_)
    if not all(map(len, lists)):
        return fits
    paragraph = _paragraph(text, first, len(words) + node.slop)
    for low in range(-node.slop, 1):
        fits |= _window(node, lists, first, low, paragraph)
    return fits


def _form_slots(text: FieldPostings, word: PhraseWord) -> Places:
    """Return all slots of a surface form, ascending."""
    slots = stem_slots(text, word.term)
    return slots[is_code(text, slots, word.code)]


def _window(node: Phrase, lists: Sequence[Places], first: Places, start: int, paragraph: tuple[Places, Places]) -> Mask:
    """Return where every word i has a place of its own from `low + i` to `low + i + slop` within the paragraph.

    Equal words take places from left to right; the first word keeps the one it is tried at.
    """
    before, after = paragraph
    low = first + start
    fits = np.ones(len(low), np.bool_)
    last: dict[str, Places] = {}
    for i, (form, slots) in enumerate(zip(node.words[1:], lists[1:], strict=True), 1):
        least = np.maximum(low + i, before)
        if form in last:
            least = np.maximum(least, last[form] + 1)
        place = np.searchsorted(slots, least)
        found = _get(slots, place)
        if form == node.words[0]:
            found = _get(slots, place + (found == first))
        fits &= (found <= low + (i + node.slop)) & (found < after)
        last[form] = found
    return fits


def _get(slots: Places, place: Places) -> Places:
    """Return slots by place; past the end, one that lies beyond every window."""
    return np.where(place < len(slots), slots.take(np.minimum(place, len(slots) - 1)), np.iinfo(np.intp).max >> 1)


def _paragraph(text: FieldPostings, slots: Places, reach: int) -> tuple[Places, Places]:
    """Return the first slot of each slot's paragraph and the one after its last, as far as `reach` looks."""
    before, after = slots - reach, slots + reach + 1
    open_left, open_right = np.ones(len(slots), np.bool_), np.ones(len(slots), np.bool_)
    for step in range(1, reach + 1):
        gap = open_left & ((slots < step) | (text.fwd.take(np.maximum(slots - step, 0)) == 0))
        before[gap] = slots[gap] - step + 1
        open_left &= ~gap
        gap = open_right & (text.fwd.take(np.minimum(slots + step, len(text.fwd) - 1)) == 0)
        after[gap] = slots[gap] + step
        open_right &= ~gap
    return before, after
