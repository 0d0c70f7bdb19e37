"""Find the reporting events of a sentence: each a cue, such as "said", with its speaker and addressee."""

from searchsvc.quotes.lexicon import (
    ADDRESSEE_VERBS,
    BE_FORMS,
    CUE_BASES,
    CUE_FORMS,
    DETERMINERS,
    GENITIVES,
    PHRASAL_CUES,
    POSSESSIVES,
    PRONOUNS,
    SPEECH_NOUNS,
    SPEECH_VERBS,
    word_set,
)
from searchsvc.quotes.name_words import PERSON_NOUNS
from searchsvc.quotes.syntax import Sentence, SentenceToken
from searchsvc.quotes.syntax.noun_phrases import NounPhrase, phrase_ending, phrase_starting
from searchsvc.quotes.syntax.subjects import participle_subject, shared_subject, subject_before, tag_subject
from searchsvc.quotes.syntax.verbs import (
    ReportingEvent,
    follows_quote,
    is_naming,
    is_passive,
    is_phrasal_cue,
    is_verb,
    may_be_cue,
    may_invert,
    takes_that_clause,
)

#: Words that may begin a cue. A verb in no list may be one as well, if it ends in -ed.
_POSSIBLE_CUES = SPEECH_NOUNS | CUE_FORMS.keys() | CUE_BASES | PHRASAL_CUES.keys() | {"according"}
#: Words after a noun of speech that connect it with what was said: "his claim that".
_NOUN_LINKS = word_set("that for of to")
#: Most tokens from a noun of speech back to its possessor.
_MAX_POSSESSOR_DISTANCE = 4
#: Verbs of a tag at a distance from its quotation, whose subject may follow them.
_TAG_VERBS = SPEECH_VERBS - ADDRESSEE_VERBS
#: Most tokens from a passive verb to the "by" of its agent.
_MAX_AGENT_DISTANCE = 12
#: Most tokens from a verb to the "by" after a quoted label: verb, "as", article, quotation, "by".
_MAX_NAMING_TOKENS = 5


def find_events(tokens: list[SentenceToken], sentence: Sentence) -> list[ReportingEvent]:
    """Return the reporting events of a sentence, in order of their cues; some name no speaker."""
    events: list[ReportingEvent] = []
    words = [token.lower for token in tokens[sentence.first : sentence.last]]
    # This test excludes most words at once, for speed.
    for at in [at for at, word in enumerate(words, sentence.first) if word in _POSSIBLE_CUES or word[-2:] == "ed"]:
        event = _event_at(tokens, at, sentence, events)
        if event is not None:
            events.append(event)
    return events


def _event_at(
    tokens: list[SentenceToken], at: int, sentence: Sentence, events: list[ReportingEvent]
) -> ReportingEvent | None:
    """Return the event whose cue is at a token, or None; `events` are those before it in the sentence."""
    word = tokens[at].lower
    if word == "according" and at + 1 < sentence.last and tokens[at + 1].lower == "to":
        return _according_event(tokens, at, sentence.last)
    noun = _noun_event(tokens, at, sentence) if word in SPEECH_NOUNS and not events else None
    if noun is not None or not may_be_cue(tokens, at, sentence):
        return noun
    return _verb_event(tokens, at, sentence, events)


def _noun_event(tokens: list[SentenceToken], at: int, sentence: Sentence) -> ReportingEvent | None:
    """Return the event of a noun of speech with its possessor: "the mayor's claim that", "her “sorry” remark"."""
    after = tokens[at + 1] if at + 1 < sentence.last else None
    quoted = at > sentence.first and tokens[at - 1].quote >= 0
    named = after is not None and after.lower in {"is", "was"} and at + 2 < sentence.last and tokens[at + 2].quote >= 0
    linked = after is not None and (after.quote >= 0 or after.text in {":", ","} or after.lower in _NOUN_LINKS)
    if not (quoted or named or linked):
        return None
    for here in range(at - 1, max(sentence.first, at - _MAX_POSSESSOR_DISTANCE) - 1, -1):
        token = tokens[here]
        if token.lower in POSSESSIVES:
            return ReportingEvent(at, at, NounPhrase(here, here), "noun")
        if token.lower.endswith(GENITIVES):
            return ReportingEvent(at, at, _possessor(tokens, here, sentence.first), "noun")
        if not token.is_word and token.quote < 0:
            break
    return None


