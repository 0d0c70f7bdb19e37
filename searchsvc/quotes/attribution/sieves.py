"""Choose, among the reporting events of a sentence, the one that attributes a given quotation, and name the rule.

The rules are tried in a fixed order, as sieves: the first that accepts an event decides. Their
measured precision is in `calibration.toml`.
"""

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

#: Largest distance in tokens from a quotation to a tag after it; only punctuation may be between them.
_MAX_GAP = 3
#: Largest distance in tokens from a cue to the quotation after it, for the rule `before`: "said that “…”".
_MAX_CUE_DISTANCE = 2
#: Most events before a quotation that are considered.
_MAX_EVENTS_BACK = 8
#: Most tokens from the cue of an outer clause to the subject of a clause within it.
_MAX_SCOPE = 30
#: Most tokens of the sentence after a tag: "said on Monday in a statement".
_MAX_TAG_REST = 8
#: Words that end the clause of reported speech: a verb of speech after them is not part of it.
_RELATIVE_WORDS = frozenset({"who", "which", "but"})
#: Words after a verb of speech that begin a clause of reported speech, so that the event is no mere tag.
_CLAUSE_STARTERS = frozenset({"that", "he", "she", "they", "it", "the"})
#: Last marks of a quotation that does not qualify the noun after it.
_PAUSES = frozenset({",", ".", "?", "!"})
#: Relative pronouns without an antecedent: "what he calls".
_FREE_RELATIVES = frozenset({"what"})
#: Words that end the clause of reported speech before a quotation that directly follows the inner cue.
_BREAKS = _RELATIVE_WORDS | {"when", "after", "while", "before", "as"}
#: Most tokens of a name before a colon, with its links.
_MAX_NAME_TOKENS = 6
#: Words that do not begin a noun phrase of their own.
_FUNCTION_WORDS = DETERMINERS | PRONOUNS
_DASHES = frozenset({"—", "–", "-", "--"})
_LINKS = frozenset({"and", "of", "the"})


def choose_event(
    tokens: list[SentenceToken], at: int, sentence: Sentence, events: list[ReportingEvent]
) -> tuple[ReportingEvent, str] | None:
    """Return the event that attributes a quotation, with the name of the rule; None if there is none.

    The order: a noun of speech right after the quotation; an event close after it; the outermost
    clause of speech before it; a tag at the end of the sentence; a noun of speech before it.

    Args:
        tokens: Those of the block.
        at: Index of the quotation.
        sentence: Its sentence.
        events: The events of the sentence that name a speaker, in order of their cues.

    """
    split = bisect_left(events, (at,))
    if split < len(events) and events[split].form == "noun" and events[split].cue == at + 1:
        return events[split], "noun"
    following = events[split] if split < len(events) else None
    if following is not None and min(following.cue, following.mention.first if following.mention else at) < at:
        # Its subject is before the quotation ("he, in “…”, said"), so it does not attribute it from behind.
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
    """Return whether an event is a tag right after a quotation, with no word between them but "as"."""
    first = min(event.cue, event.mention.first) if event.mention else event.cue
    if (
        event.form in {"shared", "noun"}
        or first - at > _MAX_GAP
        or any(t.is_word and t.lower != "as" for t in tokens[at + 1 : first])
    ):
        return False
    return not _is_label(tokens, at, event) and not _is_participle(tokens, first, event)


def _is_participle(tokens: list[SentenceToken], first: int, event: ReportingEvent) -> bool:
    """Return whether what seems a subject and a verb is a participle and its object: `"…," making air quotes`."""
    cue = tokens[event.cue].lower
    return (
        tokens[first].lower.endswith("ing")
        and first < event.cue
        and (cue in CUE_BASES or _base(tokens[event.cue]) in NOUN_CUES)
    )


