"""Sentence → events of saying: cue, speaker, addressee."""

from typing import NamedTuple

from searchsvc.quotes.cues import (
    ADDRESSED,
    AUXILIARIES,
    BE,
    CUE_BASES,
    CUE_FORMS,
    DETERMINERS,
    NOUN_CUES,
    POSSESSIVES,
    PRONOUNS,
    is_adverb,
)
from searchsvc.quotes.frames import Frame, Sentence, Token
from searchsvc.quotes.mentions import Mention, main_subject, phrase_starting, subject_before

#: Words between "according to" and whoever it was: "statements by".
_DOCUMENTS = frozenset(
    "statement statements comments remarks testimony documents report reports account accounts".split()
)
_LONGEST_PASSIVE = 12


class Event(NamedTuple):
    """One act of saying. Indexes are tokens of the frame."""

    cue: int
    cue_last: int
    mention: Mention | None
    #: `verb` subject before, `inverted` subject after, `according`, `passive`, `shared` subject of another verb.
    form: str
    addressee: Mention | None = None


def find_events(frame: Frame, sentence: Sentence) -> list[Event]:
    """Return the events of a sentence, in order of their cues."""
    tokens = frame.tokens
    events: list[Event] = []
    for at in range(sentence.first, sentence.last):
        token = tokens[at]
        if token.quote >= 0:
            continue
        if token.low == "according" and at + 1 < sentence.last and tokens[at + 1].low == "to":
            events.append(_according(tokens, at, sentence.last))
        elif token.low in CUE_FORMS or token.low in CUE_BASES:
            event = _verb(tokens, at, sentence, events)
            if event is not None:
                events.append(event)
    return events


def _according(tokens: list[Token], at: int, high: int) -> Event:
    start = at + 2
    mention = phrase_starting(tokens, start, high)
    if mention is not None and mention.last + 1 < high and tokens[mention.last + 1].text == ",":
        mention = _with_name(tokens, mention, high)
    return Event(at, at + 1, mention, "according")


def _with_name(tokens: list[Token], mention: Mention, high: int) -> Mention:
    """Take in a name set beside a role: "a spokesman, Ian Kelly"."""
    if any(t.text[0].isupper() for t in tokens[mention.first : mention.last + 1]):
        return mention
    at = mention.last + 2
    if at < high and tokens[at].is_word and tokens[at].text[0].isupper():
        name = phrase_starting(tokens, at, high)
        if name is not None:
            return Mention(mention.first, name.last)
    return mention


def _verb(tokens: list[Token], at: int, sentence: Sentence, events: list[Event]) -> Event | None:
    token = tokens[at]
    if not _is_verb(tokens, at, sentence.first):
        return None
    addressee = _addressee(tokens, at, sentence.last)
    passive = _is_passive(tokens, at, sentence.first)
    if passive:
        return Event(at, at, _agent(tokens, at, sentence.last), "passive")
    after_quote = _follows_quote(tokens, at, sentence.first)
    if after_quote and not token.low.endswith("ing"):
        mention = phrase_starting(tokens, at + 1, sentence.last)
        if mention is not None:
            return Event(at, at, _with_name(tokens, mention, sentence.last), "inverted")
    if not token.low.endswith("ing") or (at > sentence.first and tokens[at - 1].low in BE):
        mention = subject_before(tokens, at, sentence.first)
        if mention is not None:
            return Event(at, at, mention, "verb", addressee)
    shared = _shared_subject(tokens, at, sentence, events)
    return Event(at, at, shared, "shared", addressee)


def _follows_quote(tokens: list[Token], at: int, low: int) -> bool:
    before = at - 1
    while before >= low and (tokens[before].text in {",", "—", "–", "-", "--"} or is_adverb(tokens[before].text)):
        before -= 1
    return before >= low and tokens[before].quote >= 0


def _is_verb(tokens: list[Token], at: int, low: int) -> bool:
    """Return whether a form of saying is a verb here, not a noun: "state department", "his claims"."""
    token = tokens[at]
    if token.text[0].isupper() and at > low:
        return False
    before = tokens[at - 1] if at > low else None
    form = token.low
    if form in CUE_FORMS and not (form in CUE_BASES or (form.endswith("s") and form[:-1] in NOUN_CUES)):
        return before is None or before.low not in DETERMINERS or form.endswith("ing")
    if before is None or before.low in DETERMINERS or before.low in POSSESSIVES:
        return False
    if before.low.endswith(("’s", "'s", "s’", "s'")):
        return False
    if form in CUE_BASES and form not in CUE_FORMS:
        plural = before.text[0].islower() and before.low.endswith("s") and len(before.low) > len("his")
        return before.low in PRONOUNS | AUXILIARIES or plural or (form not in NOUN_CUES and is_adverb(before.text))
    return (
        before.text[0].isupper()
        or before.low in PRONOUNS | AUXILIARIES
        or is_adverb(before.text)
        or before.text == ","
        or (form not in NOUN_CUES and before.is_word)
        or form[:-1] in NOUN_CUES
        and before.is_word
        and before.text[0].islower()
    )


def _is_passive(tokens: list[Token], at: int, low: int) -> bool:
    form = tokens[at].low
    if form == "said" or form.endswith(("ing", "s")):
        return False
    here = at - 1
    while here >= low and is_adverb(tokens[here].text):
        here -= 1
    return here >= low and (tokens[here].low in BE or tokens[here].low in {"’re", "’m"})


def _agent(tokens: list[Token], at: int, high: int) -> Mention | None:
    for here in range(at + 1, min(high, at + _LONGEST_PASSIVE)):
        if tokens[here].low == "by":
            return phrase_starting(tokens, here + 1, high)
    return None


def _addressee(tokens: list[Token], at: int, high: int) -> Mention | None:
    if CUE_FORMS.get(tokens[at].low) not in ADDRESSED or at + 1 >= high or not tokens[at + 1].is_word:
        return None
    return phrase_starting(tokens, at + 1, high)


def _shared_subject(tokens: list[Token], at: int, sentence: Sentence, events: list[Event]) -> Mention | None:
    """Return the subject of the clause a second verb or a participle belongs to."""
    for event in reversed(events):
        if event.mention is not None and event.form != "passive":
            return event.mention
    return main_subject(tokens, sentence.first, at)
