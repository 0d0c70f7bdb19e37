"""State of an index → what is looked up in it: articles, versions, where headlines lead, words of quotes, counts."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from searchsvc.analysis import tokenize
from searchsvc.analysis.keys import url_key
from searchsvc.engines.whoosh.array_ops import AnyDocIds
from searchsvc.engines.whoosh.boolean_query import BooleanMatcher, matching, totals
from searchsvc.engines.whoosh.child_documents import ChildHit
from searchsvc.engines.whoosh.codec.container import Indices, Mask
from searchsvc.engines.whoosh.codec.field_arrays import ESCAPE, PAD
from searchsvc.engines.whoosh.codec.field_arrays import FieldPostings as Text
from searchsvc.engines.whoosh.codec.snapshot import Snapshot
from searchsvc.engines.whoosh.codec.string_table import split_suffix
from searchsvc.engines.whoosh.composite_reader import CompositeReader
from searchsvc.engines.whoosh.date_counts import histogram
from searchsvc.engines.whoosh.index_reader import IndexReader
from searchsvc.engines.whoosh.phrase_query import exact_slots
from searchsvc.engines.whoosh.phrase_words import find_words
from searchsvc.engines.whoosh.segment_reader import SegmentReader
from searchsvc.engines.whoosh.weight import QueryWeight
from searchsvc.model.article import Article, RelatedHeadline, newest_first
from searchsvc.model.date_histogram import DateHistogram, Interval
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import LANGUAGE, TITLE
from searchsvc.model.query import Phrase, Query
from searchsvc.model.result import Annotations, QuoteWords


def read_articles(state: IndexReader, article_ids: Sequence[str]) -> list[Article | None]:
    """Return each of several articles, or older versions, in their order; None for those that are not there."""
    found = []
    for article_id in article_ids:
        check_deadline()
        found.append(state.parents.read(article_id) or state.older.read(article_id))
    return found


def older_versions(snapshot: Snapshot, article_id: str) -> tuple[Article, ...]:
    """Return the older versions of an article, the newest first."""
    found = []
    for segment in snapshot.versions:
        check_deadline()
        docs = segment.arrays.keys["article"].documents(article_id).tolist()
        found += [segment.arrays.article(doc) for doc in docs if segment.alive is None or segment.alive[doc]]
    return newest_first(found)


#: Segment → some of its documents, deleted ones included.
LookUp = Callable[[SegmentReader], AnyDocIds]


def locate(articles: CompositeReader, headline: RelatedHeadline) -> Sequence[str]:
    """Return the ids of the articles that a related headline may be the headline of; see `Engine.locate`."""
    key = url_key(headline.url or "")
    by_address = sorted(_ids(articles, lambda reader: reader.arrays.keys["url"].documents(key))) if key else []
    if by_address:
        return by_address[:1]
    words = tuple(token.text for token in tokenize(headline.text))
    if not words or len(words) >= PAD:
        return []
    phrase = Phrase(words, field=TITLE)
    return sorted(_ids(articles, lambda reader: _titled(reader, phrase, articles.languages_stemmed)))


def annotations(state: IndexReader, article_id: str) -> Annotations:
    """Return quotes and related headlines of an article, or an older version; none if it is not there."""
    check_deadline()
    where = state.parents.find(article_id) or state.older.find(article_id)
    if where is None:
        return Annotations()
    remaining_fields = where[0].arrays.remaining_fields(where[1])
    return Annotations(remaining_fields.quotes, remaining_fields.related)


def quote_words(page: Sequence[ChildHit]) -> list[QuoteWords]:
    """Return the words of some quotes in order; of quotes with the same words the first one alone."""
    by_forms: dict[tuple[str, ...], QuoteWords] = {}
    known: dict[tuple[int, int], str] = {}
    for hit in page:
        check_deadline()
        reader = hit.reader
        forms = tuple(_forms(reader, _codes(reader.arrays.main, hit.doc), known))
        if forms not in by_forms:
            column = reader.arrays.facets[LANGUAGE]
            by_forms[forms] = QuoteWords(reader.value(LANGUAGE, int(column.ordinal[hit.doc])) or None, forms)
    return list(by_forms.values())


def _ids(articles: CompositeReader, look_up: LookUp) -> Iterator[str]:
    for reader in articles.readers:
        check_deadline()
        for doc in look_up(reader).tolist():
            if reader.alive is None or reader.alive[doc]:
                yield reader.arrays.id(doc)


def _titled(reader: SegmentReader, phrase: Phrase, languages: Sequence[str | None]) -> AnyDocIds:
    """Return the documents whose title is a phrase and nothing else: its slots are the words and one gap."""
    title = reader.arrays.fields[TITLE]
    slots = exact_slots(title, find_words(reader.arrays, phrase, languages))
    first, end = title.base.take(slots.docs), title.base.take(slots.docs + 1)
    whole: Mask = (slots.at == first) & (end - first == len(phrase.words) + 1)
    return slots.docs[whole]


def _codes(text: Text, doc: int) -> Indices:
    """Return (slots,) the codes of a document's forms in a field, in order; 0 for gaps."""
    codes: Indices = text.fwd[int(text.base[doc]) : int(text.base[doc + 1])].astype(np.intp)
    rare = (codes == ESCAPE).nonzero()[0]
    if len(rare):
        codes[rare] = text.xid[int(text.xbase[doc]) : int(text.xbase[doc + 1])]
    return codes


def _forms(reader: SegmentReader, codes: Indices, known: dict[tuple[int, int], str]) -> Iterator[str]:
    """Yield the surface forms of codes, without gaps; `known` caches them by segment and code."""
    for code in codes.tolist():
        if code:
            key = reader.number, code
            if key not in known:
                known[key] = split_suffix(reader.arrays.forms[int(reader.form_of_code[code])])[0]
            yield known[key]


def article_totals(state: IndexReader, queries: Sequence[Query]) -> list[int]:
    """Return how many articles match each of several queries; leaves that they share are looked up once."""
    counted: dict[Query, int] = {}
    for searched, own, matcher in _by_state(state, queries):
        counted.update(zip(own, totals(matcher, searched.readers, own, state.groups), strict=True))
    return [counted[query] for query in queries]


def histograms(state: IndexReader, queries: Sequence[Query], interval: Interval) -> list[DateHistogram]:
    """Return how many articles of each of several queries are dated within each period; leaves as of the totals."""
    counted: dict[Query, DateHistogram] = {}
    for searched, own, matcher in _by_state(state, queries):
        matches = matching(matcher, searched.readers, own, state.groups)
        counted.update(zip(own, (histogram(one, interval) for one in matches), strict=True))
    return [counted[query] for query in queries]


def _by_state(
    state: IndexReader, queries: Sequence[Query]
) -> Iterator[tuple[CompositeReader, list[Query], BooleanMatcher]]:
    """Yield the queries by what they search, with or without older versions, and what finds their leaves there."""
    for searched in dict.fromkeys(map(state.asked, queries)):
        own = [query for query in dict.fromkeys(queries) if state.asked(query) is searched]
        yield searched, own, BooleanMatcher(QueryWeight(searched, state.term_dictionary.expand))
