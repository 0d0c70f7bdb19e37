"""Rules of ranking and facets that all engines share: weights, stop words of a query, passages, values of facets.

An article's score is BM25F (Zaragoza et al., TREC 2004; Robertson & Zaragoza 2009) plus PASSAGE_WEIGHT times the score
of its best passage. BM25F adds for each word of the query idf × w / (w + K1), where w is the sum over fields of
frequency × weight ÷ length norm. A length norm is 1 - s + s × length ÷ average length, with the field's strength s.
Lengths count the words that are no stop words; averages are over the articles that have the field.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from searchsvc.analysis import is_stop
from searchsvc.analysis.keys import is_name, name_key, value_key
from searchsvc.model.article import Article, ArticleHead, Block, Quote
from searchsvc.model.document import Passage
from searchsvc.model.fields import FACETS, TEXT_FIELDS, FacetField, FacetRow, TextField, Values
from searchsvc.model.query import (
    And,
    DrillSidewaysFilter,
    FacetSelection,
    Filter,
    MatchAll,
    MinShouldMatch,
    Node,
    Or,
    Phrase,
    Word,
    positive_leaves,
)

#: The weighted frequency at which a word adds half of its idf to the score.
K1 = 1.2

#: Text fields that bare words (without a field) look into, in schema order, with their weights.
WEIGHTS: dict[TextField, float] = {row.name: row.weight for row in TEXT_FIELDS if row.weight is not None}

#: Weight of a field for a word that names it.
OWN_WEIGHT = 1.0

#: Share of the best passage's score that is added to the article's.
PASSAGE_WEIGHT = 0.5
#: Number of the best articles that are raised so: fixed, so that the order does not depend on the page asked for.
PASSAGE_WINDOW = 1000
#: Fields of leaves (None: no field) whose words stand in passages; other leaves do not count in a passage's score.
PASSAGE_FIELDS: frozenset[TextField | None] = frozenset({None, *(row.name for row in TEXT_FIELDS if row.in_passages)})

#: Strength of the length norm of quotes and related headlines, which are ranked by BM25 of their own text.
RECORD_LENGTH_NORM = 0.4

#: Words that a passage holds at most, unless one unit of blocks has more.
PASSAGE_WORDS = 180

#: Copies that a hit names, the first printed ones; how many there are is told beside.
COPIES_LISTED = 20

#: A fuzzy word stands for at most so many words of the index: the nearest, of equal ones the most frequent.
FUZZY_FORMS = 50


def is_bare_stop(node: Node) -> bool:
    """Return whether the node is an English stop word without a field."""
    return isinstance(node, Word) and node.field is None and is_stop(node.text)


def without_bare_stops(root: Node) -> Node:
    """Return the tree without bare stop words; unchanged if it has no other leaves. Nodes under a `Not` stay."""
    leaves = positive_leaves(root)
    stops = sum(map(is_bare_stop, leaves))
    if stops in {0, len(leaves)}:
        return root
    return _without(root) or MatchAll()


def _without(node: Node) -> Node | None:
    """Return a node without bare stop words, None if nothing is left of it."""
    if isinstance(node, And | MinShouldMatch):
        kept = tuple(child for child in map(_wanted, node.children) if child is not None)
        if isinstance(node, MinShouldMatch) and kept:
            return MinShouldMatch(kept, min(node.minimum, len(kept)))
        return _joined(node, kept)
    if isinstance(node, Or):
        return _joined(node, tuple(child for child in map(_without, node.children) if child is not None))
    return None if is_bare_stop(node) else node


def _wanted(child: Node) -> Node | None:
    """Return a child of a conjunction without bare stop words, None if nothing is left of it.

    An `Or` of stop words and others (`us` and the country) stays as it is: without the stop word the other word would
    become required.
    """
    if isinstance(child, Or) and 0 < sum(map(is_bare_stop, child.children)) < len(child.children):
        return child
    return _without(child)


def _joined(node: And | Or | MinShouldMatch, kept: tuple[Node, ...]) -> Node | None:
    if not kept:
        return None
    return replace(node, children=kept) if len(kept) > 1 else kept[0]


def node_of(condition: Filter) -> Node:
    """Return the node of a filter, that of a `DrillSidewaysFilter` too."""
    return condition.node if isinstance(condition, DrillSidewaysFilter) else condition


def scored_words(phrase: Phrase) -> tuple[Word, ...]:
    """Return the words of a phrase whose idf is added up for it: those that are no stop words, or all if all are.

    The last word of a phrase with a tail, which stands for others, is left out.
    """
    words = tuple(Word(form, phrase.field) for form in (phrase.words[:-1] if phrase.tail else phrase.words))
    return tuple(word for word in words if not is_stop(word.text)) or words


def coord_clause(root: Node) -> MinShouldMatch | None:
    """Return the `MinShouldMatch` by whose matched children articles rank before the score; None if there is none.

    It is the root, or the first one among the children of a root that is an `And`.
    """
    if isinstance(root, MinShouldMatch):
        return root
    if isinstance(root, And):
        return next((child for child in root.children if isinstance(child, MinShouldMatch)), None)
    return None


def passages(blocks: Sequence[Block], words: Sequence[int]) -> tuple[Passage, ...]:
    """Return the passages of an article: ranges of whole blocks that cover all blocks in order, without overlap.

    A passage is made of units: a cross-head with the block after it, a paragraph with its bullets, or a single block.
    It ends before a cross-head, and before a unit with which it would have more than PASSAGE_WORDS words.

    Args:
        blocks: The article's blocks.
        words: For each block the number of words that `analysis.tokenize` yields.

    """
    ranges: list[Passage] = []
    first = held = 0
    for i, size in enumerate(_unit_sizes(blocks, words)):
        opens = i > first and size is not None
        if opens and (blocks[i].kind == "crosshead" or held + (size or 0) > PASSAGE_WORDS):
            ranges.append(Passage(first, i))
            first, held = i, 0
        held += words[i]
    if blocks:
        ranges.append(Passage(first, len(blocks)))
    return tuple(ranges)


def _unit_sizes(blocks: Sequence[Block], words: Sequence[int]) -> list[int | None]:
    """Return for each block the number of words of the unit that begins with it, None if it is not the first of one."""
    sizes: list[int | None] = [None] * len(blocks)
    carried = 0
    for i in range(len(blocks) - 1, -1, -1):
        carried += words[i]
        kind, before = blocks[i].kind, blocks[i - 1].kind if i else None
        if not i or not (kind == "bullet" or (before == "crosshead" and kind != "crosshead")):
            sizes[i], carried = carried, 0
    return sizes


_Take = Callable[[Any], Values]


def article_values(article: Article) -> tuple[Values, ...]:
    """Return an article's values of each facet, in the order of FACETS; of spellings of one value the first."""
    head = article.head
    return tuple([take(article if whole else head) for take, whole in _OF_ARTICLES])


