"""Blocks → quotes: direct speech in quotation marks, with speaker and evidence.

Direct speech only: what is reported without marks is not found. The steps: text → quotations
(`quotation_marks`, `quotations`), quotation → mention of a speaker (`attribution`, over `syntax`
and `lexicon`), mention → person (`entities`, `coreference`).
"""

from collections.abc import Mapping, Sequence
from itertools import count
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
    LINKS,
    ORGANS,
    PLURALS,
)
from searchsvc.quotes.quotation_marks import (
    QuotedSpan,
    find_quoted_spans,
    find_single_quoted_spans,
    quoted_spans_of_blocks,
)
from searchsvc.quotes.quotations import PRECISION, Quotation, kind_of
from searchsvc.quotes.syntax import SentenceToken, tokenize_block

__all__ = ["VERSION", "find_headline_quotes", "find_quotes"]

#: Counted up whenever the same blocks would give other quotes.
VERSION = 8
#: Headlines are cut short of this; what is longer is no headline.
_LONGEST = 500
METHOD = "headline"
#: Words of a speaker in a headline at most.
_LONGEST_NAME = 5


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


class _HeadlineSpeaker(NamedTuple):
    """Who speaks in a headline: tokens of the name, and of the verb or the colon beside it."""

    first: int
    last: int
    cue: int


def find_headline_quotes(headlines: Sequence[str]) -> tuple[Quote, ...]:
    """Return the words headlines set in marks, single ones too; each stands for itself, without a block."""
    return tuple(quote for headline in headlines for quote in _in_headline(headline[:_LONGEST]))


def _in_headline(text: str) -> list[Quote]:
    doubles = find_quoted_spans(text)
    spans = doubles if any(not span.single for span in doubles) else find_single_quoted_spans(text)
    tokens = tokenize_block(text, spans).tokens
    return [
        _headline_quote(text, spans[token.quote], tokens, at) for at, token in enumerate(tokens) if token.quote >= 0
    ]


def _headline_quote(text: str, span: QuotedSpan, tokens: list[SentenceToken], at: int) -> Quote:
    words = text[span.start : span.end]
    speaker = _speaker(tokens, at, is_phrase=" " in words)
    if speaker is None:
        return Quote(words, "headline")
    first, last, cue = speaker
    mention = text[tokens[first].start : tokens[last].end]
    person = person_in(mention)
    return Quote(
        words,
        "headline",
        speaker=person.name if person else organisation_in(mention) or None,
        mention=mention,
        cue=text[tokens[cue].start : tokens[cue].end],
        method=METHOD,
        confidence=PRECISION.get(METHOD),
    )


def _speaker(tokens: list[SentenceToken], at: int, *, is_phrase: bool) -> _HeadlineSpeaker | None:
    """Return the speaker: "Name says 'words'", "Name: 'words'", "'Words', says Name", "'Words': Name"."""
    for cue in range(1, at):
        if tokens[cue].text == ":" or not tokens[cue].is_word:
            break
        if _says(tokens, cue):
            return _named(tokens, (0, cue), cue)
    if at > 1 and tokens[at - 1].text == ":" and is_phrase:
        return _named(tokens, (0, at - 1), at - 1)
    end = len(tokens)
    for cue in range(at + 1, end):
        if tokens[cue].text == ":" and not tokens[at + 1].is_word:
            return _named(tokens, (cue + 1, end), cue)
        if _says(tokens, cue):
            here = at + 1 + (tokens[at + 1].text == ",")
            return _named(tokens, (cue + 1, end) if here == cue else (here, cue), cue)
    return None


def _says(tokens: list[SentenceToken], at: int) -> bool:
    """Return whether a word is a verb of saying as headlines have them: "says", "told", and "say" after a plural."""
    low = tokens[at].low
    if not tokens[at].text.islower() or CUE_FORMS.get(low, low) not in HEADLINE_VERBS:
        return False
    if low in CUE_BASES:
        before = tokens[at - 1].low
        return before in PLURALS or (before.endswith("s") and not before.endswith(("ss", *GENITIVES)))
    return low.endswith("s") or low in HEADLINE_PAST_FORMS


def _named(tokens: list[SentenceToken], stretch: tuple[int, int], cue: int) -> _HeadlineSpeaker | None:
    """Return the words of a stretch as the speaker if they are a name, with a role at most."""
    words = tokens[slice(*stretch)]
    if not 0 < len(words) <= _LONGEST_NAME or not all(t.is_word for t in words) or words[0].low in HEADLINE_KICKERS:
        return None
    lower = [t.low for t in words if t.text[0].islower()]
    plural = len(words) > 1 and tokens[cue].low in CUE_BASES
    if len(lower) == len(words) or any(not (plural or _is_role(low)) for low in lower):
        return None
    return _HeadlineSpeaker(stretch[0], stretch[1] - 1, cue)


def _is_role(low: str) -> bool:
    return low in HEADLINE_ROLES or low in ORGANS or low in LINKS or low.startswith("ex-")
