"""Find the quotations in the text blocks of an article, with their speakers and the evidence for each.

Only direct speech is found, that is text in quotation marks; indirect speech (`he said it was
late`) is not. The grammar is English. The steps:

1. text → quoted spans → quotations with their kind (`quotation_marks`, `quotations`);
2. quotation → mention of its speaker (`attribution`, with the grammar of `syntax` and the word lists of `lexicon`);
3. mention → canonical name of the person or organisation (`entities`, `coreference`).

In these modules `at` and names such as `first`, `last`, `cue` are indexes into the tokens of a
block, `low` and `high` bound the tokens considered (`low` included, `high` not), and
`token.lower` is the token's text in lower case.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate, count
from typing import NamedTuple

from searchsvc.model.article import Block, Quote
from searchsvc.quotes.attribution import attribute
from searchsvc.quotes.attribution.propagation import propagate
from searchsvc.quotes.coreference import SpeakerResolver
from searchsvc.quotes.entities import EntityRegister, organisation_in, person_in
from searchsvc.quotes.lexicon import (
    CUE_BASES,
    CUE_FORMS,
    GENITIVES,
    HEADLINE_KICKERS,
    HEADLINE_PAST_FORMS,
    HEADLINE_ROLES,
    HEADLINE_VERBS,
    NAME_LINKS,
    PLURALS,
    TRAILING_NOUNS,
)
from searchsvc.quotes.quotation_marks import (
    QuotedSpan,
    find_quoted_spans,
    find_single_quoted_spans,
    quoted_spans_of_blocks,
)
from searchsvc.quotes.quotations import PRECISION, Quotation, kind_of
from searchsvc.quotes.syntax import SentenceToken, tokenize_block

__all__ = ["MOST_QUOTES", "VERSION", "QuoteFindings", "find_bounded_quotes", "find_headline_quotes", "find_quotes"]

#: Incremented whenever the same blocks would give other quotes, so that stored quotes are found anew.
VERSION = 9
#: Most quotes of an article; the most of the 16,932 real articles that were read is 91. Most code points of a speaker,
#: mention, cue or addressee; the longest of those has 240.
MOST_QUOTES, LONGEST_NAME = 1_000, 300
#: Code points of a headline that are read.
_MAX_HEADLINE_LENGTH = 500
#: Name of the rule by which headline quotes are attributed.
_HEADLINE_RULE = "headline"
#: Most tokens of the name of a speaker in a headline.
_MAX_NAME_TOKENS = 5


class QuoteFindings(NamedTuple):
    """The quotes of an article, at most MOST_QUOTES, and how many quoted texts beyond them were left out."""

    quotes: tuple[Quote, ...]
    left_out: int


def find_bounded_quotes(blocks: Sequence[Block], headlines: Sequence[str]) -> QuoteFindings:
    """Return the first MOST_QUOTES quotations in the blocks, then the headlines, of an article.

    Texts in quotation marks beyond them are not read, so time and memory do not grow with their number. A quotation
    with a name of over LONGEST_NAME code points loses its speaker: no name is so long.
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
    return QuoteFindings(tuple(map(_without_long_names, kept)), left_out)


def _without_long_names(quote: Quote) -> Quote:
    """Return a quote without its attribution if one of its names is over-long."""
    names = (quote.speaker, quote.mention, quote.cue, quote.addressee)
    if all(name is None or len(name) <= LONGEST_NAME for name in names):
        return quote
    return Quote(quote.text, quote.kind, block=quote.block, start=quote.start, end=quote.end, continues=quote.continues)


def find_quotes(blocks: Sequence[Block]) -> tuple[Quote, ...]:
    """Return the quotations in the blocks of an article, in order of the text.

    A quotation of speech has its speaker, where one was found, and the evidence: mention, cue, rule
    and the rule's measured precision. Terms and titles in quotation marks have the kind `term` and
    no speaker. A pull quote that repeats the body is left out. Offsets are code points of the block's
    text, without the quotation marks. The time is linear in the length of the blocks.
    """
    return _quotes_in(blocks, quoted_spans_of_blocks(blocks))


def _quotes_in(blocks: Sequence[Block], spans_of_blocks: Sequence[Sequence[QuotedSpan]]) -> tuple[Quote, ...]:
    """Return the quotations of some quoted spans, given for each block in order."""
    numbers = count()
    detected = [
        [Quotation(next(numbers), block, span) for span in spans] for block, spans in enumerate(spans_of_blocks)
    ]
    register = EntityRegister(blocks)
    paragraphs = [
        attribute(number, block, detected[number], before_quotations=any(detected[number + 1 : number + 2]))
        for number, block in enumerate(blocks)
    ]
    quotations = [one.of_kind(kind_of(one, blocks[one.block])) for one in propagate(paragraphs, blocks)]
    speakers = [one.attribution for one in quotations] + [paragraph.last_speaker for paragraph in paragraphs]
    resolver = SpeakerResolver(register, blocks, [one.mention for one in speakers if one is not None])
    kept = _without_single_quoted_terms(quotations)
    indexes = {quotation.number: index for index, quotation in enumerate(kept)}
    return tuple(_quote(quotation, blocks, resolver, indexes) for quotation in kept)


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


