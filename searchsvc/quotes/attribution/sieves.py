"""Quotation among the events of its sentence → the one it belongs to, and by which rule."""

from bisect import bisect_left

from searchsvc.quotes.lexicon import (
    AUXILIARIES,
    CUE_BASES,
    CUE_FORMS,
    DETERMINERS,
    NOUN_CUES,
    PRONOUNS,
    REPORTING_VERBS,
    SPEECH_VERBS,
    THOUGHT_VERBS,
    is_adverb,
)
from searchsvc.quotes.syntax import Sentence, SentenceToken
from searchsvc.quotes.syntax.noun_phrases import NounPhrase, phrase_starting
from searchsvc.quotes.syntax.subjects import main_subject
from searchsvc.quotes.syntax.verbs import ReportingEvent

#: Marks that may stand between a quotation and its tag: so many tokens at most.
_MAX_GAP = 3
#: A verb and one word more at most: "said that".
_MAX_CUE_DISTANCE = 2
#: Events before a quotation that are looked at, and words an outer clause may have before an inner one.
_MAX_EVENTS_BACK = 8
_MAX_SCOPE = 30
#: What may still come after a tag: "said on Monday in a statement".
_MAX_TAG_REST = 8
#: Words that end what an outer clause says.
_RELATIVE_WORDS = frozenset({"who", "which", "but"})
#: What is said begins: the event is more than a tag.
_CLAUSE_STARTERS = frozenset({"that", "he", "she", "they", "it", "the"})
#: A quotation that ends so does not run on into the next noun.
_PAUSES = frozenset({",", ".", "?", "!"})
_FREE_RELATIVES = frozenset({"what"})
_BREAKS = _RELATIVE_WORDS | {"when", "after", "while", "before", "as"}
#: Words of a name with its links.
_MAX_NAME_TOKENS = 6
_DASHES = frozenset({"—", "–", "-", "--"})
_LINKS = frozenset({"and", "of", "the"})


def choose_event(
    tokens: list[SentenceToken], at: int, sentence: Sentence, events: list[ReportingEvent]
) -> tuple[ReportingEvent, str] | None:
    """Return the event a quotation belongs to, and the rule's name.

    The verb that follows it closely comes first, then the outermost clause before it, then
    whatever tags the end of the sentence.
    """
    split = bisect_left(events, (at,))
    if split < len(events) and events[split].form == "noun" and events[split].cue == at + 1:
        return events[split], "noun"
    following = events[split] if split < len(events) else None
    if following is not None and min(following.cue, following.mention.first if following.mention else at) < at:
        # Its subject stands before the quotation: "he, in “…”, said".
        following = events[split + 1] if split + 1 < len(events) else None
    if (
        following is not None
        and _is_close(tokens, at, following)
        and not _is_led(tokens, at, sentence, events[:split], following)
    ):
        return following, "according" if following.form == "according" else "after"
    best: ReportingEvent | None = None
    for event in events[max(0, split - _MAX_EVENTS_BACK) : split]:
        if best is None or not (_is_embedded(tokens, best, event, at) or _is_closed(tokens, event, at)):
            best = event
    if best is not None and best.form != "noun":
        return best, _rule_of_event_before(tokens, best, at)
    if following is not None and (following.form == "according" or _is_tag(tokens, following, sentence)):
        return following, "according" if following.form == "according" else "trailing"
    return (best, "noun") if best is not None else None


def _is_close(tokens: list[SentenceToken], at: int, event: ReportingEvent) -> bool:
    """Return whether no word stands between a quotation and the event after it."""
    first = min(event.cue, event.mention.first) if event.mention else event.cue
    if (
        event.form in {"shared", "noun"}
        or first - at > _MAX_GAP
        or any(t.is_word and t.lower != "as" for t in tokens[at + 1 : first])
    ):
        return False
    return not _is_label(tokens, at, event) and not _is_participle(tokens, first, event)


