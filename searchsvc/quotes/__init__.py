"""Find the quotations in the text blocks of an article, with their speakers and the evidence for each.

Only direct speech is found, that is text in quotation marks; indirect speech (`he said it was
late`) is not. The grammar is English. The steps:

1. text → quoted spans → quotations with their kind (`quotation_marks`, `quotations`);
2. quotation → mention of its speaker (`attribution`, with the grammar of `syntax` and the word lists of `lexicon`);
3. article → register of its people (`register`, with `entities` and the word lists of `name_words`);
4. mention → the person or body (`coreference`), with the probability that both are right (`calibration`).

In these modules `at` and names such as `first`, `last`, `cue` are indexes into the tokens of a
block, `low` and `high` bound the tokens considered (`low` included, `high` not), and
`token.lower` is the token's text in lower case.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate, count
from typing import NamedTuple

from searchsvc.model.article import PROBABLE, Block, Quote
from searchsvc.quotes.attribution import attribute
from searchsvc.quotes.attribution.discourse import BlockReading
from searchsvc.quotes.attribution.propagation import propagate
from searchsvc.quotes.calibration import confidence, rule_precision
from searchsvc.quotes.coreference import SpeakerResolver
from searchsvc.quotes.headline_quotes import find_headline_quotes
from searchsvc.quotes.pullquotes import quoted_spans_of_blocks
from searchsvc.quotes.quotation_marks import QuotedSpan
from searchsvc.quotes.quotations import Mention, Quotation, kind_of
from searchsvc.quotes.register import EntityRegister

__all__ = [
    "MOST_QUOTES",
    "VERSION",
    "Claim",
    "QuoteFindings",
    "find_bounded_quotes",
    "find_claims",
    "find_headline_quotes",
    "find_quotes",
]

#: Incremented whenever the same blocks would give other quotes, so that stored quotes are found anew.
VERSION = 12
#: Most quotes of an article; the most of the 16,932 real articles that were read is 91. Most code points of a speaker,
#: mention, cue or addressee; the longest of those has 240.
MOST_QUOTES, LONGEST_NAME = 1_000, 300


class QuoteFindings(NamedTuple):
    """The quotes of an article, at most MOST_QUOTES, and how many quoted texts beyond them were left out."""

    quotes: tuple[Quote, ...]
    left_out: int


def find_bounded_quotes(
    blocks: Sequence[Block], headlines: Sequence[str], language: str | None = None
) -> QuoteFindings:
    """Return the first MOST_QUOTES quotations in the blocks, then the headlines, of an article.

    Texts in quotation marks beyond them are not read, so time and memory do not grow with their number. A quotation
    with a name of over LONGEST_NAME code points loses its speaker: no name is so long. In a text of another language
    than English nobody is named, since the grammar is English; `language` is its code of ISO 639-1, None if unknown.
    """
    spans = quoted_spans_of_blocks(blocks)
    ends = list(accumulate(map(len, spans)))
    whole = bisect_right(ends, MOST_QUOTES)
    if whole < len(blocks):
        rest = spans[whole][: MOST_QUOTES - (ends[whole - 1] if whole else 0)]
        found = _quotes_in(blocks[: whole + 1], [*spans[:whole], rest])
    else:
        found = _quotes_in(blocks, spans)
    in_headlines = find_headline_quotes(headlines)
    kept = (*found, *in_headlines[: MOST_QUOTES - len(found)])
    left_out = max(0, (ends[-1] if ends else 0) - MOST_QUOTES) + len(found) + len(in_headlines) - len(kept)
    is_read = language in {None, "en"}
    return QuoteFindings(
        tuple(one if is_read and _has_usual_names(one) else _unattributed(one) for one in kept), left_out
    )


def _has_usual_names(quote: Quote) -> bool:
    """Return whether none of a quote's names is over-long."""
    names = (quote.speaker, quote.mention, quote.cue, quote.addressee)
    return all(name is None or len(name) <= LONGEST_NAME for name in names)


def _unattributed(quote: Quote) -> Quote:
    """Return a quote without its attribution."""
    return Quote(quote.text, quote.kind, block=quote.block, start=quote.start, end=quote.end, continues=quote.continues)


def find_quotes(blocks: Sequence[Block]) -> tuple[Quote, ...]:
    """Return the quotations in the blocks of an article, in order of the text.

    A quotation of speech has its speaker, where one is probable (PROBABLE), how likely that is and how it was resolved,
    and the evidence: mention, cue, rule and the rule's measured precision. Terms and titles in quotation marks have the
    kind `term` and no speaker. A pull quote that repeats the body is left out. Offsets are code points of the block's
    text, without the quotation marks. The time is linear in the length of the blocks.
    """
    return _quotes_in(blocks, quoted_spans_of_blocks(blocks))


