"""Headline, id, quote → ids, annotations, words: what is known of documents without ranking them or reading texts."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from searchsvc.analysis import tokenize
from searchsvc.analysis.keys import url_key
from searchsvc.engines.whoosh.array_ops import Ints
from searchsvc.engines.whoosh.child_documents import ChildHit, ParentArticles
from searchsvc.engines.whoosh.codec.field_arrays import ESCAPE, PAD
from searchsvc.engines.whoosh.codec.field_arrays import FieldPostings as Text
from searchsvc.engines.whoosh.codec.string_table import split_suffix
from searchsvc.engines.whoosh.composite_reader import CompositeReader
from searchsvc.engines.whoosh.phrase_query import exact_slots, find_words
from searchsvc.engines.whoosh.segment_reader import SegmentReader
from searchsvc.model.article import RelatedHeadline
from searchsvc.model.fields import LANGUAGE, TITLE
from searchsvc.model.query import Phrase
from searchsvc.model.result import Annotations, QuoteWords

#: A segment → documents of it, deleted ones included.
LookUp = Callable[[SegmentReader], Ints]


def locate(articles: CompositeReader, headline: RelatedHeadline) -> Sequence[str]:
    """Return the id of the article of a headline's address, else those of the articles whose title has its words."""
    key = url_key(headline.url or "")
    there = sorted(_ids(articles, lambda reader: reader.arrays.keys["url"].documents(key))) if key else []
    if there:
        return there[:1]
    words = tuple(token.text for token in tokenize(headline.text))
    if not words or len(words) >= PAD:
        return []
    phrase = Phrase(words, field=TITLE)
    return sorted(_ids(articles, lambda reader: _titled(reader, phrase, articles.languages_stemmed)))


def annotations(parents: ParentArticles, article_id: str) -> Annotations:
    """Return what stands beside the text of an article; nothing if it is not there."""
    where = parents.find(article_id)
    if where is None:
        return Annotations()
    remaining_fields = where[0].arrays.remaining_fields(where[1])
    return Annotations(remaining_fields.quotes, remaining_fields.related)


def quote_words(page: Sequence[ChildHit]) -> list[QuoteWords]:
    """Return the words of some quotes, each statement once: as the first one has it."""
    found: dict[tuple[str, ...], QuoteWords] = {}
    known: dict[tuple[int, int], str] = {}
    for place in page:
        reader = place.reader
        forms = tuple(_forms(reader, _codes(reader.arrays.main, place.doc), known))
        if forms not in found:
            column = reader.arrays.facets[LANGUAGE]
            found[forms] = QuoteWords(reader.value(LANGUAGE, int(column.ordinal[place.doc])) or None, forms)
    return list(found.values())


def _ids(articles: CompositeReader, look_up: LookUp) -> Iterator[str]:
    for reader in articles.readers:
        for doc in look_up(reader).tolist():
            if reader.alive is None or reader.alive[doc]:
                yield reader.arrays.id(doc)


def _titled(reader: SegmentReader, phrase: Phrase, languages: Sequence[str | None]) -> Ints:
    """Return the documents whose title is a phrase and nothing else: its words and the gap after them."""
    title = reader.arrays.fields[TITLE]
    slots = exact_slots(title, find_words(reader.arrays, phrase, languages))
    first, end = title.base.take(slots.docs), title.base.take(slots.docs + 1)
    whole = (slots.at == first) & (end - first == len(phrase.words) + 1)
    found: Ints = slots.docs[whole]
    return found


def _codes(text: Text, doc: int) -> Ints:
    """Return the codes of the words of a document's field, in order."""
    codes: Ints = text.fwd[int(text.base[doc]) : int(text.base[doc + 1])].astype(np.intp)
    far = (codes == ESCAPE).nonzero()[0]
    if len(far):
        codes[far] = text.xid[int(text.xbase[doc]) : int(text.xbase[doc + 1])]
    return codes


def _forms(reader: SegmentReader, codes: Ints, known: dict[tuple[int, int], str]) -> Iterator[str]:
    """Yield the surface forms of codes; what was looked up once is known."""
    for code in codes.tolist():
        if code:
            key = reader.number, code
            if key not in known:
                known[key] = split_suffix(reader.arrays.forms[int(reader.form_of_code[code])])[0]
            yield known[key]
