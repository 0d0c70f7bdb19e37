"""Surface forms of a commit's articles → those with a prefix or of similar spelling, with their numbers of articles."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from searchsvc.engines.ranking_rules import FUZZY_FORMS, WEIGHTS
from searchsvc.engines.whoosh.array_ops import SlotIds, union
from searchsvc.engines.whoosh.codec.container import Indices, Mask, Unsigned
from searchsvc.engines.whoosh.codec.field_arrays import ESCAPE, FieldPostings, FormTable
from searchsvc.engines.whoosh.codec.segment import SegmentArrays
from searchsvc.engines.whoosh.codec.string_table import form_key, split_suffix, stem_key
from searchsvc.engines.whoosh.composite_reader import CompositeReader
from searchsvc.engines.whoosh.phrase_query import EMPTY, Slots, merged_slots, stem_owners, stem_slots
from searchsvc.engines.whoosh.segment_reader import SegmentReader
from searchsvc.model.deadline import check_deadline
from searchsvc.model.query import Fuzzy, Leaf, Phrase

#: (code points,) the code points of forms, end to end; bytes where all are ASCII.
CodePoints = npt.NDArray[np.uint8] | npt.NDArray[np.uint32]

#: A language's mark at the end of a form: a separator and two letters.
MARK_SIGN, MARK_LENGTH = 0x1F, 3
#: Forms whose letters are held in memory at a time.
FORMS_READ = 1 << 14
#: Letters of a form that are looked at before its distance is measured: more would leave out few others.
LETTERS_SCREENED = 5


def similar_forms(forms: FormTable, word: str, most: int, span: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield number and distance of the forms of a range that are within `most` edits of a word, in order.

    The distance is that of `analysis.edit_distance`. Only forms of about the word's length whose first letters stand
    in the word near the same place become strings.
    """
    low, high = span
    for start in range(low, high, FORMS_READ):
        check_deadline()
        text, letters, starts, lengths = _letters(forms, start, min(start + FORMS_READ, high))
        fitting = np.flatnonzero(np.abs(lengths - len(word)) <= most)
        fitting = fitting[_screened(letters, starts[fitting], word, most)]
        ends = starts[fitting] + lengths[fitting]
        candidates = [text[i:j] for i, j in zip(starts[fitting].tolist(), ends.tolist(), strict=True)]
        if candidates:
            distances = cdist([word], candidates, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)[0]
            close = np.flatnonzero(distances <= most)
            yield from zip((fitting[close] + start).tolist(), distances[close].tolist(), strict=True)


#: Text of a range of forms end to end, its code points, where each form starts and its length.
Letters = tuple[str, CodePoints, Indices, Indices]
#: Tables of at most so many forms keep their letters in memory once they were read: some 40 bytes a form.
FORMS_KEPT = 1 << 18
_kept: WeakKeyDictionary[FormTable, dict[int, Letters]] = WeakKeyDictionary()


def _letters(forms: FormTable, low: int, high: int) -> Letters:
    """Return the letters of a range of forms; those of whole tables are kept."""
    if low % FORMS_READ or high < min(low + FORMS_READ, len(forms)) or len(forms) > FORMS_KEPT:
        return _read_letters(forms, low, high)
    parts = _kept.setdefault(forms, {})
    if low not in parts:
        parts[low] = _read_letters(forms, low, high)
    return parts[low]


def _read_letters(forms: FormTable, low: int, high: int) -> Letters:
    blob = forms.stretch(low, high)
    data = np.frombuffer(blob, np.uint8)
    cuts = forms.offsets[low : high + 1].astype(np.intp) - int(forms.offsets[low])
    marked = data.take(np.maximum(cuts[1:] - MARK_LENGTH, 0)) == MARK_SIGN
    text, letters = blob.decode("utf-8", "surrogatepass"), data
    if len(text) < len(blob):
        letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        # UTF-8 bytes that begin no letter look like 10xxxxxx.
        cuts = np.concatenate([[0], np.cumsum((data & 0xC0) != 0x80)]).take(cuts)  # noqa: PLR2004
    return text, letters, cuts[:-1], np.diff(cuts) - MARK_LENGTH * marked


def _screened(letters: CodePoints, starts: Indices, word: str, most: int) -> Mask:
    """Return which forms may be within `most` edits of a word, judged by their first letters.

    An edit accounts for one letter of a form that the word lacks, and moves the letters that both have by one place
    at most. So more than `most` of the first letters that stand nowhere in the word within `most` places are too far.

    Args:
        letters: Code points of all forms.
        starts: Where each form starts: those that are no more than `most` letters shorter than the word.
        word: The word.
        most: Edits allowed.

    Returns:
        A mask over `starts`: every form within `most` edits is in it, others may be.

    """
    lacking = np.zeros(len(starts), np.uint8)
    for i in range(min(len(word) - most, LETTERS_SCREENED)):
        letter = letters.take(starts + i)
        near = word[max(i - most, 0) : i + most + 1]
        lacking += np.logical_and.reduce([letter != ord(sign) for sign in near])
    return lacking <= most


