"""Blocks → quotes."""

from collections.abc import Sequence

from searchsvc.model.article import Block, Quote
from searchsvc.quotes.attribution import Found, Paragraph, attribute
from searchsvc.quotes.confidence import confidence_of
from searchsvc.quotes.kinds import kind_of
from searchsvc.quotes.marks import find_marked, opens_with_mark
from searchsvc.quotes.resolution import People


def find_quotes(blocks: Sequence[Block]) -> tuple[Quote, ...]:
    """Return the quotations of an article's blocks, in order."""
    paragraphs: list[Paragraph] = []
    for number, block in enumerate(blocks):
        following = blocks[number + 1].text if number + 1 < len(blocks) else ""
        marked = find_marked(block.text, continued=opens_with_mark(following))
        paragraphs.append(attribute(number, block, marked))
    _carry(paragraphs)
    found = [quote for paragraph in paragraphs for quote in paragraph.found]
    people = People(blocks, [quote for quote in found if quote.attributed] + [p.last for p in paragraphs if p.last])
    return tuple(_quote(quote, blocks, people) for quote in found)


def _carry(paragraphs: list[Paragraph]) -> None:
    for before, here in zip(paragraphs, paragraphs[1:], strict=False):
        if not here.found:
            continue
        first = here.found[0]
        if first.attributed or not first.alone:
            continue
        source: Found | None = None
        if before.found and not before.found[-1].span.closed:
            source, method = before.found[-1], "continuation"
        elif before.leads and before.last:
            source, method = before.last, "intro"
        elif before.found and before.found[-1].attributed:
            source, method = before.found[-1], "floating"
        elif before.last:
            source, method = before.last, "floating2"
        if source is not None and source.attributed:
            for quote in here.found:
                if quote.alone and not quote.attributed:
                    quote.take(source, method)


def _quote(quote: Found, blocks: Sequence[Block], people: People) -> Quote:
    text = blocks[quote.block].text[quote.span.start : quote.span.end]
    kind = kind_of(quote, text)
    mention = None
    if quote.mention_block is not None:
        mention = blocks[quote.mention_block].text[quote.mention_start : quote.mention_end]
    if kind == "term":
        return Quote(text, kind, block=quote.block, start=quote.span.start, end=quote.span.end)
    return Quote(
        text,
        kind,
        speaker=people.speaker_of(quote),
        mention=mention,
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
    )
