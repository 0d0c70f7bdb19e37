"""Phrase × text field of a segment → slots of the phrase's first word wherever the phrase stands.

The slots of one word, the rarest, come from the postings of its stem; the forward index says which surface forms stand
there and in the slots beside. Every paragraph ends in a gap (code 0), which is no word: no phrase crosses one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from searchsvc.engines.whoosh.array_ops import NO_DOCS, AnyDocIds, Counts, DocIds, SlotIds
from searchsvc.engines.whoosh.codec.container import Indices, Mask
from searchsvc.engines.whoosh.codec.field_arrays import ESCAPE, FieldPostings
from searchsvc.engines.whoosh.phrase_words import PhraseWord
from searchsvc.errors import QueryError
from searchsvc.model.deadline import check_deadline
from searchsvc.model.message import Message
from searchsvc.model.query import Phrase

_FIRST = np.zeros(1, np.intp)
#: Documents whose slots are listed at a time: bounds the memory of exact phrases, and the time between two checks.
AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Slots:
    """(n,) slots of a field, ascending, and (n,) the document that each lies in, ascending with repeats."""

    at: SlotIds
    docs: AnyDocIds

    def take(self, indices: Indices) -> "Slots":
        """Return the slots of some indices."""
        return Slots(self.at.take(indices), self.docs.take(indices))

    def documents(self) -> tuple[DocIds, Counts]:
        """Return the documents, ascending, each once, and how many slots lie in each."""
        if not len(self.docs):
            return NO_DOCS, NO_DOCS
        first = np.concatenate([_FIRST, (self.docs[1:] != self.docs[:-1]).nonzero()[0] + 1, [len(self.docs)]])
        return self.docs.take(first[:-1]).astype(np.intp), first[1:] - first[:-1]


EMPTY = Slots(NO_DOCS, NO_DOCS)


def merged_slots(lists: Sequence[Slots]) -> Slots:
    """Return the slots of several lists, ascending; no slot is in two of them, for it holds one form."""
    full = [slots for slots in lists if len(slots.at)]
    if len(full) <= 1:
        return full[0] if full else EMPTY
    joined = Slots(np.concatenate([s.at for s in full]), np.concatenate([s.docs for s in full]))
    return joined.take(np.argsort(joined.at, kind="stable"))


def exact_slots(text: FieldPostings, languages: Sequence[Sequence[PhraseWord]]) -> Slots:
    """Return the slots of the phrase's first word wherever its words follow each other in a field.

    Args:
        text: The field.
        languages: The words in each language, from `find_words`.

    """
    return merged_slots([_exact(text, words) for words in languages])


def stem_slots(text: FieldPostings, term: int) -> SlotIds:
    """Return all slots of a stem in a field, ascending."""
    stretches = list(_stretches_of_slots(text, term))
    return stretches[0] if len(stretches) == 1 else np.concatenate(stretches) if stretches else NO_DOCS


def _stretches_of_slots(text: FieldPostings, term: int) -> Iterator[SlotIds]:
    """Yield the slots of a stem in a field, ascending: those of at most AT_ONCE documents at a time."""
    a, b = text.span(term)
    c, d = text.places(term)
    once_each = d - c == b - a
    for low in range(a, b, AT_ONCE):
        check_deadline()
        high = min(low + AT_ONCE, b)
        slots = text.base.take(text.doc[low:high]).astype(np.intp)
        if not once_each:
            slots = slots.repeat(text.tf[low:high])
        slots += text.pos[c : c + len(slots)]
        c += len(slots)
        yield slots


def stem_owners(text: FieldPostings, term: int) -> AnyDocIds:
    """Return the document of each slot that `stem_slots` returns."""
    a, b = text.span(term)
    return text.doc[a:b].repeat(text.tf[a:b])


def is_code(text: FieldPostings, slots: SlotIds, code: int) -> Indices:
    """Return the indices of those of some slots that hold a surface form, given by its code."""
    keep: Indices = (text.fwd.take(slots) == min(code, ESCAPE)).nonzero()[0]
    if code >= ESCAPE and len(keep):
        keep = keep[text.xid[np.searchsorted(text.xpos, slots[keep].astype(text.xpos.dtype))] == code]
    return keep


def _exact(text: FieldPostings, words: Sequence[PhraseWord]) -> Slots:
    sizes = [word.size(text) for word in words]
    if not all(sizes):
        return EMPTY
    first, *others = sorted(range(len(words)), key=sizes.__getitem__)
    # The anchor's own form is compared last, when few slots remain.
    inspected = [words[i] for i in (*others, first)]
    anchor = words[first].place
    found = [
        _standing(text, slots, inspected, anchor)
        for term in words[first].terms
        for slots in _stretches_of_slots(text, term)
    ]
    slots = found[0] if len(found) == 1 else np.concatenate(found)
    if not len(slots):
        return EMPTY
    if len(words[first].terms) > 1:
        slots = np.sort(slots)
    return Slots(slots - anchor, text.base.searchsorted(slots.astype(text.base.dtype), "right") - 1)


def _standing(text: FieldPostings, slots: SlotIds, words: Sequence[PhraseWord], anchor: int) -> SlotIds:
    """Return those of some slots of the word at place `anchor` where all words of a phrase stand around it.

    A negative slot, before the stream's start, is counted from the end, where there are PAD gaps; a slot past the end
    is one of these too.
    """
    for word in words:
        keep = _is_word(text, slots + (word.place - anchor), word)
        if not len(keep):
            return slots[:0]
        slots = slots.take(keep)
    return slots


#: Slots that may be examined for all near-phrases of one query, in all fields and segments: bounds its time.
MOST_LOOKS = 8_000_000
#: What examining slots at one distance costs beside the slots, counted in slots: the calls of numpy.
A_STEP = 200
#: Slots of all words of a near-phrase that may be listed at once, 8 bytes each.
MOST_LISTED = 4_000_000
#: A phrase of two words.
PAIR = 2


class PositionBudget:
    """How many slots one query may still examine."""

    def __init__(self) -> None:
        self._remaining = MOST_LOOKS

    def take(self, cost: int) -> None:
        """Subtract a cost in slots; callers do this before they examine them.

        Raises:
            QueryError: The cost is more than what remains.

        """
        _allow(cost, self._remaining)
        self._remaining -= cost


def sloppy_slots(
    text: FieldPostings, node: Phrase, languages: Sequence[Sequence[PhraseWord]], budget: PositionBudget
) -> Slots:
    """Return the slots of the phrase's first word wherever the phrase stands in a field, within its `slop`.

    Word i at slot p lies p - i from where the phrase begins. The phrase stands where all its words have slots of their
    own, in one paragraph, whose differences p - i are at most `slop` apart.

    Args:
        text: The field.
        node: The phrase.
        languages: Its words in each language, from `find_words`.
        budget: What the query may still examine.

    Raises:
        QueryError: The words are so frequent, and may stand so far apart, that the budget does not suffice.

    """
    return merged_slots([_stands(text, node, words, budget) for words in languages])


def _stands(text: FieldPostings, node: Phrase, words: Sequence[PhraseWord], budget: PositionBudget) -> Slots:
    sizes = [word.size(text) for word in words]
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
            Message("the words of these phrases are too frequent to be looked for so far apart: put them closer"),
            too_costly=True,
        )


def _first_word(text: FieldPostings, node: Phrase, words: Sequence[PhraseWord], rarest: int) -> SlotIds:
    """Return slots of the first word, ascending, among which are all where the phrase stands.

    They are near a slot of the rarest word; of a phrase of two different words exactly those where it stands.
    """
    slots = form_slots(text, words[rarest])
    if rarest == 0 and len(words) > PAIR:
        return slots
    other = words[1] if rarest == 0 else words[0]
    shift = other.place - words[rarest].place
    near_slots = []
    for step, here in _open_slots(text, slots, node.slop + abs(shift)):
        if abs(step - shift) <= node.slop:
            near = here[_is_word(text, here + step, other)]
            near_slots.append(near if rarest == 0 else near + step)
        check_deadline()
    return np.unique(np.concatenate(near_slots)) if near_slots else slots[:0]


def _open_slots(text: FieldPostings, slots: SlotIds, reach: int) -> Iterator[tuple[int, SlotIds]]:
    """Yield distances from 1 to `reach` and -1 to -`reach`, each with the slots whose paragraph goes on so far."""
    for direction in (1, -1):
        here = slots
        for distance in range(1, reach + 1):
            # A negative slot, before the stream's start, is counted from the end, where there are gaps.
            here = here[text.fwd.take(here + direction * distance) != 0]
            if not len(here):
                break
            yield direction * distance, here


def _fits(text: FieldPostings, node: Phrase, words: Sequence[PhraseWord], first: SlotIds) -> Mask:
    """Return for each slot of the first word whether the phrase stands there.

    Tries every window of `slop` + the phrase's words that begins at most `slop` slots before the first word's slot.
    """
    lists = [form_slots(text, word) for word in words]
    fits = np.zeros(len(first), np.bool_)
    if not all(map(len, lists)):
        return fits
    paragraph = _paragraph(text, first, len(words) + node.slop)
    for low in range(-node.slop, 1):
        check_deadline()
        fits |= _window(node, lists, first, low, paragraph)
    return fits


def form_slots(text: FieldPostings, word: PhraseWord) -> SlotIds:
    """Return all slots of a word, ascending."""
    slots = _stem_slots(text, word)
    return slots[_is_word(text, slots, word)]


def _stem_slots(text: FieldPostings, word: PhraseWord) -> SlotIds:
    """Return all slots of the stems of a word, ascending."""
    if len(word.terms) == 1:
        return stem_slots(text, word.terms[0])
    return np.sort(np.concatenate([stem_slots(text, term) for term in word.terms]))


def _is_word(text: FieldPostings, slots: SlotIds, word: PhraseWord) -> Indices:
    """Return the indices of those of some slots that hold one of a word's forms."""
    if len(word.codes) == 1:
        return is_code(text, slots, word.codes[0])
    held = text.fwd.take(slots)
    has = np.isin(held, [code for code in word.codes if code < ESCAPE])
    rare = (held == ESCAPE).nonzero()[0]
    if len(rare):
        numbers = text.xid[np.searchsorted(text.xpos, slots[rare].astype(text.xpos.dtype))]
        has[rare] = np.isin(numbers, word.codes)
    indices: Indices = has.nonzero()[0]
    return indices


