"""Headline, id, quote → ids, annotations, words: what is known of documents without ranking them or reading texts."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from searchsvc.analysis import tokenize
from searchsvc.analysis.urls import url_key
from searchsvc.engines.whoosh.arrays import Ints
from searchsvc.engines.whoosh.codec.field_arrays import ESCAPE, PAD
from searchsvc.engines.whoosh.codec.field_arrays import FieldPostings as Text
from searchsvc.engines.whoosh.codec.string_table import unmark
from searchsvc.engines.whoosh.collection import Collection
from searchsvc.engines.whoosh.phrases import exact_slots, find_words
from searchsvc.engines.whoosh.records import Carriers, Place
from searchsvc.engines.whoosh.view import View
from searchsvc.model.article import RelatedHeadline
from searchsvc.model.fields import LANGUAGE, TITLE
from searchsvc.model.query import Phrase
from searchsvc.model.result import Annotations, QuoteWords

#: A segment → documents of it, deleted ones included.
LookUp = Callable[[View], Ints]


def locate(articles: Collection, headline: RelatedHeadline) -> Sequence[str]:
    """Return the id of the article of a headline's address, else those of the articles whose title has its words."""
    key = url_key(headline.url or "")
    there = sorted(_ids(articles, lambda view: view.arrays.keys["url"].documents(key))) if key else []
    if there:
        return there[:1]
    words = tuple(token.text for token in tokenize(headline.text))
    if not words or len(words) >= PAD:
        return []
    phrase = Phrase(words, field=TITLE)
    return sorted(_ids(articles, lambda view: _titled(view, phrase, articles.marks)))


def annotations(carriers: Carriers, article_id: str) -> Annotations:
    """Return what stands beside the text of an article; nothing if it is not there."""
    where = carriers.find(article_id)
    if where is None:
        return Annotations()
    rest = where[0].arrays.rest(where[1])
    return Annotations(rest.quotes, rest.related)


def quote_words(page: Sequence[Place]) -> list[QuoteWords]:
    """Return the words of some quotes, each statement once: as the first one has it."""
    found: dict[tuple[str, ...], QuoteWords] = {}
    known: dict[tuple[int, int], str] = {}
    for place in page:
        view = place.view
        forms = tuple(_forms(view, _codes(view.arrays.main, place.doc), known))
        if forms not in found:
            column = view.arrays.facets[LANGUAGE]
            found[forms] = QuoteWords(view.value(LANGUAGE, int(column.ordinal[place.doc])) or None, forms)
    return list(found.values())


def _ids(articles: Collection, look_up: LookUp) -> Iterator[str]:
    for view in articles.views:
        for doc in look_up(view).tolist():
            if view.alive is None or view.alive[doc]:
                yield view.arrays.id(doc)


def _titled(view: View, phrase: Phrase, languages: Sequence[str | None]) -> Ints:
    """Return the documents whose title is a phrase and nothing else: its words and the gap after them."""
    title = view.arrays.fields[TITLE]
    slots = exact_slots(title, find_words(view.arrays, phrase, languages))
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


def _forms(view: View, codes: Ints, known: dict[tuple[int, int], str]) -> Iterator[str]:
    """Yield the surface forms of codes; what was looked up once is known."""
    for code in codes.tolist():
        if code:
            key = view.number, code
            if key not in known:
                known[key] = unmark(view.arrays.forms[int(view.form_of_code[code])])[0]
            yield known[key]
