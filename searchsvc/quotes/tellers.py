"""Verb without a subject beside it → whose it is: of a participle, of a second verb, of a tag with an aside."""

from searchsvc.quotes.acts import Event
from searchsvc.quotes.frames import Sentence, Token
from searchsvc.quotes.lexicon import CUE_FORMS, PREPOSITIONS, STRONG, is_adverb, word_set
from searchsvc.quotes.mentions import Mention, phrase_starting
from searchsvc.quotes.subjects import main_subject, subject_before

#: What is sent or given out: "released a statement saying" has the sender's speech.
_SENT = word_set(
    "statement email e-mail release letter ad advertisement message memo note op-ed video language article ads post"
)
_GIVING = word_set("sent wrote gave held began put out up sends writes gives holds begins shared")
_PARTED = word_set("to at on into for by about against")
#: How far back the conjunction of a clause is looked for.
_LONGEST_CLAUSE = 24
_SUBORDINATORS = frozenset({"when", "after", "while", "as", "because", "before", "if", "that"})
#: A pronoun stands so far before the second of two verbs.
_PAIR = 3
_PERSONS = frozenset({"he", "she", "they"})
#: Words of a tag: a name and what is told of it.
_LONGEST_TAG = 24
#: Last marks within a quotation that a tag follows.
_TAGGED = frozenset({",", "?", "!", ".", "—", "…"})
#: Events that may lend a later verb their subject.
_EVENTS_BACK = 8


def tag_subject(tokens: list[Token], at: int, sentence: Sentence) -> Mention | None:
    """Return the name between a quotation and its verb, whatever is told of it: `"…," Venn, who sails here said`."""
    if CUE_FORMS.get(tokens[at].low) not in STRONG:
        return None
    for here in range(at - 1, max(sentence.first - 1, at - _LONGEST_TAG), -1):
        if tokens[here].quote >= 0:
            tagged = tokens[here].low[1:] in _TAGGED
            mention = phrase_starting(tokens, here + 1, at) if tagged else None
            return mention if mention is not None and _is_name_with_aside(tokens, mention) else None
        if not tokens[here].is_word and tokens[here].text != ",":
            return None
    return None


def _is_name_with_aside(tokens: list[Token], mention: Mention) -> bool:
    named = any(t.text[0].isupper() for t in tokens[mention.first : mention.last + 1])
    return named and tokens[mention.last + 1].text == ","


def participle_subject(tokens: list[Token], at: int, sentence: Sentence, events: list[Event]) -> Mention | None:
    """Return whose participle it is: of the words before it, unless a comma or a document parts them."""
    before = tokens[at - 1] if at > sentence.first else None
    if before is not None and is_adverb(before.text) and at - 1 > sentence.first:
        before = tokens[at - 2]
    if before is not None and before.is_word and before.low not in _SENT:
        mention = subject_before(tokens, at, sentence.first)
        if mention is not None and not _is_object(tokens, mention, sentence):
            return mention
    opening = at == sentence.first or (at == sentence.first + 1 and tokens[sentence.first].low in PREPOSITIONS)
    return _subject_after(tokens, at, sentence.last) if opening else shared_subject(tokens, at, sentence, events)


def _is_object(tokens: list[Token], mention: Mention, sentence: Sentence) -> bool:
    """Return whether a phrase before a participle is the object of another word: "sent an email saying"."""
    if mention.first <= sentence.first:
        return False
    before = tokens[mention.first - 1]
    if before.low in _PARTED:
        return True
    named = any(t.text[0].isupper() for t in tokens[mention.first : mention.last + 1])
    return not named and before.is_word and (before.low in _GIVING or before.low.endswith("ed"))


def _subject_after(tokens: list[Token], at: int, high: int) -> Mention | None:
    """Return the subject that follows an opening participle and its comma: `Calling it "a wreck," Venn left`."""
    for here in range(at + 1, min(high, at + _LONGEST_TAG) - 1):
        if tokens[here].low in {",", "“,"}:
            return phrase_starting(tokens, here + 1, high)
    return None


def shared_subject(tokens: list[Token], at: int, sentence: Sentence, events: list[Event]) -> Mention | None:
    """Return the subject of the clause a second verb or a participle belongs to."""
    if at - sentence.first > _PAIR and tokens[at - 1].low == "and" and tokens[at - _PAIR].low in _PERSONS:
        # "she laughed and said"
        return Mention(at - _PAIR, at - _PAIR)
    subject = main_subject(tokens, sentence.first, at)
    floor = subject.first if subject is not None else sentence.first
    for event in reversed(events[-_EVENTS_BACK:]):
        if event.mention is not None and event.form not in {"passive", "noun"} and event.cue > floor:
            return event.mention
    return subject or _clause_subject(tokens, at, sentence.first)


def _clause_subject(tokens: list[Token], at: int, low: int) -> Mention | None:
    """Return the subject of the subordinate clause before a verb: "after Venn rose and said"."""
    for here in range(at - 1, max(low, at - _LONGEST_CLAUSE) - 1, -1):
        if tokens[here].low in _SUBORDINATORS:
            return phrase_starting(tokens, here + 1, at)
    return None
