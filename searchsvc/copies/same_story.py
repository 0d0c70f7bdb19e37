"""Two texts → whether they are copies: aligned word by word, with what a reader would miss taken into account.

Most of the shorter text must stand in the longer one, which may have a paragraph more. One of them must have all
numbers of the other; and where words were replaced, numbers, names and negations must be the same, in the same order:
a market report with other figures, or a result with other teams, is another story however much of its wording recurs.
Names and numbers may be put in (the code of a share, a first name, a sum in another currency), but not exchanged; who
reported and edited, in parentheses at the end, does not count.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, chain, compress
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from searchsvc.analysis import edit_distance, sentence_sizes, stop_words, surface_forms
from searchsvc.analysis.tokenizer import printed_initials
from searchsvc.copies.fingerprint import COMPARED_FIELDS, is_number
from searchsvc.languages import STEMMERS
from searchsvc.model.article import Article
from searchsvc.model.fields import TEXT, text_of

#: Share of the shorter text's words that stand in the longer one, in order; share of the longer one's that both have.
CONTAINED, SHARED = 0.9, 0.6
#: Words that the longer text may have more: so many, or this share of its words.
MORE_WORDS, MORE_SHARE = 120, 0.25
#: Words of which a difference must have so many more on one side to count as a sentence put in, with what it says;
#: whole sentences may be shorter.
SENTENCE = 8
#: Equal words between two differences that are taken as one with them.
ISLAND = 2
#: Numbers of a stretch put in, and their share of its words, from which it is rows of a table: that is another text.
FIGURES, FIGURES_SHARE = 8, 0.25
#: Characters in parentheses at the end of a text, at most, that say who made it.
CREDITS = 400
#: Letters that a name must have to be taken for a misprint of another one that is an edit away.
SPELLED = 6
#: Words of the longest texts that are aligned; longer ones are copies if all their words are equal.
MOST_WORDS = 6_000
#: Paragraphs whose words are kept while texts are compared.
KEPT_PARAGRAPHS = 4_096

#: English words for numbers, and words that change what a sentence says, although they are printed in small letters.
_NUMBER_WORDS = frozenset(
    """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion
    dozen half first second third fourth fifth sixth seventh eighth ninth tenth
    """.split()  # noqa: SIM905  a list of strings would take a page
)
_SENSE = frozenset(
    """
    no not never none nor without neither up down rose fell gained lost won beat more less higher lower above below
    before after
    """.split()  # noqa: SIM905  a list of strings would take a page
)
#: English words that say `not`, as surface forms have them.
_NEGATIONS = frozenset(
    """
    arent cannot cant couldnt didnt doesnt dont hadnt hasnt havent isnt mustnt neednt shouldnt wasnt werent wont wouldnt
    """.split()  # noqa: SIM905  a list of strings would take a page
)
_TELLING = _SENSE | _NEGATIONS | _NUMBER_WORDS


class _Paragraph:
    """A paragraph: copies share most of theirs, so what is found out about one is kept for a while."""

    def __init__(self, text: str, language: str | None, words: Sequence[str]) -> None:
        self._text, self._language = text, language
        #: Surface forms, and those of them that have digits.
        self.words = words
        self.numbers = frozenset(filter(is_number, set(self.words)))

    @cached_property
    def telling(self) -> Sequence[bool]:
        """(words,) whether each is a number, a name, or a word that changes the sense.

        A name is printed with a capital, or in a script without them.
        """
        sure, stops = _TELLING | self.numbers, stop_words(self._language)
        return [
            word in sure or not (initial.islower() or word in stops)
            for word, initial in zip(self.words, printed_initials(self._text, self._language), strict=True)
        ]

    @property
    def sentences(self) -> Sequence[int]:
        """How many words each sentence has."""
        return sentence_sizes(self._text, self._language)

    @property
    def without_credits(self) -> int:
        """How many words it has before a parenthesis that ends it."""
        _, sign, inside = self._text.rstrip(" .").rpartition("(")
        if not sign or len(inside) > CREDITS or inside.find(")") != len(inside) - 1:
            return len(self.words)
        return len(self.words) - len(surface_forms(inside, self._language))


@lru_cache(maxsize=KEPT_PARAGRAPHS)
def _paragraph(text: str, language: str | None) -> _Paragraph:
    return _Paragraph(text, language, surface_forms(text, language))


class ComparedText:
    """The words of a text, and which of them may not differ in a copy."""

    def __init__(self, paragraphs: str, language: str | None, known: Sequence[Sequence[str]] | None = None) -> None:
        """Read a text.

        Args:
            paragraphs: Lead and body, paragraphs parted by newlines.
            language: Language of the words.
            known: Surface forms of each paragraph, where they are at hand.

        """
        texts = paragraphs.split("\n")
        if known is None or len(known) != len(texts):
            self._paragraphs = [_paragraph(text, language) for text in texts]
        else:
            self._paragraphs = [_Paragraph(text, language, words) for text, words in zip(texts, known, strict=True)]
        #: Surface forms.
        self.words = [word for paragraph in self._paragraphs for word in paragraph.words]
        #: Where each paragraph begins among the words.
        self._first = list(accumulate((len(paragraph.words) for paragraph in self._paragraphs), initial=0))

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The words that have digits."""
        return frozenset[str]().union(*(paragraph.numbers for paragraph in self._paragraphs))

    @cached_property
    def _sentence_ends(self) -> frozenset[int]:
        """Where sentences begin and end among the words."""
        sizes = chain.from_iterable(paragraph.sentences for paragraph in self._paragraphs)
        return frozenset(accumulate(sizes, initial=0))

    def has_sentences(self, first: int, end: int) -> bool:
        """Return whether some words are whole sentences, or as many words a little before or behind, which are equal.

        A sentence that is put in before one with the same first words can be aligned from either.
        """
        words, ends = self.words, self._sentence_ends
        for shift in range(SENTENCE):
            if {first - shift, end - shift} <= ends:
                return True
            if shift == first or words[first - shift - 1] != words[end - shift - 1]:
                break
        for shift in range(1, min(SENTENCE, len(words) - end + 1)):
            if words[first + shift - 1] != words[end + shift - 1]:
                break
            if {first + shift, end + shift} <= ends:
                return True
        return False

    @cached_property
    def _told(self) -> int:
        """How many words it has before the names of those who made it."""
        return self._first[-2] + self._paragraphs[-1].without_credits

    def telling(self, first: int, end: int) -> Iterator[str]:
        """Yield those of some words that are numbers, names, or words that change the sense; `not` for `wont`."""
        at, end = first, min(end, self._told)
        while at < end:
            number = bisect_right(self._first, at) - 1
            begin, after = self._first[number], min(end, self._first[number + 1])
            telling = self._paragraphs[number].telling[at - begin : after - begin]
            yield from ("not" if word in _NEGATIONS else word for word in compress(self.words[at:after], telling))
            at = after