def _is_participle(tokens: list[SentenceToken], first: int, event: ReportingEvent) -> bool:
    """Return whether no subject but a participle begins there, and the verb is a noun: `"…," making air quotes`."""
    cue = tokens[event.cue].lower
    return (
        tokens[first].lower.endswith("ing")
        and first < event.cue
        and (cue in CUE_BASES or _base(tokens[event.cue]) in NOUN_CUES)
    )


def _is_led(
    tokens: list[SentenceToken], at: int, sentence: Sentence, before: list[ReportingEvent], following: ReportingEvent
) -> bool:
    """Return whether the verb before a quotation leads to it, and the one after is more than its tag.

    `Venn warned that "…" and Marr said it was so`, but not `Venn warned that "…", Marr said.`
    """
    last = before[-1] if before else None
    if last is None or last.mention is None or last.form in {"noun", "passive"} or following.form == "according":
        return False
    end = max(last.cue_last, last.mention.last)
    led = end == at - 1 or tokens[at - 1].lower == "that" or (end == at - 2 and tokens[at - 1].text in {":", ","})
    tag_end = max(following.cue_last, following.mention.last if following.mention else 0)
    return led and tag_end + 1 < sentence.last and tokens[tag_end + 1].text != "."


def _is_label(tokens: list[SentenceToken], at: int, event: ReportingEvent) -> bool:
    """Return whether a quotation only labels the noun after it: "the “dry dock” phrase Venn cited"."""
    first = event.mention.first if event.mention else event.cue
    if tokens[at].lower[-1:] in _PAUSES:
        return False
    noun = first == at + 1 and first < event.cue and tokens[first].text[0].islower()
    return noun and tokens[first].lower not in DETERMINERS | PRONOUNS and at > 0 and tokens[at - 1].lower in DETERMINERS


def _is_tag(tokens: list[SentenceToken], event: ReportingEvent, sentence: Sentence) -> bool:
    """Return whether an event only tags the sentence before it: "…, the minister said."."""
    if event.mention is None or event.form == "passive":
        return False
    first = min(event.cue, event.mention.first)
    last = max(event.cue_last, event.mention.last)
    before = tokens[first - 1]
    if _is_participle(tokens, first, event):
        return False
    if before.text not in {",", "—", "–", "--"} and (before.quote < 0 or _is_label(tokens, first - 1, event)):
        return False
    if event.form == "inverted" or before.quote >= 0:
        return True
    rest = tokens[last + 1 : min(sentence.last, last + 2 + _MAX_TAG_REST)]
    if rest and rest[0].lower in _CLAUSE_STARTERS:
        return False
    return len(rest) <= _MAX_TAG_REST or (_base(tokens[event.cue]) in SPEECH_VERBS and any(t.text == "," for t in rest))


def _is_embedded(tokens: list[SentenceToken], outer: ReportingEvent, inner: ReportingEvent, at: int) -> bool:
    """Return whether a clause of saying lies within what an outer one says: "she said he wanted".

    A relative clause never does; one with "as" or "when" does unless the quotation at a token
    is its own object: "she said, as he called her, “…”" but "she left when he said “…”".
    """
    if inner.mention is None or inner.form != "verb" or CUE_FORMS.get(tokens[outer.cue].lower) not in REPORTING_VERBS:
        return False
    if not outer.cue_last < inner.mention.first <= outer.cue_last + _MAX_SCOPE:
        return False
    if _base(tokens[inner.cue]) in THOUGHT_VERBS or _is_aside(tokens, inner):
        return True
    between = tokens[outer.cue_last + 1 : inner.mention.first]
    if tokens[inner.mention.last].lower in _RELATIVE_WORDS or not all(t.is_word for t in between):
        return False
    breaks = _RELATIVE_WORDS if at - inner.cue_last > _MAX_CUE_DISTANCE and tokens[at - 1].text != ":" else _BREAKS
    return not any(t.lower in breaks for t in between)


