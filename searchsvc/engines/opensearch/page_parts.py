"""A query and a range of its result → the searches that a page is made of, each for a part of its articles.

Where an article stands depends on its best passage if it is among the PASSAGE_WINDOW best, and, in a query of most
words, on how many of these it has. If few articles match, one search for each number of words finds the page; if many,
their places are asked for first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from searchsvc.engines.opensearch.mapping import ARTICLE
from searchsvc.engines.opensearch.query_dsl import ORDERS, QueryBuilder
from searchsvc.engines.opensearch.wire_format import RESULT_WINDOW, Json
from searchsvc.engines.ranking_rules import PASSAGE_FIELDS, PASSAGE_WINDOW, coord_clause
from searchsvc.model.query import MinShouldMatch, Node, Sort, positive_leaves

#: Numbers of matched words that a page asks for by a search each, at most; and articles of each, at most.
LEVELS_AT_ONCE, READ_BY_LEVELS = 4, 50
#: An order, how many articles are passed over, and how many are wanted.
Range = tuple[list[Json], int, int]


@dataclass(frozen=True, slots=True)
class Place:
    """An article in an order of all that match."""

    id: str
    #: How many articles come before it.
    rank: int
    #: BM25F score; with a coord clause the number of matched children and a fraction that grows with the score.
    score: float

    @property
    def standing(self) -> tuple[float, str]:
        """The better one has the lesser."""
        return -self.score, self.id


@dataclass(frozen=True, slots=True)
class Part:
    """Articles of a page that one search reads."""

    #: Those to choose from; None: all that match.
    among: tuple[Place, ...] | None
    order: list[Json]
    offset: int
    limit: int
    #: Whether their best passages add to their scores.
    raised: bool = True
    #: How many children of the coord clause match; None: any number.
    level: int | None = None


class PageParts:
    """Tells of which parts the pages of a query consist.

    Args:
        root: The root without bare stop words.
        sort: The order.

    """

    def __init__(self, root: Node, sort: Sort) -> None:
        self._sort: Sort = sort
        self.coord = coord_clause(root)
        self._in_passages = any(leaf.field in PASSAGE_FIELDS for leaf in positive_leaves(root))

    def at_once(self, limit: int, offset: int, total: int) -> list[Part]:
        """Return the parts of a page of which one request can read all; none: places are to be asked for first.

        They are in the order of the page, and begin before it where they have a `level`.
        """
        end = offset + limit
        if total > PASSAGE_WINDOW and self._in_passages:
            return []
        order = ORDERS[self._sort]
        if self.coord is None or self._sort != "relevance":
            return [Part(None, order, offset, limit)] if end <= RESULT_WINDOW else []
        levels = range(len(self.coord.children), max(self.coord.minimum, 0) - 1, -1)
        if end > READ_BY_LEVELS or len(levels) > LEVELS_AT_ONCE:
            return []
        return [Part(None, order, 0, end, level=level) for level in levels]

    def ranges(self, limit: int, offset: int, total: int) -> list[Range]:
        """Return the ranges of places from which a page is made where many articles match."""
        by_score, end = ORDERS["relevance"], min(offset + limit, total)
        if self._sort != "relevance":
            return [(ORDERS[self._sort], offset, limit), (by_score, PASSAGE_WINDOW - 1, 1)]
        return [
            (by_score, 0, PASSAGE_WINDOW if offset < PASSAGE_WINDOW else 0),
            (by_score, max(offset, PASSAGE_WINDOW), max(0, end - max(offset, PASSAGE_WINDOW))),
        ]

    def placed(self, found: Sequence[tuple[Place, ...]], limit: int, offset: int) -> list[Part]:
        """Return the parts of a page, given the articles of its `ranges`."""
        order = ORDERS[self._sort]
        if self._sort != "relevance":
            page, lowest = found
            raised = {place for place in page if not lowest or place.standing <= lowest[0].standing}
            return [
                Part(tuple(place for place in page if (place in raised) == so), order, 0, limit, raised=so)
                for so in (True, False)
            ]
        window, rest = found
        here = max(0, min(limit, PASSAGE_WINDOW - offset))
        return [Part(window, order, offset, here), Part(rest, order, 0, len(rest), raised=False)]

    def of_level(self, builder: QueryBuilder, part: Part, matching: Json) -> Json:
        """Return the query of what a query matches, of a part's level only if it has one."""
        if part.level is None or self.coord is None:
            return matching
        children = self.coord.children
        below, this = (builder.node(MinShouldMatch(children, n), ARTICLE) for n in (part.level, part.level + 1))
        found = {"bool": {"filter": [matching, below]}}
        return found if part.level == len(children) else {"bool": found["bool"] | {"must_not": [this]}}
