"""Node × quotes or headlines of one commit → those whose own words match."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from searchsvc.engines.whoosh.arrays import Mask, Places, gaps
from searchsvc.engines.whoosh.collection import Collection
from searchsvc.engines.whoosh.facets import Found, months, most_frequent
from searchsvc.engines.whoosh.leaves import Expand, FieldNames, Leaves
from searchsvc.engines.whoosh.matching import Matching
from searchsvc.engines.whoosh.ordering import Scored, by_date, joined, newest_of_the_best
from searchsvc.engines.whoosh.query import Matcher
from searchsvc.engines.whoosh.speakers import Speakers
from searchsvc.engines.whoosh.view import View
from searchsvc.model.article import Article
from searchsvc.model.query import (
    And,
    Everything,
    Facet,
    Fuzzy,
    Most,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Published,
    Sort,
    Url,
    Word,
)
from searchsvc.model.result import HeadlineHit, HeadlineRanking, QuoteFacets, QuoteHit, QuoteRanking


def quote_fields(field: str | None) -> tuple[str, ...]:
    """Return the fields of a quote that a leaf's field means."""
    return {None: ("quote_text",), "quotes": ("quote_text",), "speaker": ("quote_speaker",)}.get(field, ())


def headline_fields(field: str | None) -> tuple[str, ...]:
    """Return the fields of a related headline that a leaf's field means."""
    return ("headline_text",) if field in {None, "related"} else ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record found stands."""

    view: View
    doc: int
    article: str
    number: int
    score: float


class Records:
    """Quotes or headlines, and the articles that carry them."""

    def __init__(self, own: Collection, articles: Collection, names: FieldNames, own_facets: frozenset[str]) -> None:
        self.own, self._articles = own, articles
        self._names, self._own_facets = names, own_facets

    @cached_property
    def _owner(self) -> Places:
        """Number of every record's article among all articles, -1 if it is not there."""
        doc_of = {
            view.arrays.ids[doc]: view.offset + doc
            for view in self._articles.views
            for doc in (range(view.count) if view.alive is None else np.flatnonzero(view.alive).tolist())
        }
        owner = np.full(self.own.count, -1, np.intp)
        for view in self.own.views:
            key = view.arrays.keys["article"]
            docs = np.array([doc_of.get(article, -1) for article in key.terms.all()], np.intp)
            owner[key.doc.astype(np.intp) + view.offset] = np.repeat(docs, gaps(key.poff))
        return owner

    @cached_property
    def _rank(self) -> Places:
        """Place of every record when all are ordered by article id and number."""
        if len(self.own.views) == 1:
            return self.own.views[0].arrays.rank.astype(np.intp)
        article = self._articles.rank.take(self._owner) if self._articles.count else self._owner
        rank = np.empty(self.own.count, np.intp)
        rank[np.lexsort((np.arange(self.own.count), article))] = np.arange(self.own.count)
        return rank

    def find(
        self,
        root: Node,
        filters: Sequence[Node],
        expand: Expand,
        limit: int,
        offset: int = 0,
        sort: Sort = "relevance",
    ) -> tuple[list[Place], Found]:
        """Return the records of one page, and all that match."""
        leaves = Leaves(self.own, expand, self._names)
        matching = Matching(leaves, Matcher(leaves, _Elsewhere(self, expand)), root, filters)
        parts = [matching.part(view, window=self.own.count, every=True) for view in self.own.views]
        found = [(part.view, part.docs - part.view.offset) for part in parts if part.docs is not None]
        if not limit or not found:
            return [], found
        scored = joined([part.scored for part in parts])
        if sort == "relevance":
            page = newest_of_the_best(scored, self.own.dates, self._rank, offset + limit)[offset:]
        else:
            page = by_date(scored.docs, self.own.dates, self._rank, sort, offset + limit)[offset:]
        return [self._place(doc, float(score)) for doc, score in zip(*_lists(scored, page), strict=True)], found

    def _place(self, doc: int, score: float) -> Place:
        view, here = self.own.place(doc)
        return Place(view, here, *view.arrays.origin(here), score)

    def owners(self, view: View, docs: Places) -> Places:
        """Return the number of the article of each record of a segment, among all articles."""
        return self._owner.take(docs + view.offset)

    def by_article(self, node: Node, view: View, expand: Expand) -> Mask:
        """Return the records of a segment whose article matches."""
        matcher = Matcher(Leaves(self._articles, expand))
        masks = [matcher.mask(node, of) for of in self._articles.views]
        mask = np.concatenate([*masks, np.zeros(1, np.bool_)])
        return mask.take(self._owner[view.offset : view.offset + view.count])

    def is_own(self, node: Node) -> bool:
        """Return whether a node is answered by the record itself."""
        match node:
            case Word() | Phrase() | Prefix() | Fuzzy():
                return bool(self._names(node.field))
            case Facet(field):
                return field in self._own_facets
            case Url():
                return False
            case And() | Or() | Most() | Not() | Published() | Everything():
                return True


class _Elsewhere:
    """Answers nodes that mean the article."""

    def __init__(self, records: Records, expand: Expand) -> None:
        self._records, self._expand = records, expand

    def __call__(self, node: Node, view: View) -> Mask | None:
        """Return the mask of a node that means the article, None of any other."""
        return None if self._records.is_own(node) else self._records.by_article(node, view, self._expand)


def _lists(scored: Scored, places: Places) -> tuple[list[int], list[float]]:
    return scored.docs.take(places).tolist(), scored.scores.take(places).tolist()


class Carriers:
    """The articles that the records of a page stand in."""

    def __init__(self, articles: Collection) -> None:
        self._articles = articles

    def find(self, article_id: str) -> tuple[View, int] | None:
        """Return segment and number of a living article."""
        for view in self._articles.views:
            for doc in view.arrays.keys["id"].documents(article_id).tolist():
                if view.alive is None or view.alive[doc]:
                    return view, doc
        return None


def quote_ranking(carriers: Carriers, page: Sequence[Place], found: Found, speakers: Speakers | None) -> QuoteRanking:
    """Return the quotes of a page as they are shown; with facets if there is who counts the speakers."""
    hits = []
    for place in page:
        where = carriers.find(place.article)
        if where is not None:
            view, doc = where
            hits.append(_quote_hit(view.arrays.article(doc), place))
    facets = QuoteFacets() if speakers is None else _facets(found, speakers)
    return QuoteRanking(tuple(hits), sum(len(docs) for _, docs in found), facets)


def _facets(found: Found, speakers: Speakers) -> QuoteFacets:
    return QuoteFacets(
        speaker=speakers.facet(found),
        kind=most_frequent(found, "kind"),
        section=most_frequent(found, "section"),
        outlet=most_frequent(found, "outlet"),
        month=months(found),
    )


def _quote_hit(article: Article, place: Place) -> QuoteHit:
    quote = article.quotes[place.number]
    return QuoteHit(
        head=article.head,
        index=place.number,
        quote=quote,
        context=article.context_of(quote),
        mention_context=article.mention_context_of(quote),
        anchor=None if quote.block is None else f"b{quote.block}",
        score=place.score,
    )


def headline_ranking(carriers: Carriers, page: Sequence[Place], found: Found) -> HeadlineRanking:
    """Return the headlines of a page as they are shown."""
    hits = []
    for place in page:
        where = carriers.find(place.article)
        if where is not None:
            view, doc = where
            headline = view.arrays.rest(doc).related[place.number]
            hits.append(HeadlineHit(view.arrays.shown(doc).head, place.number, headline, place.score))
    return HeadlineRanking(tuple(hits), sum(len(docs) for _, docs in found))
