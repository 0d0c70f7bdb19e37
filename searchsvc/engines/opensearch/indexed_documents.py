"""Documents of an article → the documents that are indexed for it, analysed here; and stored values ↔ their bytes."""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import floor
from typing import TypeVar

import msgspec
import zstandard

from searchsvc.analysis import ParagraphWords, spellings, stems, stop_words
from searchsvc.analysis.keys import is_full_name, is_name, name_key, url_key, value_key
from searchsvc.analysis.links import link_keys, page_links
from searchsvc.analysis.variants import AMPERSAND, contracted
from searchsvc.copies import fingerprint_of
from searchsvc.engines.opensearch.copy_fields import article_fields, quote_wording
from searchsvc.engines.opensearch.mapping import (
    ALL_FORMS,
    ALL_STEMS,
    ARTICLE,
    HEADLINE,
    LINKS,
    LONGEST_TOKEN,
    NAMES,
    OWN,
    PASSAGES,
    QUOTE,
    VERSION_OF,
    WORDING,
)
from searchsvc.engines.opensearch.wire_format import Json
from searchsvc.engines.ranking_rules import WEIGHTS, article_values, passages, quote_values
from searchsvc.engines.takedowns import digest_of
from searchsvc.errors import CorruptIndexError, EngineError
from searchsvc.languages import STEMMERS
from searchsvc.model.article import Article, ArticleHead, Block, Provenance, Quote, RelatedHeadline
from searchsvc.model.document import ArticleDocument, Document, HeadlineDocument, Passage, QuoteDocument
from searchsvc.model.fields import BODY, FACET, LEAD, TITLE, Values
from searchsvc.model.result import HeadlineHit, QuoteHit, QuoteWords

