"""Documents → Entry: one article with its texts cut into paragraphs of surface forms."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import assert_never

from searchsvc.analysis import is_stop, stem, tokenize
from searchsvc.analysis.edits import within
from searchsvc.engines.ranking_rules import FUZZY_FORMS, Leaf, passages
from searchsvc.errors import EngineError
from searchsvc.languages import STEMMERS
from searchsvc.model.article import Article
from searchsvc.model.document import ArticleDocument, Document, HeadlineDocument, Passage, QuoteDocument
from searchsvc.model.fields import BODY, LEAD
from searchsvc.model.query import Fuzzy, Phrase, Prefix, Word
from searchsvc.model.rows import TextField

Paragraphs = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Entry:
    """One article, analysed."""

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
        """Language whose stems its words have; None is English, also for languages without a stemmer."""
        language = self.document.article.head.language
        return language if language in STEMMERS else None

    @cached_property
    def fields(self) -> dict[TextField, Paragraphs]:
        """Surface forms of every field, by paragraph."""
        return {field: cut(text.split("\n")) for field, text in self.document.texts.items()}

    @cached_property
    def lengths(self) -> dict[TextField, int]:
        """Words of every field that are not stop words."""
        return {field: length(paragraphs, self.language) for field, paragraphs in self.fields.items()}

    @cached_property
    def ranges(self) -> tuple[Passage, ...]:
        """The article's passages, as ranges of its blocks."""
        blocks = self.article.blocks
        return passages(blocks, [len(forms) for forms in cut([block.text for block in blocks])])

    @cached_property
    def passages(self) -> tuple[Paragraphs, ...]:
        """Words of the body by passage; the lead belongs to the first one. Without passages all is one."""
        placed = list(zip(self.document.body_blocks, self.fields[BODY], strict=False))
        found = [tuple(words for b, words in placed if p.first <= b < p.end) for p in self.ranges]
        whole = found or [self.fields[BODY]]
        return (*self.fields[LEAD], *whole[0]), *whole[1:]


def entry(documents: Sequence[Document]) -> Entry:
    """Return the entry of one article's documents.

    Raises:
        EngineError: The first one is not the article itself.

    """
    if not documents or not isinstance(documents[0], ArticleDocument):
        raise EngineError("the documents of an article begin with its ArticleDocument: use chunk(article)")
    return Entry(
        documents[0],
        tuple(d for d in documents if isinstance(d, QuoteDocument)),
        tuple(d for d in documents if isinstance(d, HeadlineDocument)),
    )


def cut(texts: Sequence[str]) -> Paragraphs:
    """Return the surface forms of each text."""
    return tuple(tuple(token.text for token in tokenize(text)) for text in texts)


def length(paragraphs: Paragraphs, language: str | None) -> int:
    """Return how many words are not stop words."""
    return sum(not is_stop(form, language) for forms in paragraphs for form in forms)


def occurrences(leaf: Leaf, paragraphs: Paragraphs, language: str | None, forms: Mapping[str, int]) -> int:
    """Return how often the leaf stands in the paragraphs.

    Args:
        leaf: What to count.
        paragraphs: Where.
        language: Whose stems the paragraphs' words have.
        forms: The collection's surface forms with their numbers of articles.

    """
    match leaf:
        case Word(text):
            wanted = stem(text, language)
            return sum(stem(form, language) == wanted for words in paragraphs for form in words)
        case Phrase(words, slop):
            return sum(phrases(words, slop, forms_here) for forms_here in paragraphs)
        case Prefix(text):
            return sum(form.startswith(text) for words in paragraphs for form in words)
        case Fuzzy():
            near = expand(leaf, forms)
            return sum(form in near for words in paragraphs for form in words)
        case _:
            assert_never(leaf)


def phrases(wanted: Sequence[str], slop: int, forms: Sequence[str]) -> int:
    """Return at how many places of its first word the phrase stands.

    Word i of the phrase at place p lies p - i away from where the phrase begins; the phrase
    stands where all its words have places of their own whose distances differ by `slop` at most.
    """
    if not wanted:
        return 0
    first = [at for at, form in enumerate(forms) if form == wanted[0]]
    return sum(any(_fits(wanted, forms, at, low, slop) for low in range(at - slop, at + 1)) for at in first)


def _fits(wanted: Sequence[str], forms: Sequence[str], first: int, low: int, slop: int) -> bool:
    """Return whether every word has a place from `low + i` to `low + i + slop`, the first one at `first`."""
    used = {first}
    for i, word in enumerate(wanted[1:], 1):
        places = range(max(0, low + i), min(len(forms), low + i + slop + 1))
        free = next((at for at in places if forms[at] == word and at not in used), None)
        if free is None:
            return False
        used.add(free)
    return True


def expand(node: Fuzzy, forms: Mapping[str, int]) -> frozenset[str]:
    """Return the forms near the word that begin with its letter: the most frequent ones, ties by form."""
    near = [f for f in forms if f[0] == node.text[0] and within(node.text, f, node.edits) is not None]
    return frozenset(sorted(near, key=lambda form: (-forms[form], form))[:FUZZY_FORMS])


def count_articles(vocabularies: Iterable[Iterable[str]]) -> Counter[str]:
    """Return for every form in how many of the vocabularies it stands."""
    return Counter(form for vocabulary in vocabularies for form in set(vocabulary))