def _is_led(
    tokens: list[SentenceToken], at: int, sentence: Sentence, before: list[ReportingEvent], following: ReportingEvent
) -> bool:
    """Return whether the event before a quotation introduces it, and the event after it has a clause of its own.

    True for `Venn warned that "…" and Marr said it was so`, False for `Venn warned that "…", Marr said.`
    """
    last = before[-1] if before else None
    if last is None or last.mention is None or last.form in {"noun", "passive"} or following.form == "according":
        return False
    end = max(last.cue_last, last.mention.last)
    led = end == at - 1 or tokens[at - 1].lower == "that" or (end == at - 2 and tokens[at - 1].text in {":", ","})
    tag_end = max(following.cue_last, following.mention.last if following.mention else 0)
    return led and tag_end + 1 < sentence.last and tokens[tag_end + 1].text != "."


def _is_label(tokens: list[SentenceToken], at: int, event: ReportingEvent) -> bool:
    """Return whether a quotation only qualifies the noun after it: "the “dry dock” phrase Venn cited"."""
    first = event.mention.first if event.mention else event.cue
    if tokens[at].lower[-1:] in _PAUSES:
        return False
    noun = first == at + 1 and first < event.cue and tokens[first].text[0].islower()
    return noun and tokens[first].lower not in _FUNCTION_WORDS and at > 0 and tokens[at - 1].lower in DETERMINERS


def _is_tag(tokens: list[SentenceToken], event: ReportingEvent, sentence: Sentence) -> bool:
    """Return whether an event is a tag that attributes the whole sentence before it: "…, the minister said."."""
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
    """Return whether the clause of an event is part of what an outer event reports: "she said he wanted “…”".

    A relative clause never is. A clause with "as" or "when" is, unless the quotation is its own
    object: it is in "she said, as he called her, “…”", but not in "she left when he said “…”".
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
    """Return whether an event is in a relative clause that ends before a quotation: `which Venn said sank, was “…”`."""
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
    """Return the base form of a verb of speech; of any other word, the word in lower case."""
    return CUE_FORMS.get(token.lower, token.lower)


def _is_aside(tokens: list[SentenceToken], event: ReportingEvent) -> bool:
    """Return whether an event is a free relative clause, which only names something: "what he calls"."""
    mention = event.mention
    return (
        mention is not None
        and mention.last == mention.first
        and tokens[mention.first].lower in PRONOUNS
        and mention.first > 0
        and tokens[mention.first - 1].lower in _FREE_RELATIVES
    )


def _rule_of_event_before(tokens: list[SentenceToken], event: ReportingEvent, at: int) -> str:
    """Return the rule's name for an event before a quotation: its form, else `before` if close to it, else `clause`."""
    if event.form in {"shared", "passive", "according"}:
        return event.form
    if at - event.cue_last <= _MAX_CUE_DISTANCE or tokens[at - 1].lower in {":", ",", "that"}:
        return "before"
    return "clause"


def name_before_colon(tokens: list[SentenceToken], at: int, sentence: Sentence) -> tuple[ReportingEvent, str] | None:
    """Return an event for the name between a dash, or "from", and the colon before a quotation.

    Example: `Boats sail - Ana Ruiz: “…”`. None if there is no such name. The cue of the event is the colon.
    """
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
    """Return an event for the subject before a colon, or the name after a dash, in a sentence without a named event.

    None if there is neither. The cue of the event is the colon or dash.
    """
    if at > sentence.first and tokens[at - 1].text == ":":
        subject = main_subject(tokens, sentence.first, at)
        return _event_and_rule(subject, at - 1, "colon") if subject is not None else None
    if at + 2 < sentence.last and tokens[at + 1].text in _DASHES and at == sentence.first:
        name = phrase_starting(tokens, at + 2, sentence.last)
        ends = name is not None and (name.last + 1 >= sentence.last or tokens[name.last + 1].text == ",")
        if name is not None and ends and tokens[at + 2].text[0].isupper():
            return _event_and_rule(name, at + 1, "dash")
    return None


def _event_and_rule(mention: NounPhrase, cue: int, rule: str) -> tuple[ReportingEvent, str]:
    """Return an event whose cue is a punctuation mark, with the name of the rule, which is also the event's form."""
    return ReportingEvent(cue, cue, mention, rule), rule


def _may_be_name(token: SentenceToken) -> bool:
    """Return whether a token may be part of a name before a colon."""
    return token.is_word and token.lower != "from" and (token.text[0].isupper() or token.lower in _LINKS)
