"""Decide what a verb of speech is at its place in a sentence: a verb, a noun, a passive, or the label of a thing.

Most forms are ambiguous ("claims", "state"), and there is no part-of-speech tagger: the words beside the form decide.
"""

from typing import NamedTuple

from searchsvc.quotes.lexicon import (
    AUXILIARIES,
    BE_FORMS,
    CONJUNCTIONS,
    CUE_BASES,
    CUE_FORMS,
    DETERMINERS,
    GENITIVES,
    NAME_LINKS,
    NAMING_PARTICIPLES,
    NOUN_CUES,
    PHRASAL_CUES,
    PLURALS,
    POSSESSIVES,
    PRONOUNS,
    STANDALONE,
    is_adverb,
)
from searchsvc.quotes.syntax import Sentence, SentenceToken
from searchsvc.quotes.syntax.noun_phrases import NounPhrase

#: Words that begin the object or clause of a verb.
_COMPLEMENT_STARTERS = frozenset({"that"}) | DETERMINERS | POSSESSIVES | PRONOUNS | {"him", "them", "me", "us"}
#: Most tokens of a subject between a quotation and its verb, and of other phrases beside a verb.
_MAX_SUBJECT_TOKENS = 9
#: Words between a name and the label it is given: "calls Orlan a “wreck”".
_LABEL_STARTERS = frozenset({"a", "an", "the", "as"})
#: Words whose ending 's is a verb, not a possessive: "what's".
_CONTRACTED = PRONOUNS | {"that", "what", "there", "here", "how", "where"}
#: Words right before a verb that show that it is one.
_BEFORE_VERBS = PRONOUNS | AUXILIARIES | {"that", "which"}


class ReportingEvent(NamedTuple):
    """A statement that somebody says something: cue, speaker and addressee, as indexes of the block's tokens."""

    #: First and last token of the verb, noun, phrase or punctuation mark that attributes.
    cue: int
    cue_last: int
    #: The speaker; None if the sentence does not name one.
    mention: NounPhrase | None
    #: `verb`: subject before the verb; `inverted`: after it; `shared`: taken from another verb; `passive`; `according`
    #: to; `noun`: noun of speech with a possessor; `colon` and `dash`: name beside that mark.
    form: str
    #: The person spoken to.
    addressee: NounPhrase | None = None


def may_be_cue(tokens: list[SentenceToken], at: int, sentence: Sentence) -> bool:
    """Return whether a word may be a cue: a form of a verb of speech, or an unknown -ed form used like one."""
    word = tokens[at].lower
    if word in CUE_FORMS or word in CUE_BASES:
        return True
    if word in PHRASAL_CUES and is_phrasal_cue(tokens, at, sentence.last):
        return True
    return word.endswith("ed") and (_is_unknown_tag(tokens, at, sentence) or takes_that_clause(tokens, at, sentence))


def is_phrasal_cue(tokens: list[SentenceToken], at: int, high: int) -> bool:
    """Return whether a word and the next one are a cue of two words: "went on", "shot back"."""
    after = PHRASAL_CUES.get(tokens[at].lower)
    return after is not None and at + 1 < high and tokens[at + 1].lower in after


def is_verb(tokens: list[SentenceToken], at: int, low: int, high: int) -> bool:
    """Return whether a form of a verb of speech is a verb here, and no noun: "state department", "his claims".

    Args:
        tokens: Those of the block.
        at: Index of the form.
        low: First token of the sentence.
        high: Past its last one.

    """
    if at > low and tokens[at].text[0].isupper():
        return False
    return _is_verb_by_form(tokens, at, low, high) or _tags_quote(tokens, at, low, high)


