"""Query tree × quotes or headlines (child documents of articles) → those whose own words match, with their articles.

Nodes about the article (its title, its outlet, ...) are answered by the article and hold for all of its children.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from searchsvc.engines.ranking_rules import COPIES_LISTED
from searchsvc.engines.whoosh.array_ops import DocIds, Scored, gaps, joined, newest_of_the_best
from searchsvc.engines.whoosh.boolean_query import BooleanMatcher, FilterMasks, QueryScorer, totals
from searchsvc.engines.whoosh.codec.container import Indices, Mask, end_to_end
from searchsvc.engines.whoosh.codec.field_arrays import Ranks
from searchsvc.engines.whoosh.codec.schema import HEADLINE, QUOTE
from searchsvc.engines.whoosh.codec.stored_fields import StoredArticle
from searchsvc.engines.whoosh.codec.string_table import language_of
from searchsvc.engines.whoosh.composite_reader import CompositeReader, in_order_of
from searchsvc.engines.whoosh.copy_groups import GroupedDocs, Grouping, split_by_group
from searchsvc.engines.whoosh.facets import FacetCounter, count_facets
from searchsvc.engines.whoosh.segment_reader import SegmentReader
from searchsvc.engines.whoosh.unit_query import StoredText
from searchsvc.engines.whoosh.weight import Expand, FieldNames, QueryWeight
from searchsvc.model.article import Article, ArticleHead
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import HEADLINE_FACETS, QUOTE_FACETS, QUOTED, RELATED, SPEAKER_NAME, FacetField
from searchsvc.model.query import (
    AddedRange,
    And,
    DateRange,
    FacetFilter,
    FacetSelection,
    Filter,
    Fuzzy,
    LinksTo,
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
from searchsvc.model.result import Facets, HeadlineHit, HeadlineRanking, QuoteHit, QuoteRanking

#: A leaf's field → the text fields of a quote, or of a related headline, that it means.
_OF_QUOTES: Mapping[str | None, tuple[str, ...]] = {
    None: (QUOTE.main,),
    QUOTED: (QUOTE.main,),
    SPEAKER_NAME: QUOTE.named,
}
_OF_HEADLINES: Mapping[str | None, tuple[str, ...]] = {None: (HEADLINE.main,), RELATED: (HEADLINE.main,)}


def quote_fields(field: str | None) -> tuple[str, ...]:
    """Return the text fields of a quote that a leaf's field means; none: the leaf is about the article."""
    return _OF_QUOTES.get(field, ())


def headline_fields(field: str | None) -> tuple[str, ...]:
    """Return the text fields of a related headline that a leaf's field means; none: the leaf is about the article."""
    return _OF_HEADLINES.get(field, ())


@dataclass(frozen=True, slots=True)
class ChildHit:
    """A quote or headline that matches."""

    reader: SegmentReader
    #: Its number in the segment.
    doc: int
    #: Id of its article, and its number among the article's quotes or headlines.
    article: str
    number: int
    score: float
    #: Heads of other articles that have it, the first printed ones; and how many there are.
    copies: tuple[ArticleHead, ...] = ()
    copies_total: int = 0


@dataclass(frozen=True, slots=True)
class ChildMatches:
    """The quotes or headlines that match."""

    #: Those of the page asked for, in order.
    page: Sequence[ChildHit]
    #: All of them, copies too.
    every: GroupedDocs
    #: Facet of each `DrillSidewaysFilter` → all that match without it.
    without: Mapping[FacetField, GroupedDocs]
    #: How many match, and how many without each `DrillSidewaysFilter`: those that stand for their copies.
    total: int
    totals_without: Mapping[FacetField, int]


