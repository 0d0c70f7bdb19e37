"""Phrase × segment → its words as numbers of stems and codes of forms, in each language, in all of their spellings."""

from collections.abc import Sequence
from dataclasses import dataclass

from searchsvc.analysis import spellings
from searchsvc.engines.whoosh.codec.field_arrays import PAD, FieldPostings
from searchsvc.engines.whoosh.codec.segment import SegmentArrays
from searchsvc.engines.whoosh.codec.string_table import form_key, split_suffix, stem_key
from searchsvc.errors import QueryError
from searchsvc.model.message import Message
from searchsvc.model.query import Phrase


@dataclass(frozen=True, slots=True)
class PhraseWord:
    """A word of a phrase, looked up in one segment in one language, in all of its spellings."""

    #: Place in the phrase, from 0.
    place: int
    #: Numbers of its stems, and codes of its surface forms; one of each at least.
    terms: Sequence[int]
    codes: Sequence[int]

    def size(self, text: FieldPostings) -> int:
        """Return how many slots of a field have one of its stems."""
        return sum(int(text.xoff[term + 1] - text.xoff[term]) for term in self.terms)


def find_words(
    arrays: SegmentArrays, node: Phrase, languages: Sequence[str | None], ends: Sequence[int] = ()
) -> list[list[PhraseWord]]:
    """Return the words of a phrase in each of some languages in which the segment has all of them.

    Args:
        arrays: The segment.
        node: The phrase.
        languages: The languages of its articles whose stemmers are used.
        ends: Of a phrase with a `tail`, numbers of the forms that may stand at its end, in any language.

    Raises:
        QueryError: The phrase has PAD words or more, those that may stand between counted too.

    """
    if len(node.words) + node.slop >= PAD:
        msg = Message("the phrase is over %(most)s words: shorten it", most=PAD)
        raise QueryError(msg, too_costly=True)
    last = _ending(arrays, node, ends) if node.tail else None
    by_language = (_find_words(arrays, node, language, last) for language in languages if node.words)
    return [words for words in by_language if words]


def _find_words(arrays: SegmentArrays, node: Phrase, language: str | None, last: PhraseWord | None) -> list[PhraseWord]:
    words = []
    for place, form in enumerate(node.words[:-1] if node.tail else node.words):
        terms: dict[int, None] = {}
        codes = []
        for spelling in spellings(form, language):
            code = arrays.forms.code_of(form_key(spelling, language))
            if code:
                terms[arrays.terms.index(stem_key(spelling, language))] = None
                codes.append(code)
        if not codes:
            return []
        words.append(PhraseWord(place, tuple(terms), codes))
    if not node.tail:
        return words
    return [*words, last] if last else []


def _ending(arrays: SegmentArrays, node: Phrase, ends: Sequence[int]) -> PhraseWord | None:
    """Return the forms that may stand at the end of a phrase as its last word; None if there are none."""
    forms = arrays.forms
    entries = [split_suffix(forms[number]) for number in ends]
    terms = dict.fromkeys(arrays.terms.index(stem_key(*entry)) for entry in entries)
    codes = [int(forms.code[number]) for number in ends]
    return PhraseWord(len(node.words) - 1, tuple(term for term in terms if term >= 0), codes) if codes else None
