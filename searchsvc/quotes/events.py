"""Sentence → events of saying: cue, speaker, addressee."""

from typing import NamedTuple

from searchsvc.quotes.cues import (
    ADDRESSED,
    AUXILIARIES,
    BE,
    CONJUNCTIONS,
    CUE_BASES,
    CUE_FORMS,
    DETERMINERS,
    LINKS,
    NAMING,
    NOUN_CUES,
    PHRASES,
    POSSESSIVES,
    PRONOUNS,
    STANDALONE,
    is_adverb,
)
from searchsvc.quotes.frames import Frame, Sentence, Token
from searchsvc.quotes.lexicon import words
from searchsvc.quotes.mentions import Mention, main_subject, phrase_ending, phrase_starting, subject_before

#: Words between "according to" and whoever it was: "statements by".
_DOCUMENTS = words("statement statements comments remarks testimony documents report reports account accounts")
#: What is sent or given out: "released a statement saying" has the sender's speech.
_SENT = words(
    "statement email e-mail release letter ad advertisement message memo note op-ed video language article ads post"
)
_OBJECTS = frozenset({"that"}) | DETERMINERS | POSSESSIVES | PRONOUNS | {"him", "them", "me", "us"}
_PLURALS = words("people men women police children many some others most both few")
_SPEECH_NOUNS = words(
    "call calls claim claims accusation accusations promise promises pledge vow remark remarks comment "
    "comments statement assertion allegation allegations warning description suggestion argument insistence "
    "proposal plea demand demands criticism response answer reply assessment contention belief view opinion "
    "prediction words slogan motto mantra characterization admission declaration conclusion explanation "
    "question retort dictum tweet tweets reference threat"
)
_PARTED = words("to at on into for by about against")
_NOUN_LINKS = words("that for of")
_POSSESSOR_WORDS = 4
_LONGEST_PASSIVE = 12
#: Words of a subject between a quotation and its verb.
_TAG_WORDS = 9


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
        elif token.low in _SPEECH_NOUNS and not events and (event := _noun(tokens, at, sentence)):
            events.append(event)
        elif _may_be_cue(tokens, at, sentence):
            event = _verb(tokens, at, sentence, events)
            if event is not None:
                events.append(event)
    return events


def _noun(tokens: list[Token], at: int, sentence: Sentence) -> Event | None:
    """Return the event of a noun of saying with its possessor: "the mayor's claim that", "her “sorry” remark"."""
    after = tokens[at + 1] if at + 1 < sentence.last else None
    quoted = at > sentence.first and tokens[at - 1].quote >= 0
    if not quoted and (after is None or not (after.quote >= 0 or after.text in {":", ","} or after.low in _NOUN_LINKS)):
        return None
    for here in range(at - 1, max(sentence.first, at - _POSSESSOR_WORDS) - 1, -1):
        token = tokens[here]
        if token.low in POSSESSIVES:
            return Event(at, at, Mention(here, here), "noun")
        if token.low.endswith(("’s", "'s", "s’", "s'")):
            return Event(at, at, phrase_ending(tokens, here, sentence.first), "noun")
        if not token.is_word and token.quote < 0:
            break
    return None


def _may_be_cue(tokens: list[Token], at: int, sentence: Sentence) -> bool:
    low = tokens[at].low
    return (
        low in CUE_FORMS
        or low in CUE_BASES
        or _is_phrase(tokens, at, sentence.last)
        or _is_unknown_tag(tokens, at, sentence)
    )


def _is_phrase(tokens: list[Token], at: int, high: int) -> bool:
    after = PHRASES.get(tokens[at].low)
    return after is not None and at + 1 < high and tokens[at + 1].low in after


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
    """Return the event of a verb of saying, or None if it is another word here."""
    low, high = sentence
    phrase = _is_phrase(tokens, at, high)
    last = at + phrase
    after_quote = _follows_quote(tokens, at, low)
    if not (phrase or after_quote or _is_verb(tokens, at, low, high)):
        return None
    participle = tokens[at].low.endswith("ing") and not (at > low and tokens[at - 1].low in BE)
    addressee = _addressee(tokens, at, high)
    if not participle and (after_quote or (at == low and tokens[at].text[0].isupper())):
        mention = phrase_starting(tokens, last + 1, high)
        if mention is not None:
            return Event(at, last, _with_name(tokens, mention, high), "inverted")
        if after_quote and not _is_verb(tokens, at, low, high):
            return None
    if _is_passive(tokens, at, low):
        return Event(at, last, _agent(tokens, at, high), "passive")
    if participle:
        return Event(at, last, _participle_subject(tokens, at, sentence, events), "shared", addressee)
    mention = subject_before(tokens, at, low)
    if mention is None:
        return Event(at, last, _shared_subject(tokens, at, sentence, events), "shared", addressee)
    if _is_naming(tokens, at, high, mention, low):
        return None
    return Event(at, last, mention, "verb", addressee)