class ChildDocuments:
    """The quotes or the headlines of a commit, and the articles that they are part of.

    Args:
        own: The quotes or headlines.
        articles: The articles.
        names: Gives the text fields of a child document that a leaf's field means.
        own_facets: The facets that child documents have columns for; others are the article's.

    """

    def __init__(
        self, own: CompositeReader, articles: CompositeReader, names: FieldNames, own_facets: frozenset[str]
    ) -> None:
        self.own, self._articles = own, articles
        self._names, self._own_facets = names, own_facets

    @cached_property
    def owner(self) -> DocIds:
        """(child documents,) number of each one's article among all articles, -1 if that is deleted."""
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
    def _rank(self) -> Ranks:
        """(child documents,) place of each one in the order of article ids, then of numbers in the article."""
        if len(self.own.readers) == 1:
            return self.own.readers[0].arrays.rank
        article = self._articles.rank.take(self.owner) if self._articles.count else self.owner
        rank = np.empty(self.own.count, np.uint32)
        rank[np.lexsort((np.arange(self.own.count), article))] = np.arange(self.own.count, dtype=np.uint32)
        return rank

    def find(
        self,
        root: Node,
        filters: Sequence[Filter],
        expand: Expand,
        limit: int,
        offset: int = 0,
        sort: Sort = "relevance",
        groups: Grouping | None = None,
        *,
        counted: bool = True,
    ) -> ChildMatches:
        """Return the quotes or headlines that match root and filters, and the page from `offset` on.

        Of those of one of the `groups` the ones of the first printed article are returned.
        Best first, equal ones newest first, then by article id and number; or by date. `limit` 0 scores no page. Not
        `counted`: `every` and `without` are left empty.
        """
        leaves = QueryWeight(self.own, expand, self._names, self._text)
        matcher = BooleanMatcher(leaves, _ParentMasks(self, expand))
        narrowing = FilterMasks(matcher, filters)
        matching = QueryScorer(leaves, matcher, root, narrowing)
        found = [matching.part(reader, window=self.own.count, every=True) for reader in self.own.readers]
        parts = found if groups is None else groups.listed(found)
        every, without = split_by_group(found, groups) if counted else (GroupedDocs(()), {})
        fields = parts[0].without if parts else ()
        totals_without = {field: sum(len(part.without[field]) for part in parts) for field in fields}
        matches = ChildMatches([], every, without, sum(part.total for part in parts), totals_without)
        if not limit or not parts:
            return matches
        scored = joined([part.scored for part in parts])
        if sort == "relevance":
            order = newest_of_the_best(scored, self.own.dates, self._rank, offset + limit)[offset:]
        else:
            order = in_order_of(sort, scored.docs, self.own, self._rank, offset + limit)[offset:]
        docs, scores = _lists(scored, order)
        copies = {}
        if groups is not None:
            copies = groups.copies(end_to_end([p.docs for p in found if p.docs is not None], np.intp), docs)
        page = [self._hit(doc, float(score), copies.get(doc, ())) for doc, score in zip(docs, scores, strict=True)]
        return replace(matches, page=page)

    def totals(self, queries: Sequence[Query], expand: Expand, groups: Callable[[Query], Grouping | None]) -> list[int]:
        """Return the number of quotes or headlines that match each of several queries."""
        matcher = BooleanMatcher(QueryWeight(self.own, expand, self._names, self._text), _ParentMasks(self, expand))
        return totals(matcher, self.own.readers, queries, groups)

    def _text(self, reader: SegmentReader, doc: int, name: str) -> StoredText | None:
        """Return the text of a field of a quote or headline; None if its article is not there any more."""
        article_id, number = reader.arrays.origin(doc)
        article = ParentArticles(self._articles).parts(article_id)
        if article is None:
            return None
        if reader.arrays.document_type is HEADLINE:
            text = article.headline(number).text
        else:
            quote = article.quote(number)
            text = quote.text if name == QUOTE.main else "\n".join(quote.names)
        return StoredText(text, language_of(article.head.language))

    def _hit(self, doc: int, score: float, copies: Sequence[int]) -> ChildHit:
        reader, here = self.own.place(doc)
        heads = tuple(self._articles.head(int(self.owner[copy])) for copy in copies[:COPIES_LISTED])
        return ChildHit(reader, here, *reader.arrays.origin(here), score, heads, len(copies))

    def owners(self, reader: SegmentReader, docs: DocIds) -> DocIds:
        """Return for each of some child documents of a segment the number of its article among all articles."""
        return self.owner.take(docs + reader.offset)

    def by_article(self, node: Node, reader: SegmentReader, expand: Expand) -> Mask:
        """Return (child documents of the segment,) which of them have an article that matches."""
        matcher = BooleanMatcher(QueryWeight(self._articles, expand))
        masks = [matcher.mask(node, of) for of in self._articles.readers]
        # Child documents without a living article have owner -1: the last item, which is False.
        mask = np.concatenate([*masks, np.zeros(1, np.bool_)])
        return mask.take(self.owner[reader.offset : reader.offset + reader.count])

    def is_own(self, node: Node) -> bool:
        """Return whether a node is about the child document, and not its article."""
        match node:
            case Word() | Phrase() | Prefix() | Fuzzy():
                return bool(self._names(node.field))
            case FacetFilter(field):
                return field in self._own_facets
            case Url():
                return False
            case LinksTo():
                return all("links" in reader.arrays.keys for reader in self.own.readers)
            case And() | Or() | MinShouldMatch() | Not() | DateRange() | AddedRange() | MatchAll():
                return True


