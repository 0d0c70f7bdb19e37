"""Comparison × article → Place: where it stands, whether in quotation marks, and who said it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from searchsvc.model.article import ArticleHead, Quote
from searchsvc.verify.alignment import Alignment
from searchsvc.verify.article_words import Printed
from searchsvc.verify.comparison import Comparison, Place


class _Stretch(NamedTuple):
    """Part of a text: block, None for the headline, and offsets."""

    block: int | None
    start: int
    end: int


def make_place(
    head: ArticleHead, quotes: Sequence[Quote], printed: Printed, alignment: Alignment, comparison: Comparison
) -> Place:
    """Return the place of an alignment.

    Args:
        head: Of the article.
        quotes: Of the article.
        printed: The article's words.
        alignment: Where the quotation lies.
        comparison: What differs there.

    """
    first, last = printed.words[alignment.first], printed.words[alignment.end - 1]
    block = printed.block_of(alignment.first)
    quoted, quote = _said(head, quotes, list(_stretches(printed, alignment)))
    return Place(
        head=head,
        status=comparison.status,
        block=block,
        end_block=printed.block_of(alignment.end - 1),
        anchor=None if block is None else f"b{block}",
        start=first.start,
        end=last.end,
        text="".join(one.printed for one in comparison.diff),
        diff=comparison.diff,
        left_out=comparison.left_out,
        quoted=quoted,
        quote=quote,
    )


def _stretches(printed: Printed, alignment: Alignment) -> Iterator[_Stretch]:
    """Yield the printed words that were quoted, one by one."""
    for move in alignment.moves:
        if move.item is not None and move.end == move.first + 1:
            word = printed.words[move.first]
            yield _Stretch(printed.block_of(move.first), word.start, word.end)


def _said(head: ArticleHead, quotes: Sequence[Quote], stretches: Sequence[_Stretch]) -> tuple[bool, Quote | None]:
    """Return whether all of it stands in quotation marks, and the quote that holds most of it."""
    blocks = {stretch.block for stretch in stretches}
    best: tuple[int, Quote] | None = None
    inside: set[_Stretch] = set()
    for quote in quotes:
        place = _place_of(head, quote)
        if place is None or place.block not in blocks:
            continue
        held = [s for s in stretches if s.block == place.block and place.start <= s.start and s.end <= place.end]
        inside.update(held)
        size = sum(s.end - s.start for s in held)
        if size and (best is None or size > best[0]):
            best = size, quote
    return inside.issuperset(stretches), best[1] if best else None


def _place_of(head: ArticleHead, quote: Quote) -> _Stretch | None:
    """Return where a quote stands; None if in the headline of another article."""
    if quote.block is not None and quote.start is not None and quote.end is not None:
        return _Stretch(quote.block, quote.start, quote.end)
    start = head.title.find(quote.text) if quote.block is None else -1
    return _Stretch(None, start, start + len(quote.text)) if start >= 0 else None
