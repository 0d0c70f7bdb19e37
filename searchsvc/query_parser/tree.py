"""Trees in one form: nothing nested that need not be, nothing twice."""

from collections.abc import Iterable, Iterator

from searchsvc.analysis.tokenizer import COUNTRY
from searchsvc.model.query import And, Everything, Fuzzy, Most, Node, Not, Or, Phrase, Prefix, Word

#: The pronoun that a lower-case `us` may be.
PRONOUN = "us"


def all_of(nodes: Iterable[Node]) -> Node:
    """Return the conjunction; a query that only excludes excludes from everything."""
    parts = _flat(nodes, And)
    if all(isinstance(part, Not) for part in parts):
        parts = (Everything(), *parts)
    elif len(parts) > 1:
        parts = tuple(part for part in parts if not isinstance(part, Everything)) or (Everything(),)
        if all(isinstance(part, Not) for part in parts):
            parts = (Everything(), *parts)
    return parts[0] if len(parts) == 1 else And(parts)


def any_of(nodes: Iterable[Node]) -> Node:
    """Return the disjunction; the country stands beside its pronoun."""
    parts = _flat(map(_plain, nodes), Or)
    pronouns = [part for part in parts if isinstance(part, Word) and part.text == PRONOUN]
    for pronoun in pronouns:
        country = Word(COUNTRY, pronoun.field)
        if country in parts:
            rest = [part for part in parts if part != country]
            rest.insert(rest.index(pronoun) + 1, country)
            parts = tuple(rest)
    return parts[0] if len(parts) == 1 else Or(parts)


def negated(node: Node) -> Node:
    """Return the negation."""
    node = _plain(node)
    return node.child if isinstance(node, Not) else Not(node)


def found_by(node: Node) -> Iterator[Word | Phrase | Prefix | Fuzzy]:
    """Yield the leaves of words that an article is found by, from left to right: none under a `Not`."""
    match node:
        case Word() | Phrase() | Prefix() | Fuzzy():
            yield node
        case And(children) | Or(children) | Most(children):
            for child in children:
                yield from found_by(child)
        case _:
            pass


def _plain(node: Node) -> Node:
    """Return everything without something as the negation that it is."""
    match node:
        case And((Everything(), Not() as only)):
            return only
        case _:
            return node


def _flat(nodes: Iterable[Node], kind: type[And] | type[Or]) -> tuple[Node, ...]:
    found: dict[Node, None] = {}
    for node in nodes:
        for part in node.children if isinstance(node, kind) else (node,):
            found.setdefault(part)
    return tuple(found)
