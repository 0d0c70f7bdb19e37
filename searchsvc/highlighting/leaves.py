"""Tree → the leaves that a match can show."""

from typing import get_args

from searchsvc.analysis import is_stop
from searchsvc.model.article import BlockKind
from searchsvc.model.fields import STORY, shown_in
from searchsvc.model.query import Leaf, Node, Word, positive_leaves

#: Kind of block → fields whose words it shows.
FIELDS_OF_KIND = {kind: shown_in(frozenset({kind})) for kind in get_args(BlockKind)}
#: Fields whose words a related headline shows.
IN_RELATED = shown_in(frozenset({"related"}))
#: Fields whose words a title or a paragraph of the article's own page may show.
ANYWHERE = shown_in(STORY | {"title"})


def shown_leaves(root: Node, language: str | None) -> tuple[Leaf, ...]:
    """Return the leaves that are marked, each once: as in scoring, bare stop words only where there is nothing else."""
    leaves = tuple(dict.fromkeys(positive_leaves(root)))
    content = tuple(leaf for leaf in leaves if not (isinstance(leaf, Word) and is_stop(leaf.text, language)))
    return content or leaves
