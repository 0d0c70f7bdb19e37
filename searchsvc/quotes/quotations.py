"""What a quotation is on its way to its speaker: a stretch in marks, its sentence, who is named for it and how surely.

Everything here is frozen: each step returns new quotations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from searchsvc.model.article import Block
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
