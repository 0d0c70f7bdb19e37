"""Build trees in canonical form, and write a tree as query text that parses back to the same tree.

Canonical: no And directly within And, no Or within Or, no child twice, no operator with one child, no double negation.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from searchsvc.analysis.tokenizer import COUNTRY
from searchsvc.model.fields import FACET, TEXT, TextField
from searchsvc.model.query import (
    AddedRange,
    And,
    DateRange,
    FacetFilter,
    Fuzzy,
    Leaf,
    LinksTo,
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

#: A number whose minus is its sign, and excludes nothing; longer ones may be years.
SMALL_NUMBER = re.compile(r"[0-9]{1,2}(?:[.,][0-9]+)?[°%]?[cCfF]?")
#: Beginning of a word that makes one number with the digits before a plain space.
_ZEROS = re.compile(r"000(?!\d)")
#: Term of the lower-case word `us`: a pronoun, or the country written without capitals. The country's own term is
#: COUNTRY. A query for `us` means both: `Or(Word(PRONOUN), Word(COUNTRY))`, written as plain `us`.
PRONOUN = "us"


def conjunction(nodes: Iterable[Node]) -> Node:
    """Return the nodes joined by AND.

    MatchAll is dropped beside other nodes. If all nodes are negations, MatchAll is put before them,
    so that they exclude from all articles.
    """
    parts = _flattened(nodes, And)
    if all(isinstance(part, Not) for part in parts):
        parts = (MatchAll(), *parts)
    elif len(parts) > 1:
        parts = tuple(part for part in parts if not isinstance(part, MatchAll)) or (MatchAll(),)
        if all(isinstance(part, Not) for part in parts):
            parts = (MatchAll(), *parts)
    return parts[0] if len(parts) == 1 else And(parts)


def disjunction(nodes: Iterable[Node]) -> Node:
    """Return the nodes joined by OR, with COUNTRY moved right behind PRONOUN of the same field."""
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
    """Return the negation of a node; of a negation, what it negates. What is excluded never stands for synonyms."""
    node = _as_negation(node)
    if isinstance(node, Word):
        node = replace(node, literal=False)
    return node.child if isinstance(node, Not) else Not(node)


def _as_negation(node: Node) -> Node:
    """Return `And(MatchAll, Not(a))` as `Not(a)`, its form within a larger tree; any other node as it is."""
    match node:
        case And((MatchAll(), Not() as only)):
            return only
        case _:
            return node


def _flattened(nodes: Iterable[Node], kind: type[And] | type[Or]) -> tuple[Node, ...]:
    """Return the distinct nodes in order, those of the given kind replaced by their children."""
    distinct: dict[Node, None] = {}
    for node in nodes:
        for part in node.children if isinstance(node, kind) else (node,):
            distinct.setdefault(part)
    return tuple(distinct)


def format_query(node: Node) -> str:
    """Return the canonical text of a tree in canonical form; `parse_query` reads it back as the same tree.

    Only MinShouldMatch has no syntax of its own: it is written as And.
    """
    match node:
        case And(children) | MinShouldMatch(children, _):
            operands = [_operand(child) for child in children if not isinstance(child, MatchAll)]
            return "".join(_joined(operands)) or "*"
        case Or(children):
            return " OR ".join(_operand(child) for child in _without_country(children))
        case _:
            return _operand(node)


def _joined(operands: Sequence[str]) -> Iterator[str]:
    """Yield the operands of AND with what stands between them."""
    for i, operand in enumerate(operands):
        if i:
            yield " AND " if _ZEROS.match(operand) else " "
        yield operand


def _operand(node: Node) -> str:
    """Return the text of a node as an operand: with parentheses where it is a group."""
    match node:
        case Word() | Phrase() | Prefix() | Fuzzy():
            return _field_prefix(node.field) + _format_leaf(node)
        case FacetFilter() | Url() | LinksTo() | DateRange() | AddedRange():
            return _format_field_value(node)
        case Not(child):
            excluded = "*" if isinstance(child, MatchAll) else _operand(child)
            is_word = excluded[0].isalnum() or excluded[0] in '"('
            return f"-{excluded}" if is_word and not SMALL_NUMBER.fullmatch(excluded) else f"NOT {excluded}"
        case MatchAll():
            return "*"
        case Or(children) if len(_without_country(children)) == 1:
            return _operand(children[0])
        case And() | Or() | MinShouldMatch():
            return f"({format_query(node)})"


def _format_leaf(node: Leaf) -> str:
    match node:
        case Word(text, literal=literal):
            return ("+" if literal else "") + _format_word(text)
        case Phrase(words, slop, _, tail, within):
            space = "; " if any(map(_ZEROS.match, words)) else " "
            apart = f"~{slop}" if slop else f"@{within[0]}" if within else ""
            return f'"{space.join(map(_format_word, words))}{tail}"{apart}'
        case Prefix(text):
            return f"{_format_word(text)}*"
        case Fuzzy(text, edits):
            return f"{_format_word(text)}~{edits if edits > 1 else ''}"


def _format_field_value(node: FacetFilter | Url | LinksTo | DateRange | AddedRange) -> str:
    match node:
        case FacetFilter(facet, value):
            return f'{FACET[facet].words[0]}:"{value}"'
        case Url(url):
            return f'url:"{url}"'
        case LinksTo(keys):
            return f'links:"{keys[0]}"'
        case DateRange() | AddedRange():
            return format_date_range(node)


def _without_country(children: tuple[Node, ...]) -> list[Node]:
    """Return the children of an Or without each COUNTRY whose PRONOUN is also there: `us` alone is read as both."""
    implied = [Word(COUNTRY, c.field) for c in children if isinstance(c, Word) and c.text == PRONOUN]
    return [child for child in children if child not in implied]


def _field_prefix(field: TextField | None) -> str:
    return f"{TEXT[field].words[0]}:" if field else ""


def _format_word(text: str) -> str:
    return "U.S." if text == COUNTRY else text
