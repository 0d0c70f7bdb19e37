"""Define the values that the steps pass on (Quotation, its context, its Attribution), and classify quotations by kind.

The values are immutable: each step returns new ones.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from searchsvc.analysis.characters import is_unspaced
from searchsvc.model.article import Block
from searchsvc.quotes.lexicon import (
    AUXILIARIES,
    CONJUNCTIONS,
    CUE_FORMS,
    DETERMINERS,
    GENITIVES,
    MAKERS,
    POSSESSIVES,
    PREPOSITIONS,
    WORK_WORDS,
    word_set,
)
from searchsvc.quotes.quotation_marks import QuotedSpan

QuotationKind = Literal["full", "partial", "term", "pullquote"]


def _one_of(line: str) -> frozenset[tuple[str]]:
    """Return the words of a line as tuples of one word, to compare with slices of SentenceContext's tuples."""
    return frozenset((word,) for word in word_set(line))


#: Signs that end what is said: of sentences, and the comma before who says it.
_SENTENCE_ENDS = ".,?!…—。，、？！؟،۔।॥"
_WORD = re.compile(r"\w+(?:[’'-]\w+)*")
#: Fewest words of `full` speech that does not end with a punctuation mark.
_MIN_FULL_WORDS = 4
#: Most words of a quotation that qualifies a noun: "this “wet foot, dry foot” policy".
_MAX_TERM_WORDS = 5
#: Most words of the title of a work.
_MAX_TITLE_WORDS = 9
#: Fewest words of speech without a named speaker: with a reporting event in the sentence, and without.
_MIN_SPOKEN_WORDS = 2
_MIN_UNCUED_WORDS = 3
_PAUSES = frozenset(",.?!")
#: Words that are not capitalised within titles.
_TITLE_SMALL_WORDS = word_set("the a an of and or for in on at to with from by as is vs")
#: Words that make the quotation after them a term: "this so-called “…” plan".
_DEMONSTRATIVES = _one_of("this these so-called")
#: Words that cannot be the noun that a quotation qualifies.
_NOT_NOUNS = PREPOSITIONS | CONJUNCTIONS | DETERMINERS | AUXILIARIES
#: Words after the title of an article or a work: its author or address.
_CREDITS = frozenset({("by",), ("http",)})
#: Words before a predicate: "described as a “shame”", "is “sick”".
_PREDICATES = frozenset({("as", "a"), ("as", "an"), ("as", "the"), ("as",), ("is",), ("was",), ("be",), ("to",)})
#: Nouns before "of" and the words of a shout: "chants of “…”".
_SHOUTS = _one_of("chant chants cry cries shout shouts call calls yell yells scream screams")
#: Nouns before somebody's wording: "they used the term “…”".
_WORDINGS = _one_of("term terms phrase phrases word words slogan motto mantra")
#: Words before "as" and a name, which is no predicate: "known as “…”".
_NAMERS = _one_of("such known")


class Mention(NamedTuple):
    """A place where an article names somebody: index of the block, start and end (exclusive) in its text."""

    block: int
    start: int
    end: int

    def text(self, blocks: Sequence[Block]) -> str:
        """Return the mention as written."""
        return blocks[self.block].text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Attribution:
    """The speaker of a quotation, or the subject of a sentence without speech, with the rule that found the mention."""

    mention: Mention
    #: The verb or phrase that attributes the quotation: `said`, `according to`. None if there is none.
    cue: str | None
    #: Name of the rule that found the mention.
    rule: str
    #: The person spoken to, as written: `the BBC` in "told the BBC".
    addressee: str | None = None


class SentenceContext(NamedTuple):
    """The context of a quotation: its sentence, and the sentences before it in its block."""

    #: True if its sentence has a reporting event (a verb or noun of speech), with or without a speaker.
    reported: bool = False
    #: True if the sentence consists of quotations and connectives ("but", "and") only.
    alone: bool = False
    #: True if the sentence begins with the quotation.
    opens: bool = False
    #: Up to three tokens of the sentence before it and after it, in lower case.
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    #: The subject of its sentence, if it precedes the quotation and the sentence has no reporting event.
    actor: Attribution | None = None
    #: The speaker, else the subject, of the nearest earlier sentence of the block that has one.
    previous: Attribution | None = None
    #: True if that is the sentence right before it, and it reports speech without quotation marks.
    follows_reported_speech: bool = False


