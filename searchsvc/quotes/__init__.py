"""Blocks → quotes: direct speech in quotation marks, with speaker and evidence.

Direct speech only: what is reported without marks is not found. The steps: text → quotations
(`quotation_marks`, `quote_types`), quotation → mention of a speaker (`attribution`, over `syntax`
and `lexicon`), mention → person (`entities`, `coreference`).
"""

from collections.abc import Mapping, Sequence
from itertools import count

from searchsvc.model.article import Block, Quote
from searchsvc.quotes.attribution import attribute
from searchsvc.quotes.attribution.propagation import propagate
from searchsvc.quotes.coreference import SpeakerResolver
from searchsvc.quotes.entities import EntityRegister
from searchsvc.quotes.headline_quotes import find_headline_quotes
from searchsvc.quotes.quotation_marks import quoted_spans_of_blocks
from searchsvc.quotes.quotations import Quotation, kind_of

#: Counted up whenever the same blocks would give other quotes.
VERSION = 8


def find_quotes(blocks: Sequence[Block]) -> tuple[Quote, ...]:
    """Return the quotations of an article's blocks, in order.

    Direct speech, whole or in part, carries its speaker and the evidence; terms in marks have
    the kind `term` and no speaker. A pull quote that repeats the body is left out.
    """
    numbers = count()
    detected = [
        [Quotation(next(numbers), block, span) for span in spans]
        for block, spans in enumerate(quoted_spans_of_blocks(blocks))
    ]
    register = EntityRegister(blocks)
    paragraphs = [
        attribute(number, block, detected[number], leads_on=any(detected[number + 1 : number + 2]))
        for number, block in enumerate(blocks)
    ]
    quotations = [one.of_kind(kind_of(one, blocks[one.block])) for one in propagate(paragraphs, blocks)]
    speakers = [one.attribution for one in quotations] + [paragraph.last_speaker for paragraph in paragraphs]
    resolver = SpeakerResolver(register, blocks, [one.mention for one in speakers if one is not None])
    kept = _without_stray_singles(quotations)
    indexes = {quotation.number: index for index, quotation in enumerate(kept)}
    return tuple(_quote(quotation, blocks, resolver, indexes) for quotation in kept)


def _without_stray_singles(quotations: Sequence[Quotation]) -> list[Quotation]:
    """Return the quotations that stay: in an article of double marks, single ones only around speech."""
    singles = sum(quotation.span.single for quotation in quotations)
    house_is_double = len(quotations) - singles >= singles
    return [one for one in quotations if not (house_is_double and one.span.single and one.kind == "term")]


def _quote(
    quotation: Quotation, blocks: Sequence[Block], resolver: SpeakerResolver, indexes: Mapping[int, int]
) -> Quote:
    """Return what the article keeps of a quotation; `indexes` are the places of those that stay, by number."""
    span, kind = quotation.span, quotation.kind or "full"
    text = blocks[quotation.block].text[span.start : span.end]
    if kind == "term":
        return Quote(text, kind, block=quotation.block, start=span.start, end=span.end)
    continues = None if quotation.continues is None else indexes.get(quotation.continues)
    if quotation.attribution is None:
        return Quote(text, kind, block=quotation.block, start=span.start, end=span.end, continues=continues)
    attribution = resolver.resolve(quotation.attribution)
    mention = attribution.mention
    return Quote(
        text,
        kind,
        speaker=attribution.entity,
        mention=mention.text(blocks),
        cue=attribution.cue,
        addressee=attribution.addressee,
        method=attribution.rule,
        confidence=attribution.confidence,
        block=quotation.block,
        start=span.start,
        end=span.end,
        mention_block=mention.block,
        mention_start=mention.start,
        mention_end=mention.end,
        continues=continues,
    )


__all__ = ["VERSION", "find_headline_quotes", "find_quotes"]