def quote_values(head: ArticleHead, quote: Quote) -> tuple[Values, ...]:
    """Return a quote's values of each facet, its own or else its article's head's, in the order of FACETS."""
    return tuple([take(quote if own else head) for take, own in _OF_QUOTES])


def head_values(head: ArticleHead) -> tuple[Values, ...]:
    """Return a related headline's values of each facet, its article's head's, in the order of FACETS."""
    return tuple([take(head) for take in _OF_HEADS])


def _taker(row: FacetRow, source: _Take | None) -> _Take:
    """Return the function that takes a facet's values from their source; of a facet of names only what is a name."""
    if source is None:
        return lambda _: ()
    take = source
    if row.names:
        return lambda given: _distinct([value for value in take(given) if value and is_name(value)])
    return lambda given: _distinct(take(given))


def _distinct(values: Values) -> Values:
    """Return the first spelling of each value."""
    if len(values) <= 1:
        return values
    first: dict[str, str] = {}
    for value in values:
        if value:
            first.setdefault(value_key(value), value)
    return tuple(first.values())


def shown_spelling(counted: Mapping[str, int]) -> str:
    """Return the spelling of a value that most documents have; of equal ones one with capitals and small letters.

    Ties that are left are broken by code points.

    >>> shown_spelling({"WORLD": 1, "World": 1, "world": 1}), shown_spelling({"WORLD": 2, "World": 1})
    ('World', 'WORLD')
    """
    return min(counted, key=lambda text: (-counted[text], text.isupper() or text.islower(), text))


def wanted_words(selection: FacetSelection, field: FacetField) -> tuple[str, ...]:
    """Return the words that the `value_key` of a facet's values must contain, each as a part; none: all are wanted."""
    if not selection.words or selection.field not in {None, field}:
        return ()
    return tuple(name_key(selection.words).split())


_OF_HEADS = tuple(_taker(row, row.of_head) for row in FACETS)
#: For each facet the function that takes its values, and whether from the article (or quote) or from the head.
_OF_ARTICLES = tuple((_taker(row, row.of_article or row.of_head), row.of_article is not None) for row in FACETS)
_OF_QUOTES = tuple((_taker(row, row.of_quote or row.of_head), row.of_quote is not None) for row in FACETS)