_NO_CONTEXT = SentenceContext()


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quoted span, with the results of the steps made so far."""

    #: Index among all quotations of the article.
    number: int
    #: Index of its block.
    block: int
    span: QuotedSpan
    context: SentenceContext = _NO_CONTEXT
    attribution: Attribution | None = None
    #: Number of the earlier quotation that this one continues.
    continues: int | None = None
    #: None until `kind_of` was asked.
    kind: QuotationKind | None = None

    def attributed_to(self, somebody: Attribution, rule: str) -> "Quotation":
        """Return a copy with the speaker of another attribution, under the name of the rule that carried it over."""
        named = Attribution(somebody.mention, somebody.cue, rule, somebody.addressee)
        return Quotation(self.number, self.block, self.span, self.context, named, self.continues, self.kind)

    def of_kind(self, kind: QuotationKind) -> "Quotation":
        """Return a copy with this kind."""
        return Quotation(self.number, self.block, self.span, self.context, self.attribution, self.continues, kind)

    @property
    def reported(self) -> bool:
        """True if its sentence has a reporting event, or it has a speaker."""
        return self.context.reported or self.attribution is not None


class Paragraph(NamedTuple):
    """A block with its quotations, and what it says about the speaker of the quotations in the next block."""

    #: Index of the block.
    block: int
    text: str
    quotations: tuple[Quotation, ...]
    #: True if the block ends with a colon, and so introduces the next one.
    introduces: bool
    #: The speaker of the last reporting event that names one.
    last_speaker: Attribution | None = None
    #: The speaker of the last sentence, if it reports speech and the block has no quotations.
    reporter: Attribution | None = None
    #: The speaker, else the subject, of the last sentence, if it introduces the next block.
    introducer: Attribution | None = None


def kind_of(quotation: Quotation, block: Block) -> QuotationKind:
    """Return the kind of a quotation in its block.

    `pullquote`: any quotation in a pull quote. `term`: a term, a title or a heading, which nobody says.
    `full`: speech that begins with a capital or a digit, or continues another quotation, and ends with
    punctuation or has at least _MIN_FULL_WORDS words; in scripts without capitals, speech that ends with punctuation.
    `partial`: other speech.
    """
    if block.kind == "pullquote":
        return "pullquote"
    text = block.text[quotation.span.start : quotation.span.end]
    words = _words(text)
    if not words or _is_term(quotation, text, words):
        return "term"
    first = text.lstrip(" ‘'[(…—.")[:1]
    begins = first.isupper() or first.isdigit() or quotation.continues is not None
    whole = text.rstrip(" ’'")[-1:] in _SENTENCE_ENDS and len(words) > 1
    if first.isalpha() and first.upper() == first.lower():  # the script has no capitals: the end alone tells
        return "full" if whole else "partial"
    return "full" if begins and (whole or len(words) >= _MIN_FULL_WORDS) else "partial"


def _words(text: str) -> list[str]:
    """Return the words of a text; in scripts without spaces every two characters count as one."""
    words = _WORD.findall(text)
    if text.isascii() or not any(map(is_unspaced, text)):
        return words
    return [word[at : at + 2] for word in words for at in (range(0, len(word), 2) if is_unspaced(word[0]) else (0,))]


def _is_term(quotation: Quotation, text: str, words: list[str]) -> bool:
    """Return whether a quotation is no speech: a term, a title, a heading, or a label of a noun.

    Args:
        quotation: The quotation, after attribution.
        text: Its text.
        words: The words of the text.

    """
    before = quotation.context.before
    if before[-1:] in _WORDINGS or (before[-1:] == ("of",) and before[-2:-1] in _SHOUTS):
        return False
    if _is_work(quotation, words) or _is_heading(quotation, text, words):
        return True
    if before[-1:] == ("including",) and len(words) <= _MAX_TERM_WORDS:
        return True
    if quotation.attribution is not None and quotation.attribution.rule != "subject":
        return before[-1:] in _DEMONSTRATIVES and _is_label_of_noun(quotation, text, words)
    return not quotation.context.alone and _is_unspoken(quotation, text, words)


def _is_heading(quotation: Quotation, text: str, words: list[str]) -> bool:
    """Return whether a quotation that is a sentence by itself is a heading: "Related:", "ALL IN CAPITALS"."""
    if not quotation.context.alone:
        return False
    return (len(words) == 1 and text.endswith(":")) or (text.isupper() and text[-1:] not in _PAUSES)


def _is_unspoken(quotation: Quotation, text: str, words: list[str]) -> bool:
    """Return whether a quotation without a speaker is a term: a title, too short for speech, or a label of a noun."""
    if quotation.context.after[:1] in _CREDITS or (len(words) > 1 and _is_title(words)):
        return True
    if len(words) < (_MIN_SPOKEN_WORDS if quotation.reported else _MIN_UNCUED_WORDS):
        return not _describes(quotation)
    return _is_label_of_noun(quotation, text, words)


def _describes(quotation: Quotation) -> bool:
    """Return whether a quotation is a predicate: "as a “shame”", "is “sick”", "to “embrace” it"."""
    before = quotation.context.before
    if before[-1:] == ("as",) and before[-2:-1] in _NAMERS:
        return False
    return before[-1:] in _PREDICATES or before[-2:] in _PREDICATES


def _is_title(words: list[str]) -> bool:
    """Return whether words are capitalised like a title: all but articles, prepositions and the like."""
    begins = words[0][:1].isupper() or words[0][:1].isdigit()
    return begins and all(w[:1].isupper() or w[:1].isdigit() or w in _TITLE_SMALL_WORDS for w in words)


def _is_work(quotation: Quotation, words: list[str]) -> bool:
    """Return whether a quotation is the title of a work: capitalised so, after "book", "author of" or a possessor."""
    if not _is_title(words) or len(words) > _MAX_TITLE_WORDS:
        return False
    before = quotation.context.before[-1] if quotation.context.before else ""
    if before == "," and len(quotation.context.before) > 1:
        before = quotation.context.before[-2]
    if MAKERS & set(quotation.context.before) and "of" in quotation.context.before[-2:]:
        return True
    return before in WORK_WORDS or before.endswith(GENITIVES)


def _is_label_of_noun(quotation: Quotation, text: str, words: list[str]) -> bool:
    """Return whether a quotation qualifies a noun after a determiner: "the “law and order” issue"."""
    before, after = quotation.context.before[-1:], quotation.context.after[:1]
    if len(words) > _MAX_TERM_WORDS or text[-1:] in _PAUSES or not before or not after or not after[0][0].isalpha():
        return False
    determined = before[0] in DETERMINERS or before[0] in POSSESSIVES or before in _DEMONSTRATIVES
    return determined and after[0] not in _NOT_NOUNS and after[0] not in CUE_FORMS
