"""Quotations of an article → who says each, by which rule."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from searchsvc.model.article import Block
from searchsvc.quotes.choice import choose
from searchsvc.quotes.events import Event, find_events
from searchsvc.quotes.frames import Frame, Sentence, Token, frame
from searchsvc.quotes.lexicon import word_set
from searchsvc.quotes.marks import Marked
from searchsvc.quotes.mentions import Mention, phrase_starting
from searchsvc.quotes.subjects import main_subject

#: Longer blocks are no paragraphs: their quotations are found, not attributed.
LONGEST_BLOCK = 20_000


@dataclass(slots=True)
class Found:
    """A quotation on its way to its speaker."""

    block: int
    span: Marked
    method: str | None = None
    mention_block: int | None = None
    mention_start: int | None = None
    mention_end: int | None = None
    cue: str | None = None
    addressee: str | None = None
    #: The part of the same quotation before this one.
    continues_found: "Found | None" = None
    #: Who acts in its sentence, where nothing is said to be said.
    actor: "Found | None" = None
    #: True if an event of saying stands in its sentence, whether or not it names somebody.
    spoken: bool = False
    spoken_in_marks: bool = False
    opens: bool = False
    #: True if the sentence is nothing but the quotation.
    alone: bool = False
    #: Words of the sentence before and after it.
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def take(self, other: "Found", method: str) -> None:
        """Share the speaker of another quotation."""
        self.method = method
        self.mention_block, self.mention_start, self.mention_end = (
            other.mention_block,
            other.mention_start,
            other.mention_end,
        )
        self.cue, self.addressee, self.spoken = other.cue, other.addressee, True

    @property
    def attributed(self) -> bool:
        """True if somebody is named."""
        return self.mention_start is not None


@dataclass(slots=True)
class Paragraph:
    """A block that holds quotations, or leads to some."""

    number: int
    text: str
    found: list[Found]
    #: The last speaker named in running text.
    last: Found | None = None
    #: Quotation → who speaks, or is spoken of, in the sentence before.
    previous: dict[int, Found] = field(default_factory=dict)
    #: Who speaks or acts in the last sentence.
    actor: Found | None = None
    #: Who says what its last sentence tells.
    teller: Found | None = None
    #: True if the block ends by leading to what follows: a colon.
    leads: bool = False


_CONTEXT = 3
#: Words that may stand beside a quotation that is otherwise a sentence of its own.
_BESIDE = word_set(
    "then but and so or yet because also still plus next finally later again instead indeed now meanwhile rather no yes"
)


def attribute(number: int, block: Block, marked: Sequence[Marked], *, leads_on: bool = True) -> Paragraph:
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
    framed = frame(block.text, marked)
    before: Found | None = None
    for sentence in framed.sentences:
        here = _attribute_sentence(paragraph, framed, sentence, before)
        before = here or before
        paragraph.actor = here
    _share_in_paragraph(paragraph)
    return paragraph


def _attribute_sentence(paragraph: Paragraph, framed: Frame, sentence: Sentence, before: Found | None) -> Found | None:
    """Attribute the quotations of a sentence; return who speaks or acts in it."""
    tokens = framed.tokens
    places = [at for at in range(sentence.first, sentence.last) if tokens[at].quote >= 0]
    events = find_events(framed, sentence)
    named = [event for event in events if event.mention is not None]
    if named:
        paragraph.last = Found(paragraph.number, Marked(0, 0, 0, 0, closed=True, single=False))
        _name(paragraph.last, tokens, paragraph.text, named[-1], "context")
        paragraph.teller = Found(paragraph.number, Marked(0, 0, 0, 0, closed=True, single=False))
        _name(paragraph.teller, tokens, paragraph.text, named[0], "context")
    else:
        paragraph.teller = None
    alone = all(not t.is_word or t.low in _BESIDE for t in tokens[sentence.first : sentence.last])
    previous: tuple[Found, Event] | None = None
    for at in places:
        quote = paragraph.found[tokens[at].quote]
        quote.spoken = bool(events)
        quote.alone = alone
        quote.opens = at == sentence.first
        quote.before = tuple(t.low for t in tokens[max(sentence.first, at - _CONTEXT) : at])
        quote.after = tuple(t.low for t in tokens[at + 1 : min(sentence.last, at + 1 + _CONTEXT)])
        chosen = _by_name(tokens, at, sentence) or choose(tokens, at, sentence, named)
        if chosen is None:
            if before is not None:
                paragraph.previous[tokens[at].quote] = before
            continue
        event, method = chosen
        _name(quote, tokens, paragraph.text, event, method)
        if previous is not None and previous[1] is event and event.cue < at and method != "trailing":
            quote.continues_found = previous[0]
        previous = (quote, event)
    if named:
        paragraph.last.spoken_in_marks = bool(places)
        return paragraph.last
    _by_subject(paragraph, tokens, sentence, places)
    return _acting(paragraph, tokens, sentence, () if events else places)


def _by_name(tokens: list[Token], at: int, sentence: Sentence) -> tuple[Event, str] | None:
    """Return the name between a dash, or "from", and the colon before a quotation."""
    colon = at - 1
    if colon - 2 < sentence.first or tokens[colon].text != ":":
        return None
    if tokens[sentence.first].low == "from" and colon - sentence.first <= 6 and all(t.is_word for t in tokens[sentence.first:colon]):
        return Event(colon, colon, Mention(sentence.first + 1, colon - 1), "name"), "colon"
    first = colon
    while first > sentence.first and tokens[first - 1].is_word and colon - first < 6 and (tokens[first-1].text[0].isupper() or tokens[first-1].low in {"and", "of", "the"}) and tokens[first-1].low != "from":
        first -= 1
    before = tokens[first - 1] if first > sentence.first else None
    if first == colon or before is None:
        return None
    led = before.low == "from" and (first - 1 == sentence.first or tokens[first - 2].low == "more")
    if not led and before.text not in {"—", "–", "-", "--"}:
        return None
    return Event(colon, colon, Mention(first, colon - 1), "name"), "colon"


def _acting(paragraph: Paragraph, tokens: list[Token], sentence: Sentence, places: Sequence[int]) -> Found | None:
    """Return the subject of a sentence in which nobody is named as speaking; note it for the quotations after it."""
    subject = main_subject(tokens, sentence.first, sentence.last)
    if subject is None:
        return None
    acting = Found(paragraph.number, Marked(0, 0, 0, 0, closed=True, single=False))
    _name(acting, tokens, paragraph.text, Event(subject.last, subject.last, subject, "subject"), "subject")
    acting.cue = None
    for at in places:
        if subject.last < at:
            paragraph.found[tokens[at].quote].actor = acting
    return acting


def _by_subject(paragraph: Paragraph, tokens: list[Token], sentence: Sentence, places: list[int]) -> None:
    """Name the subject before a colon, or the name after a dash."""
    for at in places:
        quote = paragraph.found[tokens[at].quote]
        if quote.attributed:
            continue
        if at > sentence.first and tokens[at - 1].text == ":":
            mention, cue, method = main_subject(tokens, sentence.first, at), at - 1, "colon"
        elif at + 2 < sentence.last and tokens[at + 1].text in {"—", "–", "-", "--"} and at == sentence.first:
            mention, cue, method = phrase_starting(tokens, at + 2, sentence.last), at + 1, "dash"
            if mention is None or mention.last + 1 < sentence.last or not tokens[at + 2].text[0].isupper():
                continue
        else:
            continue
        if mention is not None:
            _name(quote, tokens, paragraph.text, Event(cue, cue, mention, method), method)


def _name(quote: Found, tokens: list[Token], text: str, event: Event, method: str) -> None:
    mention = event.mention
    if mention is None:
        return
    quote.method = method
    quote.mention_block = quote.block
    quote.mention_start, quote.mention_end = tokens[mention.first].start, tokens[mention.last].end
    quote.cue = text[tokens[event.cue].start : tokens[event.cue_last].end]
    if event.addressee is not None:
        quote.addressee = text[tokens[event.addressee.first].start : tokens[event.addressee.last].end]
    quote.spoken = True


def _share_in_paragraph(paragraph: Paragraph) -> None:
    """Give a sentence that is nothing but a quotation the speaker of the one before, else of the one after."""
    for number, before in paragraph.previous.items():
        quote = paragraph.found[number]
        if not quote.attributed and quote.alone and before.cue is not None and not before.spoken_in_marks and number > 0:
            quote.take(before, "same-paragraph")
    for order in (paragraph.found, paragraph.found[::-1]):
        known: Found | None = None
        for quote in order:
            if quote.attributed:
                known = quote
            elif known is not None and (quote.alone or (quote.opens and not quote.spoken and known.span.start < quote.span.start and quote.span.end - quote.span.start >= 25)):
                quote.take(known, "same-paragraph" if quote.alone else "opening")
    for number, before in paragraph.previous.items():
        quote = paragraph.found[number]
        if not quote.attributed and quote.alone:
            quote.take(before, "previous-sentence")