def _possessor(tokens: list[SentenceToken], at: int, low: int) -> NounPhrase | None:
    """Return the noun phrase that a possessive ends; of a name, the capitalised words only: no "pull of Ana Ruiz's"."""
    first = at
    while first > low and tokens[first].text[0].isupper() and tokens[first - 1].text[0].isupper():
        first -= 1
    return NounPhrase(first, at) if tokens[at].text[0].isupper() else phrase_ending(tokens, at, low)


def _according_event(tokens: list[SentenceToken], at: int, high: int) -> ReportingEvent:
    """Return the event of "according to" and the noun phrase after it."""
    start = at + 2
    mention = phrase_starting(tokens, start, high)
    if mention is not None and mention.last + 1 < high and tokens[mention.last + 1].text == ",":
        mention = _with_name(tokens, mention, high)
    return ReportingEvent(at, at + 1, mention, "according")


def _with_name(tokens: list[SentenceToken], mention: NounPhrase, high: int) -> NounPhrase:
    """Return a mention of a role extended by the name in apposition to it: "a spokesman, Ian Kelly"."""
    named = any(t.text[0].isupper() for t in tokens[mention.first : mention.last + 1])
    if named and tokens[mention.last].text not in PERSON_NOUNS:
        return mention
    at = mention.last + 2
    if at < high and tokens[at].is_word and tokens[at].text[0].isupper():
        name = phrase_starting(tokens, at, high)
        if name is not None:
            return NounPhrase(mention.first, name.last)
    return mention


def _verb_event(
    tokens: list[SentenceToken], at: int, sentence: Sentence, events: list[ReportingEvent]
) -> ReportingEvent | None:
    """Return the event of a verb of speech, or None if the token is no such verb here.

    The forms are tried in this order: inverted ("said Venn"), "was quoted as saying", passive, active.
    """
    low, high = sentence
    last = at + is_phrasal_cue(tokens, at, high)
    after_quote = follows_quote(tokens, at, low) and may_invert(tokens, at, high)
    plain = last > at or is_verb(tokens, at, low, high) or takes_that_clause(tokens, at, sentence)
    participle = tokens[at].lower.endswith("ing") and not (at > low and tokens[at - 1].lower in BE_FORMS)
    opening = plain and ((at == low and tokens[at].text[0].isupper()) or _is_late_tag(tokens, at, sentence))
    if not participle and (after_quote or opening):
        mention = phrase_starting(tokens, last + 1, high)
        if mention is not None and not _is_acted_on(tokens, at, mention, high):
            return ReportingEvent(at, last, _with_name(tokens, mention, high), "inverted")
    if not plain:
        return None
    cited = _cited(tokens, at, high)
    if cited is not None:
        return ReportingEvent(at, at, cited, "verb")
    naming_agent = _naming_agent(tokens, at, high)
    if tokens[at].lower == "quoted" and at + 2 < high and tokens[at + 2].lower == "saying":
        return ReportingEvent(at, at + 2, subject_before(tokens, at, low), "verb")
    if naming_agent is not None or is_passive(tokens, at, low):
        agent = naming_agent or _agent(tokens, at, high)
        # "was told by Venn that …" reports as "Venn told … that" does.
        tells = CUE_FORMS.get(tokens[at].lower) in ADDRESSEE_VERBS and at + 1 < high and tokens[at + 1].lower == "by"
        return ReportingEvent(at, last, agent, "verb" if tells and agent is not None else "passive")
    return _active_event(tokens, (at, last), sentence, events, participle=participle)


