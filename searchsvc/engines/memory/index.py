"""Documents → IndexedArticle, an analysed article; all of them → ArticleIndex, which matches nodes and counts words."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import assert_never

from searchsvc.analysis import edit_distance, is_stop, spellings, stem, tokenize
from searchsvc.analysis.keys import url_key, value_key
from searchsvc.engines.ranking_rules import FUZZY_FORMS, WEIGHTS, article_values, passages, scored_words
from searchsvc.errors import EngineError
from searchsvc.languages import STEMMERS
from searchsvc.model.article import Article, ArticleHead
from searchsvc.model.deadline import check_deadline
from searchsvc.model.document import ArticleDocument, Document, HeadlineDocument, Passage, QuoteDocument
from searchsvc.model.fields import BODY, FACET, LEAD, TEXT, FacetField, TextField
from searchsvc.model.query import (
    And,
    DateRange,
    FacetFilter,
    Fuzzy,
    Leaf,
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

#: Surface forms of a text, by paragraph.
Paragraphs = tuple[tuple[str, ...], ...]
#: Whether a leaf, or a facet filter, is true of the document in question.
LeafTest = Callable[[Leaf], bool]
FacetTest = Callable[[FacetFilter], bool]


@dataclass(frozen=True)
class IndexedArticle:
    """The documents of one article, with what is computed from them when it is first used."""

    document: ArticleDocument
    quotes: tuple[QuoteDocument, ...]
    headlines: tuple[HeadlineDocument, ...]

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
    def ranges(self) -> tuple[Passage, ...]:
        """The article's passages, as ranges of its blocks."""
        blocks = self.article.blocks
        return passages(blocks, [len(forms) for forms in tokenized([b.text for b in blocks], self.language)])

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
    """The articles of one commit."""

    def __init__(self, entries: Sequence[IndexedArticle]) -> None:
        self.entries = tuple(sorted(entries, key=lambda entry: entry.id))
        self._counts: dict[tuple[Leaf, str], dict[TextField, int]] = {}
        self._idf: dict[Leaf, float] = {}

    @cached_property
    def forms(self) -> Counter[str]:
        """Surface forms of the fields that bare words look into, with their numbers of articles."""
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
        )


def node_matches(  # noqa: PLR0911 - one return a kind of node
    node: Node, head: ArticleHead, leaf: LeafTest, facet: FacetTest
) -> bool:
    """Return whether an article or child document matches a node.

    Args:
        node: The node.
        head: Head of the article, for dates and addresses.
        leaf: Tests a leaf.
        facet: Tests a facet filter.

    """
    match node:
        case Word() | Phrase() | Prefix() | Fuzzy():
            return leaf(node)
        case FacetFilter():
            return facet(node)
        case Url(url):
            key = url_key(url)
            return bool(key) and key == url_key(head.url or "")
        case DateRange():
            return _is_within(head, node)
        case And(children):
            return all(node_matches(child, head, leaf, facet) for child in children)
        case Or(children):
            return any(node_matches(child, head, leaf, facet) for child in children)
        case MinShouldMatch(children, minimum):
            return sum(node_matches(child, head, leaf, facet) for child in children) >= minimum
        case Not(child):
            return not node_matches(child, head, leaf, facet)
        case MatchAll():
            return True
        case _:
            assert_never(node)


def _is_within(head: ArticleHead, period: DateRange) -> bool:
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


def tokenized(texts: Sequence[str], language: str | None) -> Paragraphs:
    """Return the surface forms of each text of a language."""
    return tuple(tuple(token.text for token in tokenize(text, language)) for text in texts)


def content_length(paragraphs: Paragraphs, language: str | None) -> int:
    """Return the number of words that are no stop words of a language."""
    return sum(not is_stop(form, language) for forms in paragraphs for form in forms)


def term_frequency(leaf: Leaf, paragraphs: Paragraphs, language: str | None, forms: Mapping[str, int]) -> int:
    """Return how often a leaf stands in some paragraphs.

    Args:
        leaf: The leaf.
        paragraphs: The paragraphs.
        language: The language whose stemmer their words get.
        forms: All surface forms of the index with their numbers of articles, to which fuzzy words are expanded.

    """
    match leaf:
        case Word(text):
            wanted = stem(text, language)
            return sum(stem(form, language) == wanted for words in paragraphs for form in words)
        case Phrase(words, slop):
            spelled = [frozenset(spellings(form, language)) for form in words]
            if leaf.ending:
                spelled[-1] = _ending_forms(leaf.ending, paragraphs, forms)
            return sum(phrase_frequency(spelled, slop, forms_here) for forms_here in paragraphs)
        case Prefix(text):
            return sum(form.startswith(text) for words in paragraphs for form in words)
        case Fuzzy():
            near = fuzzy_expansions(leaf, forms)
            return sum(form in near for words in paragraphs for form in words)
        case _:
            assert_never(leaf)


def _ending_forms(ending: Prefix | Fuzzy, paragraphs: Paragraphs, forms: Mapping[str, int]) -> frozenset[str]:
    """Return the forms that may stand at the end of a phrase with a tail."""
    if isinstance(ending, Fuzzy):
        return fuzzy_expansions(ending, forms)
    return frozenset(form for words in paragraphs for form in words if form.startswith(ending.text))


def phrase_frequency(wanted: Sequence[frozenset[str]], slop: int, forms: Sequence[str]) -> int:
    """Return at how many positions of its first word a phrase, given by the spellings of each, stands in a paragraph.

    Word i at position p lies p - i from where the phrase begins. The phrase stands where all its words have positions
    of their own whose differences p - i are at most `slop` apart.
    """
    if not wanted:
        return 0
    first = [at for at, form in enumerate(forms) if form in wanted[0]]
    return sum(any(_fits(wanted, forms, at, low, slop) for low in range(at - slop, at + 1)) for at in first)


def _fits(wanted: Sequence[frozenset[str]], forms: Sequence[str], first: int, low: int, slop: int) -> bool:
    """Return whether each word i has a position of its own from `low + i` to `low + i + slop`, the first at `first`."""
    used = {first}
    for i, word in enumerate(wanted[1:], 1):
        positions = range(max(0, low + i), min(len(forms), low + i + slop + 1))
        free = next((at for at in positions if forms[at] in word and at not in used), None)
        if free is None:
            return False
        used.add(free)
    return True


def fuzzy_expansions(node: Fuzzy, forms: Mapping[str, int]) -> frozenset[str]:
    """Return the FUZZY_FORMS forms nearest to a word within its edits; equal ones: most frequent, then by form."""
    near = {form: edit_distance(node.text, form, node.edits) for form in forms}
    within = [(distance, -forms[form], form) for form, distance in near.items() if distance is not None]
    return frozenset(form for *_, form in sorted(within)[:FUZZY_FORMS])


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