def _window(
    node: Phrase, lists: Sequence[SlotIds], first: SlotIds, start: int, paragraph: tuple[SlotIds, SlotIds]
) -> Mask:
    """Return where every word i has a slot of its own from `low + i` to `low + i + slop` within the paragraph.

    Equal words take slots from left to right, each the first that is free: since the ranges of equal words move right
    with i, no other choice fits where this one does not. The first word keeps the slot it is tried at.

    Args:
        node: The phrase.
        lists: For each of its words, all slots of the form.
        first: (n,) the slots of the first word that are tried.
        start: `low` is the slot of the first word + `start`.
        paragraph: (n,) first slot of each one's paragraph and the one after its last.

    """
    before, after = paragraph
    low = first + start
    fits = np.ones(len(low), np.bool_)
    last: dict[str, SlotIds] = {}
    for i, (form, slots) in enumerate(zip(node.words[1:], lists[1:], strict=True), 1):
        least = np.maximum(low + i, before)
        if form in last:
            least = np.maximum(least, last[form] + 1)
        index = np.searchsorted(slots, least)
        chosen = _get(slots, index)
        if form == node.words[0]:
            chosen = _get(slots, index + (chosen == first))
        fits &= (chosen <= low + (i + node.slop)) & (chosen < after)
        last[form] = chosen
    return fits


def _get(slots: SlotIds, indices: Indices) -> SlotIds:
    """Return slots by index; for an index past the end one that lies beyond every window."""
    return np.where(indices < len(slots), slots.take(np.minimum(indices, len(slots) - 1)), np.iinfo(np.intp).max >> 1)


def _paragraph(text: FieldPostings, slots: SlotIds, reach: int) -> tuple[SlotIds, SlotIds]:
    """Return (n,) the first slot of each slot's paragraph and the one after its last, or `reach` slots from it."""
    before, after = slots - reach, slots + reach + 1
    open_left, open_right = np.ones(len(slots), np.bool_), np.ones(len(slots), np.bool_)
    for step in range(1, reach + 1):
        check_deadline()
        gap = open_left & ((slots < step) | (text.fwd.take(np.maximum(slots - step, 0)) == 0))
        before[gap] = slots[gap] - step + 1
        open_left &= ~gap
        gap = open_right & (text.fwd.take(np.minimum(slots + step, len(text.fwd) - 1)) == 0)
        after[gap] = slots[gap] + step
        open_right &= ~gap
    return before, after
