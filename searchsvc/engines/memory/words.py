"""Leaf × paragraphs → how often it stands there."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

from searchsvc.analysis import stem
from searchsvc.analysis.edits import within
from searchsvc.engines.memory.index import Paragraphs
from searchsvc.engines.ranking_rules import FUZZY_FORMS, Leaf
from searchsvc.model.query import Fuzzy, Phrase, Prefix, Word


def occurrences(leaf: Leaf, paragraphs: Paragraphs, language: str | None, forms: Mapping[str, int]) -> int:
    """Return how often the leaf stands in the paragraphs.

    Args:
        leaf: What to count.
        paragraphs: Where.
        language: Whose stems the paragraphs' words have.
        forms: The collection's surface forms with their numbers of articles.

    """
    match leaf:
        case Word(text):
            wanted = stem(text, language)
            return sum(stem(form, language) == wanted for words in paragraphs for form in words)
        case Phrase(words, slop):
            return sum(phrases(words, slop, forms_here) for forms_here in paragraphs)
        case Prefix(text):
            return sum(form.startswith(text) for words in paragraphs for form in words)
        case Fuzzy():
            near = expand(leaf, forms)
            return sum(form in near for words in paragraphs for form in words)
        case _:
            assert_never(leaf)


def phrases(wanted: Sequence[str], slop: int, forms: Sequence[str]) -> int:
    """Return at how many places of its first word the phrase stands.

    Word i of the phrase at place p lies p - i away from where the phrase begins; the phrase
    stands where all its words have places of their own whose distances differ by `slop` at most.
    """
    if not wanted:
        return 0
    first = [at for at, form in enumerate(forms) if form == wanted[0]]
    return sum(any(_fits(wanted, forms, at, low, slop) for low in range(at - slop, at + 1)) for at in first)


def _fits(wanted: Sequence[str], forms: Sequence[str], first: int, low: int, slop: int) -> bool:
    """Return whether every word has a place from `low + i` to `low + i + slop`, the first one at `first`."""
    used = {first}
    for i, word in enumerate(wanted[1:], 1):
        places = range(max(0, low + i), min(len(forms), low + i + slop + 1))
        free = next((at for at in places if forms[at] == word and at not in used), None)
        if free is None:
            return False
        used.add(free)
    return True


def expand(node: Fuzzy, forms: Mapping[str, int]) -> frozenset[str]:
    """Return the forms near the word that begin with its letter: the most frequent ones, ties by form."""
    near = [f for f in forms if f[0] == node.text[0] and within(node.text, f, node.edits) is not None]
    return frozenset(sorted(near, key=lambda form: (-forms[form], form))[:FUZZY_FORMS])


def count_articles(vocabularies: Iterable[Iterable[str]]) -> Counter[str]:
    """Return for every form in how many of the vocabularies it stands."""
    return Counter(form for vocabulary in vocabularies for form in set(vocabulary))