class Claim(NamedTuple):
    """What the rules say of one quotation, however likely it is; offsets are code points of its block's text."""

    block: int
    start: int
    end: int
    kind: str
    rule: str
    cue: str | None
    mention: Mention
    #: The mention as written.
    mentioned: str
    #: The speaker's name; None if the mention was not resolved.
    name: str | None
    #: How the mention was resolved; see `calibration.person_descriptions`.
    basis: str


def find_claims(blocks: Sequence[Block]) -> list[Claim]:
    """Return what the rules say of each quotation that has a mention of its speaker, to measure them."""
    quotations, resolver = _read(blocks, quoted_spans_of_blocks(blocks))
    claims = []
    for one in _without_single_quoted_terms(quotations):
        if one.attribution is not None and one.kind != "term":
            mention = one.attribution.mention
            resolution = resolver.resolve(mention)
            claims.append(
                Claim(
                    one.block,
                    one.span.start,
                    one.span.end,
                    one.kind or "full",
                    one.attribution.rule,
                    one.attribution.cue,
                    mention,
                    mention.text(blocks),
                    resolution.name,
                    resolution.basis,
                )
            )
    return claims


def _quotes_in(blocks: Sequence[Block], spans_of_blocks: Sequence[Sequence[QuotedSpan]]) -> tuple[Quote, ...]:
    """Return the quotations of some quoted spans, given for each block in order."""
    quotations, resolver = _read(blocks, spans_of_blocks)
    kept = _without_single_quoted_terms(quotations)
    indexes = {quotation.number: index for index, quotation in enumerate(kept)}
    return tuple(_quote(quotation, blocks, resolver, indexes) for quotation in kept)


def _read(
    blocks: Sequence[Block], spans_of_blocks: Sequence[Sequence[QuotedSpan]]
) -> tuple[list[Quotation], SpeakerResolver]:
    """Return the quotations with their kinds and attributions, and the resolver of their mentions."""
    numbers = count()
    detected = [
        [Quotation(next(numbers), block, span) for span in spans] for block, spans in enumerate(spans_of_blocks)
    ]
    readings = [
        BlockReading(number, block.text, spans)
        for number, (block, spans) in enumerate(zip(blocks, spans_of_blocks, strict=True))
    ]
    paragraphs = [
        attribute(reading, detected[number], before_quotations=any(detected[number + 1 : number + 2]))
        for number, reading in enumerate(readings)
    ]
    quotations = [one.of_kind(kind_of(one, blocks[one.block])) for one in propagate(paragraphs, blocks)]
    return quotations, SpeakerResolver(EntityRegister(blocks), blocks, readings)


def _without_single_quoted_terms(quotations: Sequence[Quotation]) -> list[Quotation]:
    """Return the quotations, without terms in single marks if the article's usual marks are double ones.

    Such an article has double marks around at least half of its quotations, speech and terms together.
    """
    singles = sum(quotation.span.single for quotation in quotations)
    mostly_double = len(quotations) - singles >= singles
    return [one for one in quotations if not (mostly_double and one.span.single and one.kind == "term")]


def _quote(
    quotation: Quotation, blocks: Sequence[Block], resolver: SpeakerResolver, indexes: Mapping[int, int]
) -> Quote:
    """Return the quotation as the article stores it; `indexes` maps the numbers of the stored ones to their indexes."""
    span, kind = quotation.span, quotation.kind or "full"
    text = blocks[quotation.block].text[span.start : span.end]
    if kind == "term":
        return Quote(text, kind, block=quotation.block, start=span.start, end=span.end)
    continues = None if quotation.continues is None else indexes.get(quotation.continues)
    if quotation.attribution is None:
        return Quote(text, kind, block=quotation.block, start=span.start, end=span.end, continues=continues)
    attribution = quotation.attribution
    mention = attribution.mention
    mentioned = mention.text(blocks)
    resolution = resolver.resolve(mention)
    speaker, sure = resolution.name, None
    if speaker is not None:
        sure = confidence(attribution.rule, kind, mentioned, attribution.cue, resolution.basis)
        if sure is None or sure < PROBABLE:
            speaker, sure = None, None
    return Quote(
        text,
        kind,
        speaker=speaker,
        mention=mentioned,
        cue=attribution.cue,
        addressee=attribution.addressee,
        method=attribution.rule,
        confidence=rule_precision(attribution.rule),
        speaker_confidence=sure,
        speaker_basis=resolution.basis if speaker is not None else None,
        block=quotation.block,
        start=span.start,
        end=span.end,
        mention_block=mention.block,
        mention_start=mention.start,
        mention_end=mention.end,
        continues=continues,
    )
