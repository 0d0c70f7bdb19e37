"""Node × quotes or headlines, the children of articles → those whose own words match, as hits with their parents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from searchsvc.engines.whoosh.array_ops import Places, Scored, by_date, gaps, joined, newest_of_the_best
from searchsvc.engines.whoosh.boolean_query import BooleanMatcher, FilterMasks, QueryScorer, totals
from searchsvc.engines.whoosh.codec.container import Mask
from searchsvc.engines.whoosh.codec.schema import HEADLINE, QUOTE
from searchsvc.engines.whoosh.composite_reader import CompositeReader
from searchsvc.engines.whoosh.facets import DocsBySegment, NameFacet, months, most_frequent
from searchsvc.engines.whoosh.segment_reader import SegmentReader
from searchsvc.engines.whoosh.weight import Expand, FieldNames, QueryWeight
from searchsvc.model.article import Article, ArticleHead, RelatedHeadline
from searchsvc.model.fields import QUOTE_FACETS, QUOTED, RELATED, SPEAKER_NAME, FacetField, FacetRow
from searchsvc.model.query import (
    And,
    DateRange,
    FacetFilter,
    Filter,
    Fuzzy,
    MatchAll,
    MinShouldMatch,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Sort,
    Url,
    Word,
)
from searchsvc.model.result import Facets, FacetValue, HeadlineHit, HeadlineRanking, QuoteHit, QuoteRanking

#: A leaf's field → the fields of a quote, or of a related headline, that it means.
_OF_QUOTES: Mapping[str | None, tuple[str, ...]] = {
    None: (QUOTE.main,),
    QUOTED: (QUOTE.main,),
    SPEAKER_NAME: QUOTE.named,
}
_OF_HEADLINES: Mapping[str | None, tuple[str, ...]] = {None: (HEADLINE.main,), RELATED: (HEADLINE.main,)}


def quote_fields(field: str | None) -> tuple[str, ...]:
    """Return the fields of a quote that a leaf's field means."""
    return _OF_QUOTES.get(field, ())


def headline_fields(field: str | None) -> tuple[str, ...]:
    """Return the fields of a related headline that a leaf's field means."""
    return _OF_HEADLINES.get(field, ())


@dataclass(frozen=True, slots=True)
class ChildHit:
    """Where a record found stands."""

    reader: SegmentReader
    doc: int
    article: str
    number: int
    score: float


@dataclass(frozen=True, slots=True)
class ChildMatches:
    """The records of one page, all that match, and for each choice all that match without it."""

    page: Sequence[ChildHit]
    every: DocsBySegment
    without: Mapping[FacetField, DocsBySegment]

    @property
    def total(self) -> int:
        """How many match."""
        return size_of(self.every)


def size_of(found: DocsBySegment) -> int:
    """Return how many documents there are."""
    return sum(len(docs) for _, docs in found)


class ChildDocuments:
    """Quotes or headlines, and the articles that carry them."""

    def __init__(
        self, own: CompositeReader, articles: CompositeReader, names: FieldNames, own_facets: frozenset[str]
    ) -> None:
        self.own, self._articles = own, articles
        self._names, self._own_facets = names, own_facets

    @cached_property
    def _owner(self) -> Places:
        """Number of every record's article among all articles, -1 if it is not there."""
        doc_of = {
            reader.arrays.ids[doc]: reader.offset + doc
            for reader in self._articles.readers
            for doc in (range(reader.count) if reader.alive is None else np.flatnonzero(reader.alive).tolist())
        }
        owner = np.full(self.own.count, -1, np.intp)
        for reader in self.own.readers:
            key = reader.arrays.keys["article"]
            docs = np.array([doc_of.get(article, -1) for article in key.terms.all()], np.intp)
            owner[key.doc.astype(np.intp) + reader.offset] = np.repeat(docs, gaps(key.poff))
        return owner

    @cached_property
    def _rank(self) -> Places:
        """Place of every record when all are ordered by article id and number."""
        if len(self.own.readers) == 1:
            return self.own.readers[0].arrays.rank.astype(np.intp)
        article = self._articles.rank.take(self._owner) if self._articles.count else self._owner
        rank = np.empty(self.own.count, np.intp)
        rank[np.lexsort((np.arange(self.own.count), article))] = np.arange(self.own.count)
        return rank

    def find(
        self,
        root: Node,
        filters: Sequence[Filter],
        expand: Expand,
        limit: int,
        offset: int = 0,
        sort: Sort = "relevance",
    ) -> ChildMatches:
        """Return the records of one page, and all that match."""
        leaves = QueryWeight(self.own, expand, self._names)
        matcher = BooleanMatcher(leaves, _Elsewhere(self, expand))
        narrowing = FilterMasks(matcher, filters)
        matching = QueryScorer(leaves, matcher, root, narrowing)
        parts = [matching.part(reader, window=self.own.count, every=True) for reader in self.own.readers]
        found = [(part.reader, part.docs - part.reader.offset) for part in parts if part.docs is not None]
        without: dict[FacetField, DocsBySegment] = {
            choice.field: [(part.reader, part.without[choice.field]) for part in parts]
            for choice in narrowing.choices()
        }
        if not limit or not found:
            return ChildMatches([], found, without)
        scored = joined([part.scored for part in parts])
        if sort == "relevance":
            page = newest_of_the_best(scored, self.own.dates, self._rank, offset + limit)[offset:]
        else:
            page = by_date(scored.docs, self.own.dates, self._rank, sort, offset + limit)[offset:]
        places = [self._place(doc, float(score)) for doc, score in zip(*_lists(scored, page), strict=True)]
        return ChildMatches(places, found, without)

    def totals(self, queries: Sequence[Query], expand: Expand) -> list[int]:
        """Return how many records match each question."""
        matcher = BooleanMatcher(QueryWeight(self.own, expand, self._names), _Elsewhere(self, expand))
        return totals(matcher, self.own.readers, queries)

    def _place(self, doc: int, score: float) -> ChildHit:
        reader, here = self.own.place(doc)
        return ChildHit(reader, here, *reader.arrays.origin(here), score)

    def owners(self, reader: SegmentReader, docs: Places) -> Places:
        """Return the number of the article of each record of a segment, among all articles."""
        return self._owner.take(docs + reader.offset)

    def by_article(self, node: Node, reader: SegmentReader, expand: Expand) -> Mask:
        """Return the records of a segment whose article matches."""
        matcher = BooleanMatcher(QueryWeight(self._articles, expand))
        masks = [matcher.mask(node, of) for of in self._articles.readers]
        mask = np.concatenate([*masks, np.zeros(1, np.bool_)])
        return mask.take(self._owner[reader.offset : reader.offset + reader.count])

    def is_own(self, node: Node) -> bool:
        """Return whether a node is answered by the record itself."""
        match node:
            case Word() | Phrase() | Prefix() | Fuzzy():
                return bool(self._names(node.field))
            case FacetFilter(field):
                return field in self._own_facets
            case Url():
                return False
            case And() | Or() | MinShouldMatch() | Not() | DateRange() | MatchAll():
                return True