T = TypeVar("T")
#: Surface forms of a text, by paragraph.
Paragraphs = tuple[ParagraphWords, ...]
#: Language of the stemmer of articles whose own language has none.
DEFAULT_STEMMER = "en"
#: Bytes of the longest key that is compared as it is; of longer ones the digest is.
LONGEST_KEY = 1000
#: Sign between the key of a facet's value and its spelling; no key has it, since it is white space.
BEFORE_SPELLING = "\x1f"
#: Values of facets whose keys are cached, and forms of a language whose stems are.
REMEMBERED_VALUES, REMEMBERED_FORMS = 10_000, 100_000
_TOKENS: dict[str, dict[str, str]] = {}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ShownFields:
    """What a hit shows of an article."""

    head: ArticleHead
    blocks: tuple[Block, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class ShownHead:
    """The head alone, decoded from `ShownFields`."""

    head: ArticleHead


@dataclass(frozen=True, slots=True)
class OtherFields:
    """The rest of an article, which only its own page needs."""

    quotes: tuple[Quote, ...]
    related: tuple[RelatedHeadline, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class IndexedDocuments:
    """What is indexed for one article."""

    id: str
    #: Bodies by document id: the article's first, then those of its quotes and headlines.
    bodies: Mapping[str, Json]
    #: Distinct surface forms of the fields that bare words look into.
    forms: frozenset[str]
    quotes: int
    headlines: int


def article_key(article_id: str) -> str:
    """Return the document id of an article: a digest, since ids may be longer than the cluster allows."""
    return digest_of(article_id)


def child_keys(article: str, quotes: Iterable[int], headlines: Iterable[int]) -> list[str]:
    """Return the document ids of quotes and headlines of an article, given by its document id and their numbers."""
    return [*(f"{article}-q{i}" for i in quotes), *(f"{article}-h{i}" for i in headlines)]


def token(form: str) -> str:
    """Return the token of a form or stem: itself, or if it is too long its beginning with a digest of all of it."""
    if len(form) <= LONGEST_TOKEN:
        return form
    return form[: LONGEST_TOKEN - 64] + hashlib.sha256(form.encode("utf-8", "surrogatepass")).hexdigest()


def key_term(key: str) -> str:
    """Return the term of a key of an address, a name or a title, which may be of any length."""
    data = key.encode("utf-8", "surrogatepass")
    return key if len(data) <= LONGEST_KEY else hashlib.sha256(data).hexdigest()


def title_key(words: Iterable[str], language: str) -> str:
    """Return the term of the words of a title, the same for all of their spellings in a language."""
    ands = (AMPERSAND if AMPERSAND in spellings(word, language) else contracted(word, language) for word in words)
    return key_term(" ".join([language, *ands]))


def stem_token(stem: str, language: str) -> str:
    """Return the token of a stem in texts of a language."""
    return token(f"{language}:{stem}")


def stemmer_of(language: str | None) -> str:
    """Return the language whose stemmer and stop words an article gets."""
    return language if language in STEMMERS else DEFAULT_STEMMER


def microseconds(at: datetime) -> int:
    """Return the microseconds of a date since 1970, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def encoded(value: object) -> str:
    """Return a value as it is stored: msgpack, zstd, base64."""
    return base64.b64encode(zstandard.compress(msgspec.msgpack.encode(value))).decode()


def decoded(text: object, kind: type[T]) -> T:
    """Return a stored value; raise CorruptIndexError if it cannot be read."""
    try:
        return msgspec.msgpack.decode(zstandard.decompress(base64.b64decode(str(text))), type=kind)
    except (ValueError, zstandard.ZstdError, msgspec.MsgspecError) as error:
        raise CorruptIndexError(
            f"a stored text of the index is damaged ({error}): run searchsvc reindex --full"
        ) from error


def stored_article(stored: Json) -> Article:
    """Return the article of its stored fields `shown` and `rest`."""
    shown, rest = decoded(stored["shown"], ShownFields), decoded(stored["rest"], OtherFields)
    return Article(shown.head, shown.blocks, rest.provenance, rest.quotes, rest.related)


def _tokens_of(language: str) -> dict[str, str]:
    """Return the tokens of stems of a language that are known, by form; new ones are added to them."""
    if len(_TOKENS.setdefault(language, {})) > REMEMBERED_FORMS:
        _TOKENS[language] = {}
    return _TOKENS[language]


class _Analyser:
    """Texts of one language → tokens; forms of articles before are not stemmed again."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._stops = stop_words(language)
        self._tokens = _tokens_of(language)
        self._paragraphs: dict[str, ParagraphWords] = {}

    def paragraphs(self, text: str) -> Paragraphs:
        """Return the surface forms of each paragraph of a text; those of equal paragraphs are looked for once."""
        return tuple(map(self._paragraph, text.split("\n")))

    def _paragraph(self, line: str) -> ParagraphWords:
        forms = self._paragraphs.get(line)
        if forms is None:
            forms = self._paragraphs[line] = ParagraphWords.of(line, self.language)
        return forms

    def stems(self, texts: Sequence[Sequence[str]]) -> str:
        """Return the tokens of the stems of some paragraphs, in order."""
        forms = [form for line in texts for form in line]
        new = list({form for form in forms if form not in self._tokens})
        made = (stem_token(stem, self.language) for stem in stems(new, self.language))
        self._tokens.update(zip(new, made, strict=True))
        return " ".join([self._tokens[form] for form in forms])

    def length(self, texts: Paragraphs) -> int:
        """Return the number of words that are no stop words."""
        return sum(len(line) - sum(map(self._stops.__contains__, line)) for line in texts)

    def fields(self, texts: Paragraphs) -> Json:
        """Return stems, forms by paragraph and by sentence, and length of some paragraphs."""
        return {
            "stem": self.stems(texts),
            "form": form_lines(texts),
            "sentence": sentence_lines(texts),
            "length": self.length(texts),
        }


def form_lines(texts: Iterable[Sequence[str]]) -> list[str]:
    """Return the tokens of the surface forms of each paragraph, or sentence."""
    lines = ((words, " ".join(words)) for words in texts)
    return [text if len(text) <= LONGEST_TOKEN else " ".join(map(token, words)) for words, text in lines]


def sentence_lines(texts: Paragraphs) -> list[str]:
    """Return the tokens of the surface forms of each sentence of some paragraphs."""
    return form_lines(sentence for line in texts for sentence in line.sentences)


def index_documents(documents: Sequence[Document]) -> IndexedDocuments:
    """Return what is indexed for one article.

    Raises:
        EngineError: The first document is not the article itself, or a string holds half of a surrogate pair.

    """
    if not documents or not isinstance(documents[0], ArticleDocument):
        raise EngineError("the documents of an article begin with its ArticleDocument: use chunk(article)")
    whole = documents[0]
    head = whole.article.head
    try:
        head.id.encode()
        return _indexed(whole, documents[1:])
    except UnicodeEncodeError as error:
        raise EngineError(
            f"article {head.id!r} cannot be stored: it holds half of a surrogate pair ({error})"
        ) from error


def _indexed(whole: ArticleDocument, others: Sequence[Document]) -> IndexedDocuments:
    article, head = whole.article, whole.article.head
    key = article_key(head.id)
    analyser = _Analyser(stemmer_of(head.language))
    texts = {name: analyser.paragraphs(text) for name, text in whole.texts.items()}
    forms = frozenset(form for name in WEIGHTS for line in texts[name] for form in line)
    shared = _shared_fields(head)
    quotes = [one for one in others if isinstance(one, QuoteDocument)]
    headlines = [one for one in others if isinstance(one, HeadlineDocument)]
    body = shared | {
        "kind": ARTICLE,
        "stem": {name: analyser.stems(lines) for name, lines in texts.items()},
        "form": {name: form_lines(lines) for name, lines in texts.items()},
        "sentence": {name: sentence_lines(lines) for name, lines in texts.items()},
        "length": {name: analyser.length(lines) for name, lines in texts.items()},
        ALL_STEMS: " ".join(sorted(set(analyser.stems((tuple(forms),)).split()))),
        ALL_FORMS: sorted(map(token, forms)),
        "quotes": len(quotes),
        "headlines": len(headlines),
        LINKS: list(map(key_term, page_links((one.headline for one in headlines), head))),
        **(facets := _facet_fields(values := article_values(article))),
    }
    ranges = passages(article.blocks, [sum(map(len, analyser.paragraphs(block.text))) for block in article.blocks])
    placed = list(zip(whole.body_blocks, texts[BODY], strict=False))
    of_body = [tuple(line for b, line in placed if p.first <= b < p.end) for p in ranges] or [texts[BODY]]
    of_body[0] = (*texts[LEAD], *of_body[0])
    body[PASSAGES] = [
        {"number": i, "stemmer": shared["stemmer"], **analyser.fields(lines)} for i, lines in enumerate(of_body)
    ]
    if len(texts[TITLE]) == 1 and texts[TITLE][0]:
        body["title_words"] = title_key(texts[TITLE][0], shared["stemmer"])
    if head.is_old:
        body[VERSION_OF] = article_key(head.article)
    else:
        body |= article_fields(fingerprint_of(whole))
    body["shown"] = encoded(ShownFields(head, article.blocks, ranges))
    body["rest"] = encoded(OtherFields(article.quotes, article.related, article.provenance))
    bodies = {key: body}
    for quote in quotes:
        bodies[f"{key}-q{quote.index}"] = shared | _quote_fields(article, values, quote, analyser, key)
    for one in headlines:
        own = {
            "kind": {"name": HEADLINE, "parent": key},
            "index": one.index,
            LINKS: list(map(key_term, link_keys(one.headline, head))),
            OWN: analyser.fields(analyser.paragraphs(one.headline.text)),
            **facets,
        }
        own["hit"] = encoded(HeadlineHit(head, one.index, one.headline, 0.0))
        bodies[f"{key}-h{one.index}"] = shared | own
    return IndexedDocuments(head.id, bodies, forms, len(quotes), len(headlines))


def _quote_fields(
    article: Article, of_article: Sequence[Values], document: QuoteDocument, analyser: _Analyser, parent: str
) -> Json:
    quote, head = document.quote, document.head
    # A facet is the quote's own where quotes have one, and else that of its article.
    values = [
        own if row.of_quote else whole
        for row, own, whole in zip(FACET.values(), quote_values(head, quote), of_article, strict=True)
    ]
    text = analyser.paragraphs(quote.text)
    fields: Json = {
        "kind": {"name": QUOTE, "parent": parent},
        "index": document.index,
        OWN: analyser.fields(text),
        NAMES: analyser.fields(tuple(line for name in quote.names for line in analyser.paragraphs(name))),
        "hit": encoded(QuoteHit.of(article, document.index, 0.0)),
        "words": encoded(QuoteWords(head.language, tuple(form for line in text for form in line))),
        WORDING: quote_wording(form for line in text for form in line),
        **_facet_fields(values),
    }
    speaker = quote.certain_speaker
    if speaker and is_name(speaker) and is_full_name(speaker):
        fields["full_name"] = key_term(name_key(speaker))
    return fields


def _shared_fields(head: ArticleHead) -> Json:
    """Return the fields that the article, its quotes and its headlines have alike."""
    fields: Json = {"id": head.id, "stemmer": stemmer_of(head.language)}
    if head.dated is not None and head.dated_day is not None:
        fields["dated"] = floor(head.dated.timestamp())
        fields["dated_exactly"] = microseconds(head.dated)
        fields["day"] = head.dated_day.toordinal()
        fields["month"] = head.dated_day.isoformat()[:7]
    if head.added is not None:
        fields["added"] = floor(head.added.timestamp())
    key = url_key(head.url or "")
    if key:
        fields["address"] = key_term(key)
    return fields


@lru_cache(maxsize=REMEMBERED_VALUES)
def _key_of(value: str) -> str:
    return key_term(value_key(value))


def _facet_fields(values: Sequence[Values]) -> Json:
    present = {name: list(dict.fromkeys(filter(None, given))) for name, given in zip(FACET, values, strict=True)}
    keys = {name: list(map(_key_of, given)) for name, given in present.items()}
    spelled = {
        name: [f"{key}{BEFORE_SPELLING}{value}" for key, value in zip(keys[name], given, strict=True)]
        for name, given in present.items()
    }
    return {"facet": present, "key": keys, "spelled": spelled}
