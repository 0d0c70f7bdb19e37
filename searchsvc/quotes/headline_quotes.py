"""Find the quotations in headlines, with the speakers that the headlines name."""

from collections.abc import Sequence
from typing import NamedTuple

from searchsvc.model.article import Quote
from searchsvc.quotes.bodies import organisation_in
from searchsvc.quotes.calibration import rule_precision
from searchsvc.quotes.entities import person_in
from searchsvc.quotes.lexicon import (
    BODY_HEADS,
    CUE_BASES,
    CUE_FORMS,
    GENITIVES,
    HEADLINE_KICKERS,
    HEADLINE_PAST_FORMS,
    HEADLINE_ROLES,
    HEADLINE_VERBS,
    NAME_LINKS,
    PLURALS,
    TITLES_AND_ROLES,
    TRAILING_NOUNS,
)
from searchsvc.quotes.quotation_marks import QuotedSpan, find_quoted_spans, find_single_quoted_spans
from searchsvc.quotes.syntax import SentenceToken, tokenize_block

#: Code points of a headline that are read.
_MAX_HEADLINE_LENGTH = 500
#: Name of the rule by which headline quotes are attributed.
_HEADLINE_RULE = "headline"
#: Most tokens of the name of a speaker in a headline.
_MAX_NAME_TOKENS = 5


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
    return Quote(
        quoted,
        "headline",
        speaker=_name_in(mention),
        mention=mention,
        cue=text[tokens[cue].start : tokens[cue].end],
        method=_HEADLINE_RULE,
        confidence=rule_precision(_HEADLINE_RULE),
    )


def _name_in(mention: str) -> str | None:
    """Return the name of the person or body that a headline names; None where it has a role alone: "Mayor"."""
    words = {word.removeprefix("ex-") for word in mention.lower().split()}
    if words <= TITLES_AND_ROLES | HEADLINE_ROLES | TRAILING_NOUNS - BODY_HEADS:
        return None
    person = person_in(mention)
    return person.name if person else organisation_in(mention) or None


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
