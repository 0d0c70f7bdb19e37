"""Query tree and ArticleIndex → quotes, speakers and related headlines whose own text matches, ranked by BM25."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from searchsvc.analysis.keys import is_full_name, is_name, name_key, value_key
from searchsvc.analysis.links import link_keys
from searchsvc.engines.memory.copy_groups import groups_of
from searchsvc.engines.memory.facet_counts import FacetCounts
from searchsvc.engines.memory.index import ArticleIndex, IndexedArticle, average_length, facet_values, idf, node_matches
from searchsvc.engines.memory.searcher import length_norm, order_key
from searchsvc.engines.memory.term_counts import Paragraphs, content_length, term_frequency, tokenized
from searchsvc.engines.ranking_rules import (
    COPIES_LISTED,
    K1,
    RECORD_LENGTH_NORM,
    node_of,
    quote_values,
    scored_words,
    shown_spelling,
    without_bare_stops,
)
from searchsvc.model.article import ArticleHead
from searchsvc.model.deadline import check_deadline
from searchsvc.model.document import HeadlineDocument, QuoteDocument
from searchsvc.model.fields import (
    FACET,
    HEADLINE_FACETS,
    QUOTE_FACETS,
    QUOTED,
    RELATED,
    SPEAKER_NAME,
    FacetField,
    TextField,
)
from searchsvc.model.query import (
    DrillSidewaysFilter,
    FacetSelection,
    Filter,
    Leaf,
    MatchAll,
    Node,
    Phrase,
    Query,
    Sort,
    positive_leaves,
)
from searchsvc.model.result import (
    Facets,
    HeadlineHit,
    HeadlineRanking,
    QuoteHit,
    QuoteRanking,
    QuoteWords,
    SpeakerHit,
    SpeakerRanking,
)


@dataclass(frozen=True, slots=True)
class ChildDocument:
    """A quote or related headline of an article."""

    entry: IndexedArticle
    document: QuoteDocument | HeadlineDocument
    #: Its own words by the field of a leaf that looks into them; leaves of other fields look into the article.
    own: dict[TextField | None, Paragraphs]
    #: The quote's speaker, if that is a name.
    speaker: str | None = None

    @property
    def forms(self) -> tuple[str, ...]:
        """The surface forms of a quote, in order."""
        return tuple(form for paragraph in self.own[QUOTED] for form in paragraph)

    @property
    def links(self) -> Collection[str]:
        """Keys of the story that it names, if it is a headline; those of its article's headlines if it is a quote."""
        if isinstance(self.document, HeadlineDocument):
            return link_keys(self.document.headline, self.document.head)
        return self.entry.links

    def content_length(self, field: TextField | None) -> int:
        """Return the number of its own words in a field that are no stop words."""
        return content_length(self.own[field], self.entry.language)


class ChildSearcher:
    """Answers queries on the quotes, or on the related headlines, of an index."""

    def __init__(self, collection: ArticleIndex, children: Sequence[ChildDocument]) -> None:
        self._collection = collection
        self._children = children
        self._average: dict[TextField | None, float] = {}
        self._weight: dict[Leaf, float] = {}

    def matching(self, root: Node, filters: Sequence[Filter]) -> list[ChildDocument]:
        """Return the child documents that match root and filters."""
        nodes = (without_bare_stops(root), *map(node_of, filters))
        return [child for child in self._children if all(self._matches(node, child) for node in nodes)]

    def without_choices(self, root: Node, filters: Sequence[Filter]) -> dict[FacetField, list[ChildDocument]]:
        """Return by facet of each `DrillSidewaysFilter` the child documents that match without it."""
        return {
            choice.field: self.matching(root, [other for other in filters if other is not choice])
            for choice in filters
            if isinstance(choice, DrillSidewaysFilter)
        }

    def ordered(
        self, root: Node, filters: Sequence[Filter], sort: Sort = "relevance"
    ) -> list[tuple[ChildDocument, float]]:
        """Return the child documents that match, with scores: best first, then newest, then by article id and number.

        For other values of `sort` they are ordered by date, or arrival and date, alone, then by article id and number.
        """
        wanted, matching = without_bare_stops(root), self.matching(root, filters)
        scored = [(child, sum(self._score(leaf, child) for leaf in positive_leaves(wanted))) for child in matching]
        if sort == "relevance":
            return sorted(scored, key=lambda item: (-item[1], *_order(item[0])))
        return sorted(scored, key=lambda item: _order(item[0], sort))

    def _matches(self, node: Node, child: ChildDocument) -> bool:
        check_deadline()
        return node_matches(
            node,
            child.document.head,
            lambda leaf: self._has(leaf, child),
            lambda facet: value_key(facet.value) in map(value_key, _facet_values(child, facet.field)),
            child.links,
        )

    def _has(self, leaf: Leaf, child: ChildDocument) -> bool:
        """Return whether its own words match a leaf, or its article does if the leaf's field is the article's."""
        if leaf.field in child.own:
            return self._count(leaf, child) > 0
        return bool(self._collection.counts(leaf, child.entry))

    def _count(self, leaf: Leaf, child: ChildDocument) -> int:
        return term_frequency(leaf, child.own[leaf.field], child.entry.language, self._collection.forms)

    def _score(self, leaf: Leaf, child: ChildDocument) -> float:
        if leaf.field not in child.own:
            return 0.0
        count = self._count(leaf, child)
        if leaf.field not in self._average:
            self._average[leaf.field] = average_length([other.content_length(leaf.field) for other in self._children])
        size = length_norm(RECORD_LENGTH_NORM, child.content_length(leaf.field), self._average[leaf.field])
        return self._idf(leaf) * count / (count + K1 * size)

    def _idf(self, leaf: Leaf) -> float:
        if isinstance(leaf, Phrase):
            return sum(map(self._idf, scored_words(leaf)))
        if leaf not in self._weight:
            self._weight[leaf] = idf(len(self._children), sum(self._has(leaf, child) for child in self._children))
        return self._weight[leaf]


