"""Attribute the quotations of one block to the speakers named in it, sentence by sentence.

For each quotation the result is a speaker with the name of the rule that found it, or, if its
sentence names none, the context from which `propagation` may still find one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from searchsvc.quotes.attribution.discourse import BlockReading
from searchsvc.quotes.attribution.sieves import choose_event, name_before_colon, name_beside_mark
from searchsvc.quotes.lexicon import word_set
from searchsvc.quotes.quotations import Attribution, Paragraph, Quotation, SentenceContext
from searchsvc.quotes.syntax import Sentence
from searchsvc.quotes.syntax.noun_phrases import phrase_starting
from searchsvc.quotes.syntax.verbs import ReportingEvent

#: Tokens before and after a quotation that its SentenceContext keeps.
_CONTEXT_TOKENS = 3
#: Words that may accompany a quotation that is a sentence by itself: "But “…”".
_CONNECTIVES = word_set(
    "then but and so or yet because also still plus next finally later again instead indeed now meanwhile rather no yes"
)


def attribute(reading: BlockReading, quotations: Sequence[Quotation], *, before_quotations: bool = True) -> Paragraph:
    """Return one block with its quotations attributed to the speakers that its own sentences name.

    Args:
        reading: The block.
        quotations: Its quotations in order, not yet attributed.
        before_quotations: True if the next block has quotations. A block that has none and precedes
            none is analysed only if it ends with a colon.

    """
    introduces = reading.text.rstrip().endswith(":")
    if not reading.is_readable or not (quotations or before_quotations or introduces):
        return Paragraph(reading.number, reading.text, tuple(quotations), introduces)
    reader = _ParagraphReader(reading, quotations)
    at = 0
    for index, sentence in enumerate(reading.sentences):
        first = at
        while at < len(reading.quotations) and reading.quotations[at] < sentence.last:
            at += 1
        reader.read(index, reading.quotations[first:at])
    return reader.paragraph(introduces=introduces)


@dataclass(slots=True)
class _SentenceReading:
    """A sentence of the block that is being read."""

    #: Its index among the sentences of the block.
    index: int
    sentence: Sentence
    #: True if it has a quotation.
    quoted: bool
    #: The speaker of its last named event, else its subject; None before it is looked for, and if there is none.
    speaker: Attribution | None = None


class _ParagraphReader:
    """Reader of one block, sentence by sentence. It keeps the sentences read, to look back to earlier ones."""

    def __init__(self, reading: BlockReading, quotations: Sequence[Quotation]) -> None:
        self._reading = reading
        self._tokens = reading.tokens
        self._quotations = list(quotations)
        self._sentences: list[_SentenceReading] = []

    def read(self, index: int, positions: list[int]) -> None:
        """Attribute the quotations of the next sentence; `positions` are the indexes of their tokens."""
        reading = _SentenceReading(index, self._reading.sentences[index], quoted=bool(positions))
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
            reporter = self._attribution(self._named_events(final)[0], "context")
        if final is not None and introduces:
            introducer = self._sender(final.sentence) or self._speaker(final)
        quotations = tuple(self._quotations)
        number, text = self._reading.number, self._reading.text
        return Paragraph(number, text, quotations, introduces, last_speaker, reporter, introducer)

    def _sender(self, sentence: Sentence) -> Attribution | None:
        """Return the name in a block such as "And from Chairwoman Ruiz:"."""
        tokens, last = self._tokens, sentence.last
        words = [token.lower for token in tokens[sentence.first : sentence.first + 2]]
        at = sentence.first + words.index("from") + 1 if "from" in words else last
        name = phrase_starting(tokens, at, last - 1) if at < last - 1 else None
        if name is None or name.last != last - 2 or not tokens[name.first].text[0].isupper():
            return None
        return Attribution(self._reading.mention(name), tokens[last - 1].text, "intro")

    def _named_events(self, reading: _SentenceReading) -> list[ReportingEvent]:
        """Return the reporting events of a sentence that name a speaker."""
        return self._reading.named_events(reading.index)

    def _speaker(self, reading: _SentenceReading) -> Attribution | None:
        """Return the speaker of a sentence's last named event, else its subject, else None."""
        if reading.speaker is None:
            named = self._named_events(reading)
            reading.speaker = self._attribution(named[-1], "context") if named else self._subject_of(reading.index)
        return reading.speaker

    def _attribute(self, reading: _SentenceReading, positions: list[int]) -> None:
        """Give each quotation of a sentence the speaker of an event of the sentence, or its context.

        The second of two quotations that follow the same cue in one sentence continues the first.
        """
        tokens, sentence = self._tokens, reading.sentence
        named = self._named_events(reading)
        reported = bool(self._reading.events(reading.index))
        actor = None if reported else self._speaker(reading)
        alone = all(not t.is_word or t.lower in _CONNECTIVES for t in tokens[sentence.first : sentence.last])
        last: tuple[int, ReportingEvent] | None = None
        for at in positions:
            index = tokens[at].quote
            number, span = self._quotations[index].number, self._quotations[index].span
            context = SentenceContext(
                reported=reported,
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
                self._quotations[index] = Quotation(number, self._reading.number, span, context)
                continue
            event, rule = chosen
            continues = None
            if last is not None and last[1] is event and event.cue < at and rule != "trailing":
                continues = last[0]
            attribution = self._attribution(event, rule)
            self._quotations[index] = Quotation(number, self._reading.number, span, context, attribution, continues)
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
                return speaker, nearest and bool(self._named_events(reading)) and not reading.quoted
            self._sentences.pop()
            nearest = False
        return None, False

    def _subject_of(self, index: int) -> Attribution | None:
        """Return the main subject of a sentence as an attribution without a cue."""
        subject = self._reading.subject(index)
        return None if subject is None else Attribution(self._reading.mention(subject), None, "subject")

    def _attribution(self, event: ReportingEvent, rule: str) -> Attribution | None:
        """Return the speaker of an event, or None if it names none."""
        if event.mention is None:
            return None
        words = self._reading.words
        addressee = None if event.addressee is None else words(*event.addressee)
        return Attribution(self._reading.mention(event.mention), words(event.cue, event.cue_last), rule, addressee)
