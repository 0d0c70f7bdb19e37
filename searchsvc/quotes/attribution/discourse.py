"""Read a block sentence by sentence: its reporting events and subjects, each found when it is first asked for."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property

from searchsvc.quotes.attribution.events import find_events
from searchsvc.quotes.quotation_marks import QuotedSpan
from searchsvc.quotes.quotations import Mention
from searchsvc.quotes.syntax import Sentence, SentenceToken, TokenizedBlock, tokenize_block
from searchsvc.quotes.syntax.noun_phrases import NounPhrase
from searchsvc.quotes.syntax.subjects import main_subject
from searchsvc.quotes.syntax.verbs import ReportingEvent

#: Code points of the longest block that is analysed. Quotations of longer ones get no speaker from their block.
MAX_PARAGRAPH_LENGTH = 20_000
#: Verbs after which the one who is asked speaks.
_ASKING = frozenset({"asked", "asks", "asking"})
#: Most events of a sentence that are looked at for one pronoun.
_MAX_EVENTS = 8
#: Forms of events whose mention is no subject: "the mayor's claim", "was told by the mayor".
_NO_SUBJECTS = frozenset({"noun", "passive"})


class BlockReading:
    """The sentences of one block with what they report. The analysis of each is made once, and only when needed."""

    def __init__(self, number: int, text: str, spans: Sequence[QuotedSpan]) -> None:
        """Keep the block with its index among the blocks of the article and its quoted spans; nothing is read yet."""
        self.number = number
        self.text = text
        self._spans = spans
        self._events: dict[int, list[ReportingEvent]] = {}
        self._named: dict[int, list[ReportingEvent]] = {}
        self._subjects: dict[int, NounPhrase | None] = {}

    @property
    def is_readable(self) -> bool:
        """False for a block that is too long to be analysed."""
        return len(self.text) <= MAX_PARAGRAPH_LENGTH

    @cached_property
    def _tokenized(self) -> TokenizedBlock:
        return tokenize_block(self.text, self._spans)

    @property
    def tokens(self) -> list[SentenceToken]:
        """The tokens of the block."""
        return self._tokenized.tokens

    @property
    def sentences(self) -> list[Sentence]:
        """The sentences of the block, in order."""
        return self._tokenized.sentences

    @property
    def quotations(self) -> list[int]:
        """Indexes of the tokens that are quotations."""
        return self._tokenized.quotations

    def events(self, index: int) -> list[ReportingEvent]:
        """Return the reporting events of a sentence, in order of their cues; some name no speaker."""
        if index not in self._events:
            self._events[index] = find_events(self.tokens, self.sentences[index])
        return self._events[index]

    def named_events(self, index: int) -> list[ReportingEvent]:
        """Return the reporting events of a sentence that name a speaker."""
        if index not in self._named:
            self._named[index] = [event for event in self.events(index) if event.mention is not None]
        return self._named[index]

    def subject(self, index: int) -> NounPhrase | None:
        """Return the main subject of a sentence."""
        if index not in self._subjects:
            self._subjects[index] = main_subject(self.tokens, *self.sentences[index])
        return self._subjects[index]

    def actors(self, index: int, limit: int) -> Iterator[tuple[NounPhrase, str]]:
        """Yield who acts in a sentence: who speaks, last first (`speaker`), then its main subject (`subject`).

        Whoever is asked something comes before who asks (`asked`). Only phrases that end before the offset `limit` are
        looked at, and at most _MAX_EVENTS events.
        """
        events = self.events(index)
        last = bisect_left(events, limit, key=lambda event: self.tokens[event.cue].start)
        for event in reversed(events[max(0, last - _MAX_EVENTS) : last + 1]):
            phrase = event.mention
            if phrase is None or event.form in _NO_SUBJECTS or self.tokens[phrase.last].end > limit:
                continue
            asked = event.addressee if self.tokens[event.cue].lower in _ASKING else None
            if asked is not None and self.tokens[asked.last].end <= limit:
                yield asked, "asked"
            yield phrase, "speaker"
        subject = self.subject(index)
        if subject is not None and self.tokens[subject.last].end <= limit:
            yield subject, "subject"

    @cached_property
    def _starts(self) -> list[int]:
        return [self.tokens[sentence.first].start for sentence in self.sentences]

    def sentence_at(self, offset: int) -> int:
        """Return the index of the sentence that has an offset of the text; 0 for an offset before all of them."""
        return max(0, bisect_right(self._starts, offset) - 1)

    def span_of(self, index: int) -> tuple[int, int]:
        """Return start and end of a sentence in the text."""
        sentence = self.sentences[index]
        return self.tokens[sentence.first].start, self.tokens[sentence.last - 1].end

    def mention(self, phrase: NounPhrase) -> Mention:
        """Return a noun phrase as a place in the article."""
        return Mention(self.number, self.tokens[phrase.first].start, self.tokens[phrase.last].end)

    def words(self, first: int, last: int) -> str:
        """Return the text from the token `first` to the token `last`, inclusive."""
        return self.text[self.tokens[first].start : self.tokens[last].end]

    def is_quoted(self, offset: int) -> bool:
        """Return whether an offset lies between the marks of a quotation."""
        at = bisect_right(self._spans, offset, key=lambda span: span.start) - 1
        return at >= 0 and offset < self._spans[at].end
