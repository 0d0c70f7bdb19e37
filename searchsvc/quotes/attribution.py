"""Quotations of an article → who says each, by which rule."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from searchsvc.model.article import Block
from searchsvc.quotes.cues import CUE_FORMS, DETERMINERS, PRONOUNS, STRONG
from searchsvc.quotes.events import Event, find_events
from searchsvc.quotes.frames import Frame, Sentence, Token, frame
from searchsvc.quotes.lexicon import word_set
from searchsvc.quotes.marks import Marked
from searchsvc.quotes.mentions import phrase_starting
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
    #: True if an event of saying stands in its sentence, whether or not it names somebody.
    spoken: bool = False
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
    #: True if the block ends by leading to what follows: a colon.
    leads: bool = False


_CONTEXT = 3
#: A verb and one word more at most: "said that".
_CLOSE = 2
#: Events before a quotation that are looked at, and words an outer clause may have before an inner one.
_EVENTS = 8
_SCOPE = 30
#: What may still come after a tag: "said on Monday in a statement".
_TAG_REST = 8
#: Words that end what an outer clause says.
_BREAKS = frozenset({"when", "after", "but", "while", "before", "as", "who", "which"})
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
    alone = all(not t.is_word or t.low in _BESIDE for t in tokens[sentence.first : sentence.last])
    previous: tuple[Found, Event] | None = None
    for at in places:
        quote = paragraph.found[tokens[at].quote]
        quote.spoken = bool(events)
        quote.alone = alone
        quote.before = tuple(t.low for t in tokens[max(sentence.first, at - _CONTEXT) : at])
        quote.after = tuple(t.low for t in tokens[at + 1 : min(sentence.last, at + 1 + _CONTEXT)])
        chosen = _choose(tokens, at, sentence, named)
        if chosen is None:
            if before is not None:
                paragraph.previous[tokens[at].quote] = before
            continue
        event, method = chosen
        _name(quote, tokens, paragraph.text, event, method)
        if previous is not None and previous[1] is event and event.cue < at and method != "trailing":
            quote.continues_found = previous[0]
        previous = (quote, event)
    if places and not named:
        _by_subject(paragraph, tokens, sentence, places)
    if named:
        return paragraph.last
    subject = main_subject(tokens, sentence.first, sentence.last)
    if subject is None:
        return None
    acting = Found(paragraph.number, Marked(0, 0, 0, 0, closed=True, single=False))
    _name(acting, tokens, paragraph.text, Event(subject.last, subject.last, subject, "subject"), "subject")
    return acting


def _choose(tokens: list[Token], at: int, sentence: Sentence, events: list[Event]) -> tuple[Event, str] | None:
    """Return the event a quotation belongs to, and the rule's name.

    The verb that follows it closely comes first, then the outermost clause before it, then
    whatever tags the end of the sentence.
    """
    split = bisect_left(events, (at,))
    following = events[split] if split < len(events) else None
    if following is not None and min(following.cue, following.mention.first if following.mention else at) < at:
        # Its subject stands before the quotation: "he, in “…”, said".
        following = events[split + 1] if split + 1 < len(events) else None
    if following is not None and _is_close(tokens, at, following):
        return following, "according" if following.form == "according" else "after"
    best: Event | None = None
    for event in events[max(0, split - _EVENTS) : split]:
        if best is None or not _is_embedded(tokens, best, event):
            best = event
    if best is not None and best.form != "noun":
        return best, _before(tokens, best, at)
    if following is not None and (following.form == "according" or _is_tag(tokens, following, sentence)):
        return following, "according" if following.form == "according" else "trailing"
    return (best, "noun") if best is not None else None


def _is_close(tokens: list[Token], at: int, event: Event) -> bool:
    """Return whether no word stands between a quotation and the event after it."""
    first = min(event.cue, event.mention.first) if event.mention else event.cue
    if event.form in {"shared", "noun"} or first - at > _CONTEXT or any(t.is_word for t in tokens[at + 1 : first]):
        return False
    return not _is_label(tokens, at, event)


def _is_label(tokens: list[Token], at: int, event: Event) -> bool:
    """Return whether a quotation only labels the noun after it: "the “dry dock” phrase Venn cited"."""
    first = event.mention.first if event.mention else event.cue
    noun = first == at + 1 and first < event.cue and tokens[first].text[0].islower()
    return noun and tokens[first].low not in DETERMINERS | PRONOUNS and at > 0 and tokens[at - 1].low in DETERMINERS


def _is_tag(tokens: list[Token], event: Event, sentence: Sentence) -> bool:
    """Return whether an event only tags the sentence before it: "…, the minister said."."""
    if event.mention is None or event.form == "passive":
        return False
    first = min(event.cue, event.mention.first)
    last = max(event.cue_last, event.mention.last)
    before = tokens[first - 1]
    if before.text not in {",", "—", "–", "--"} and (before.quote < 0 or _is_label(tokens, first - 1, event)):
        return False
    if event.form == "inverted":
        return True
    rest = tokens[last + 1 : min(sentence.last, last + 2 + _TAG_REST)]
    return len(rest) <= _TAG_REST and not any(t.low in {"that", "he", "she", "they", "it", "the"} for t in rest[:1])


def _is_embedded(tokens: list[Token], outer: Event, inner: Event) -> bool:
    """Return whether a clause of saying lies within what an outer one says: "she said he wanted"."""
    if inner.mention is None or inner.form != "verb" or CUE_FORMS.get(tokens[outer.cue].low) not in STRONG:
        return False
    between = tokens[outer.cue_last + 1 : inner.mention.first]
    return outer.cue_last < inner.mention.first <= outer.cue_last + _SCOPE and all(
        t.is_word and t.low not in _BREAKS for t in between
    )


def _before(tokens: list[Token], event: Event, at: int) -> str:
    if event.form in {"shared", "passive", "according"}:
        return event.form
    if at - event.cue_last <= _CLOSE or tokens[at - 1].low in {":", ",", "that"}:
        return "before"
    return "clause"


def _by_subject(paragraph: Paragraph, tokens: list[Token], sentence: Sentence, places: list[int]) -> None:
    """Name the subject before a colon, or the name after a dash."""
    for at in places:
        quote = paragraph.found[tokens[at].quote]
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
    for order in (paragraph.found, paragraph.found[::-1]):
        known: Found | None = None
        for quote in order:
            if quote.attributed:
                known = quote
            elif quote.alone and known is not None:
                quote.take(known, "same-paragraph")
    for number, before in paragraph.previous.items():
        quote = paragraph.found[number]
        if not quote.attributed and quote.alone:
            quote.take(before, "previous-sentence")
