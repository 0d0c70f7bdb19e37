"""Decide whether a passage that differs from a quotation is a misquoted source or resembles it by chance.

The constants were found on news: words of indexed articles with one of them replaced, or 1 to 3 dropped, replaced or
inserted, must be found; words of articles that are not indexed must not (`python tools/measure_verify.py FILE`).
"""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from searchsvc.analysis import is_stop, tokenize
from searchsvc.engines.base import Engine
from searchsvc.model.query import Word
from searchsvc.verify.difference import Comparison
from searchsvc.verify.quotation import QuotationPattern

#: Words that may differ, per cent of the quotation's words.
MAX_EDITS_PERCENT = 40
#: Words of a quotation that must be printed exactly, at most: what of it is kept occurs in too many articles.
MIN_WORDS = 5
#: Edits of a quotation of at most 9 words that is judged by how rare its words are.
MAX_SHORT_EDITS = 2
#: Stop words that count as much as one other word.
STOP_WORDS_PER_WORD = 3


class _Rule(NamedTuple):
    """A quotation of at least `words` words must keep `per_edit × edits + constant` content words."""

    words: int
    per_edit: float
    constant: float


#: For quotations of 8 words or more; the first rule that fits counts.
_RULES = (_Rule(9, 1, 2), _Rule(8, 1.5, 1.5))


class _Lack(NamedTuple):
    """What the kept words of a short quotation may lack of the information that names one article, in bits.

    What agrees in so many words, the first and the last among them, hardly does so by chance, however common they are.
    """

    #: One word stands in place of another; one is added or left out; two edits.
    changed: float
    other: float
    two: float


#: By number of words of a quotation whose first and last word are kept. One with fewer than 8 words that differs at
#: its ends is never likely: in place of the missing word another sentence may go on.
_LACKING = {
    5: _Lack(5, 1, -math.inf),
    6: _Lack(8, 4, 0),
    7: _Lack(10, 8, 4),
    8: _Lack(12, 12, 8),
    9: _Lack(12, 12, 10),
}


class Rarity:
    """How rare the words of one quotation are in an index: asked for once, where it counts."""

    def __init__(self, engine: Engine, pattern: QuotationPattern) -> None:
        """Keep engine and quotation; nothing is asked yet."""
        self._engine, self._pattern = engine, pattern
        self.words = pattern.words

    def bits(self, kept: Sequence[str]) -> float:
        """Return the information of some words of the quotation, in compared form: the sum of log2 (articles / df)."""
        return sum(self._bits.get(form, 0.0) for form in kept)

    @cached_property
    def articles(self) -> int:
        """Number of articles of the index."""
        return max(1, self._engine.count())

    @cached_property
    def _bits(self) -> Mapping[str, float]:
        forms: dict[str, str] = {}
        for item in self._pattern.items:
            tokens = tuple(tokenize(self._pattern.text[item.start : item.end])) if item.kind == "word" else ()
            if tokens:
                forms.setdefault(item.form, tokens[0].text)
        counts = self._engine.frequencies([Word(form) for form in forms.values()])
        return {form: math.log2(self.articles / max(1, count)) for form, count in zip(forms, counts, strict=True)}


def most_edits(words: int) -> int:
    """Return how many edits a quotation of so many words may differ by, at most."""
    return words * MAX_EDITS_PERCENT // 100 if words >= MIN_WORDS else 0


def is_likely(rarity: Rarity, comparison: Comparison, language: str | None) -> bool:
    """Return whether so much is kept that the resemblance is no chance.

    Args:
        rarity: Number of words of the quotation, and how rare they are.
        comparison: The differences.
        language: Language code of the article, whose stop words count less; None if unknown.

    """
    edits = comparison.edits
    if not edits or _is_likely_short(rarity, comparison):
        return True
    stops = sum(is_stop(form, language) for form in comparison.kept)
    content_words = len(comparison.kept) - stops + stops / STOP_WORDS_PER_WORD
    rule = next((rule for rule in _RULES if rarity.words >= rule.words), None)
    return rule is not None and content_words >= rule.per_edit * edits + rule.constant


def _is_likely_short(rarity: Rarity, comparison: Comparison) -> bool:
    """Return whether the kept words of a short quotation, which lacks one or two, are too many or rare for chance."""
    lack = _LACKING.get(rarity.words)
    ends_kept = {comparison.diff[0].kind, comparison.diff[-1].kind} <= {"same", "near"}
    if lack is None or not ends_kept or comparison.edits > MAX_SHORT_EDITS:
        return False
    changed = all(one.kind in ("same", "changed", "near") for one in comparison.diff)
    lacking = lack.two if comparison.edits > 1 else lack.changed if changed else lack.other
    return rarity.bits(comparison.kept) >= math.log2(rarity.articles) - lacking
