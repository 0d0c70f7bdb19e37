"""What a quotation is on its way to its speaker: a stretch in marks, its sentence, who is named for it and how surely.

Everything here is frozen: each step returns new quotations.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

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

#: Rule → precision of its attributions, measured: right + 1 of seen + 2, so that a rule seen seldom is not called
#: certain. The table is printed by `python tools/measure_quotes.py DATA` from a folder of annotated articles; here from
#: 840 news articles with 8,004 speakers judged. A rule they never call upon (`headline`) has no figure.
PRECISION: dict[str, float] = {
    "after": 0.98,  # 3208 of 3278
    "same-paragraph": 0.98,  # 1457 of 1486
    "clause": 0.92,  # 1130 of 1225
    "before": 0.91,  # 816 of 898
    "shared": 0.86,  # 580 of 677
    "trailing": 0.94,  # 82 of 86
    "subject": 0.68,  # 51 of 74
    "colon": 0.96,  # 63 of 65
    "floating": 0.86,  # 56 of 64
    "according": 0.93,  # 40 of 42
    "noun": 0.62,  # 19 of 30
    "intro": 0.91,  # 20 of 21
    "previous-sentence": 0.77,  # 16 of 20
    "continuation": 0.81,  # 16 of 19
    "dash": 0.85,  # 10 of 11
    "passive": 0.60,  # 5 of 8
}


class Mention(NamedTuple):
    """Where an article names somebody: block, and offsets in its text."""

    block: int
    start: int
    end: int

    def text(self, blocks: Sequence[Block]) -> str:
        """Return the mention as written."""
        return blocks[self.block].text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Attribution:
    """Somebody who speaks, or acts in a sentence without speech: where the text names them, and by which rule."""

    mention: Mention
    #: The verb or phrase that attributes: `said`, `according to`.
    cue: str | None
    rule: str
    #: Whom it was said to.
    addressee: str | None = None
    #: Canonical name of who is mentioned, within the article.
    entity: str | None = None

    def of(self, entity: str | None) -> "Attribution":
        """Return the attribution with the entity that is meant."""
        return Attribution(self.mention, self.cue, self.rule, self.addressee, entity)

    @property
    def confidence(self) -> float | None:
        """Measured precision of the rule; None for one that was never measured."""
        return PRECISION.get(self.rule)


class SentenceContext(NamedTuple):
    """What stands around a quotation: in its sentence, and before it."""

    #: True if an event of saying stands in its sentence, whether or not it names somebody.
    reported: bool = False
    #: True if the sentence is nothing but the quotation.
    alone: bool = False
    #: True if the sentence begins with the quotation.
    opens: bool = False
    #: Words of the sentence before and after it.
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    #: Who acts in its sentence before it, where nothing is said to be said.
    actor: Attribution | None = None
    #: Who speaks, or else acts, in the nearest sentence of the block before it that names anybody.
    previous: Attribution | None = None
    #: True if that is the sentence right before it, and reports speech without marks.
    follows_reported_speech: bool = False


_NO_CONTEXT = SentenceContext()


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch in quotation marks, with what is known of it by now."""

    #: Place among all quotations of the article.
    number: int
    block: int
    span: QuotedSpan
    context: SentenceContext = _NO_CONTEXT
    attribution: Attribution | None = None
    #: Number of the quotation that this one is the rest of.
    continues: int | None = None
    kind: QuotationKind | None = None

    def attributed_to(self, somebody: Attribution, rule: str) -> "Quotation":
        """Return the quotation, said by somebody who was found elsewhere."""
        named = Attribution(somebody.mention, somebody.cue, rule, somebody.addressee)
        return Quotation(self.number, self.block, self.span, self.context, named, self.continues, self.kind)

    def of_kind(self, kind: QuotationKind) -> "Quotation":
        """Return the quotation with its kind."""
        return Quotation(self.number, self.block, self.span, self.context, self.attribution, self.continues, kind)

    @property
    def reported(self) -> bool:
        """True if an event of saying stands in its sentence, or somebody is named for it."""
        return self.context.reported or self.attribution is not None


class Paragraph(NamedTuple):
    """A block that holds quotations, or leads to some."""

    block: int
    text: str
    quotations: tuple[Quotation, ...]
    #: True if it ends by leading to what follows: a colon.
    introduces: bool
    #: The last speaker named in running text.
    last_speaker: Attribution | None = None
    #: Who says what its last sentence reports, in a block without quotations.
    reporter: Attribution | None = None
    #: Who speaks or acts in the sentence that leads to what follows.
    introducer: Attribution | None = None


def _one_of(line: str) -> frozenset[tuple[str]]:
    """Return the words of a line, each as the only one of a tuple: as what stands beside a quotation is kept."""
    return frozenset((word,) for word in word_set(line))


