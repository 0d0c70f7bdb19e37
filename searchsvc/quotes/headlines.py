"""Headlines → the words they quote."""

from collections.abc import Sequence

from searchsvc.model.article import Quote
from searchsvc.quotes.confidence import confidence_of
from searchsvc.quotes.cues import CUE_BASES, CUE_FORMS, DETERMINERS, LINKS
from searchsvc.quotes.found import Found
from searchsvc.quotes.frames import Token, frame
from searchsvc.quotes.marks import Marked, find_marked, find_singles
from searchsvc.quotes.names import organisation_in, person_in

#: Headlines are cut short of this; what is longer is no headline.
_LONGEST = 500
METHOD = "headline"


def find_headline_quotes(headlines: Sequence[str]) -> tuple[Quote, ...]:
    """Return the words headlines set in marks, single ones too; each stands for itself, without a block."""
    return tuple(quote for headline in headlines for quote in _in_headline(headline[:_LONGEST]))


def _in_headline(text: str) -> list[Quote]:
    doubles = find_marked(text)
    marked = doubles if any(not span.single for span in doubles) else find_singles(text)
    tokens = frame(text, marked).tokens
    return [_quote(text, span, tokens, at) for at, span in _places(tokens, marked)]


def _places(tokens: list[Token], marked: Sequence[Marked]) -> list[tuple[int, Marked]]:
    return [(at, marked[token.quote]) for at, token in enumerate(tokens) if token.quote >= 0]


def _quote(text: str, span: Marked, tokens: list[Token], at: int) -> Quote:
    found = Found(-1, span)
    _attribute(found, text, tokens, at)
    mention = None if found.mention_start is None else text[found.mention_start : found.mention_end]
    person = person_in(mention) if mention else None
    return Quote(
        text[span.start : span.end],
        "headline",
        speaker=person.name if person else (organisation_in(mention) or None) if mention else None,
        mention=mention,
        cue=found.cue,
        method=found.method,
        confidence=confidence_of(found.method),
    )


def _attribute(found: Found, text: str, tokens: list[Token], at: int) -> None:
    """Name the speaker: "Name says 'words'", "Name: 'words'", "'Words', says Name"."""
    before = tokens[:at]
    for cue in range(len(before) - 1, 0, -1):
        if _is_cue(tokens[cue]):
            _take(found, text, tokens, 0, cue - 1, cue)
            return
    after = tokens[at + 1 :]
    for place, token in enumerate(after):
        cue = at + 1 + place
        if _is_cue(token):
            before_cue = [t for t in after[:place] if t.is_word]
            first, last = (cue + 1, len(tokens) - 1) if not before_cue else (cue - len(before_cue), cue - 1)
            _take(found, text, tokens, first, last, cue)
            return


def _is_cue(token: Token) -> bool:
    if token.text == ":":
        return True
    return token.is_word and token.text.islower() and (token.low in CUE_FORMS or token.low in CUE_BASES)


def _take(found: Found, text: str, tokens: list[Token], first: int, last: int, cue: int) -> None:
    while first <= last and not tokens[last].is_word:
        last -= 1
    words = tokens[first : last + 1]
    if not words or len(words) > len("abcdef") or not all(t.is_word for t in words):
        return
    if not any(t.text[0].isupper() for t in words) or words[0].low in LINKS - DETERMINERS:
        return
    found.method = METHOD
    found.mention_start, found.mention_end = words[0].start, words[-1].end
    found.cue = text[tokens[cue].start : tokens[cue].end]
