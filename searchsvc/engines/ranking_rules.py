"""The rules that all engines keep: weights, stop words of a query, what counts before the score, passages, facets.

An article's score is BM25F (Zaragoza et al., TREC 2004): for each word of the query the frequencies of all fields, each
divided by its field's length norm and multiplied by its field's weight, are added before one saturation. To that
comes PASSAGE_WEIGHT times the score of its best passage. Lengths count the words that are not stop words, and averages
are over the articles that have the field at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from searchsvc.analysis import is_stop
from searchsvc.analysis.keys import is_name
from searchsvc.model.article import Article, ArticleHead, Block, Quote
from searchsvc.model.document import Passage
from searchsvc.model.fields import FACETS, TEXT_FIELDS, FacetRow, TextField, Values
from searchsvc.model.query import (
    And,
    DrillSidewaysFilter,
    Filter,
    MatchAll,
    MinShouldMatch,
    Node,
    Or,
    Phrase,
    Word,
    positive_leaves,
)

#: Saturation: the weighted frequency at which a word has earned half of its idf.
K1 = 1.2

#: Fields that a bare word is looked up in, in schema order, with their weights.
WEIGHTS: dict[TextField, float] = {row.name: row.weight for row in TEXT_FIELDS if row.weight is not None}

#: A word asked for in one field only is not weighed against other fields.
OWN_WEIGHT = 1.0

#: Share of the best passage's score that is added to the article's.
PASSAGE_WEIGHT = 0.5
#: So many of the best articles get it: a fixed window, so that the order does not hang on the page asked for.
PASSAGE_WINDOW = 1000
#: Fields whose words stand in passages: a leaf of any other field cannot choose one.
PASSAGE_FIELDS: frozenset[TextField | None] = frozenset({None, *(row.name for row in TEXT_FIELDS if row.in_passages)})

#: Quotes and headlines are short texts of one field, ranked on their own.
RECORD_LENGTH_NORM = 0.4

#: Words a passage may hold before a new one opens. Passages of 100-200 words rank best with
#: the whole document beside them (Pyserini's MaxP segments; our own trials agree).
PASSAGE_WORDS = 180

#: A fuzzy word stands for at most so many of the collection's words, the most frequent ones.
FUZZY_FORMS = 50

#: Values of a facet that are counted out; the months are all kept, since a timeline needs them.
FACET_VALUES = 50


def is_bare_stop(node: Node) -> bool:
    """Return whether the node is a stop word asked for in no field of its own."""
    return isinstance(node, Word) and node.field is None and is_stop(node.text)


def without_bare_stops(root: Node) -> Node:
    """Return the tree without bare stop words, or as it is where there is nothing else to look for.

    What stands under a `Not` is taken at its word.
    """
    found = positive_leaves(root)
    stops = sum(map(is_bare_stop, found))
    if stops in {0, len(found)}:
        return root
    return _without(root) or MatchAll()


def _without(node: Node) -> Node | None:
    if isinstance(node, And | MinShouldMatch):
        kept = tuple(child for child in map(_wanted, node.children) if child is not None)
        if isinstance(node, MinShouldMatch) and kept:
            return MinShouldMatch(kept, min(node.minimum, len(kept)))
        return _joined(node, kept)
    if isinstance(node, Or):
        return _joined(node, tuple(child for child in map(_without, node.children) if child is not None))
    return None if is_bare_stop(node) else node


def _wanted(child: Node) -> Node | None:
    """A wanted choice between a stop word and another (`us`, the country) stays one: the other is not demanded."""
    if isinstance(child, Or) and 0 < sum(map(is_bare_stop, child.children)) < len(child.children):
        return child
    return _without(child)


def _joined(node: And | Or | MinShouldMatch, kept: tuple[Node, ...]) -> Node | None:
    if not kept:
        return None
    return replace(node, children=kept) if len(kept) > 1 else kept[0]


def node_of(condition: Filter) -> Node:
    """Return what a filter states, whether or not it is one for drill-sideways."""
    return condition.node if isinstance(condition, DrillSidewaysFilter) else condition


def scored_words(phrase: Phrase) -> tuple[Word, ...]:
    """Return the words of a phrase whose idf it carries: all but stop words, or all if there are only such."""
    words = tuple(Word(form, phrase.field) for form in phrase.words)
    return tuple(word for word in words if not is_stop(word.text)) or words


def coord_clause(root: Node) -> MinShouldMatch | None:
    """Return the `MinShouldMatch` whose matched children count before the score: the root, or a child of its `And`."""
    if isinstance(root, MinShouldMatch):
        return root
    if isinstance(root, And):
        return next((child for child in root.children if isinstance(child, MinShouldMatch)), None)
    return None


def passages(blocks: Sequence[Block], words: Sequence[int]) -> tuple[Passage, ...]:
    """Return ranges of whole blocks that cover all of them, in order, without overlap.

    A passage holds about PASSAGE_WORDS words at most (one long block may exceed it); a
    cross-head opens a new one; bullets stay with the paragraph that introduces them.

    Args:
        blocks: The article's.
        words: How many words of `analysis.tokenize` each has.

    """
    found: list[Passage] = []
    first = held = 0
    for i, size in enumerate(_unit_sizes(blocks, words)):
        opens = i > first and size is not None
        if opens and (blocks[i].kind == "crosshead" or held + (size or 0) > PASSAGE_WORDS):
            found.append(Passage(first, i))
            first, held = i, 0
        held += words[i]
    if blocks:
        found.append(Passage(first, len(blocks)))
    return tuple(found)


def _unit_sizes(blocks: Sequence[Block], words: Sequence[int]) -> list[int | None]:
    """Return for each block the words of the unit it opens; None where it opens none, and so no passage.

    A unit is a cross-head with the block after it, or an intro with its bullets.
    """
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
    """Return an article's values of each facet, empty and repeated ones among them."""
    head = article.head
    return tuple([take(article if whole else head) for take, whole in _OF_ARTICLES])


def quote_values(head: ArticleHead, quote: Quote) -> tuple[Values, ...]:
    """Return a quote's values of each facet: its own, or those of the head of its article."""
    return tuple([take(quote if own else head) for take, own in _OF_QUOTES])


def head_values(head: ArticleHead) -> tuple[Values, ...]:
    """Return the values of each facet that a related headline has from the head of its article."""
    return tuple([take(head) for take in _OF_HEADS])


def _taker(row: FacetRow, source: _Take | None) -> _Take:
    """Return what takes the values of a facet from their source, without those that are no names if they are names."""
    if source is None:
        return lambda _: ()
    take = source
    return (lambda given: [value for value in take(given) if value and is_name(value)]) if row.names else take


_OF_HEADS = tuple(_taker(row, row.of_head) for row in FACETS)
#: What takes the values, and whether from the article itself, or the quote, rather than from the head.
_OF_ARTICLES = tuple((_taker(row, row.of_article or row.of_head), row.of_article is not None) for row in FACETS)
_OF_QUOTES = tuple((_taker(row, row.of_quote or row.of_head), row.of_quote is not None) for row in FACETS)
