"""Find the subject of a verb of speech: the noun phrase of the speaker.

`subject_before` finds a subject in front of the verb; `main_subject`, that of a whole sentence. The
other functions find the subject of a verb that has none beside it: of a participle
(`participle_subject`), of the second of two coordinated verbs (`shared_subject`), of a tag whose
subject has an apposition (`tag_subject`).
"""

from searchsvc.quotes.lexicon import (
    AUXILIARIES,
    CATENATIVES,
    CONJUNCTIONS,
    CUE_FORMS,
    DAYS_AND_MONTHS,
    DETERMINERS,
    DOCUMENTS,
    GIVING_VERBS,
    LEADING_WORDS,
    OBLIQUE_PREPOSITIONS,
    PREPOSITIONS,
    PRONOUNS,
    REGIONS,
    SPEECH_VERBS,
    THIRD_PERSONS,
    TIME_WORDS,
    is_adverb,
    word_set,
)
from searchsvc.quotes.name_words import PERSON_NOUNS
from searchsvc.quotes.syntax import Sentence, SentenceToken, after_dateline
from searchsvc.quotes.syntax.noun_phrases import (
    MAX_PHRASE_TOKENS,
    NounPhrase,
    phrase_ending,
    phrase_starting,
    with_name_before,
)
from searchsvc.quotes.syntax.verbs import ReportingEvent

#: Most tokens of an aside between subject and verb, and of an adverbial before the subject.
_MAX_ASIDE_TOKENS = 40
#: Most adverbials skipped before the subject of a sentence.
_MAX_ADVERBIALS = 4
#: Most tokens of an adverbial of time without a preposition: "Eight years ago,".
_MAX_TIME_TOKENS = 4
#: Words skipped at the start of a sentence, before its subject.
_OPENERS = LEADING_WORDS - {"when", "as"}
_RELATIVE = frozenset({"who", "which", "that"})
_FUNCTION_WORDS = DETERMINERS | PRONOUNS
#: Words of an adverbial of time.
_TIMES = DAYS_AND_MONTHS | TIME_WORDS
#: Marks before and after an aside.
_ASIDE_MARKS = frozenset({",", "—", "–", "-", "--"})
#: Most prepositional phrases between a subject and its verb.
_MAX_PREPOSITIONS = 3
#: Prepositions whose noun phrase, before a participle, is not the participle's subject.
_OBJECT_PREPOSITIONS = word_set("to at on into for by about against")
#: Most tokens from a verb back to the conjunction of its subordinate clause.
_MAX_CLAUSE_TOKENS = 24
_SUBORDINATORS = frozenset({"when", "after", "while", "as", "because", "before", "if", "that"})
#: Tokens from a pronoun to the second of its two verbs: "she laughed and said".
_PRONOUN_DISTANCE = 3
#: Most tokens of a tag (a name, its apposition and the verb), and of an opening participle with its objects.
_MAX_TAG_TOKENS = 24
#: Last characters of a quotation that a tag may follow.
_MARKS_BEFORE_TAG = frozenset({",", "?", "!", ".", "—", "…"})
#: Most earlier events whose subject a later verb may share.
_MAX_EVENTS_BACK = 8


def subject_before(tokens: list[SentenceToken], cue: int, low: int) -> NounPhrase | None:
    """Return the subject before a verb, or None if there is none or another clause separates them.

    Args:
        tokens: Those of the block.
        cue: Index of the verb.
        low: First token of the sentence.

    """
    at = _skip_back(tokens, cue - 1, low)
    if at >= low and _is_catenative(tokens, at):
        at = _skip_back(tokens, at - 1, low)
    if at < low or tokens[at].quote >= 0:
        return None
    token = tokens[at]
    if token.text in {",", "—", "–", "--"}:
        return _with_aside(tokens, at, low)
    if token.lower in _RELATIVE:
        return _with_antecedent(tokens, at, low)
    if tokens[at + 1].lower == "to" and token.is_word and token.text[0].islower() and token.lower not in PRONOUNS:
        # "a chance to say": the noun before an infinitive is not its subject.
        return None
    phrase = phrase_ending(tokens, at, low)
    if tokens[cue].lower.endswith("ing"):
        return phrase
    return with_name_before(tokens, _before_preposition(tokens, phrase, low), low)


