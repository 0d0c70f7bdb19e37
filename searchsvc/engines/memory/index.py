"""Documents → IndexedArticle, an analysed article; all of them → ArticleIndex, which matches nodes and counts words."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import assert_never

from searchsvc.analysis.keys import url_key, value_key
from searchsvc.analysis.links import page_links
from searchsvc.copies import TextFingerprint, fingerprint_of
from searchsvc.engines.memory.term_counts import Paragraphs, content_length, term_frequency, tokenized
from searchsvc.engines.ranking_rules import WEIGHTS, article_values, passages, scored_words
from searchsvc.errors import EngineError
from searchsvc.languages import STEMMERS
from searchsvc.model.article import Article, ArticleHead
from searchsvc.model.deadline import check_deadline
from searchsvc.model.document import ArticleDocument, Document, HeadlineDocument, Passage, QuoteDocument
from searchsvc.model.fields import BODY, FACET, LEAD, TEXT, FacetField, TextField
from searchsvc.model.query import (
    AddedRange,
    And,
    DateRange,
    FacetFilter,
    Fuzzy,
    Leaf,
    LinksTo,
    MatchAll,
    MinShouldMatch,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Url,
    Word,
)

#: Whether a leaf, or a facet filter, is true of the document in question.
LeafTest = Callable[[Leaf], bool]
FacetTest = Callable[[FacetFilter], bool]


@dataclass(frozen=True)
class IndexedArticle:
    """The documents of one article, with what is computed from them when it is first used."""

    document: ArticleDocument
    quotes: tuple[QuoteDocument, ...] = ()
    headlines: tuple[HeadlineDocument, ...] = ()

    @property
    def article(self) -> Article:
        """The article as it was stored."""
        return self.document.article

    @property
    def id(self) -> str:
        """Id of the article."""
        return self.document.id

    @property
    def language(self) -> str | None:
        """Language whose stemmer its words get; None is English, also for languages without a stemmer."""
        language = self.document.article.head.language
        return language if language in STEMMERS else None

    @cached_property
    def fields(self) -> dict[TextField, Paragraphs]:
        """Surface forms of every text field."""
        return {field: tokenized(text.split("\n"), self.language) for field, text in self.document.texts.items()}

    @cached_property
    def lengths(self) -> dict[TextField, int]:
        """Number of words of every text field that are no stop words."""
        return {field: content_length(paragraphs, self.language) for field, paragraphs in self.fields.items()}

    @cached_property
    def fingerprint(self) -> TextFingerprint:
        """What copies of the article are found by."""
        return fingerprint_of(self.document)

    @cached_property
    def ranges(self) -> tuple[Passage, ...]:
        """The article's passages, as ranges of its blocks."""
        blocks = self.article.blocks
        return passages(blocks, [len(forms) for forms in tokenized([b.text for b in blocks], self.language)])

    @cached_property
    def links(self) -> frozenset[str]:
        """Keys of the stories that its related headlines name."""
        return frozenset(page_links((one.headline for one in self.headlines), self.article.head))

    @cached_property
    def passages(self) -> tuple[Paragraphs, ...]:
        """Surface forms of each passage: those of its body blocks, and in the first one those of the lead.

        An article without passages has one here, of lead and body.
        """
        placed = list(zip(self.document.body_blocks, self.fields[BODY], strict=False))
        of_body = [tuple(words for b, words in placed if p.first <= b < p.end) for p in self.ranges] or [
            self.fields[BODY]
        ]
        return (*self.fields[LEAD], *of_body[0]), *of_body[1:]


def index_article(documents: Sequence[Document]) -> IndexedArticle:
    """Return the analysed article of its documents.

    Raises:
        EngineError: The first document is not the article itself.

    """
    if not documents or not isinstance(documents[0], ArticleDocument):
        raise EngineError("the documents of an article begin with its ArticleDocument: use chunk(article)")
    return IndexedArticle(
        documents[0],
        tuple(d for d in documents if isinstance(d, QuoteDocument)),
        tuple(d for d in documents if isinstance(d, HeadlineDocument)),
    )


