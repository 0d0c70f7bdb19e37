"""A reader's request for quotes → those who said it, with the evidence."""

from dataclasses import dataclass
from datetime import UTC, datetime

from searchsvc.analysis import tokenize
from searchsvc.engines.base import Engine
from searchsvc.model.query import Everything, Node, Phrase
from searchsvc.model.result import IndexInfo, QuoteRanking
from searchsvc.query_parser import parse_query


@dataclass(frozen=True, slots=True)
class QuotePage:
    """The answer to one search for quotes."""

    text: str
    understood: str
    speaker: str | None
    page: int
    size: int
    ranking: QuoteRanking
    index: IndexInfo


def search_quotes(engine: Engine, text: str, *, speaker: str | None = None, page: int = 1, size: int = 10) -> QuotePage:
    """Find quotes by their own words; without text, the newest first.

    Args:
        engine: The collection.
        text: What was said, in the query language.
        speaker: Who said it: words of the name, in this order.
        page: Counted from 1.
        size: Quotes a page.

    Raises:
        QueryError: The text cannot be read, or would cost too much.
        EngineError: The index cannot be read.

    """
    read = parse_query(text, now=datetime.now(UTC))
    name = tuple(token.text for token in tokenize(speaker or ""))
    filters: tuple[Node, ...] = (Phrase(name, field="speaker"),) if name else ()
    root = read.root if text.strip() else Everything()
    ranking = engine.search_quotes(root, filters, limit=size, offset=(page - 1) * size)
    return QuotePage(text, read.text, speaker, page, size, ranking, engine.info())