def _is_closed(tokens: list[SentenceToken], event: ReportingEvent, at: int) -> bool:
    """Return whether an event's relative clause ended before a quotation: `which Venn said he saw, was “…”`."""
    mention = event.mention
    if mention is None:
        return False
    head = mention.last if tokens[mention.last].lower in _RELATIVE_WORDS else mention.first - 1
    if head < 1 or tokens[head].lower not in _RELATIVE_WORDS or tokens[head - 1].text != ",":
        return False
    floor = max(event.cue_last, at - _MAX_SCOPE)
    comma = next((here for here in range(at - 1, floor, -1) if tokens[here].lower in {",", "“,"}), None)
    if comma is None:
        return False
    after = tokens[comma + 1 + is_adverb(tokens[comma + 1].lower)]
    return after.lower in AUXILIARIES or after.lower.endswith("ed")


def _base(token: SentenceToken) -> str:
    return CUE_FORMS.get(token.lower, token.lower)


def _is_aside(tokens: list[SentenceToken], event: ReportingEvent) -> bool:
    """Return whether an event only names what another one speaks of: "what he calls", "whom she called"."""
    mention = event.mention
    return (
        mention is not None
        and mention.last == mention.first
        and tokens[mention.first].lower in PRONOUNS
        and mention.first > 0
        and tokens[mention.first - 1].lower in _FREE_RELATIVES
    )


def _rule_of_event_before(tokens: list[SentenceToken], event: ReportingEvent, at: int) -> str:
    if event.form in {"shared", "passive", "according"}:
        return event.form
    if at - event.cue_last <= _MAX_CUE_DISTANCE or tokens[at - 1].lower in {":", ",", "that"}:
        return "before"
    return "clause"


def name_before_colon(tokens: list[SentenceToken], at: int, sentence: Sentence) -> tuple[ReportingEvent, str] | None:
    """Return the name between a dash, or "from", and the colon before a quotation: `Boats sail - Ana Ruiz: “…”`."""
    colon = at - 1
    if colon - 1 <= sentence.first or tokens[colon].text != ":":
        return None
    opening = tokens[sentence.first].lower == "from" and colon - sentence.first <= _MAX_NAME_TOKENS
    if opening and all(t.is_word for t in tokens[sentence.first : colon]):
        return _event_and_rule(NounPhrase(sentence.first + 1, colon - 1), colon, "colon")
    first = colon
    while first > max(sentence.first, colon - _MAX_NAME_TOKENS) and _may_be_name(tokens[first - 1]):
        first -= 1
    before = tokens[first - 1].lower if first > sentence.first else ""
    led = before in _DASHES or (before == "from" and first - 1 > sentence.first and tokens[first - 2].lower == "more")
    return _event_and_rule(NounPhrase(first, colon - 1), colon, "colon") if led and first < colon else None


def name_beside_mark(tokens: list[SentenceToken], at: int, sentence: Sentence) -> tuple[ReportingEvent, str] | None:
    """Return the subject before a colon, or the name after a dash, where no verb of saying stands."""
    if at > sentence.first and tokens[at - 1].text == ":":
        subject = main_subject(tokens, sentence.first, at)
        return _event_and_rule(subject, at - 1, "colon") if subject is not None else None
    if at + 2 < sentence.last and tokens[at + 1].text in _DASHES and at == sentence.first:
        name = phrase_starting(tokens, at + 2, sentence.last)
        if name is not None and name.last + 1 >= sentence.last and tokens[at + 2].text[0].isupper():
            return _event_and_rule(name, at + 1, "dash")
    return None


def _event_and_rule(mention: NounPhrase, cue: int, method: str) -> tuple[ReportingEvent, str]:
    return ReportingEvent(cue, cue, mention, method), method


def _may_be_name(token: SentenceToken) -> bool:
    return token.is_word and token.lower != "from" and (token.text[0].isupper() or token.lower in _LINKS)
