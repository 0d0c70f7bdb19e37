"""Query tree and ArticleIndex → quotes, speakers and related headlines whose own text matches, ranked by BM25."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from searchsvc.analysis.keys import is_full_name, is_name, name_key, value_key
from searchsvc.engines.memory.index import (
    ArticleIndex,
    IndexedArticle,
    Paragraphs,
    average_length,
    content_length,
    facet_values,
    idf,
    node_matches,
    term_frequency,
    tokenized,
)
from searchsvc.engines.memory.searcher import (
    count_months,
    dated_key,
    length_norm,
    most_frequent,
)
from searchsvc.engines.ranking_rules import (
    K1,
    RECORD_LENGTH_NORM,
    node_of,
    quote_values,
    scored_words,
    shown_spelling,
    without_bare_stops,
)
from searchsvc.model.deadline import check_deadline
from searchsvc.model.document import HeadlineDocument, QuoteDocument
from searchsvc.model.fields import FACET, QUOTE_FACETS, QUOTED, RELATED, SPEAKER_NAME, FacetField, TextField
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

    def ordered(
        self, root: Node, filters: Sequence[Filter], sort: Sort = "relevance"
    ) -> list[tuple[ChildDocument, float]]:
        """Return the child documents that match, with scores: best first, then newest, then by article id and number.

        For other values of `sort` they are ordered by date alone, then by article id and number.
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
            lambda facet: value_key(facet.value) in map(value_key, _facet_values(facet.field, child)),
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
) -> QuoteRanking:
    """Return the quotes whose own words match; `facets` None: uncounted; the rest as `Engine.search_quotes`."""
    quotes = _quotes(collection)
    ordered = quotes.ordered(root, filters, sort)
    without = {
        choice.field: quotes.matching(root, [other for other in filters if other is not choice])
        for choice in filters
        if isinstance(choice, DrillSidewaysFilter)
    }
    page = ordered[offset : offset + limit]
    return QuoteRanking(
        hits=tuple(QuoteHit.of(child.entry.article, child.document.index, score) for child, score in page),
        total=len(ordered),
        facets=_facets([child for child, _ in ordered], without, facets) if facets else Facets(),
        totals_without={field: len(children) for field, children in without.items()},
    )


def _facets(
    matching: Sequence[ChildDocument],
    without: Mapping[FacetField, Sequence[ChildDocument]],
    selection: FacetSelection,
) -> Facets:
    counted = {
        row.name: most_frequent(
            (value for child in without.get(row.name, matching) for value in _facet_values(row.name, child)),
            selection,
            row.name,
        )
        for row in QUOTE_FACETS
    }
    return Facets(
        {name: values for name, (values, _) in counted.items()},
        {name: total for name, (_, total) in counted.items()},
        count_months(child.document.head.dated_day for child in matching),
    )


def count_quotes(collection: ArticleIndex, queries: Sequence[Query]) -> list[int]:
    """Return how many quotes match each of several queries."""
    quotes = _quotes(collection)
    return [len(quotes.matching(query.root, query.filters)) for query in queries]


def quote_words(collection: ArticleIndex, filters: Sequence[Filter], limit: int) -> list[QuoteWords]:
    """Return the words of the newest `limit` quotes that match; of quotes with the same words the newest alone."""
    newest = _quotes(collection).ordered(MatchAll(), filters, "newest")[:limit]
    by_forms: dict[tuple[str, ...], QuoteWords] = {}
    for child, _ in newest:
        forms = tuple(form for paragraph in child.own[QUOTED] for form in paragraph)
        by_forms.setdefault(forms, QuoteWords(child.document.head.language, forms))
    return list(by_forms.values())


def find_speakers(
    collection: ArticleIndex, root: Node, filters: Sequence[Filter], limit: int, offset: int
) -> SpeakerRanking:
    """Return who said the quotes whose own words match, under full names; arguments as `Engine.search_speakers`."""
    said: dict[str, list[ChildDocument]] = {}
    for child, _ in _quotes(collection).ordered(root, filters):
        if child.speaker and is_full_name(child.speaker):
            said.setdefault(name_key(child.speaker), []).append(child)
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
    collection: ArticleIndex, root: Node, filters: Sequence[Filter], limit: int, offset: int
) -> HeadlineRanking:
    """Return the related headlines whose own words match; arguments as `Engine.search_headlines`."""
    children = [_child_headline(entry, headline) for entry in collection.entries for headline in entry.headlines]
    ordered = ChildSearcher(collection, children).ordered(root, filters)
    page = [(child.document, score) for child, score in ordered[offset : offset + limit]]
    hits = [HeadlineHit(d.head, d.index, d.headline, s) for d, s in page if isinstance(d, HeadlineDocument)]
    return HeadlineRanking(tuple(hits), len(ordered))


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


def _facet_values(field: FacetField, child: ChildDocument) -> tuple[str, ...]:
    document = child.document
    if isinstance(document, QuoteDocument) and FACET[field].of_quote:
        values = dict(zip(FACET, quote_values(document.head, document.quote), strict=True))[field]
        return tuple(value for value in values if value)
    return facet_values(child.entry, field)


def _order(child: ChildDocument, sort: Sort = "newest") -> tuple[bool, int, str, int]:
    head = child.document.head
    return (*dated_key(head.dated, sort), head.id, child.document.index)
