"""A query → the same query in a spelling that the index has: which words are doubted, and what may have been meant.

A word that no article prints is doubted; a printed one only for a slip of the pen to a word that is much more frequent.
Of the printed words within two edits the one with the least cost is meant: `spelling_cost` less FREQUENCY_GAIN × the
logarithm of its number of articles, a noisy channel as in Kernighan, Church and Gale, "A Spelling Correction Program
Based on a Noisy Channel Model" (COLING 1990). The costs are fitted to 1,200 of Wikipedia's common misspellings;
`tools/measure_spelling.py` prints the figures.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import log

from searchsvc.analysis import edit_distance, stem, tokenize
from searchsvc.engines.base import Engine
from searchsvc.model.deadline import check_deadline
from searchsvc.model.query import Leaf, ParsedQuery, Phrase, Word, positive_leaves
from searchsvc.search.printed_words import printed_words

#: Letters of a word that is respelled, at least: shorter ones resemble too many. A Hangul syllable counts as two.
MIN_LETTERS = 3
#: Letters of such a word, at most: longer ones are no words.
MAX_LETTERS = 40
#: Printed words that are compared with a doubted one, within so many edits: the nearest, then the most frequent.
EDITS, CANDIDATES = 2, 20
#: Words of a query that are doubted, at most: with more, its text is likely in a language that is not indexed.
MAX_RESPELLED_WORDS = 8
#: Words that are printed in so many articles are not doubted.
MIN_CORRECT_ARTICLES = 4
#: A printed word is doubted for one that so many times as many articles have; for a very small slip so many times.
MIN_FREQUENCY_RATIO, MIN_RATIO_OF_SMALL = 10, 4
#: Costs of edits: a letter doubled or halved, neighbours swapped, a letter for another one (a vowel for a vowel, a
#: consonant for one that sounds alike, others), a letter left out or added (a vowel, others); and what is added to each
#: of them at the first letter.
DOUBLED, SWAPPED = 0.3, 0.5
VOWEL, ALIKE, REPLACED = 0.6, 0.7, 1.0
VOWEL_GAP, GAP = 0.7, 0.8
FIRST = 0.3
FREQUENCY_GAIN = 0.08
VOWELS = frozenset("aeiouy")
SOUND_ALIKE = frozenset(map(frozenset, ("bp", "ck", "cs", "dt", "fv", "gj", "kq", "mn", "sx", "sz", "vw")))
#: Cost of a spelling that is offered, at most, by letters of the word.
MAX_COSTS = ((3, 0.5), (4, 1.0), (6, 1.6))
MAX_COST = 2.0
#: Cost of a very small slip of the pen, and of any slip, at most; words of fewer letters have only very small ones.
SMALL_SLIP, SLIP, MIN_SLIP_LETTERS = 0.5, 0.8, 6
#: Cost of a spelling that is offered for a word of so many letters, or more, whose stem is found, at most; for a
#: shorter one a slip is.
COSTS_OF_STEM = ((10, 1.6), (8, 1.0))
#: The syllables of Hangul.
FIRST_SYLLABLE, LAST_SYLLABLE = "\uac00", "\ud7a3"
#: Letters of both halves of a word that is parted, at least.
MIN_HALF = 3

#: Words with their numbers of articles.
Counted = Sequence[tuple[str, int]]


def spelling_cost(typed: str, printed: str) -> float:
    """Return the least cost of edits that make the printed word of the typed one; neighbours are swapped once only.

    >>> spelling_cost("comitee", "committee"), spelling_cost("recieve", "receive")
    (0.6, 0.5)
    """
    rows: list[list[float]] = []
    for i in range(len(typed) + 1):
        row: list[float] = []
        for j in range(len(printed) + 1):
            costs = [0.0] if i == j == 0 else []
            first = FIRST if i <= 1 and j <= 1 else 0.0
            if i and j:
                costs.append(rows[i - 1][j - 1] + _exchange(typed[i - 1], printed[j - 1], first))
            if i:
                costs.append(rows[i - 1][j] + _gap(typed, i) + (FIRST if i == 1 else 0.0))
            if j:
                costs.append(row[j - 1] + _gap(printed, j) + (FIRST if j == 1 else 0.0))
            if i > 1 and j > 1 and typed[i - 2 : i] == printed[j - 1] + printed[j - 2] != printed[j - 2 : j]:
                costs.append(rows[i - 2][j - 2] + SWAPPED + (FIRST if i == j == 2 else 0.0))  # noqa: PLR2004
            row.append(min(costs))
        rows.append(row)
    return round(rows[-1][-1], 6)


def _exchange(typed: str, printed: str, first: float) -> float:
    if typed == printed:
        return 0.0
    if typed in VOWELS and printed in VOWELS:
        return VOWEL + first
    return (ALIKE if frozenset((typed, printed)) in SOUND_ALIKE else REPLACED) + first


def _gap(word: str, end: int) -> float:
    if end > 1 and word[end - 1] == word[end - 2]:
        return DOUBLED
    return VOWEL_GAP if word[end - 1] in VOWELS else GAP


def article_counts(engine: Engine, leaves: Sequence[Leaf]) -> dict[Leaf, int]:
    """Return each distinct leaf with the number of articles that have it, counted in one call of the engine."""
    distinct = tuple(dict.fromkeys(leaves))
    return dict(zip(distinct, engine.frequencies(distinct), strict=True)) if distinct else {}


@dataclass(frozen=True, slots=True)
class Doubt:
    """A word of a query that may be misspelled."""

    form: str
    #: Articles that print this very form, and articles that have a word of its stem.
    articles: int
    of_stem: int


def doubted_words(engine: Engine, understood: ParsedQuery) -> Sequence[Doubt]:
    """Return the words of a query that may be misspelled, in order, MAX_RESPELLED_WORDS at most."""
    leaves = doubtable(understood)
    if not leaves:
        return []
    counts, number = engine.frequencies(leaves), len(leaves) // 2
    forms = [leaf.text for leaf in leaves[number:] if isinstance(leaf, Word)]
    doubts = map(Doubt, forms, counts[:number], counts[number:])
    return list(islice((doubt for doubt in doubts if doubt.articles < MIN_CORRECT_ARTICLES), MAX_RESPELLED_WORDS))


def doubtable(understood: ParsedQuery) -> Sequence[Phrase | Word]:
    """Return the leaves whose frequencies `doubted_words` asks for: of each word its form, then of each its stem."""
    words = [leaf for leaf in positive_leaves(understood.root) if isinstance(leaf, Word) and _is_long(leaf.text)]
    forms = list(dict.fromkeys(word.text for word in words))
    return [*(Phrase((form,)) for form in forms), *map(Word, forms)]


def _is_long(form: str) -> bool:
    """Return whether a word has letters only, with their marks, and enough of them to be told from others."""
    return all(unicodedata.category(sign)[0] in "LM" for sign in form) and MIN_LETTERS <= _letters(form) <= MAX_LETTERS


def _letters(form: str) -> int:
    return sum(2 if FIRST_SYLLABLE <= sign <= LAST_SYLLABLE else 1 for sign in form)


def respell(
    engine: Engine, text: str, language: str | None, doubts: Sequence[Doubt], similar: Callable[[str], Counted]
) -> str | None:
    """Return the text with its doubted words as they were likely meant, spelled as printed; None if none is.

    Args:
        engine: The index.
        text: The query as typed.
        language: Language by whose stems two words are one.
        doubts: The doubted words.
        similar: Returns the words of the index within two edits of a word.

    """
    better = {doubt.form: meant for doubt in doubts if (meant := _meant(engine, doubt, similar(doubt.form), language))}
    if not better:
        return None
    printed = printed_words(engine, [form for forms in better.values() for form in forms])
    parts, at = [], 0
    for token in tokenize(text):
        if token.text in better:
            parts += [text[at : token.start], " ".join(printed[form] for form in better[token.text])]
            at = token.end
    return "".join(parts) + text[at:] if parts else None


def _meant(engine: Engine, doubt: Doubt, similar: Counted, language: str | None) -> tuple[str, ...]:
    """Return the word that was likely meant instead of a doubted one, or two that were written as one."""
    check_deadline()
    costs = {word: spelling_cost(doubt.form, word) for word, _ in similar if word != doubt.form}
    ranked = sorted(
        (costs[word] - FREQUENCY_GAIN * log(count), word, count) for word, count in similar if word in costs
    )
    for _, word, count in ranked:
        if _is_likely(doubt, word, count, costs[word], language):
            return (word,)
    return _halves(engine, doubt.form) if not doubt.of_stem else ()


def _is_likely(doubt: Doubt, word: str, count: int, cost: float, language: str | None) -> bool:
    form, same_stem = doubt.form, stem(word, language) == stem(doubt.form, language)
    if same_stem and word[-1] != form[-1]:
        return False  # another inflection: its articles are found in any case
    if doubt.articles:
        return _is_slip(form, doubt.articles, word, count, cost)
    if doubt.of_stem and not same_stem:
        return cost <= next((most for letters, most in COSTS_OF_STEM if _letters(form) >= letters), _most_of_slip(form))
    return cost <= next((most for letters, most in MAX_COSTS if _letters(form) <= letters), MAX_COST)


def _is_slip(form: str, articles: int, word: str, more: int, cost: float) -> bool:
    """Return whether a form that some articles print is a slip of the pen for a word that many more print."""
    if word[0] != form[0] or cost > _most_of_slip(form) or edit_distance(form, word, 1) is None:
        return False
    is_small = cost <= SMALL_SLIP and _letters(form) >= MIN_SLIP_LETTERS
    return more >= (MIN_RATIO_OF_SMALL if is_small else MIN_FREQUENCY_RATIO) * articles


def _most_of_slip(form: str) -> float:
    return SLIP if _letters(form) >= MIN_SLIP_LETTERS else SMALL_SLIP


def _halves(engine: Engine, form: str) -> tuple[str, ...]:
    """Return the two words that stand side by side in most articles and make a word without the space between."""
    phrases = [Phrase(halves) for halves in _parted(form)]
    counts = engine.frequencies(phrases) if phrases else ()
    best = max(zip(counts, phrases, strict=True), key=lambda pair: pair[0], default=None)
    return best[1].words if best and best[0] else ()


def _parted(form: str) -> Iterator[tuple[str, str]]:
    for at in range(MIN_HALF, len(form) - MIN_HALF + 1):
        yield form[:at], form[at:]
