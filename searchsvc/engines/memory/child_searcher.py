"""Query and ArticleIndex → quotes, speakers and related headlines whose own text matches, ranked as short texts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from searchsvc.analysis.keys import is_full_name, is_name, name_key
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
from searchsvc.engines.memory.searcher import count_months, dated_key, length_norm, most_frequent
from searchsvc.engines.ranking_rules import (
    FACET_VALUES,
    K1,
    RECORD_LENGTH_NORM,
    node_of,
    quote_values,
    scored_words,
    without_bare_stops,
)
from searchsvc.model.document import HeadlineDocument, QuoteDocument
from searchsvc.model.fields import FACET, QUOTE_FACETS, QUOTED, RELATED, SPEAKER_NAME, FacetField, FacetRow, TextField
from searchsvc.model.query import (
    DrillSidewaysFilter,
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
    FacetValue,
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
    """A quote or headline of an article."""

    entry: IndexedArticle
    document: QuoteDocument | HeadlineDocument
    #: Its own words, by the fields that mean them.
    own: dict[TextField | None, Paragraphs]
    speaker: str | None = None

    def content_length(self, field: TextField | None) -> int:
        """Return how many words of its own are not stop words."""
        return content_length(self.own[field], self.entry.language)


class ChildSearcher:
    """Answers one query among quotes or headlines."""

    def __init__(self, collection: ArticleIndex, records: Sequence[ChildDocument]) -> None:
        self._collection = collection
        self._records = records
        self._average: dict[TextField | None, float] = {}
        self._weight: dict[Leaf, float] = {}

    def matching(self, root: Node, filters: Sequence[Filter]) -> list[ChildDocument]:
        """Return what matches."""
        nodes = (without_bare_stops(root), *map(node_of, filters))
        return [record for record in self._records if all(self._matches(node, record) for node in nodes)]

    def ordered(
        self, root: Node, filters: Sequence[Filter], sort: Sort = "relevance"
    ) -> list[tuple[ChildDocument, float]]:
        """Return what matches with its score: best first, then newest, then by article and place; or by date alone."""
        wanted, found = without_bare_stops(root), self.matching(root, filters)
        scored = [(record, sum(self._score(leaf, record) for leaf in positive_leaves(wanted))) for record in found]
        if sort == "relevance":
            return sorted(scored, key=lambda item: (-item[1], *_place(item[0])))
        return sorted(scored, key=lambda item: _place(item[0], sort))

    def _matches(self, node: Node, record: ChildDocument) -> bool:
        return node_matches(
            node,
            record.document.head,
            lambda leaf: self._has(leaf, record),
            lambda facet: name_key(facet.value) in map(name_key, _facet_values(facet.field, record)),
        )

    def _has(self, leaf: Leaf, record: ChildDocument) -> bool:
        """Return whether its own words hold the leaf, or its article where the leaf's field is not the record's."""
        if leaf.field in record.own:
            return self._count(leaf, record) > 0
        return bool(self._collection.counts(leaf, record.entry))

    def _count(self, leaf: Leaf, record: ChildDocument) -> int:
        return term_frequency(leaf, record.own[leaf.field], record.entry.language, self._collection.forms)

    def _score(self, leaf: Leaf, record: ChildDocument) -> float:
        if leaf.field not in record.own:
            return 0.0
        count = self._count(leaf, record)
        if leaf.field not in self._average:
            self._average[leaf.field] = average_length([other.content_length(leaf.field) for other in self._records])
        size = length_norm(RECORD_LENGTH_NORM, record.content_length(leaf.field), self._average[leaf.field])
        return self._idf(leaf) * count / (count + K1 * size)

    def _idf(self, leaf: Leaf) -> float:
        if isinstance(leaf, Phrase):
            return sum(map(self._idf, scored_words(leaf)))
        if leaf not in self._weight:
            self._weight[leaf] = idf(len(self._records), sum(self._has(leaf, r) for r in self._records))
        return self._weight[leaf]


def find_quotes(
    collection: ArticleIndex,
    root: Node,
    filters: Sequence[Filter],
    limit: int,
    offset: int,
    sort: Sort,
    *,
    facets: bool,
) -> QuoteRanking:
    """Return the quotes whose own words match."""
    quotes = _quotes(collection)
    found = quotes.ordered(root, filters, sort)
    without = {
        choice.field: quotes.matching(root, [other for other in filters if other is not choice])
        for choice in filters
        if isinstance(choice, DrillSidewaysFilter)
    }
    page = found[offset : offset + limit]
    return QuoteRanking(
        hits=tuple(QuoteHit.of(record.entry.article, record.document.index, score) for record, score in page),
        total=len(found),
        facets=_facets([record for record, _ in found], without) if facets else Facets(),
        totals_without={field: len(records) for field, records in without.items()},
    )


def _facets(found: Sequence[ChildDocument], without: Mapping[FacetField, Sequence[ChildDocument]]) -> Facets:
    def counted(row: FacetRow) -> tuple[FacetValue, ...]:
        count = _joined if row.joins_spellings else most_frequent
        return count(value for record in without.get(row.name, found) for value in _facet_values(row.name, record))

    return Facets(
        {row.name: counted(row) for row in QUOTE_FACETS},
        count_months(record.document.head.dated for record in found),
    )


def count_quotes(collection: ArticleIndex, queries: Sequence[Query]) -> list[int]:
    """Return how many quotes match each question."""
    quotes = _quotes(collection)
    return [len(quotes.matching(query.root, query.filters)) for query in queries]


def quote_words(collection: ArticleIndex, filters: Sequence[Filter], limit: int) -> list[QuoteWords]:
    """Return the words of the newest quotes that match, each statement once."""
    newest = _quotes(collection).ordered(MatchAll(), filters, "newest")[:limit]
    found: dict[tuple[str, ...], QuoteWords] = {}
    for record, _ in newest:
        forms = tuple(form for paragraph in record.own[QUOTED] for form in paragraph)
        found.setdefault(forms, QuoteWords(record.document.head.language, forms))
    return list(found.values())


def find_speakers(
    collection: ArticleIndex, root: Node, filters: Sequence[Filter], limit: int, offset: int
) -> SpeakerRanking:
    """Return who said the quotes whose own words match."""
    said: dict[str, list[ChildDocument]] = {}
    for record, _ in _quotes(collection).ordered(root, filters):
        if record.speaker and is_full_name(record.speaker):
            said.setdefault(name_key(record.speaker), []).append(record)
    hits = sorted(map(_speaker, said.values()), key=lambda hit: (-hit.quotes, name_key(hit.name)))
    return SpeakerRanking(tuple(hits[offset : offset + limit]), len(hits))


def _speaker(said: Sequence[ChildDocument]) -> SpeakerHit:
    heads = [record.document.head for record in said]
    dates = [head.dated.replace(microsecond=0) for head in heads if head.dated]
    return SpeakerHit(
        name=_spelling(Counter(record.speaker for record in said if record.speaker)),
        quotes=len(said),
        articles=len({head.id for head in heads}),
        first=min(dates, default=None),
        last=max(dates, default=None),
    )


def _spelling(counted: Counter[str]) -> str:
    """Return the most frequent spelling, ties by code points."""
    return min(counted, key=lambda name: (-counted[name], name))


def _joined(names: Iterable[str]) -> tuple[FacetValue, ...]:
    """Return the most frequent names, their spellings counted together, ties by name."""
    spellings: dict[str, Counter[str]] = {}
    for name in names:
        spellings.setdefault(name_key(name), Counter())[name] += 1
    order = sorted(spellings, key=lambda key: (-spellings[key].total(), key))
    return tuple(FacetValue(_spelling(spellings[key]), spellings[key].total()) for key in order[:FACET_VALUES])


def _quotes(collection: ArticleIndex) -> ChildSearcher:
    return ChildSearcher(
        collection, [_quote_record(entry, quote) for entry in collection.entries for quote in entry.quotes]
    )


def find_headlines(
    collection: ArticleIndex, root: Node, filters: Sequence[Filter], limit: int, offset: int
) -> HeadlineRanking:
    """Return the related headlines whose own words match."""
    records = [_headline_record(entry, headline) for entry in collection.entries for headline in entry.headlines]
    found = ChildSearcher(collection, records).ordered(root, filters)
    page = [(r.document, score) for r, score in found[offset : offset + limit]]
    hits = [HeadlineHit(d.head, d.index, d.headline, s) for d, s in page if isinstance(d, HeadlineDocument)]
    return HeadlineRanking(tuple(hits), len(found))


def _quote_record(entry: IndexedArticle, document: QuoteDocument) -> ChildDocument:
    quote = document.quote
    text = tokenized([quote.text])
    own: dict[TextField | None, Paragraphs] = {None: text, QUOTED: text, SPEAKER_NAME: tokenized(quote.names)}
    return ChildDocument(entry, document, own, quote.speaker if quote.speaker and is_name(quote.speaker) else None)


def _headline_record(entry: IndexedArticle, document: HeadlineDocument) -> ChildDocument:
    text = tokenized([document.headline.text])
    return ChildDocument(entry, document, {None: text, RELATED: text})


def _facet_values(field: FacetField, record: ChildDocument) -> tuple[str, ...]:
    document = record.document
    if isinstance(document, QuoteDocument) and FACET[field].of_quote:
        values = dict(zip(FACET, quote_values(document.head, document.quote), strict=True))[field]
        return tuple(value for value in values if value)
    return facet_values(record.entry, field)


def _place(record: ChildDocument, sort: Sort = "newest") -> tuple[bool, int, str, int]:
    head = record.document.head
    return (*dated_key(head.dated, sort), head.id, record.document.index)