_WORD = re.compile(r"\w+(?:[’'-]\w+)*")
_FULL_WORDS = 4
#: Longer than that, words before a noun are no label: "this “wet foot, dry foot” policy".
_TERM_WORDS = 5
_TITLE_WORDS = 9
#: Words that make a quotation speech when nobody is named: with a verb of saying near, and without.
_SPOKEN_WORDS = 2
_UNCUED_WORDS = 3
_PAUSES = frozenset(",.?!")
_SMALL = word_set("the a an of and or for in on at to with from by as is vs")
_DEMONSTRATIVES = _one_of("this these so-called")
_NO_NOUNS = PREPOSITIONS | CONJUNCTIONS | DETERMINERS | AUXILIARIES
#: Who wrote what is quoted, or where it is: a headline or a title.
_CREDITS = frozenset({("by",), ("http",)})
_PREDICATES = frozenset({("as", "a"), ("as", "an"), ("as", "the"), ("as",), ("is",), ("was",), ("be",), ("to",)})
#: What they shout: "chants of “…”".
_SHOUTS = _one_of("chant chants cry cries shout shouts call calls yell yells scream screams")
#: Somebody's wording follows: "they used the term “…”".
_WORDINGS = _one_of("term terms phrase phrases word words slogan motto mantra")
#: Names follow: "known as".
_NAMERS = _one_of("such known")


def kind_of(quotation: Quotation, block: Block) -> QuotationKind:
    """Return the kind of a quotation that stands in a block."""
    if block.kind == "pullquote":
        return "pullquote"
    text = block.text[quotation.span.start : quotation.span.end]
    words = _WORD.findall(text)
    if not words or _is_term(quotation, text, words):
        return "term"
    first = text.lstrip(" ‘'[(…—.")[:1]
    begins = first.isupper() or first.isdigit() or quotation.continues is not None
    whole = text.rstrip(" ’'")[-1:] in ".,?!…—" and len(words) > 1
    return "full" if begins and (whole or len(words) >= _FULL_WORDS) else "partial"


def _is_term(quotation: Quotation, text: str, words: list[str]) -> bool:
    before = quotation.context.before
    if before[-1:] in _WORDINGS or (before[-1:] == ("of",) and before[-2:-1] in _SHOUTS):
        return False
    if _is_work(quotation, words) or _is_heading(quotation, text, words):
        return True
    if before[-1:] == ("including",) and len(words) <= _TERM_WORDS:
        return True
    if quotation.attribution is not None and quotation.attribution.rule != "subject":
        return before[-1:] in _DEMONSTRATIVES and _labels(quotation, text, words)
    return not quotation.context.alone and _is_unspoken(quotation, text, words)


def _is_heading(quotation: Quotation, text: str, words: list[str]) -> bool:
    """Return whether a block in marks is no speech: "Related:", "ALL IN CAPITALS"."""
    if not quotation.context.alone:
        return False
    return (len(words) == 1 and text.endswith(":")) or (text.isupper() and text[-1:] not in _PAUSES)


def _is_unspoken(quotation: Quotation, text: str, words: list[str]) -> bool:
    """Return whether a quotation nobody is named for is a term."""
    if quotation.context.after[:1] in _CREDITS or (len(words) > 1 and _is_title(words)):
        return True
    if len(words) < (_SPOKEN_WORDS if quotation.reported else _UNCUED_WORDS):
        return not _describes(quotation)
    return _labels(quotation, text, words)


def _describes(quotation: Quotation) -> bool:
    """Return whether a quotation says what somebody is or does: "as a “shame”", "is “sick”", "to “embrace” it"."""
    before = quotation.context.before
    if before[-1:] == ("as",) and before[-2:-1] in _NAMERS:
        return False
    return before[-1:] in _PREDICATES or before[-2:] in _PREDICATES


def _is_title(words: list[str]) -> bool:
    """Return whether words are set like the title of a programme, a book, a paper."""
    begins = words[0][:1].isupper() or words[0][:1].isdigit()
    return begins and all(w[:1].isupper() or w[:1].isdigit() or w in _SMALL for w in words)


def _is_work(quotation: Quotation, words: list[str]) -> bool:
    """Return whether a quotation is the title of a work rather than speech."""
    if not _is_title(words) or len(words) > _TITLE_WORDS:
        return False
    before = quotation.context.before[-1] if quotation.context.before else ""
    if before == "," and len(quotation.context.before) > 1:
        before = quotation.context.before[-2]
    if MAKERS & set(quotation.context.before) and "of" in quotation.context.before[-2:]:
        return True
    return before in WORK_WORDS or before.endswith(GENITIVES)


def _labels(quotation: Quotation, text: str, words: list[str]) -> bool:
    """Return whether a quotation stands between a determiner and a noun: "the “law and order” issue"."""
    before, after = quotation.context.before[-1:], quotation.context.after[:1]
    if len(words) > _TERM_WORDS or text[-1:] in _PAUSES or not before or not after or not after[0][0].isalpha():
        return False
    determined = before[0] in DETERMINERS or before[0] in POSSESSIVES or before in _DEMONSTRATIVES
    return determined and after[0] not in _NO_NOUNS and after[0] not in CUE_FORMS