#: When more forms than these are looked for, reading the whole stream costs less than their postings.
MANY_FORMS = 1000
#: The same of slots, which would have to be listed and sorted at once.
MANY_SLOTS = 1 << 24
#: Slots of a stream that are read at a time.
STEP = 1 << 20


class FormSet:
    """Some surface forms of one segment, given by number; it is false if there are none."""

    def __init__(self, arrays: SegmentArrays, numbers: Iterable[int] | range) -> None:
        chosen = np.fromiter(numbers, np.intp)
        self._arrays = arrays
        self._codes = arrays.forms.code[chosen].astype(np.intp)
        self._many = len(chosen) > MANY_FORMS
        self._terms: set[int] = set()
        if not self._many:
            stems = {stem_key(*split_suffix(arrays.forms[i])) for i in chosen.tolist()}
            self._terms = {term for term in map(arrays.terms.index, stems) if term >= 0}

    def __bool__(self) -> bool:
        return bool(len(self._codes))

    def slots(self, text: FieldPostings) -> Slots:
        """Return all slots of the forms in a field: from the postings of their stems, or by reading the stream."""
        if not self:
            return EMPTY
        positions = sum(text.places(term)[1] - text.places(term)[0] for term in self._terms)
        if self._many or positions > min(len(text.fwd), MANY_SLOTS):
            return self._scan(text)
        return merged_slots([self._of_stem(text, term) for term in self._terms])

    def _of_stem(self, text: FieldPostings, term: int) -> Slots:
        check_deadline()
        slots = stem_slots(text, term)
        keep = self._has(text, slots, text.fwd.take(slots)).nonzero()[0]
        return Slots(slots.take(keep), stem_owners(text, term).take(keep))

    def _scan(self, text: FieldPostings) -> Slots:
        stretches = []
        for start in range(0, len(text.fwd), STEP):
            check_deadline()
            codes = text.fwd[start : start + STEP]
            stretches.append(np.flatnonzero(self._has(text, None, codes, start)) + start)
        slots = np.concatenate(stretches)
        return Slots(slots, text.base.searchsorted(slots.astype(text.base.dtype), "right") - 1)

    def _has(self, text: FieldPostings, slots: SlotIds | None, codes: Unsigned, start: int = 0) -> Mask:
        """Return which of some slots hold one of the forms.

        Args:
            text: The field.
            slots: The slots; None: the stretch of the stream from `start` on.
            codes: What the stream has in them.
            start: First slot of the stretch.

        """
        wanted = self._wanted()
        has: Mask = wanted.take(codes)
        rare = np.flatnonzero(codes == ESCAPE)
        if len(rare):
            rare_slots = rare + start if slots is None else slots[rare]
            ids = text.xid[np.searchsorted(text.xpos, rare_slots.astype(text.xpos.dtype))]
            has[rare] = wanted.take(ids) if len(wanted) > ESCAPE + 1 else np.isin(ids, self._codes)
        return has

    def _wanted(self) -> Mask:
        """Return by code, of all codes and ESCAPE, whether it is that of one of the forms."""
        wanted = np.zeros(max(ESCAPE + 1, self._arrays.form_count + 1), np.bool_)
        wanted[self._codes] = True
        return wanted


def forms_with_prefix(arrays: SegmentArrays, prefix: str) -> FormSet:
    """Return the forms of a segment that begin with a prefix, in all languages."""
    return FormSet(arrays, range(*arrays.forms.span(prefix.encode("utf-8", "surrogatepass"))))


def exact_forms(arrays: SegmentArrays, forms: Sequence[bytes]) -> FormSet:
    """Return those of some entries of form tables (`string_table.form_key`) that the segment has."""
    return FormSet(arrays, (number for number in map(arrays.forms.index, forms) if number >= 0))


#: For `limit` words with a prefix the SPARE × limit most frequent of each segment, AT_LEAST at least, are added up.
SPARE, AT_LEAST = 10, 500


#: Answers of `TermDictionary.similar` that are remembered; all are forgotten when there are more.
REMEMBERED = 64
#: Leaves whose numbers of articles are remembered; all are forgotten when there are more.
COUNTS_REMEMBERED = 4096