def _is_acted_on(tokens: list[SentenceToken], at: int, mention: NounPhrase, high: int) -> bool:
    """Return whether the phrase after a verb is its object: `…, star of "Tides," thanked Venn for it`."""
    after = tokens[mention.last + 1].lower if mention.last + 1 < high else ""
    return CUE_FORMS.get(tokens[at].lower) not in SPEECH_VERBS and after in {"as", "for"}


def _is_late_tag(tokens: list[SentenceToken], at: int, sentence: Sentence) -> bool:
    """Return whether a verb of speech after a comma has its subject after it: `"…" about it, said Kelly, a nurse`."""
    if at - 1 <= sentence.first or tokens[at - 1].text != "," or CUE_FORMS.get(tokens[at].lower) not in _TAG_VERBS:
        return False
    mention = phrase_starting(tokens, at + 1, sentence.last)
    if mention is None or tokens[mention.first].lower in PRONOUNS:
        return False
    after = tokens[mention.last + 1] if mention.last + 1 < sentence.last else None
    beginning = tokens[mention.first]
    led = beginning.text[0].isupper() or beginning.lower in DETERMINERS
    return led and (after is None or after.text in {",", ".", ":"} or after.lower == "who")


def _active_event(
    tokens: list[SentenceToken],
    cue: tuple[int, int],
    sentence: Sentence,
    events: list[ReportingEvent],
    *,
    participle: bool,
) -> ReportingEvent | None:
    """Return the event of an active verb with its subject before it, or the subject it shares with another verb.

    None if the verb is a participle that only names a thing ("a book called …").
    """
    at, last = cue
    addressee = _addressee(tokens, at, sentence.last)
    if participle:
        return ReportingEvent(at, last, participle_subject(tokens, at, sentence, events), "shared", addressee)
    mention = subject_before(tokens, at, sentence.first)
    before = tokens[mention.first - 1] if mention is not None and mention.first > sentence.first else None
    if mention is None or (before is not None and before.text != "," and before.quote < 0):
        mention = tag_subject(tokens, at, sentence) or mention
    if mention is None:
        return ReportingEvent(at, last, shared_subject(tokens, at, sentence, events), "shared", addressee)
    if is_naming(tokens, at, sentence, mention):
        return None
    return ReportingEvent(at, last, mention, "verb", addressee)


def _naming_agent(tokens: list[SentenceToken], at: int, high: int) -> NounPhrase | None:
    """Return the noun phrase after "by", behind a quoted label: Venn in "labelled a “folly” by Venn"."""
    if not tokens[at].lower.endswith("ed"):
        return None
    for here in range(at + 1, min(high, at + _MAX_NAMING_TOKENS) - 1):
        if tokens[here].quote >= 0:
            return phrase_starting(tokens, here + 2, high) if tokens[here + 1].lower == "by" else None
        if tokens[here].lower not in DETERMINERS | {"as"}:
            return None
    return None


def _cited(tokens: list[SentenceToken], at: int, high: int) -> NounPhrase | None:
    """Return whom a medium quotes: Venn in "the paper cited Venn as saying"; None for any other verb."""
    if CUE_FORMS.get(tokens[at].lower) not in {"cite", "quote"}:
        return None
    mention = phrase_starting(tokens, at + 1, high)
    if mention is None:
        return None
    after = [token.lower for token in tokens[mention.last + 1 : min(high, mention.last + 3)]]
    return mention if after[:1] == ["saying"] or after == ["as", "saying"] else None


def _agent(tokens: list[SentenceToken], at: int, high: int) -> NounPhrase | None:
    """Return the agent of a passive verb: the noun phrase after the next "by"."""
    for here in range(at + 1, min(high, at + _MAX_AGENT_DISTANCE)):
        if tokens[here].lower == "by":
            return phrase_starting(tokens, here + 1, high)
    return None


def _addressee(tokens: list[SentenceToken], at: int, high: int) -> NounPhrase | None:
    """Return the noun phrase right after a verb that takes an addressee: "told the BBC"."""
    if CUE_FORMS.get(tokens[at].lower) not in ADDRESSEE_VERBS or at + 1 >= high or not tokens[at + 1].is_word:
        return None
    return phrase_starting(tokens, at + 1, high)
