"""How many of a query's words an article must have: Understood → root nodes for the engine."""

from searchsvc.analysis import is_stop
from searchsvc.model.query import And, Everything, Most, Node, Or, Understood, Word

#: Where fewer articles have all the words, those with most of them follow.
FEW = 10
PAIR = 2


def any_word(understood: Understood) -> Node:
    """Return a root that asks for at least one of the bare words."""
    bare = understood.bare
    return _with_fixed(understood, bare[0] if len(bare) == 1 else Or(bare)) if bare else understood.root


def most_words(understood: Understood) -> Node | None:
    """Return a root that asks for most of the bare words, or None where there is nothing to relax.

    Of two words one is enough; of more, more than half.
    """
    bare = tuple(node for node in understood.bare if not (isinstance(node, Word) and is_stop(node.text)))
    if len(bare) <= 1:
        return None
    least = len(bare) // 2 + 1 if len(bare) > PAIR else 1
    return _with_fixed(understood, Most(bare, least))


def _with_fixed(understood: Understood, words: Node) -> Node:
    fixed = tuple(node for node in understood.fixed if not isinstance(node, Everything))
    return And((words, *fixed)) if fixed else words