class _Elsewhere:
    """Answers nodes that mean the article."""

    def __init__(self, records: ChildDocuments, expand: Expand) -> None:
        self._records, self._expand = records, expand

    def __call__(self, node: Node, reader: SegmentReader) -> Mask | None:
        """Return the mask of a node that means the article, None of any other."""
        return None if self._records.is_own(node) else self._records.by_article(node, reader, self._expand)


def _lists(scored: Scored, places: Places) -> tuple[list[int], list[float]]:
    return scored.docs.take(places).tolist(), scored.scores.take(places).tolist()


class ParentArticles:
    """The articles that the records of a page stand in."""

    def __init__(self, articles: CompositeReader) -> None:
        self._articles = articles

    def find(self, article_id: str) -> tuple[SegmentReader, int] | None:
        """Return segment and number of a living article."""
        for reader in self._articles.readers:
            for doc in reader.arrays.keys["id"].documents(article_id).tolist():
                if reader.alive is None or reader.alive[doc]:
                    return reader, doc
        return None

    def read(self, article_id: str) -> Article | None:
        """Return an article whole, None if it is not there."""
        where = self.find(article_id)
        return where[0].arrays.article(where[1]) if where else None


def quote_ranking(
    parents: ParentArticles, found: ChildMatches, names: Mapping[FacetField, NameFacet] | None
) -> QuoteRanking:
    """Return the quotes of a page as they are shown; with facets if there is who counts the names in them."""
    articles: dict[str, Article | None] = {}
    hits = []
    for place in found.page:
        if place.article not in articles:
            articles[place.article] = parents.read(place.article)
        article = articles[place.article]
        if article is not None:
            hits.append(QuoteHit.of(article, place.number, place.score))
    facets = Facets() if names is None else _facets(found, names)
    without = {field: size_of(others) for field, others in found.without.items()}
    return QuoteRanking(tuple(hits), found.total, facets, without)


def _facets(found: ChildMatches, names: Mapping[FacetField, NameFacet]) -> Facets:
    def counted(row: FacetRow) -> tuple[FacetValue, ...]:
        which = found.without.get(row.name, found.every)
        return names[row.name].facet(which) if row.name in names else most_frequent(which, row.name)

    return Facets({row.name: counted(row) for row in QUOTE_FACETS}, months(found.every))


def headline_ranking(parents: ParentArticles, found: ChildMatches) -> HeadlineRanking:
    """Return the headlines of a page as they are shown."""
    carried: dict[str, tuple[ArticleHead, tuple[RelatedHeadline, ...]]] = {}
    hits = []
    for place in found.page:
        where = parents.find(place.article)
        if where is not None and place.article not in carried:
            reader, doc = where
            carried[place.article] = reader.arrays.head(doc), reader.arrays.remaining_fields(doc).related
        if where is not None:
            head, related = carried[place.article]
            hits.append(HeadlineHit(head, place.number, related[place.number], place.score))
    return HeadlineRanking(tuple(hits), found.total)
