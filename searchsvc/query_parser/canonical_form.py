"""Nodes → a tree in canonical form (nothing nested needlessly, nothing twice) → text that parses back to this tree."""

from collections.abc import Iterable

from searchsvc.analysis.tokenizer import COUNTRY
from searchsvc.model.fields import FACET, TEXT, TextField
from searchsvc.model.query import (
    And,
    DateRange,
    FacetFilter,
    Fuzzy,
    Leaf,
    MatchAll,
    MinShouldMatch,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Url,
    Word,
)
from searchsvc.query_parser.field_values import format_date_range

#: The pronoun that a lower-case `us` may be.
PRONOUN = "us"


def conjunction(nodes: Iterable[Node]) -> Node:
    """Return the conjunction; a query that only excludes excludes from everything."""
    parts = _flattened(nodes, And)
    if all(isinstance(part, Not) for part in parts):
        parts = (MatchAll(), *parts)
    elif len(parts) > 1:
        parts = tuple(part for part in parts if not isinstance(part, MatchAll)) or (MatchAll(),)
        if all(isinstance(part, Not) for part in parts):
            parts = (MatchAll(), *parts)
    return parts[0] if len(parts) == 1 else And(parts)


def disjunction(nodes: Iterable[Node]) -> Node:
    """Return the disjunction; the country stands beside its pronoun."""
    parts = _flattened(map(_as_negation, nodes), Or)
    pronouns = [part for part in parts if isinstance(part, Word) and part.text == PRONOUN]
    for pronoun in pronouns:
        country = Word(COUNTRY, pronoun.field)
        if country in parts:
            rest = [part for part in parts if part != country]
            rest.insert(rest.index(pronoun) + 1, country)
            parts = tuple(rest)
    return parts[0] if len(parts) == 1 else Or(parts)


def negation(node: Node) -> Node:
    """Return the negation."""
    node = _as_negation(node)
    return node.child if isinstance(node, Not) else Not(node)


def _as_negation(node: Node) -> Node:
    """Return everything without something as the negation that it is."""
    match node:
        case And((MatchAll(), Not() as only)):
            return only
        case _:
            return node


def _flattened(nodes: Iterable[Node], kind: type[And] | type[Or]) -> tuple[Node, ...]:
    found: dict[Node, None] = {}
    for node in nodes:
        for part in node.children if isinstance(node, kind) else (node,):
            found.setdefault(part)
    return tuple(found)


def format_query(node: Node) -> str:
    """Return the canonical text of a tree."""
    match node:
        case And(children) | MinShouldMatch(children, _):
            return " ".join(_operand(child) for child in children if not isinstance(child, MatchAll)) or "*"
        case Or(children):
            return " OR ".join(_operand(child) for child in _without_country(children))
        case _:
            return _operand(node)


def _operand(node: Node) -> str:
    match node:
        case Word() | Phrase() | Prefix() | Fuzzy():
            return _field_prefix(node.field) + _format_leaf(node)
        case FacetFilter() | Url() | DateRange():
            return _format_field_value(node)
        case Not(child):
            return "NOT *" if isinstance(child, MatchAll) else f"-{_operand(child)}"
        case MatchAll():
            return "*"
        case Or(children) if len(_without_country(children)) == 1:
            return _operand(children[0])
        case And() | Or() | MinShouldMatch():
            return f"({format_query(node)})"


def _format_leaf(node: Leaf) -> str:
    match node:
        case Word(text):
            return _format_word(text)
        case Phrase(words, slop):
            return f'"{" ".join(map(_format_word, words))}"{f"~{slop}" if slop else ""}'
        case Prefix(text):
            return f"{_format_word(text)}*"
        case Fuzzy(text, edits):
            return f"{_format_word(text)}~{edits if edits > 1 else ''}"


def _format_field_value(node: FacetFilter | Url | DateRange) -> str:
    match node:
        case FacetFilter(facet, value):
            return f'{FACET[facet].words[0]}:"{value}"'
        case Url(url):
            return f'url:"{url}"'
        case DateRange():
            return format_date_range(node)


def _without_country(children: tuple[Node, ...]) -> list[Node]:
    """A lower-case `us` says both."""
    said = [Word(COUNTRY, c.field) for c in children if isinstance(c, Word) and c.text == PRONOUN]
    return [child for child in children if child not in said]


def _field_prefix(field: TextField | None) -> str:
    return f"{TEXT[field].words[0]}:" if field else ""


def _format_word(text: str) -> str:
    return "U.S." if text == COUNTRY else text
