"""Paragraphs of an article → how often a leaf of a query stands in them."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from searchsvc.analysis import ParagraphWords, edit_distance, is_stop, spellings, stem
from searchsvc.engines.ranking_rules import FUZZY_FORMS
from searchsvc.model.query import Fuzzy, Leaf, Phrase, Prefix, Word

#: Surface forms of a text, by paragraph.
Paragraphs = tuple[ParagraphWords, ...]


def tokenized(texts: Sequence[str], language: str | None) -> Paragraphs:
    """Return the surface forms of each text of a language."""
    return tuple(ParagraphWords.of(text, language) for text in texts)


def content_length(paragraphs: Paragraphs, language: str | None) -> int:
    """Return the number of words that are no stop words of a language."""
    return sum(not is_stop(form, language) for forms in paragraphs for form in forms)


def term_frequency(leaf: Leaf, paragraphs: Paragraphs, language: str | None, forms: Mapping[str, int]) -> int:
    """Return how often a leaf stands in some paragraphs.

    Args:
        leaf: The leaf.
        paragraphs: The paragraphs.
        language: The language whose stemmer their words get.
        forms: All surface forms of the index with their numbers of articles, to which fuzzy words are expanded.

    """
    match leaf:
        case Word(text):
            wanted = stem(text, language)
            return sum(stem(form, language) == wanted for words in paragraphs for form in words)
        case Phrase(words, slop):
            spelled = [frozenset(spellings(form, language)) for form in words]
            if leaf.within:
                units = paragraphs if leaf.within == "paragraph" else [one for p in paragraphs for one in p.sentences]
                return sum(unit_frequency(spelled, unit) for unit in units)
            if leaf.ending:
                spelled[-1] = _ending_forms(leaf.ending, paragraphs, forms)
            return sum(phrase_frequency(spelled, slop, forms_here) for forms_here in paragraphs)
        case Prefix(text):
            return sum(form.startswith(text) for words in paragraphs for form in words)
        case Fuzzy():
            near = fuzzy_expansions(leaf, forms)
            return sum(form in near for words in paragraphs for form in words)
        case _:
            assert_never(leaf)


def _ending_forms(ending: Prefix | Fuzzy, paragraphs: Paragraphs, forms: Mapping[str, int]) -> frozenset[str]:
    """Return the forms that may stand at the end of a phrase with a tail."""
    if isinstance(ending, Fuzzy):
        return fuzzy_expansions(ending, forms)
    return frozenset(form for words in paragraphs for form in words if form.startswith(ending.text))


def phrase_frequency(wanted: Sequence[frozenset[str]], slop: int, forms: Sequence[str]) -> int:
    """Return at how many positions of its first word a phrase, given by the spellings of each, stands in a paragraph.

    Word i at position p lies p - i from where the phrase begins. The phrase stands where all its words have positions
    of their own whose differences p - i are at most `slop` apart.
    """
    if not wanted:
        return 0
    first = [at for at, form in enumerate(forms) if form in wanted[0]]
    return sum(any(_fits(wanted, forms, at, low, slop) for low in range(at - slop, at + 1)) for at in first)


def unit_frequency(wanted: Sequence[frozenset[str]], forms: Sequence[str]) -> int:
    """Return how often the first of some words, given by their spellings, stands in a unit; 0 if it lacks one."""
    if not wanted or not all(any(form in word for form in forms) for word in wanted):
        return 0
    return sum(form in wanted[0] for form in forms)


def _fits(wanted: Sequence[frozenset[str]], forms: Sequence[str], first: int, low: int, slop: int) -> bool:
    """Return whether each word i has a position of its own from `low + i` to `low + i + slop`, the first at `first`."""
    used = {first}
    for i, word in enumerate(wanted[1:], 1):
        positions = range(max(0, low + i), min(len(forms), low + i + slop + 1))
        free = next((at for at in positions if forms[at] in word and at not in used), None)
        if free is None:
            return False
        used.add(free)
    return True


def fuzzy_expansions(node: Fuzzy, forms: Mapping[str, int]) -> frozenset[str]:
    """Return the FUZZY_FORMS forms nearest to a word within its edits; equal ones: most frequent, then by form."""
    near = {form: edit_distance(node.text, form, node.edits) for form in forms}
    within = [(distance, -forms[form], form) for form, distance in near.items() if distance is not None]
    return frozenset(form for *_, form in sorted(within)[:FUZZY_FORMS])