class ArticleIndex:
    """The articles of one commit.

    Args:
        entries: The articles.
        versions: Their older versions.
        forms: Surface forms with their numbers of articles, if they are not those of the entries.

    """

    def __init__(
        self,
        entries: Iterable[IndexedArticle],
        versions: Iterable[IndexedArticle] = (),
        forms: Counter[str] | None = None,
    ) -> None:
        self.entries = tuple(sorted(entries, key=lambda entry: entry.id))
        self.versions = tuple(versions)
        self._other_forms = forms
        self._counts: dict[tuple[Leaf, str], dict[TextField, int]] = {}
        self._idf: dict[Leaf, float] = {}

    @cached_property
    def with_versions(self) -> "ArticleIndex":
        """Articles and older versions, each as an article; fuzzy words stand for forms of the articles."""
        return ArticleIndex((*self.entries, *self.versions), forms=self.forms)

    @cached_property
    def forms(self) -> Counter[str]:
        """Surface forms of the fields that bare words look into, with their numbers of articles."""
        if self._other_forms is not None:
            return self._other_forms
        return document_frequencies(
            [form for field in WEIGHTS for words in entry.fields[field] for form in words] for entry in self.entries
        )

    @cached_property
    def average(self) -> dict[TextField, float]:
        """Average length of every text field over the articles that have words in it."""
        return {field: average_length([entry.lengths[field] for entry in self.entries]) for field in TEXT}

    @cached_property
    def average_passage(self) -> float:
        """Average length of the passages that have words."""
        return average_length(
            [content_length(passage, entry.language) for entry in self.entries for passage in entry.passages]
        )

    def counts(self, leaf: Leaf, entry: IndexedArticle) -> dict[TextField, int]:
        """Return how often a leaf stands in each text field that it looks into; fields without it are left out."""
        check_deadline()
        key = (leaf, entry.id)
        if key not in self._counts:
            fields = WEIGHTS if leaf.field is None else (leaf.field,)
            counts = {f: term_frequency(leaf, entry.fields[f], entry.language, self.forms) for f in fields}
            self._counts[key] = {field: count for field, count in counts.items() if count}
        return self._counts[key]

    def idf(self, leaf: Leaf) -> float:
        """Return the idf of a leaf; that of a phrase is the sum over its words (`scored_words`)."""
        if leaf not in self._idf:
            if isinstance(leaf, Phrase):
                self._idf[leaf] = sum(map(self.idf, scored_words(leaf)))
            else:
                self._idf[leaf] = idf(len(self.entries), sum(bool(self.counts(leaf, e)) for e in self.entries))
        return self._idf[leaf]

    def having(self, nodes: Sequence[Node]) -> list[IndexedArticle]:
        """Return the articles that match all of some nodes, ordered by id."""
        check_deadline()
        return [entry for entry in self.entries if all(self.matches(node, entry) for node in nodes)]

    def matches(self, node: Node, entry: IndexedArticle) -> bool:
        """Return whether an article matches a node."""
        return node_matches(
            node,
            entry.article.head,
            lambda leaf: bool(self.counts(leaf, entry)),
            lambda facet: value_key(facet.value) in map(value_key, facet_values(entry, facet.field)),
            entry.links,
        )


def node_matches(  # noqa: C901, PLR0911 - one return a kind of node
    node: Node, head: ArticleHead, leaf: LeafTest, facet: FacetTest, links: Collection[str]
) -> bool:
    """Return whether an article or child document matches a node.

    Args:
        node: The node.
        head: Head of the article, for dates and addresses.
        leaf: Tests a leaf.
        facet: Tests a facet filter.
        links: Keys of the stories that related headlines name: those of its page, or itself if it is one.

    """
    match node:
        case Word() | Phrase() | Prefix() | Fuzzy():
            return leaf(node)
        case FacetFilter():
            return facet(node)
        case Url(url):
            key = url_key(url)
            return bool(key) and key == url_key(head.url or "")
        case LinksTo(keys):
            return any(key in links for key in keys)
        case DateRange() | AddedRange():
            return _is_within(head, node)
        case And(children):
            return all(node_matches(child, head, leaf, facet, links) for child in children)
        case Or(children):
            return any(node_matches(child, head, leaf, facet, links) for child in children)
        case MinShouldMatch(children, minimum):
            return sum(node_matches(child, head, leaf, facet, links) for child in children) >= minimum
        case Not(child):
            return not node_matches(child, head, leaf, facet, links)
        case MatchAll():
            return True
        case _:
            assert_never(node)


def _is_within(head: ArticleHead, period: DateRange | AddedRange) -> bool:
    if isinstance(period, AddedRange):
        added, start, end = head.added, period.start, period.end
        return added is not None and (start is None or start <= added) and (end is None or added < end)
    at, day = head.dated, head.dated_day
    if at is None or day is None:
        return False
    (first, after), (start, end) = period.days, period.instants
    in_days = (first is None or first <= day) and (after is None or day < after)
    return in_days and (start is None or start <= at) and (end is None or at < end)


def facet_values(entry: IndexedArticle, field: FacetField) -> tuple[str, ...]:
    """Return an article's values of a facet, each once."""
    values = dict(zip(FACET, article_values(entry.article), strict=True))[field]
    return tuple(dict.fromkeys(value for value in values if value))


def document_frequencies(vocabularies: Iterable[Iterable[str]]) -> Counter[str]:
    """Return for every form the number of vocabularies that have it."""
    return Counter(form for vocabulary in vocabularies for form in set(vocabulary))


def idf(articles: int, having: int) -> float:
    """Return the idf of BM25 as Lucene computes it, ln(1 + (N - n + 0.5) / (n + 0.5)), which is never negative."""
    return log(1 + (articles - having + 0.5) / (having + 0.5))


def average_length(lengths: Sequence[int]) -> float:
    """Return the mean of the lengths that are not 0; 1 if there are none."""
    present = [n for n in lengths if n]
    return sum(present) / len(present) if present else 1.0
