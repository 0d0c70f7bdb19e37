"""Tree of a query and language → PreparedQuery: the leaves to mark and their matcher, cached for the hits of a page."""

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

#: Kind of block → fields of leaves whose matches it shows.
FIELDS_OF_KIND = {kind: shown_in(frozenset({kind})) for kind in get_args(BlockKind)}
#: Fields of leaves whose matches a related headline shows.
IN_RELATED = shown_in(frozenset({"related"}))
#: Fields of leaves whose matches the article's own page shows in its title and paragraphs.
ANYWHERE = shown_in(STORY | {"title"})
#: Prepared queries that are cached.
REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class PreparedQuery:
    """A query, ready to be matched in texts of one language."""

    #: The leaves to mark; a leaf's number is its index here.
    leaves: tuple[Leaf, ...]
    matcher: TermMatcher
    #: Numbers of the leaves that are phrases.
    phrases: frozenset[int]
    #: Whether no leaf has a field.
    bare: bool

    def among(self, matches: Sequence[TermMatch], fields: frozenset[TextField | None]) -> Sequence[TermMatch]:
        """Return the matches of leaves whose field is one of `fields`, which has None for leaves without a field."""
        return matches if self.bare else [match for match in matches if self.leaves[match.leaf].field in fields]


class _Latest(local):
    """The last query that a thread prepared, compared by the identity of its tree: its hash costs more."""

    root: Node | None = None
    language: str | None = None
    prepared: PreparedQuery | None = None


_latest = _Latest()


def prepare_query(root: Node, language: str | None) -> PreparedQuery:
    """Return the query prepared for texts of a language; None is English."""
    prepared = _latest.prepared
    if prepared is None or _latest.root is not root or _latest.language != language:
        prepared = _prepared(root, language)
        _latest.root, _latest.language, _latest.prepared = root, language, prepared
    return prepared


@lru_cache(maxsize=REMEMBERED)
def _prepared(root: Node, language: str | None) -> PreparedQuery:
    leaves = shown_leaves(root, language)
    phrases = frozenset(i for i, leaf in enumerate(leaves) if isinstance(leaf, Phrase))
    return PreparedQuery(leaves, TermMatcher(leaves, language), phrases, all(leaf.field is None for leaf in leaves))


def shown_leaves(root: Node, language: str | None) -> tuple[Leaf, ...]:
    """Return the leaves to mark, each once: those under no `Not`, without stop words unless there are only such."""
    leaves = tuple(dict.fromkeys(positive_leaves(root)))
    content = tuple(leaf for leaf in leaves if not (isinstance(leaf, Word) and is_stop(leaf.text, language)))
    return content or leaves