def _is_verb_by_form(tokens: list[SentenceToken], at: int, low: int, high: int) -> bool:
    """Return whether the form and the words beside it show that it is a verb."""
    form = tokens[at].lower
    base = form in CUE_BASES
    if not base and form not in CUE_FORMS:
        return False
    before = tokens[at - 1] if at > low else None
    determined = before is not None and before.lower in DETERMINERS and before.lower not in STANDALONE
    if not base and not (form.endswith("s") and CUE_FORMS[form] in NOUN_CUES):
        adjective = form.endswith("ed") and before is not None and (before.lower in POSSESSIVES or _is_genitive(before))
        return not adjective and (not determined or form.endswith("ing"))
    if before is None or determined or before.lower in POSSESSIVES or before.lower.endswith(GENITIVES):
        return False
    if before.lower in _BEFORE_VERBS:
        # "there have been claims": an -s form after an auxiliary is a noun.
        return base or before.lower not in AUXILIARIES
    return _is_plain_form(tokens, at, high) if base else _is_s_form(tokens, at, low, high)


def _is_genitive(token: SentenceToken) -> bool:
    """Return whether a word is a possessive, and no pronoun with a verb: "Kelly's", but not "what's"."""
    return token.lower.endswith(GENITIVES) and token.lower[:-2] not in _CONTRACTED


def _is_plain_form(tokens: list[SentenceToken], at: int, high: int) -> bool:
    """Return whether a base form is a verb, after a plural or an adverb: "critics say", "Orlans claim that"."""
    form, before = tokens[at].lower, tokens[at - 1]
    noun = form in NOUN_CUES
    if before.lower.endswith("s") and len(before.lower) > len("his") and not before.lower.endswith(("ss", "ous")):
        return before.text[0].islower() or not noun or _complement_follows(tokens, at, high)
    if form == "say" and before.lower != "cannot":
        # "say" is no noun, so any word may precede it: "voters in each state say", "critics, however, say".
        return before.text == "," or before.is_word
    return before.lower in PLURALS or (not noun and is_adverb(before.text))


def _complement_follows(tokens: list[SentenceToken], at: int, high: int) -> bool:
    """Return whether an object, a clause or a quotation follows a verb."""
    after = tokens[at + 1] if at + 1 < high else None
    if after is None:
        return False
    if after.text == ",":
        return at + 2 < high and tokens[at + 2].quote >= 0
    return (
        after.quote >= 0
        or after.text == ":"
        or after.lower in _COMPLEMENT_STARTERS
        or _name_and_quote_follow(tokens, at, high)
    )


def _name_and_quote_follow(tokens: list[SentenceToken], at: int, high: int) -> bool:
    """Return whether a name and then a quotation follow a verb: "calls Orlan “a wreck”"."""
    here = at + 1
    while (
        here < min(high, at + _MAX_SUBJECT_TOKENS)
        and tokens[here].is_word
        and (tokens[here].text[0].isupper() or tokens[here].lower in _LABEL_STARTERS)
    ):
        here += 1
    return at + 1 < here < high and tokens[here].quote >= 0


def _is_s_form(tokens: list[SentenceToken], at: int, low: int, high: int) -> bool:
    """Return whether an -s form, which may be a plural noun, is a verb: between a subject and a complement."""
    before, after = tokens[at - 1], tokens[at + 1] if at + 1 < high else None
    if after is None or (not after.is_word and after.quote < 0 and after.text not in {":", ","}):
        return False
    led = _complement_follows(tokens, at, high)
    if before.is_word and before.text[0].isupper():
        return led or not _has_determiner(tokens, at - 1, low)
    return led and (before.is_word or before.text == ",")


def takes_that_clause(tokens: list[SentenceToken], at: int, sentence: Sentence) -> bool:
    """Return whether an -ed form that is in no list has a clause with "that" after it: "she sniped that"."""
    if not sentence.first < at < sentence.last - 1 or tokens[at + 1].lower != "that" or not tokens[at].text.islower():
        return False
    before = tokens[at - 1]
    return (
        tokens[at].lower.endswith("ed")
        and before.is_word
        and before.lower not in BE_FORMS
        and before.lower not in DETERMINERS
    )


