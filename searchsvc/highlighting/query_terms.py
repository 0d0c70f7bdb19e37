"""Tree × language → what is looked for in texts of that language, prepared once for all hits of a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import local

from searchsvc.highlighting.leaves import Leaf, shown_leaves
from searchsvc.highlighting.term_matcher import Match, Matcher
from searchsvc.model.query import Node, Phrase
from searchsvc.model.rows import TextField

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