def find_quotes(
    collection: ArticleIndex,
    root: Node,
    filters: Sequence[Filter],
    limit: int,
    offset: int,
    sort: Sort,
    *,
    facets: FacetSelection | None,
    grouped: bool,
) -> QuoteRanking:
    """Return the quotes whose own words match; `facets` None: uncounted; the rest as `Engine.search_quotes`."""
    quotes = _quotes(collection)
    ordered = quotes.ordered(root, filters, sort)
    without = quotes.without_choices(root, filters)
    once = partial(_once, collection) if grouped else _each
    counts = FacetCounts([child for child, _ in ordered], without, _head, _facet_values, once)
    copies: Mapping[str, Sequence[IndexedArticle]] = {}
    if grouped:
        copies = _copies(collection, [child for child, _ in ordered])
        ordered = [(child, score) for child, score in ordered if child.document.id in copies]
    page = ordered[offset : offset + limit]
    return QuoteRanking(
        hits=tuple(_hit(child, score, copies.get(child.document.id, ())) for child, score in page),
        total=len(ordered),
        facets=counts.facets(QUOTE_FACETS, facets) if facets else Facets(),
        totals_without={
            field: len(listed(collection, children) if grouped else children) for field, children in without.items()
        },
    )


def _hit(child: ChildDocument, score: float, copies: Sequence[IndexedArticle]) -> QuoteHit:
    heads = tuple(entry.article.head for entry in copies[:COPIES_LISTED])
    hit = QuoteHit.of(child.entry.article, child.document.index, score)
    return replace(hit, copies=heads, copies_total=len(copies))


def _copies(collection: ArticleIndex, matching: Sequence[ChildDocument]) -> dict[str, Sequence[IndexedArticle]]:
    """Return by the id of each quote that stands for its copies the other articles that have it."""
    groups = groups_of(collection)
    found = groups.grouped(matching, lambda child: child.entry, lambda child: (groups.name(child.entry), *child.forms))
    return {
        child.document.id: [others[0].entry for others in rest] for first, *rest in found.values() for child in first
    }


def listed(collection: ArticleIndex, matching: Sequence[ChildDocument]) -> list[ChildDocument]:
    """Return those of some quotes that stand for their copies, in the order given."""
    copies = _copies(collection, matching)
    return [child for child in matching if child.document.id in copies]


def _once(collection: ArticleIndex, rows: Sequence[tuple[ChildDocument, str]]) -> list[str]:
    """Return the values of some quotes, those that copies share once."""
    groups = groups_of(collection)
    return groups.once(rows, lambda child: child.entry, lambda child: (groups.name(child.entry), *child.forms))


def _each(rows: Sequence[tuple[ChildDocument, str]]) -> list[str]:
    return [value for _, value in rows]


def count_quotes(collection: ArticleIndex, queries: Sequence[Query]) -> list[int]:
    """Return how many quotes match each of several queries."""
    quotes = _quotes(collection)
    found = ((quotes.matching(query.root, query.filters), query.grouped) for query in queries)
    return [len(listed(collection, matching) if grouped else matching) for matching, grouped in found]