def _tags_quote(tokens: list[SentenceToken], at: int, low: int, high: int) -> bool:
    """Return whether a word ends a tag: only a subject is between a quotation and it, as in `"No," Kelly notes.`."""
    after = tokens[at + 1] if at + 1 < high else None
    if after is not None and after.text not in {".", ","} and tokens[at].lower not in CUE_FORMS:
        return False
    here = at - 1
    while (
        here >= max(low, at - _MAX_SUBJECT_TOKENS) and tokens[here].is_word and tokens[here].lower not in CONJUNCTIONS
    ):
        here -= 1
    return low <= here < at - 1 and tokens[here].quote >= 0


def _is_unknown_tag(tokens: list[SentenceToken], at: int, sentence: Sentence) -> bool:
    """Return whether an -ed form that is in no list must be a verb of speech, by its place: `"No!" beamed Kelly`."""
    word = tokens[at]
    if not word.text.islower() or not word.lower.endswith("ed") or at == sentence.first:
        return False
    if tokens[at - 1].quote >= 0:
        return at + 1 < sentence.last and tokens[at + 1].is_word and tokens[at + 1].text[0].isupper()
    return _tags_quote(tokens, at, sentence.first, sentence.last)


def _has_determiner(tokens: list[SentenceToken], at: int, low: int) -> bool:
    """Return whether a determiner or link precedes the capitalised words that end at a token: "the Orlan claims"."""
    floor = max(low, at - _MAX_SUBJECT_TOKENS)
    while at >= floor and tokens[at].is_word and tokens[at].text[0].isupper():
        at -= 1
    return at >= low and (tokens[at].lower in DETERMINERS or tokens[at].lower in NAME_LINKS)


def follows_quote(tokens: list[SentenceToken], at: int, low: int) -> bool:
    """Return whether a word follows a quotation, with nothing but commas, dashes and adverbs between them."""
    before = at - 1
    while before >= max(low, at - _MAX_SUBJECT_TOKENS) and (
        tokens[before].text in {",", "—", "–", "-", "--"} or is_adverb(tokens[before].text)
    ):
        before -= 1
    return before >= low and tokens[before].quote >= 0


def may_invert(tokens: list[SentenceToken], at: int, high: int) -> bool:
    """Return whether the subject may follow the verb: not for "state" in `"…," state department officials said`."""
    form = tokens[at].lower
    return not (form in CUE_BASES and form in NOUN_CUES) or (at + 1 < high and tokens[at + 1].lower in DETERMINERS)


def is_passive(tokens: list[SentenceToken], at: int, low: int) -> bool:
    """Return whether a verb is passive, so that its subject is not the speaker."""
    form = tokens[at].lower
    if form == "said" or form.endswith(("ing", "s")):
        return False
    here = at - 1
    while here >= max(low, at - _MAX_SUBJECT_TOKENS) and is_adverb(tokens[here].text):
        here -= 1
    if form.endswith("ed") and at + 2 < len(tokens) and tokens[at + 1].lower == "by":
        return not tokens[at + 2].lower.endswith("ing")
    if here >= low and tokens[here].lower == "as" and at + 1 < len(tokens) and tokens[at + 1].lower == "by":
        return True
    return here >= low and (tokens[here].lower in BE_FORMS or tokens[here].lower in {"’re", "’m"})


def is_naming(tokens: list[SentenceToken], at: int, sentence: Sentence, mention: NounPhrase) -> bool:
    """Return whether a participle after the phrase `mention` only gives a thing its name: "a book called “…”"."""
    low, high = sentence
    if (
        tokens[at].lower not in NAMING_PARTICIPLES
        or mention.last != at - 1
        or tokens[at - 1].lower in PRONOUNS
        or not tokens[at - 1].text[0].islower()
    ):
        return False
    if at + 1 < high and tokens[at + 1].quote < 0 and tokens[at + 1].lower not in {"a", "an", "the", "by"}:
        return False
    return tokens[at].lower not in {"called", "labeled", "labelled"} or (
        mention.first > low
        and tokens[mention.first - 1].is_word
        and tokens[mention.first - 1].lower not in {"that", "and", "but"}
    )
