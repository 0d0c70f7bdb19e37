"""Quotations of an article → who says each, by which rule."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from searchsvc.model.article import Block
from searchsvc.quotes.attribution.events import find_events
from searchsvc.quotes.attribution.sieves import choose_event, name_before_colon, name_beside_mark
from searchsvc.quotes.lexicon import word_set
from searchsvc.quotes.quotation_marks import QuotedSpan
from searchsvc.quotes.quotations import Found, Paragraph
from searchsvc.quotes.syntax import Sentence, SentenceToken, tokenize_block
from searchsvc.quotes.syntax.subjects import main_subject
from searchsvc.quotes.syntax.verbs import ReportingEvent

#: Longer blocks are no paragraphs: their quotations are found, not attributed.
LONGEST_BLOCK = 20_000
_CONTEXT = 3
#: Words that may stand beside a quotation that is otherwise a sentence of its own.
_BESIDE = word_set(
    "then but and so or yet because also still plus next finally later again instead indeed now meanwhile rather no yes"
)
#: A quotation that opens a sentence goes on with the speaker before if it is at least a clause so long.
_CLAUSE = 25


def attribute(number: int, block: Block, marked: Sequence[QuotedSpan], *, leads_on: bool = True) -> Paragraph:
    """Return the quotations of one block with the speakers its own sentences name.

    Args:
        number: Index of the block.
        block: The block.
        marked: Its quotations.
        leads_on: True if the next block holds quotations, so that this one matters to them
            even if it holds none.

    """
    found = [Found(number, span) for span in marked]
    paragraph = Paragraph(number, block.text, found, leads=block.text.rstrip().endswith(":"))
    if len(block.text) > LONGEST_BLOCK or not (marked or leads_on or paragraph.leads):
        return paragraph
    framed = tokenize_block(block.text, marked)
    reading = _Reading(paragraph, framed.tokens)
    at = 0
    for sentence in framed.sentences:
        first = at
        while at < len(framed.places) and framed.places[at] < sentence.last:
            at += 1
        reading.read(sentence, framed.places[first:at])
    reading.close()
    _share(paragraph)
    return paragraph


@dataclass(slots=True)
class _Heard:
    """A sentence that was read: what is said in it is worked out when somebody asks."""

    sentence: Sentence
    quoted: bool
    events: list[ReportingEvent] | None = None
    named: list[ReportingEvent] = field(default_factory=list)
    somebody: Found | None = None


class _Reading:
    """One block, read sentence by sentence."""

    def __init__(self, paragraph: Paragraph, tokens: list[SentenceToken]) -> None:
        self._paragraph = paragraph
        self._tokens = tokens
        self._heard: list[_Heard] = []

    def read(self, sentence: Sentence, places: list[int]) -> None:
        """Attribute the quotations of a sentence, and remember it."""
        heard = _Heard(sentence, quoted=bool(places))
        if places:
            self._attribute(heard, places)
        self._heard.append(heard)

    def close(self) -> None:
        """Note what the block tells the next one."""
        paragraph = self._paragraph
        for heard in reversed(self._heard):
            if self._listen(heard):
                paragraph.last = self._speaker(heard)
                break
        final = self._heard[-1] if self._heard else None
        if final is None:
            return
        if not paragraph.found and self._listen(final):
            paragraph.teller = self._somebody(final.named[0])
        if paragraph.leads:
            paragraph.actor = self._speaker(final)

    def _listen(self, heard: _Heard) -> list[ReportingEvent]:
        """Return the events of a sentence that name somebody."""
        if heard.events is None:
            heard.events = find_events(self._tokens, heard.sentence)
            heard.named = [event for event in heard.events if event.mention is not None]
        return heard.named

    def _speaker(self, heard: _Heard) -> Found | None:
        """Return who speaks in a sentence, else who acts in it."""
        if heard.somebody is None:
            named = self._listen(heard)
            heard.somebody = self._somebody(named[-1]) if named else self._acting(heard.sentence)
        return heard.somebody

    def _attribute(self, heard: _Heard, places: list[int]) -> None:
        paragraph, tokens, sentence = self._paragraph, self._tokens, heard.sentence
        named = self._listen(heard)
        alone = all(not t.is_word or t.low in _BESIDE for t in tokens[sentence.first : sentence.last])
        previous: tuple[Found, ReportingEvent] | None = None
        for at in places:
            quote = paragraph.found[tokens[at].quote]
            quote.spoken, quote.alone, quote.opens = bool(heard.events), alone, at == sentence.first
            quote.before = tuple([t.low for t in tokens[max(sentence.first, at - _CONTEXT) : at]])
            quote.after = tuple([t.low for t in tokens[at + 1 : min(sentence.last, at + 1 + _CONTEXT)]])
            chosen = name_before_colon(tokens, at, sentence) or choose_event(tokens, at, sentence, named)
            if chosen is None and not named:
                chosen = name_beside_mark(tokens, at, sentence)
            if chosen is None:
                self._look_back(tokens[at].quote)
                continue
            event, method = chosen
            self._name(quote, event, method)
            if previous is not None and previous[1] is event and event.cue < at and method != "trailing":
                quote.continues_found = previous[0]
            previous = (quote, event)
        if not heard.events:
            self._act(heard, places)

    def _act(self, heard: _Heard, places: list[int]) -> None:
        """Note who acts in a sentence in which nothing is said to be said, for the quotations after the name."""
        acting = self._speaker(heard)
        for at in places:
            if acting is not None and (acting.mention_end or 0) <= self._tokens[at].start:
                self._paragraph.found[self._tokens[at].quote].actor = acting

    def _look_back(self, number: int) -> None:
        """Note who speaks, or acts, in the nearest sentence before a quotation that names anybody."""
        nearest = True
        while self._heard:
            heard = self._heard[-1]
            somebody = self._speaker(heard)
            if somebody is not None:
                self._paragraph.previous[number] = somebody
                if nearest and heard.named and not heard.quoted:
                    self._paragraph.told.add(number)
                return
            # Nobody will find anybody there.
            self._heard.pop()
            nearest = False

    def _acting(self, sentence: Sentence) -> Found | None:
        """Return the subject of a sentence in which nobody is named as speaking."""
        subject = main_subject(self._tokens, sentence.first, sentence.last)
        if subject is None:
            return None
        acting = self._somebody(ReportingEvent(subject.last, subject.last, subject, "subject"))
        acting.cue, acting.method = None, "subject"
        return acting

    def _somebody(self, event: ReportingEvent) -> Found:
        somebody = Found(self._paragraph.number)
        self._name(somebody, event, "context")
        return somebody

    def _name(self, quote: Found, event: ReportingEvent, method: str) -> None:
        mention, tokens, text = event.mention, self._tokens, self._paragraph.text
        if mention is None:
            return
        quote.method = method
        quote.mention_block = quote.block
        quote.mention_start, quote.mention_end = tokens[mention.first].start, tokens[mention.last].end
        quote.cue = text[tokens[event.cue].start : tokens[event.cue_last].end]
        if event.addressee is not None:
            quote.addressee = text[tokens[event.addressee.first].start : tokens[event.addressee.last].end]
        quote.spoken = True


def _share(paragraph: Paragraph) -> None:
    """Give a sentence that is nothing but a quotation the speaker of the one before, else of the one after."""
    for number in paragraph.told:
        quote = paragraph.found[number]
        if number > 0 and quote.alone and not quote.attributed:
            quote.take(paragraph.previous[number], "same-paragraph")
    for order in (paragraph.found, paragraph.found[::-1]):
        known: Found | None = None
        for quote in order:
            if quote.attributed:
                known = quote
            elif (known is not None and quote.alone) or (known is not None and _goes_on(quote, known)):
                quote.take(known, "same-paragraph")
    for number, before in paragraph.previous.items():
        quote = paragraph.found[number]
        if not quote.attributed and quote.alone:
            quote.take(before, "previous-sentence")


def _goes_on(quote: Found, known: Found) -> bool:
    """Return whether a clause in marks that opens a sentence is more speech of who spoke before it."""
    after = known.span.start < quote.span.start
    return after and quote.opens and not quote.spoken and quote.span.end - quote.span.start >= _CLAUSE