class TermDictionary:
    """The words of the articles of one commit."""

    def __init__(self, collection: CompositeReader) -> None:
        self._collection = collection
        self._exact = all(reader.alive is None for reader in collection.readers)
        self._remembered: dict[tuple[str, int, int], Sequence[tuple[str, int]]] = {}
        self._frequencies: dict[Leaf, int] = {}

    def words(self, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Return at most `limit` words that begin with a prefix and their numbers of articles.

        Most frequent first, ties by word. Where there are several segments, a word is counted only in those in which it
        is among the words that are added up (SPARE, AT_LEAST).
        """
        key = prefix.encode("utf-8", "surrogatepass")
        enough = max(AT_LEAST, SPARE * limit)
        bounds: Counter[str] = Counter()
        for reader in self._collection.readers:
            check_deadline()
            low, high = reader.arrays.forms.span(key)
            counts = reader.arrays.forms.articles[low:high].astype(np.int64)
            self._add(bounds, reader, (np.argsort(-counts, kind="stable")[:enough] + low).tolist())
        return self._most_frequent(bounds, limit)

    def frequency(self, leaf: Leaf, count: Callable[[Leaf], int]) -> int:
        """Return how many articles match a leaf: remembered, told by the dictionary, or else counted by `count`."""
        known = self._frequencies.get(leaf)
        if known is None:
            told = self._of_form(leaf)
            known = count(leaf) if told is None else told
            if len(self._frequencies) >= COUNTS_REMEMBERED:
                self._frequencies.clear()
            self._frequencies[leaf] = known
        return known

    def _of_form(self, leaf: Leaf) -> int | None:
        """Return how many articles have a phrase of one word; None where articles are deleted, and for other leaves."""
        if not (self._exact and isinstance(leaf, Phrase) and leaf.field is None and len(leaf.words) == 1):
            return None
        total = 0
        keys = [form_key(leaf.words[0], language) for language in self._collection.languages_stemmed]
        for reader in self._collection.readers:
            forms = reader.arrays.forms
            total += sum(int(forms.articles[number]) for number in map(forms.index, keys) if number >= 0)
        return total

    def similar(self, word: str, edits: int, limit: int) -> Sequence[tuple[str, int]]:
        """Return at most `limit` words within `edits` of a word and their numbers of articles.

        Nearest first, then most frequent, ties by word. Answers are remembered: a search with a fuzzy word asks twice.
        """
        if not word:
            return ()
        known = self._remembered.get((word, edits, limit))
        if known is None:
            known = self._find_similar(word, edits, limit)
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            self._remembered[word, edits, limit] = known
        return known

    def expand(self, node: Fuzzy) -> Sequence[bytes]:
        """Return the entries of form tables that a fuzzy word stands for.

        They are the FUZZY_FORMS words nearest to it within its edits, of equal ones the most frequent, in every
        language of the index.
        """
        chosen = [word for word, _ in self.similar(node.text, node.edits, FUZZY_FORMS + 1)[:FUZZY_FORMS]]
        return [form_key(word, language) for word in chosen for language in self._collection.languages_stemmed]

    def _find_similar(self, word: str, edits: int, limit: int) -> Sequence[tuple[str, int]]:
        by_distance: dict[int, Counter[str]] = {}
        for reader in self._collection.readers:
            forms = reader.arrays.forms
            for number, distance in similar_forms(forms, word, edits, (0, len(forms))):
                self._add(by_distance.setdefault(distance, Counter()), reader, [number])
        nearest: list[tuple[str, int]] = []
        for distance in sorted(by_distance):
            nearest += self._most_frequent(by_distance[distance], limit - len(nearest))
            if len(nearest) >= limit:
                break
        return nearest

    @staticmethod
    def _add(bounds: Counter[str], reader: SegmentReader, numbers: Iterable[int]) -> None:
        forms = reader.arrays.forms
        for number in numbers:
            articles = int(forms.articles[number])
            if articles:
                bounds[split_suffix(forms[number])[0]] += articles

    def _most_frequent(self, bounds: Counter[str], limit: int) -> list[tuple[str, int]]:
        """Return the `limit` most frequent words with their numbers of living articles, ties by word.

        `bounds` count deleted articles too: they are upper bounds. Words are counted in descending order of bounds,
        until the next bound is below the `limit`-th largest count, which no later word can exceed.
        """
        ordered = sorted(bounds.items(), key=lambda item: (-item[1], item[0]))
        if self._exact or limit <= 0:
            return ordered[: max(limit, 0)]
        counted: list[tuple[int, str]] = []
        for word, bound in ordered:
            if len(counted) >= limit and bound < -counted[limit - 1][0]:
                break
            check_deadline()
            count = self._count(word)
            if count:
                counted.append((-count, word))
                counted.sort()
        return [(word, -count) for count, word in counted[:limit]]

    def _count(self, word: str) -> int:
        """Return the number of living articles that have a word in a field that bare words look into."""
        keys = [form_key(word, language) for language in self._collection.languages_stemmed]
        total = 0
        for reader in self._collection.readers:
            forms = exact_forms(reader.arrays, keys)
            fields = [reader.arrays.fields[name] for name in WEIGHTS]
            total += reader.count_living(union([forms.slots(text).documents()[0] for text in fields]))
        return total