class _HeadlineSpeaker(NamedTuple):
    """The speaker in a headline: tokens `first` to `last` (inclusive) of the name, and its verb or colon."""

    first: int
    last: int
    cue: int


def find_headline_quotes(headlines: Sequence[str]) -> tuple[Quote, ...]:
    """Return the quotations in headlines, in double or single marks, with their speakers.

    They have no block, and no offsets. No quotation continues another.
    """
    return tuple(quote for headline in headlines for quote in _quotes_in_headline(headline[:_MAX_HEADLINE_LENGTH]))


def _quotes_in_headline(text: str) -> list[Quote]:
    """Return the quotations of one headline: those in double marks if there are any, else those in single ones."""
    doubles = find_quoted_spans(text)
    spans = doubles if any(not span.single for span in doubles) else find_single_quoted_spans(text)
    tokens = tokenize_block(text, spans).tokens
    return [
        _headline_quote(text, spans[token.quote], tokens, at) for at, token in enumerate(tokens) if token.quote >= 0
    ]


def _headline_quote(text: str, span: QuotedSpan, tokens: list[SentenceToken], at: int) -> Quote:
    """Return the quotation whose token is `tokens[at]`, with the speaker the headline names."""
    quoted = text[span.start : span.end]
    speaker = _speaker(tokens, at, is_phrase=" " in quoted)
    if speaker is None:
        return Quote(quoted, "headline")
    first, last, cue = speaker
    mention = text[tokens[first].start : tokens[last].end]
    person = person_in(mention)
    return Quote(
        quoted,
        "headline",
        speaker=person.name if person else organisation_in(mention) or None,
        mention=mention,
        cue=text[tokens[cue].start : tokens[cue].end],
        method=_HEADLINE_RULE,
        confidence=PRECISION.get(_HEADLINE_RULE),
    )


def _speaker(tokens: list[SentenceToken], at: int, *, is_phrase: bool) -> _HeadlineSpeaker | None:
    """Return the speaker of the quotation at a token, or None.

    The forms: "Name says 'words'", "Name: 'words'", "'Words', says Name", "'Words', Name says", "'Words': Name".

    Args:
        tokens: Those of the headline.
        at: Index of the quotation.
        is_phrase: True if the quotation has several words; one word after a colon is no speech.

    """
    for cue in range(1, at):
        if tokens[cue].text == ":" or not tokens[cue].is_word:
            break
        if _is_headline_cue(tokens, cue):
            return _as_speaker(tokens, (0, cue), cue)
    if at > 1 and tokens[at - 1].text == ":" and is_phrase:
        return _as_speaker(tokens, (0, at - 1), at - 1)
    end = len(tokens)
    for cue in range(at + 1, end):
        if tokens[cue].text == ":" and not tokens[at + 1].is_word:
            return _as_speaker(tokens, (cue + 1, end), cue)
        if _is_headline_cue(tokens, cue):
            here = at + 1 + (tokens[at + 1].text == ",")
            return _as_speaker(tokens, (cue + 1, end) if here == cue else (here, cue), cue)
    return None


def _is_headline_cue(tokens: list[SentenceToken], at: int) -> bool:
    """Return whether a token is a verb of speech in a form of headlines: "says", "told", or "say" after a plural."""
    lower = tokens[at].lower
    if not tokens[at].text.islower() or CUE_FORMS.get(lower, lower) not in HEADLINE_VERBS:
        return False
    if lower in CUE_BASES:
        before = tokens[at - 1].lower
        return before in PLURALS or (before.endswith("s") and not before.endswith(("ss", *GENITIVES)))
    return lower.endswith("s") or lower in HEADLINE_PAST_FORMS


def _as_speaker(tokens: list[SentenceToken], stretch: tuple[int, int], cue: int) -> _HeadlineSpeaker | None:
    """Return the tokens `stretch` (first, end) as the speaker if they are a name, with or without a role; else None.

    Lower-case words must be words of a role ("Orlan minister"), or the verb a plural ("Orlan farmers say").
    """
    words = tokens[slice(*stretch)]
    if (
        not 0 < len(words) <= _MAX_NAME_TOKENS
        or not all(t.is_word for t in words)
        or words[0].lower in HEADLINE_KICKERS
    ):
        return None
    uncapitalised = [t.lower for t in words if t.text[0].islower()]
    plural = len(words) > 1 and tokens[cue].lower in CUE_BASES
    if len(uncapitalised) == len(words) or any(not (plural or _is_role(word)) for word in uncapitalised):
        return None
    return _HeadlineSpeaker(stretch[0], stretch[1] - 1, cue)


def _is_role(word: str) -> bool:
    """Return whether a lower-case word may be part of a role beside a name: "minister", "of", "ex-boss"."""
    return word in HEADLINE_ROLES or word in TRAILING_NOUNS or word in NAME_LINKS or word.startswith("ex-")
