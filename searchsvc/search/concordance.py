"""Search in context: every place of a query's words in the first hits, a line each, with what stands before and after.

A concordance of key words in context (H. P. Luhn, "Keyword-in-Context Index for Technical Literature", 1960). The
places are those that snippets and articles mark. A line stays within its paragraph.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta

from searchsvc.analysis import fold, is_unspaced, surface_forms
from searchsvc.engines.base import Engine
from searchsvc.highlighting import matched_texts
from searchsvc.model.article import ArticleHead
from searchsvc.model.deadline import check_deadline
from searchsvc.model.message import Message
from searchsvc.model.query import Node, Notice, Sort
from searchsvc.model.result import Asked, Hit, IndexInfo, Span
from searchsvc.search.articles import read_first
from searchsvc.search.request import SearchRequest, with_language

#: Hits that are read, lines that are made of them, and code points on each side of a line, at most.
MAX_READ, MAX_LINES, CONTEXT = 1_000, 10_000, 60
#: Order of the lines: that of the result; by the words before, the nearest first, those after, the match itself; by
#: date, oldest first; by outlet.
ConcordanceOrder = Literal["result", "left", "right", "match", "date", "outlet"]
_ADVICE = Message("ask for rarer words, or for fewer days")


@dataclass(frozen=True, slots=True)
class ConcordanceLine:
    """One place of the query's words, with the text on both sides, cut at words."""

    head: ArticleHead
    #: Index of the block; None: the headline.
    block: int | None
    left: Annotated[str, Meta(description="What stands before, in the direction of reading.")]
    match: str
    right: str

    @property
    def anchor(self) -> str | None:
        """Return the fragment of the place on the article's page; None for the headline."""
        return None if self.block is None else f"b{self.block}"


@dataclass(frozen=True, slots=True)
class ConcordancePage:
    """The answer to a search in context."""

    text: str
    asked: Asked
    understood: str
    notices: tuple[Notice, ...]
    #: Order of the result, of which the first articles are read; and of the lines.
    sort: Sort
    order: ConcordanceOrder
    page: int
    size: int
    #: Articles that match, and how many of them were read.
    articles: int
    read: int
    #: Lines of those, and whether there were more than MAX_LINES, which are left out.
    total: int
    cut: bool
    lines: tuple[ConcordanceLine, ...]
    index: IndexInfo

    @property
    def is_complete(self) -> bool:
        """Return whether no article that matches, and no line, is left out."""
        return self.read == self.articles and not self.cut


def search_concordance(
    engine: Engine, request: SearchRequest, order: ConcordanceOrder = "result", *, whole: bool = False
) -> ConcordancePage:
    """Return one page of the lines of the first MAX_READ articles that match; of a search without words, none.

    Args:
        engine: The index to search.
        request: The search; its page and size are those of lines.
        order: The order of the lines; ties stand as in the result.
        whole: Whether to return all lines, whatever page and size say.

    Raises:
        QueryError: The text cannot be parsed, or the query would cost too much.
        EngineError: The index cannot be read.

    """
    return engine.at_one_commit(lambda held: _page(held, with_language(held, request), order, whole=whole))


def _page(engine: Engine, request: SearchRequest, order: ConcordanceOrder, *, whole: bool) -> ConcordancePage:
    answered, ranked, hits, notices = read_first(engine, request, MAX_READ)
    lines = list(_lines(hits, ranked.query.root))
    is_cut = len(lines) > MAX_LINES
    lines = lines[:MAX_LINES]
    if order in _KEYS:
        lines.sort(key=_KEYS[order])
    shown = lines if whole else lines[request.offset : request.offset + request.size]
    return ConcordancePage(
        text=request.text,
        asked=request.asked,
        understood=answered.understood.text,
        notices=notices,
        sort=answered.order,
        order=order,
        page=request.page,
        size=request.size,
        articles=ranked.ranking.total,
        read=len(hits),
        total=len(lines),
        cut=is_cut,
        lines=tuple(shown),
        index=engine.info(),
    )


def _lines(hits: Sequence[Hit], root: Node) -> Iterator[ConcordanceLine]:
    """Yield the lines of hits in their order, at most one more than MAX_LINES."""
    count = 0
    for hit in hits:
        check_deadline(_ADVICE)
        for found in matched_texts(hit, root):
            for mark in found.marks:
                left, right = contexts(found.text, mark)
                yield ConcordanceLine(hit.head, found.block, left, _flat(found.text[mark.start : mark.end]), right)
                count += 1
                if count > MAX_LINES:
                    return


def contexts(text: str, mark: Span, width: int = CONTEXT) -> tuple[str, str]:
    """Return what stands before and after a place of a text: at most `width` code points each, whole words.

    Words of scripts without spaces are letters; a word that is longer than `width` is cut. What stands before, the
    place and what stands after are one stretch of the text.

    >>> contexts("The old ferry sails at dawn.", Span(8, 13), 12)
    ('The old ', ' sails at')
    """
    before, after = text[max(0, mark.start - width) : mark.start], text[mark.end : mark.end + width]
    if mark.start > width and not _is_between(text, mark.start - width):
        head, space, rest = before.partition(" ")
        before = rest if space and head else before
    if mark.end + width < len(text) and not _is_between(text, mark.end + width):
        rest, space, tail = after.rpartition(" ")
        after = rest if space and tail else after
    return _flat(before).lstrip(), _flat(after).rstrip()


def _is_between(text: str, at: int) -> bool:
    """Return whether a text may be cut before a place: between words, or letters of a script without spaces."""
    one, other = text[at - 1], text[at]
    return one.isspace() or other.isspace() or (is_unspaced(one) and is_unspaced(other))


def _flat(text: str) -> str:
    """Return a text with a space in place of each line end."""
    return text.replace("\n", " ")


def _before(line: ConcordanceLine) -> Any:
    return surface_forms(line.left)[::-1]


def _after(line: ConcordanceLine) -> Any:
    return surface_forms(line.right)


def _matched(line: ConcordanceLine) -> Any:
    return fold(line.match), _after(line)


def _dated(line: ConcordanceLine) -> Any:
    day = line.head.dated_day
    return day is None, day or date.min


def _outlet(line: ConcordanceLine) -> Any:
    outlet = line.head.outlet
    return outlet is None, fold(outlet or "")


#: Order → what lines are sorted by; undated ones, and those without an outlet, come last.
_KEYS: Mapping[str, Callable[[ConcordanceLine], Any]] = {
    "left": _before,
    "right": _after,
    "match": _matched,
    "date": _dated,
    "outlet": _outlet,
}