def _with_antecedent(tokens: list[SentenceToken], at: int, low: int) -> NounPhrase | None:
    """Return a relative pronoun with its antecedent, as one phrase: "Venn, who"."""
    back = at - (2 if at - 1 >= low and tokens[at - 1].text in _ASIDE_MARKS else 1)
    antecedent = phrase_ending(tokens, back, low) if back >= low else None
    return NounPhrase(antecedent.first, at) if antecedent else None


def _before_preposition(tokens: list[SentenceToken], phrase: NounPhrase | None, low: int) -> NounPhrase | None:
    """Return the noun phrase before the prepositional phrases that end at `phrase`: Venn in "Venn during a visit"."""
    for _ in range(_MAX_PREPOSITIONS):
        if phrase is None or phrase.first - 1 <= low or tokens[phrase.first - 1].lower not in OBLIQUE_PREPOSITIONS:
            return phrase
        joined = next((here for here in range(phrase.last - 1, phrase.first, -1) if tokens[here].lower == "and"), None)
        if joined is not None and tokens[joined + 1].text[0].isupper():
            # "asked for a photo and Venn said": the "and" joins two clauses, not the two nouns.
            return NounPhrase(joined + 1, phrase.last)
        at = phrase.first - 2
        if tokens[at].lower in _RELATIVE:
            return _with_antecedent(tokens, at, low)
        phrase = phrase_ending(tokens, _skip_back(tokens, at, low), low)
    return phrase


def _is_catenative(tokens: list[SentenceToken], at: int) -> bool:
    """Return whether a verb governs the verb after it and shares its subject: "went on to say", "kept saying"."""
    word, after = tokens[at], tokens[at + 1]
    if not word.is_word or not word.text.islower() or word.lower in PRONOUNS:
        return False
    if word.lower in CATENATIVES:
        return True
    return after.lower == "to" and word.lower.endswith(("ed", "s"))


def main_subject(tokens: list[SentenceToken], low: int, high: int) -> NounPhrase | None:
    """Return the first noun phrase of a sentence that is not part of its dateline or of an opening adverbial.

    Args:
        tokens: Those of the block.
        low: First token of the sentence.
        high: End of the tokens that are read, exclusive.

    """
    at = after_dateline(tokens, low, high)
    high = min(high, low + _MAX_ASIDE_TOKENS * _MAX_ADVERBIALS)
    for _ in range(_MAX_ADVERBIALS):
        while at < high and tokens[at].quote < 0 and (not tokens[at].is_word or _opens_sentence(tokens[at])):
            at += 1
        if at >= high or tokens[at].quote >= 0:
            return None
        comma = _segment_end(tokens, at, high)
        if comma < high and (_is_adverbial(tokens, at, comma) or _is_region(tokens, at, comma)):
            at = comma + 1
            continue
        break
    return phrase_starting(tokens, at, high) if at < high else None


def _is_region(tokens: list[SentenceToken], at: int, comma: int) -> bool:
    """Return whether the words between commas name the region of a place: "in Aspen, Colo.," or "Salem, Ohio,"."""
    if tokens[at - 1].text != ",":
        return False
    return (comma - at == 1 and tokens[at].text.endswith(".")) or " ".join(t.lower for t in tokens[at:comma]) in REGIONS


def _opens_sentence(token: SentenceToken) -> bool:
    """Return whether a word at the start of a sentence is skipped before the subject."""
    return token.lower in _OPENERS or is_adverb(token.lower)


def _segment_end(tokens: list[SentenceToken], at: int, high: int) -> int:
    """Return the index of the next comma; `high` if there is none within _MAX_ASIDE_TOKENS, or a colon precedes it."""
    end = at
    while end < min(high, at + _MAX_ASIDE_TOKENS) and tokens[end].text not in {",", ":"}:
        end += 1
    return end if end < high and tokens[end].text == "," else high