def _is_naming(tokens: list[Token], at: int, high: int, mention: Mention, low: int) -> bool:
    """Return whether a participle only names a thing: "a book called …"."""
    if tokens[at].low not in NAMING or mention.last != at - 1 or not tokens[at - 1].text[0].islower():
        return False
    if at + 1 < high and tokens[at + 1].quote < 0 and tokens[at + 1].low not in {"a", "an", "the", "by"}:
        return False
    return tokens[at].low not in {"called", "labeled", "labelled"} or (
        mention.first > low
        and tokens[mention.first - 1].is_word
        and tokens[mention.first - 1].low not in {"that", "and", "but"}
    )


def _participle_subject(tokens: list[Token], at: int, sentence: Sentence, events: list[Event]) -> Mention | None:
    """Return whose participle it is: of the words before it, unless a comma or a document parts them."""
    before = tokens[at - 1] if at > sentence.first else None
    if before is not None and is_adverb(before.text) and at - 1 > sentence.first:
        before = tokens[at - 2]
    if before is not None and before.is_word and before.low not in _SENT:
        mention = subject_before(tokens, at, sentence.first)
        if mention is not None and tokens[max(mention.first - 1, sentence.first)].low not in _PARTED:
            return mention
    return _shared_subject(tokens, at, sentence, events)


def _follows_quote(tokens: list[Token], at: int, low: int) -> bool:
    before = at - 1
    while before >= low and (tokens[before].text in {",", "—", "–", "-", "--"} or is_adverb(tokens[before].text)):
        before -= 1
    return before >= low and tokens[before].quote >= 0


def _is_verb(tokens: list[Token], at: int, low: int, high: int) -> bool:
    """Return whether a form of saying is a verb here, not a noun: "state department", "his claims"."""
    token = tokens[at]
    if token.text[0].isupper() and at > low:
        return False
    before = tokens[at - 1] if at > low else None
    form = token.low
    if _tags_quote(tokens, at, low, high):
        return True
    if form not in CUE_FORMS and form not in CUE_BASES:
        return False
    base = form in CUE_BASES
    if not base and not (form.endswith("s") and CUE_FORMS[form] in NOUN_CUES):
        return before is None or before.low not in DETERMINERS or before.low in STANDALONE or form.endswith("ing")
    if before is None or before.low in POSSESSIVES or (before.low in DETERMINERS and before.low not in STANDALONE):
        return False
    if before.low.endswith(("’s", "'s", "s’", "s'")):
        return False
    if before.low in PRONOUNS | AUXILIARIES | {"that", "which"}:
        return True
    if base:
        plural = (
            before.low.endswith("s")
            and len(before.low) > len("his")
            and (before.text[0].islower() or form not in NOUN_CUES)
        )
        return plural or before.low in _PLURALS or (form not in NOUN_CUES and is_adverb(before.text))
    after = tokens[at + 1] if at + 1 < high else None
    if after is None or (not after.is_word and after.quote < 0 and after.text not in {":", ","}):
        return False
    led = after.quote >= 0 or after.text in {":", ","} or after.low in _OBJECTS
    if before.is_word and before.text[0].isupper():
        return led or not _has_determiner(tokens, at - 1, low)
    return led and (before.is_word or before.text == ",")


def _tags_quote(tokens: list[Token], at: int, low: int, high: int) -> bool:
    """Return whether only a subject stands between a quotation and a word that ends the clause: `"No," Kelly notes.`."""
    after = tokens[at + 1] if at + 1 < high else None
    if after is not None and after.text not in {".", ","} and tokens[at].low not in CUE_FORMS:
        return False
    here = at - 1
    while here >= max(low, at - _TAG_WORDS) and tokens[here].is_word and tokens[here].low not in CONJUNCTIONS:
        here -= 1
    return low <= here < at - 1 and tokens[here].quote >= 0


def _is_unknown_tag(tokens: list[Token], at: int, sentence: Sentence) -> bool:
    """Return whether a past form no list knows must be a verb of saying: `"No!" beamed Kelly`, `"No," Kelly enthused.`."""
    word = tokens[at]
    if not word.text.islower() or not word.low.endswith("ed") or at == sentence.first:
        return False
    if tokens[at - 1].quote >= 0:
        return at + 1 < sentence.last and tokens[at + 1].is_word and tokens[at + 1].text[0].isupper()
    return _tags_quote(tokens, at, sentence.first, sentence.last)


def _has_determiner(tokens: list[Token], at: int, low: int) -> bool:
    while at >= low and tokens[at].is_word and tokens[at].text[0].isupper():
        at -= 1
    return at >= low and (tokens[at].low in DETERMINERS or tokens[at].low in LINKS)


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
    subject = main_subject(tokens, sentence.first, at)
    floor = subject.first if subject is not None else sentence.first
    for event in reversed(events):
        if event.mention is not None and event.form not in {"passive", "noun"} and event.cue > floor:
            return event.mention
    return subject
