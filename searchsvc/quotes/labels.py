"""Colon or dash beside a quotation → the name it sets there."""

from searchsvc.quotes.acts import Event
from searchsvc.quotes.frames import Sentence, Token
from searchsvc.quotes.mentions import Mention, phrase_starting
from searchsvc.quotes.subjects import main_subject

#: Words of a name with its links.
_NAME_WORDS = 6
_DASHES = frozenset({"—", "–", "-", "--"})
_LINKS = frozenset({"and", "of", "the"})


def named_before_colon(tokens: list[Token], at: int, sentence: Sentence) -> tuple[Event, str] | None:
    """Return the name between a dash, or "from", and the colon before a quotation: `Boats sail - Ana Ruiz: “…”`."""
    colon = at - 1
    if colon - 1 <= sentence.first or tokens[colon].text != ":":
        return None
    opening = tokens[sentence.first].low == "from" and colon - sentence.first <= _NAME_WORDS
    if opening and all(t.is_word for t in tokens[sentence.first : colon]):
        return _at(Mention(sentence.first + 1, colon - 1), colon, "colon")
    first = colon
    while first > max(sentence.first, colon - _NAME_WORDS) and _may_be_name(tokens[first - 1]):
        first -= 1
    before = tokens[first - 1].low if first > sentence.first else ""
    led = before in _DASHES or (before == "from" and first - 1 > sentence.first and tokens[first - 2].low == "more")
    return _at(Mention(first, colon - 1), colon, "colon") if led and first < colon else None


def named_beside(tokens: list[Token], at: int, sentence: Sentence) -> tuple[Event, str] | None:
    """Return the subject before a colon, or the name after a dash, where no verb of saying stands."""
    if at > sentence.first and tokens[at - 1].text == ":":
        subject = main_subject(tokens, sentence.first, at)
        return _at(subject, at - 1, "colon") if subject is not None else None
    if at + 2 < sentence.last and tokens[at + 1].text in _DASHES and at == sentence.first:
        name = phrase_starting(tokens, at + 2, sentence.last)
        if name is not None and name.last + 1 >= sentence.last and tokens[at + 2].text[0].isupper():
            return _at(name, at + 1, "dash")
    return None


def _at(mention: Mention, cue: int, method: str) -> tuple[Event, str]:
    return Event(cue, cue, mention, method), method


def _may_be_name(token: Token) -> bool:
    return token.is_word and token.low != "from" and (token.text[0].isupper() or token.low in _LINKS)
