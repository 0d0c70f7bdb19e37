"""Blocks → quotes: direct speech in quotation marks, with speaker and evidence.

Direct speech only: what is reported without marks is not found.
"""

from collections.abc import Sequence

from searchsvc.model.article import Block, Quote
from searchsvc.quotes.attribution import attribute
from searchsvc.quotes.attribution.propagation import propagate
from searchsvc.quotes.coreference import People
from searchsvc.quotes.headline_quotes import find_headline_quotes
from searchsvc.quotes.quotation_marks import QuotedSpan, find_quoted_spans, opens_with_mark, pullquote_spans
from searchsvc.quotes.quotations import Found, confidence_of
from searchsvc.quotes.quote_types import QuotationKind, kind_of


def find_quotes(blocks: Sequence[Block]) -> tuple[Quote, ...]:
    """Return the quotations of an article's blocks, in order.

    Direct speech, whole or in part, carries its speaker and the evidence; terms in marks have
    the kind `term` and no speaker. A pull quote that repeats the body is left out.
    """
    pulled = pullquote_spans(blocks)
    marked = [_marked(number, blocks, pulled) for number in range(len(blocks))]
    paragraphs = [
        attribute(number, block, marked[number], leads_on=any(marked[number + 1 : number + 2]))
        for number, block in enumerate(blocks)
    ]
    propagate(paragraphs, blocks)
    found = [quote for paragraph in paragraphs for quote in paragraph.found]
    kinds = [_kind(quote, blocks) for quote in found]
    kept = _kept(found, kinds)
    contexts = [paragraph.last for paragraph in paragraphs if paragraph.last is not None]
    people = People(blocks, [quote for quote in found if quote.attributed] + contexts)
    places = {id(found[number]): place for place, number in enumerate(kept)}
    return tuple(_quote(found[number], kinds[number], blocks, people, places) for number in kept)


def _marked(number: int, blocks: Sequence[Block], pulled: dict[int, QuotedSpan]) -> list[QuotedSpan]:
    block = blocks[number]
    if block.kind == "pullquote":
        return [pulled[number]] if number in pulled else []
    if block.kind == "crosshead":
        # A cross-head quotes the paragraphs under it.
        return []
    following = blocks[number + 1].text if number + 1 < len(blocks) else ""
    return find_quoted_spans(block.text, continued=opens_with_mark(following))


def _kind(quote: Found, blocks: Sequence[Block]) -> QuotationKind:
    block = blocks[quote.block]
    if block.kind == "pullquote":
        return "pullquote"
    return kind_of(quote, block.text[quote.span.start : quote.span.end])


def _kept(found: Sequence[Found], kinds: Sequence[QuotationKind]) -> list[int]:
    """Return which quotations stay: in an article of double marks, single ones only around speech."""
    singles = sum(quote.span.single for quote in found)
    house_is_double = len(found) - singles >= singles
    return [
        number
        for number, quote in enumerate(found)
        if not (house_is_double and quote.span.single and kinds[number] == "term")
    ]


def _quote(quote: Found, kind: QuotationKind, blocks: Sequence[Block], people: People, places: dict[int, int]) -> Quote:
    text = blocks[quote.block].text[quote.span.start : quote.span.end]
    if kind == "term" or quote.mention_block is None:
        continues = None if kind == "term" or quote.continues_found is None else places.get(id(quote.continues_found))
        return Quote(text, kind, block=quote.block, start=quote.span.start, end=quote.span.end, continues=continues)
    return Quote(
        text,
        kind,
        speaker=people.speaker_of(quote),
        mention=blocks[quote.mention_block].text[quote.mention_start : quote.mention_end],
        cue=quote.cue,
        addressee=quote.addressee,
        method=quote.method,
        confidence=confidence_of(quote.method),
        block=quote.block,
        start=quote.span.start,
        end=quote.span.end,
        mention_block=quote.mention_block,
        mention_start=quote.mention_start,
        mention_end=quote.mention_end,
        continues=None if quote.continues_found is None else places.get(id(quote.continues_found)),
    )


#: Counted up whenever the same blocks would give other quotes.
VERSION = 8

__all__ = ["VERSION", "find_headline_quotes", "find_quotes"]