def _is_adverbial(tokens: list[SentenceToken], at: int, comma: int) -> bool:
    """Return whether the tokens before a comma are an adverbial: a prepositional phrase, a clause, or a time."""
    first, last = tokens[at].lower, tokens[comma - 1].lower
    if first in PREPOSITIONS or first in CONJUNCTIONS or first == "given" or first.endswith(("ing", "ed")):
        return True
    short = comma - at <= _MAX_TIME_TOKENS and first not in PRONOUNS
    return short and (last in TIME_WORDS or last in DAYS_AND_MONTHS or last in {"ago", "later", "earlier"})


def _skip_back(tokens: list[SentenceToken], at: int, low: int) -> int:
    """Return the index of the nearest token, from `at` back, that is no adverb, auxiliary or time expression.

    At most MAX_PHRASE_TOKENS tokens are skipped. The index is less than `low` if the sentence begins before that.
    """
    low = max(low, at - MAX_PHRASE_TOKENS)
    while at >= low:
        token = tokens[at]
        if token.text in AUXILIARIES or is_adverb(token.text) or token.text in {"’s", "'s", "’d", "'d", "’ve", "’re"}:
            at -= 1
        elif token.lower in DAYS_AND_MONTHS or (token.lower in TIME_WORDS and at - 1 > low):
            back = _skip_time(tokens, at, low)
            if back == at:
                return at
            at = back
        else:
            return at
    return at


def _skip_time(tokens: list[SentenceToken], at: int, low: int) -> int:
    """Return the index of the token before a time expression that ends at `at` ("on Monday"); `at` if it is none."""
    here = at
    while here > low and tokens[here].lower in _TIMES:
        here -= 1
    if here > low and tokens[here].lower in {"on", "in", "over", "late", "early"}:
        return here - 1
    return here if here > low and tokens[here].is_word and tokens[here].lower not in DETERMINERS else at


def _with_aside(tokens: list[SentenceToken], comma: int, low: int) -> NounPhrase | None:
    """Return the subject before an aside (an apposition or relative clause) that ends with the mark at `comma`.

    The phrase includes the aside. Where the mark that begins the aside follows a phrase that cannot be the
    subject, an earlier mark is tried, up to three times in all.
    """
    mark = tokens[comma].text
    at = comma - 1
    floor = max(low, comma - _MAX_ASIDE_TOKENS)
    for _ in range(3):
        while at > floor and not (tokens[at].text == mark and tokens[at].quote < 0):
            if tokens[at].quote >= 0 and at < comma - 1 and tokens[at + 1].text == ",":
                return None
            at -= 1
        if at <= floor:
            return None
        head = phrase_ending(tokens, at - 1, low)
        if head is None:
            return None
        if (
            head.first - 2 > floor
            and tokens[head.first - 1].lower in OBLIQUE_PREPOSITIONS
            and tokens[head.first - 2].text == mark
        ):
            at = head.first - 2
            continue
        beginning = tokens[head.first]
        named = any(t.text[0].isupper() for t in tokens[head.first + (beginning.lower in DETERMINERS) : head.last + 1])
        inner = beginning.text[0].isdigit() or not (named or head.first == low or beginning.lower in PRONOUNS)
        # "Ana Ruiz, strategist at Boats in Velm, Orlan, said": without an article it is part of the apposition.
        inner = inner or (beginning.text[0].islower() and beginning.lower not in _FUNCTION_WORDS)
        # "Mr Ruiz, MP for Velm, Orlan, said", "Ana Ruiz, a Venn, Marr & Co analyst, said"
        inner = inner or beginning.lower in PERSON_NOUNS | {"a", "an"}
        if inner and head.first - 1 > floor and tokens[head.first - 1].text == mark:
            at = head.first - 1
            continue
        return NounPhrase(head.first, comma - 1)
    return None


def tag_subject(tokens: list[SentenceToken], at: int, sentence: Sentence) -> NounPhrase | None:
    """Return the name right after a quotation, before an aside and the verb: `"…," Venn, who sails here said`."""
    if CUE_FORMS.get(tokens[at].lower) not in SPEECH_VERBS:
        return None
    for here in range(at - 1, max(sentence.first - 1, at - _MAX_TAG_TOKENS), -1):
        if tokens[here].quote >= 0:
            tagged = tokens[here].lower[1:] in _MARKS_BEFORE_TAG
            mention = phrase_starting(tokens, here + 1, at) if tagged else None
            return mention if mention is not None and _is_name_with_aside(tokens, mention) else None
        if not tokens[here].is_word and tokens[here].text != ",":
            return None
    return None


