"""Attribute the quotations of one block to the speakers named in it, sentence by sentence.

For each quotation the result is a speaker with the name of the rule that found it, or, if its
sentence names none, the context from which `propagation` may still find one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from searchsvc.model.article import Block
from searchsvc.quotes.attribution.events import find_events
from searchsvc.quotes.attribution.sieves import choose_event, name_before_colon, name_beside_mark
from searchsvc.quotes.lexicon import word_set
from searchsvc.quotes.quotations import Attribution, Mention, Paragraph, Quotation, SentenceContext
from searchsvc.quotes.syntax import Sentence, SentenceToken, tokenize_block
from searchsvc.quotes.syntax.noun_phrases import NounPhrase
from searchsvc.quotes.syntax.subjects import main_subject
from searchsvc.quotes.syntax.verbs import ReportingEvent

#: Code points of the longest block that is analysed. Quotations of longer ones get no speaker from their block.
MAX_PARAGRAPH_LENGTH = 20_000
#: Tokens before and after a quotation that its SentenceContext keeps.
_CONTEXT_TOKENS = 3
#: Words that may accompany a quotation that is a sentence by itself: "But “…”".
_CONNECTIVES = word_set(
    "then but and so or yet because also still plus next finally later again instead indeed now meanwhile rather no yes"
)


def attribute(
    number: int, block: Block, quotations: Sequence[Quotation], *, before_quotations: bool = True
) -> Paragraph:
    """Return one block with its quotations attributed to the speakers that its own sentences name.

    Args:
        number: Index of the block.
        block: The block.
        quotations: Its quotations in order, not yet attributed.
        before_quotations: True if the next block has quotations. A block that has none and precedes
            none is analysed only if it ends with a colon.

    """
    text = block.text
    introduces = text.rstrip().endswith(":")
    if len(text) > MAX_PARAGRAPH_LENGTH or not (quotations or before_quotations or introduces):
        return Paragraph(number, text, tuple(quotations), introduces)
    tokenized = tokenize_block(text, [quotation.span for quotation in quotations])
    reader = _ParagraphReader(number, text, tokenized.tokens, quotations)
    at = 0
    for sentence in tokenized.sentences:
        first = at
        while at < len(tokenized.quotations) and tokenized.quotations[at] < sentence.last:
            at += 1
        reader.read(sentence, tokenized.quotations[first:at])
    return reader.paragraph(introduces=introduces)


@dataclass(slots=True)
class _SentenceReading:
    """A sentence with the results of its analysis, which is made only when it is needed."""

    sentence: Sentence
    #: True if it has a quotation.
    quoted: bool
    #: Its reporting events; None before they are looked for.
    events: list[ReportingEvent] | None = None
    #: Those of the events that name a speaker.
    named: list[ReportingEvent] = field(default_factory=list)
    #: The speaker of its last named event, else its subject; None before it is looked for, and if there is none.
    speaker: Attribution | None = None


class _ParagraphReader:
    """Reader of one block, sentence by sentence. It keeps the sentences read, to look back to earlier ones."""

    def __init__(self, number: int, text: str, tokens: list[SentenceToken], quotations: Sequence[Quotation]) -> None:
        self._number = number
        self._text = text
        self._tokens = tokens
        self._quotations = list(quotations)
        self._sentences: list[_SentenceReading] = []

    def read(self, sentence: Sentence, positions: list[int]) -> None:
        """Attribute the quotations of the next sentence; `positions` are the indexes of their tokens."""
        reading = _SentenceReading(sentence, quoted=bool(positions))
        if positions:
            self._attribute(reading, positions)
        self._sentences.append(reading)

    def paragraph(self, *, introduces: bool) -> Paragraph:
        """Return the block as read so far, with the speakers that the next block may need."""
        last_speaker = reporter = introducer = None
        for reading in reversed(self._sentences):
            if self._named_events(reading):
                last_speaker = self._speaker(reading)
                break
        final = self._sentences[-1] if self._sentences else None
        if final is not None and not self._quotations and self._named_events(final):
            reporter = self._attribution(final.named[0], "context")
        if final is not None and introduces:
            introducer = self._speaker(final)
        quotations = tuple(self._quotations)
        return Paragraph(self._number, self._text, quotations, introduces, last_speaker, reporter, introducer)

    def _named_events(self, reading: _SentenceReading) -> list[ReportingEvent]:
        """Return the reporting events of a sentence that name a speaker; they are looked for once."""
        if reading.events is None:
            reading.events = find_events(self._tokens, reading.sentence)
            reading.named = [event for event in reading.events if event.mention is not None]
        return reading.named

    def _speaker(self, reading: _SentenceReading) -> Attribution | None:
        """Return the speaker of a sentence's last named event, else its subject, else None."""
        if reading.speaker is None:
            named = self._named_events(reading)
            reading.speaker = self._attribution(named[-1], "context") if named else self._subject_of(reading.sentence)
        return reading.speaker

    def _attribute(self, reading: _SentenceReading, positions: list[int]) -> None:
        """Give each quotation of a sentence the speaker of an event of the sentence, or its context.

        The second of two quotations that follow the same cue in one sentence continues the first.
        """
        tokens, sentence = self._tokens, reading.sentence
        named = self._named_events(reading)
        actor = None if reading.events else self._speaker(reading)
        alone = all(not t.is_word or t.lower in _CONNECTIVES for t in tokens[sentence.first : sentence.last])
        last: tuple[int, ReportingEvent] | None = None
        for at in positions:
            index = tokens[at].quote
            number, span = self._quotations[index].number, self._quotations[index].span
            context = SentenceContext(
                reported=bool(reading.events),
                alone=alone,
                opens=at == sentence.first,
                before=tuple([t.lower for t in tokens[max(sentence.first, at - _CONTEXT_TOKENS) : at]]),
                after=tuple([t.lower for t in tokens[at + 1 : min(sentence.last, at + 1 + _CONTEXT_TOKENS)]]),
                actor=actor if actor is not None and actor.mention.end <= tokens[at].start else None,
            )
            chosen = name_before_colon(tokens, at, sentence) or choose_event(tokens, at, sentence, named)
            if chosen is None and not named:
                chosen = name_beside_mark(tokens, at, sentence)
            if chosen is None:
                previous, follows = self._look_back()
                context = context._replace(previous=previous, follows_reported_speech=follows)
                self._quotations[index] = Quotation(number, self._number, span, context)
                continue
            event, rule = chosen
            continues = None
            if last is not None and last[1] is event and event.cue < at and rule != "trailing":
                continues = last[0]
            attribution = self._attribution(event, rule)
            self._quotations[index] = Quotation(number, self._number, span, context, attribution, continues)
            last = (number, event)

    def _look_back(self) -> tuple[Attribution | None, bool]:
        """Return the speaker, else the subject, of the nearest earlier sentence that has one.

        The flag is True if that is the sentence right before, and it reports speech without a quotation.
        Sentences without either are removed, so that the block is searched in linear time in all.
        """
        nearest = True
        while self._sentences:
            reading = self._sentences[-1]
            speaker = self._speaker(reading)
            if speaker is not None:
                return speaker, nearest and bool(reading.named) and not reading.quoted
            self._sentences.pop()
            nearest = False
        return None, False

    def _subject_of(self, sentence: Sentence) -> Attribution | None:
        """Return the main subject of a sentence as an attribution without a cue."""
        subject = main_subject(self._tokens, sentence.first, sentence.last)
        return None if subject is None else Attribution(self._mention(subject), None, "subject")

    def _attribution(self, event: ReportingEvent, rule: str) -> Attribution | None:
        """Return the speaker of an event, or None if it names none."""
        if event.mention is None:
            return None
        addressee = None
        if event.addressee is not None:
            addressee = self._words(event.addressee.first, event.addressee.last)
        return Attribution(self._mention(event.mention), self._words(event.cue, event.cue_last), rule, addressee)

    def _mention(self, phrase: NounPhrase) -> Mention:
        return Mention(self._number, self._tokens[phrase.first].start, self._tokens[phrase.last].end)

    def _words(self, first: int, last: int) -> str:
        return self._text[self._tokens[first].start : self._tokens[last].end]