class _Difference(NamedTuple):
    """A stretch of the shorter text, and one of the longer text that stands in its place; half-open ranges of words."""

    first: int
    end: int
    other_first: int
    other_end: int


@dataclass(frozen=True, slots=True)
class _Aligned:
    """How two texts stand against each other."""

    equal: int
    differences: Sequence[_Difference]


def compared_text(article: Article, known: Sequence[Sequence[str]] | None = None) -> ComparedText:
    """Return the text of an article; `known` as in `ComparedText`."""
    language = article.head.language
    paragraphs = "\n".join(text for field in COMPARED_FIELDS if (text := text_of(TEXT[field], article)))
    return ComparedText(paragraphs, language if language in STEMMERS else None, known)


def are_copies(one: ComparedText, other: ComparedText) -> bool:
    """Return whether two texts are the same story; the order does not matter."""
    short, long = sorted((one, other), key=lambda text: (len(text.words), text.words))
    few, many = len(short.words), len(long.words)
    if short.words == long.words:
        return few > 0
    if many > MOST_WORDS or few < many * SHARED or many - few > max(MORE_WORDS, many * MORE_SHARE):
        return False
    if not (short.numbers <= long.numbers or long.numbers <= short.numbers):
        return False
    aligned = _align(short.words, long.words)
    if aligned.equal < few * CONTAINED or aligned.equal < many * SHARED:
        return False
    return all(_is_harmless(short, long, difference) for difference in aligned.differences)


def _align(short: Sequence[str], long: Sequence[str]) -> _Aligned:
    """Align the words of two texts with the fewest edits (Levenshtein distance by words)."""
    numbers = {word: number for number, word in enumerate({*short, *long})}
    coded = [[numbers[word] for word in words] for words in (short, long)]
    equal, differences = 0, list[_Difference]()
    island = ISLAND + 1
    for move in Levenshtein.opcodes(*coded):
        here = _Difference(move.src_start, move.src_end, move.dest_start, move.dest_end)
        if move.tag == "equal":
            island = here.end - here.first
            equal += island
            continue
        if differences and island <= ISLAND:
            last = differences.pop()
            here = _Difference(last.first, here.end, last.other_first, here.other_end)
        differences.append(here)
        island = 0
    return _Aligned(equal, differences)


def _is_harmless(short: ComparedText, long: ComparedText, difference: _Difference) -> bool:
    """Return whether a difference changes no number, name or negation; what is put in may bring some."""
    sides = [
        (list(text.telling(first, end)), end - first)
        for text, first, end in (
            (short, difference.first, difference.end),
            (long, difference.other_first, difference.other_end),
        )
    ]
    (few, fewer), (many, more) = sorted(sides, key=lambda side: len(side[0]))
    added = _added(few, many)
    if added is None:
        return False
    put_in = more - fewer >= SENTENCE or (fewer == 0 and _is_whole(short, long, difference))
    if not put_in and not all(map(_may_be_added, added)):
        return False
    return sum(map(is_number, added)) < max(FIGURES, more * FIGURES_SHARE)


def _is_whole(short: ComparedText, long: ComparedText, difference: _Difference) -> bool:
    """Return whether what one text has more are whole sentences."""
    if difference.first < difference.end:
        return short.has_sentences(difference.first, difference.end)
    return long.has_sentences(difference.other_first, difference.other_end)


def _added(few: Sequence[str], many: Sequence[str]) -> list[str] | None:
    """Return what many words have beside the few, which they have in the same order; None if one is missing."""
    added, rest = list[str](), iter(many)
    for word in few:
        for other in rest:
            if _is_spelling(word, other):
                break
            added.append(other)
        else:
            return None
    return [*added, *rest]


def _may_be_added(word: str) -> bool:
    """Return whether a word that tells takes nothing back where it is put in: a name, a number, a code.

    In scripts without capitals it is not known what is a name.
    """
    return (word[0].islower() or word[0].isdigit()) and word not in _SENSE


def _is_spelling(word: str, other: str) -> bool:
    """Return whether a word is another one, or a name with a misprint of it."""
    return word == other or (
        min(len(word), len(other)) >= SPELLED
        and not any(is_number(form) or form in _TELLING for form in (word, other))
        and edit_distance(word, other, 1) is not None
    )