class _ParentMasks:
    """The `ParentMask` of child documents."""

    def __init__(self, children: ChildDocuments, expand: Expand) -> None:
        self._children, self._expand = children, expand

    def __call__(self, node: Node, reader: SegmentReader) -> Mask | None:
        """Return the mask of a node that is about the article, None for any other."""
        return None if self._children.is_own(node) else self._children.by_article(node, reader, self._expand)


def _lists(scored: Scored, order: Indices) -> tuple[list[int], list[float]]:
    return scored.docs.take(order).tolist(), scored.scores.take(order).tolist()


class ParentArticles:
    """The articles of a commit, by id."""

    def __init__(self, articles: CompositeReader) -> None:
        self._articles = articles

    def find(self, article_id: str) -> tuple[SegmentReader, int] | None:
        """Return segment and number of an article, None if it is not there or deleted."""
        for reader in self._articles.readers:
            for doc in reader.arrays.keys["id"].documents(article_id).tolist():
                if reader.alive is None or reader.alive[doc]:
                    return reader, doc
        return None

    def parts(self, article_id: str) -> StoredArticle | None:
        """Return an article whose parts are read when needed, None if it is not there."""
        where = self.find(article_id)
        return where[0].arrays.stored_article(where[1]) if where else None

    def read(self, article_id: str) -> Article | None:
        """Return an article by id, None if it is not there."""
        where = self.find(article_id)
        return where[0].arrays.article(where[1]) if where else None


def quote_ranking(
    parents: ParentArticles,
    matches: ChildMatches,
    counters: Mapping[FacetField, FacetCounter],
    facets: FacetSelection | None,
) -> QuoteRanking:
    """Return the quotes of a page with their articles, and facets.

    Args:
        parents: The articles.
        matches: The quotes.
        counters: What counts each facet.
        facets: Which values are returned; None: no facets are counted.

    """
    read = _read_parts(parents, matches)
    hits = [_quote_hit(article, hit) for hit in matches.page if (article := read[hit.article]) is not None]
    counted = count_facets(counters, QUOTE_FACETS, matches.every, matches.without, facets) if facets else Facets()
    return QuoteRanking(tuple(hits), matches.total, counted, matches.totals_without)


def headline_ranking(
    parents: ParentArticles,
    matches: ChildMatches,
    counters: Mapping[FacetField, FacetCounter],
    facets: FacetSelection | None,
) -> HeadlineRanking:
    """Return the headlines of a page with the heads of their articles, and facets; arguments as `quote_ranking`."""
    read = _read_parts(parents, matches)
    hits = [_headline_hit(article, hit) for hit in matches.page if (article := read[hit.article]) is not None]
    counted = count_facets(counters, HEADLINE_FACETS, matches.every, matches.without, facets) if facets else Facets()
    return HeadlineRanking(tuple(hits), matches.total, counted, matches.totals_without)


def _read_parts(parents: ParentArticles, matches: ChildMatches) -> Mapping[str, StoredArticle | None]:
    """Return the articles of a page by id; only what the hits need of each is read, once."""
    return {article_id: parents.parts(article_id) for article_id in {hit.article for hit in matches.page}}


def _headline_hit(article: StoredArticle, hit: ChildHit) -> HeadlineHit:
    check_deadline()
    return HeadlineHit(article.head, hit.number, article.headline(hit.number), hit.score)


def _quote_hit(article: StoredArticle, hit: ChildHit) -> QuoteHit:
    check_deadline()
    quote = article.quote(hit.number)
    context = article.head.title if quote.block is None else article.block(quote.block).text
    mention_context = (
        None
        if quote.mention is None
        else context
        if quote.mention_block is None
        else article.block(quote.mention_block).text
    )
    anchor = None if quote.block is None else f"b{quote.block}"
    contexts = context, mention_context, anchor
    return QuoteHit(article.head, hit.number, quote, *contexts, hit.score, hit.copies, hit.copies_total)