def quote_words(collection: ArticleIndex, filters: Sequence[Filter], limit: int) -> list[QuoteWords]:
    """Return the words of the newest `limit` quotes that match; of quotes with the same words the newest alone."""
    newest = _quotes(collection).ordered(MatchAll(), filters, "newest")[:limit]
    by_forms: dict[tuple[str, ...], QuoteWords] = {}
    for child, _ in newest:
        by_forms.setdefault(child.forms, QuoteWords(child.document.head.language, child.forms))
    return list(by_forms.values())


def find_speakers(
    collection: ArticleIndex, root: Node, filters: Sequence[Filter], limit: int, offset: int, *, grouped: bool
) -> SpeakerRanking:
    """Return who said the quotes whose own words match, under full names; arguments as `Engine.search_speakers`."""
    said: dict[str, list[ChildDocument]] = {}
    matching = _quotes(collection).matching(root, filters)
    for child in matching:
        if child.speaker and is_full_name(child.speaker):
            said.setdefault(name_key(child.speaker), []).append(child)
    if grouped:
        said = {name: listed(collection, children) for name, children in said.items()}
    hits = sorted(map(_speaker, said.values()), key=lambda hit: (-hit.quotes, name_key(hit.name)))
    return SpeakerRanking(tuple(hits[offset : offset + limit]), len(hits))


def _speaker(said: Sequence[ChildDocument]) -> SpeakerHit:
    heads = [child.document.head for child in said]
    dates = [head.dated.replace(microsecond=0) for head in heads if head.dated]
    days = [head.dated_day for head in heads if head.dated_day]
    return SpeakerHit(
        name=shown_spelling(Counter(child.speaker for child in said if child.speaker)),
        quotes=len(said),
        articles=len({head.id for head in heads}),
        first=min(dates, default=None),
        last=max(dates, default=None),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
    )


def _quotes(collection: ArticleIndex) -> ChildSearcher:
    return ChildSearcher(
        collection, [_child_quote(entry, quote) for entry in collection.entries for quote in entry.quotes]
    )


def find_headlines(
    collection: ArticleIndex,
    root: Node,
    filters: Sequence[Filter],
    limit: int,
    offset: int,
    sort: Sort,
    *,
    facets: FacetSelection | None,
) -> HeadlineRanking:
    """Return the related headlines whose own words match; `facets` None: uncounted; the rest as `search_headlines`."""
    children = [_child_headline(entry, headline) for entry in collection.entries for headline in entry.headlines]
    headlines = ChildSearcher(collection, children)
    ordered = headlines.ordered(root, filters, sort)
    without = headlines.without_choices(root, filters)
    counts = FacetCounts([child for child, _ in ordered], without, _head, _facet_values, _each)
    page = [(child.document, score) for child, score in ordered[offset : offset + limit]]
    hits = [HeadlineHit(d.head, d.index, d.headline, s) for d, s in page if isinstance(d, HeadlineDocument)]
    return HeadlineRanking(
        hits=tuple(hits),
        total=len(ordered),
        facets=counts.facets(HEADLINE_FACETS, facets) if facets else Facets(),
        totals_without={field: len(others) for field, others in without.items()},
    )


def _child_quote(entry: IndexedArticle, document: QuoteDocument) -> ChildDocument:
    quote = document.quote
    text = tokenized([quote.text], entry.language)
    names = tokenized(quote.names, entry.language)
    own: dict[TextField | None, Paragraphs] = {None: text, QUOTED: text, SPEAKER_NAME: names}
    speaker = quote.certain_speaker
    return ChildDocument(entry, document, own, speaker if speaker and is_name(speaker) else None)


def _child_headline(entry: IndexedArticle, document: HeadlineDocument) -> ChildDocument:
    text = tokenized([document.headline.text], entry.language)
    return ChildDocument(entry, document, {None: text, RELATED: text})


def _head(child: ChildDocument) -> ArticleHead:
    return child.document.head


def _facet_values(child: ChildDocument, field: FacetField) -> tuple[str, ...]:
    document = child.document
    if isinstance(document, QuoteDocument) and FACET[field].of_quote:
        values = dict(zip(FACET, quote_values(document.head, document.quote), strict=True))[field]
        return tuple(value for value in values if value)
    return facet_values(child.entry, field)


def _order(child: ChildDocument, sort: Sort = "newest") -> tuple[bool | int | str, ...]:
    head = child.document.head
    return (*order_key(head, sort), head.id, child.document.index)