def _is_name_with_aside(tokens: list[SentenceToken], mention: NounPhrase) -> bool:
    """Return whether a phrase has a capitalised word, and a comma follows it."""
    named = any(t.text[0].isupper() for t in tokens[mention.first : mention.last + 1])
    return named and tokens[mention.last + 1].text == ","


def participle_subject(
    tokens: list[SentenceToken], at: int, sentence: Sentence, events: list[ReportingEvent]
) -> NounPhrase | None:
    """Return the subject of a participle.

    It is the phrase right before the participle, unless that is a document ("a statement saying") or the
    object of another word. Of a participle that opens the sentence, it is the phrase after its comma; of
    any other, the subject that it shares with an earlier verb.
    """
    before = tokens[at - 1] if at > sentence.first else None
    if before is not None and is_adverb(before.text) and at - 1 > sentence.first:
        before = tokens[at - 2]
    if before is not None and before.is_word and before.lower not in DOCUMENTS:
        mention = subject_before(tokens, at, sentence.first)
        if mention is not None and not _is_object(tokens, mention, sentence):
            return mention
    opening = at == sentence.first or (at == sentence.first + 1 and tokens[sentence.first].lower in PREPOSITIONS)
    return _subject_after(tokens, at, sentence.last) if opening else shared_subject(tokens, at, sentence, events)


def _is_object(tokens: list[SentenceToken], mention: NounPhrase, sentence: Sentence) -> bool:
    """Return whether a phrase before a participle is the object of another word: "sent an email saying"."""
    if mention.first <= sentence.first:
        return False
    before = tokens[mention.first - 1]
    if before.lower in _OBJECT_PREPOSITIONS:
        return True
    named = any(t.text[0].isupper() for t in tokens[mention.first : mention.last + 1])
    return not named and before.is_word and (before.lower in GIVING_VERBS or before.lower.endswith("ed"))


def _subject_after(tokens: list[SentenceToken], at: int, high: int) -> NounPhrase | None:
    """Return the phrase after the comma that ends an opening participle clause: `Calling it "a wreck," Venn left`."""
    for here in range(at + 1, min(high, at + _MAX_TAG_TOKENS) - 1):
        if tokens[here].lower in {",", "“,"}:
            return phrase_starting(tokens, here + 1, high)
    return None


def shared_subject(
    tokens: list[SentenceToken], at: int, sentence: Sentence, events: list[ReportingEvent]
) -> NounPhrase | None:
    """Return the subject that a coordinated verb, or a participle, shares with an earlier verb.

    In order: a pronoun right before the first of two verbs; the speaker of the last active event
    after the main subject; the main subject; the subject of a subordinate clause.

    Args:
        tokens: Those of the block.
        at: Index of the verb.
        sentence: Its sentence.
        events: The events before it in the sentence.

    """
    if (
        at - sentence.first > _PRONOUN_DISTANCE
        and tokens[at - 1].lower == "and"
        and tokens[at - _PRONOUN_DISTANCE].lower in THIRD_PERSONS
    ):
        # "she laughed and said"
        return NounPhrase(at - _PRONOUN_DISTANCE, at - _PRONOUN_DISTANCE)
    subject = main_subject(tokens, sentence.first, at)
    floor = subject.first if subject is not None else sentence.first
    for event in reversed(events[-_MAX_EVENTS_BACK:]):
        if event.mention is not None and event.form not in {"passive", "noun"} and event.cue > floor:
            return event.mention
    return subject or _clause_subject(tokens, at, sentence.first)


def _clause_subject(tokens: list[SentenceToken], at: int, low: int) -> NounPhrase | None:
    """Return the subject of the subordinate clause before a verb: "after Venn rose and said"."""
    for here in range(at - 1, max(low, at - _MAX_CLAUSE_TOKENS) - 1, -1):
        if tokens[here].lower in _SUBORDINATORS:
            return phrase_starting(tokens, here + 1, at)
    return None
