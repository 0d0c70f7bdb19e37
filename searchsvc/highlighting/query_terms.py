"""Tree × language → what is looked for in texts of that language, prepared once for all hits of a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from threading import local
from typing import NamedTuple

from searchsvc.highlighting.leaves import shown_leaves
from searchsvc.highlighting.term_matcher import Match, Matcher
from searchsvc.model.fields import TextField
from searchsvc.model.query import Leaf, Node, Phrase
from searchsvc.model.result import Span

#: Prepared queries that are remembered.
REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, prepared."""

    leaves: tuple[Leaf, ...]
    matcher: Matcher
    #: Numbers of the leaves that are phrases.
    phrases: frozenset[int]
    #: No leaf asks for a field.
    bare: bool

    def among(self, matches: Sequence[Match], fields: frozenset[TextField | None]) -> Sequence[Match]:
        """Return the matches of leaves that ask for one of these fields or for none."""
        return matches if self.bare else [match for match in matches if self.leaves[match.leaf].field in fields]


class _Latest(local):
    """The query that this thread was last asked for: hits of one page come one after another."""

    root: Node | None = None
    language: str | None = None
    asked: Asked | None = None


_latest = _Latest()


def asked_of(root: Node, language: str | None) -> Asked:
    """Return a query prepared for texts of a language."""
    asked = _latest.asked
    if asked is None or _latest.root is not root or _latest.language != language:
        asked = _prepared(root, language)
        _latest.root, _latest.language, _latest.asked = root, language, asked
    return asked


@lru_cache(maxsize=REMEMBERED)
def _prepared(root: Node, language: str | None) -> Asked:
    leaves = shown_leaves(root, language)
    phrases = frozenset(i for i, leaf in enumerate(leaves) if isinstance(leaf, Phrase))
    return Asked(leaves, Matcher(leaves, language), phrases, all(leaf.field is None for leaf in leaves))


K1, B, PIVOT = 1.2, 0.75, 87.0
#: A phrase shows more than a word of the same rarity.
PHRASE_WEIGHT = 2.0


class Candidate(NamedTuple):
    """A sentence that holds a match."""

    block: int
    #: It is part of the story, and no caption or cross-head.
    in_story: bool
    span: Span
    #: The whole sentence, of which the span is a window if it is over-long.
    stretch: Span
    matches: Sequence[Match]
    #: Code points of the texts before it.
    before: int


def tally(matches: Sequence[Match]) -> dict[int, int]:
    """Return how often each leaf matches."""
    counts: dict[int, int] = {}
    for match in matches:
        counts[match.leaf] = counts.get(match.leaf, 0) + 1
    return counts


def weights(counts: dict[int, int], size: int, phrases: frozenset[int]) -> dict[int, float]:
    """Return the weight of each leaf, rarer in these texts (`size` code points) being heavier."""
    documents = 1 + size / PIVOT
    return {
        leaf: (K1 + 1) * log(1 + (documents + 0.5) / (count + 0.5)) * (PHRASE_WEIGHT if leaf in phrases else 1.0)
        for leaf, count in counts.items()
    }


def score(span: Span, offset: int, counts: dict[int, int], weight: dict[int, float]) -> float:
    """Return the score of a sentence that begins `offset` code points into the texts."""
    norm = K1 * (1 - B + B * (span.end - span.start) / PIVOT)
    early = 1 + 1 / log(PIVOT + offset)
    return early * sum(weight[leaf] * count / (count + norm) for leaf, count in counts.items())
