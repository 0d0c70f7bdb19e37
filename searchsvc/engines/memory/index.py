"""Documents → Entry: one article with its texts cut into paragraphs of surface forms."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from searchsvc.analysis import is_stop, tokenize
from searchsvc.engines.ranking_rules import passages
from searchsvc.errors import EngineError
from searchsvc.languages import STEMMERS
from searchsvc.model.article import Article
from searchsvc.model.document import ArticleDocument, Document, HeadlineDocument, Passage, QuoteDocument
from searchsvc.model.fields import BODY, LEAD
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
