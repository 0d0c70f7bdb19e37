"""Query and language → the leaves to mark in texts of that language, prepared once for all hits of a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import local
from typing import get_args

from searchsvc.analysis import is_stop
from searchsvc.highlighting.term_matcher import TermMatch, TermMatcher
from searchsvc.model.article import BlockKind
from searchsvc.model.fields import STORY, TextField, shown_in
from searchsvc.model.query import Leaf, Node, Phrase, Word, positive_leaves

#: Kind of block → fields whose words it shows.
FIELDS_OF_KIND = {kind: shown_in(frozenset({kind})) for kind in get_args(BlockKind)}
#: Fields whose words a related headline shows.
IN_RELATED = shown_in(frozenset({"related"}))
#: Fields whose words a title or a paragraph of the article's own page may show.
ANYWHERE = shown_in(STORY | {"title"})
#: Prepared queries that are remembered.
REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class PreparedQuery:
    """A query that is ready to be looked for in texts of one language."""

    leaves: tuple[Leaf, ...]
    matcher: TermMatcher
    #: Numbers of the leaves that are phrases.
    phrases: frozenset[int]
    #: No leaf asks for a field.
    bare: bool

    def among(self, matches: Sequence[TermMatch], fields: frozenset[TextField | None]) -> Sequence[TermMatch]:
        """Return the matches of leaves that ask for one of these fields or for none."""
        return matches if self.bare else [match for match in matches if self.leaves[match.leaf].field in fields]


class _Latest(local):
    """The query that this thread was last asked for: hits of one page come one after another."""

    root: Node | None = None
    language: str | None = None
    asked: PreparedQuery | None = None


_latest = _Latest()


def prepare_query(root: Node, language: str | None) -> PreparedQuery:
    """Return a query prepared for texts of a language."""
    asked = _latest.asked
    if asked is None or _latest.root is not root or _latest.language != language:
        asked = _prepared(root, language)
        _latest.root, _latest.language, _latest.asked = root, language, asked
    return asked


@lru_cache(maxsize=REMEMBERED)
def _prepared(root: Node, language: str | None) -> PreparedQuery:
    leaves = shown_leaves(root, language)
    phrases = frozenset(i for i, leaf in enumerate(leaves) if isinstance(leaf, Phrase))
    return PreparedQuery(leaves, TermMatcher(leaves, language), phrases, all(leaf.field is None for leaf in leaves))


def shown_leaves(root: Node, language: str | None) -> tuple[Leaf, ...]:
    """Return the leaves that are marked, each once: as in scoring, bare stop words only where there is nothing else."""
    leaves = tuple(dict.fromkeys(positive_leaves(root)))
    content = tuple(leaf for leaf in leaves if not (isinstance(leaf, Word) and is_stop(leaf.text, language)))
    return content or leaves
