"""Quote → the sentence that says who spoke, with quote, speaker and cue marked in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from searchsvc.analysis import sentence_spans
from searchsvc.model.article import Quote
from searchsvc.model.result import QuoteHit, Span

#: Code points of evidence at most; a longer quote is cut, the mention never.
LONGEST = 400
#: A cut stops at a space within so many code points.
NEAR = 24


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the attribution rests on.

    `text` is a contiguous stretch of the block that names the speaker. The spans are of it: the
    quote's words as far as they stand there, the speaker as named, the word that attributes.
    """

    text: str
    #: Block of the article; None for a headline.
    block: int | None
    quote: Span | None
    mention: Span | None
    cue: Span | None
    #: True where words of the sentence were cut off before / after.
    cut_before: bool = False
    cut_after: bool = False

    @property
    def anchor(self) -> str | None:
        """Return the fragment of the article's page."""
        return None if self.block is None else f"b{self.block}"

    def parts(self) -> list[tuple[str, str | None]]:
        """Return `(text, role)` pieces that join to `text`; role is `quote`, `mention`, `cue` or None."""
        roles: list[str | None] = [None] * len(self.text)
        for role in ("quote", "mention", "cue"):
            span = getattr(self, role)
            if span is not None:
                roles[span.start : span.end] = [role] * (span.end - span.start)
        cuts = [i for i in range(1, len(roles)) if roles[i] != roles[i - 1]]
        return [(self.text[a:b], roles[a]) for a, b in zip([0, *cuts], [*cuts, len(roles)], strict=True) if b > a]


def evidence_of(hit: QuoteHit) -> Evidence | None:
    """Return the evidence of a quote; None if nothing names its speaker."""
    quote, text = hit.quote, hit.mention_context
    if text is None or quote.mention_start is None or quote.mention_end is None:
        return None
    mention = Span(quote.mention_start, quote.mention_end)
    if not 0 <= mention.start < mention.end <= len(text):
        return None
    said = _said(quote, len(text))
    whole = _sentences(text, mention, said)
    cue = _cue(text, quote.cue, mention, said, whole)
    needed = mention if cue is None else Span(min(mention.start, cue.start), max(mention.end, cue.end))
    # A cue too far from the mention to show both is left out.
    shown = _cut(text, whole, needed if needed.end - needed.start <= LONGEST else mention)
    return Evidence(
        text=text[shown.start : shown.end],
        block=quote.mention_block,
        quote=_within(said, shown),
        mention=_within(mention, shown),
        cue=_within(cue, shown),
        cut_before=shown.start > whole.start,
        cut_after=shown.end < whole.end,
    )


def _said(quote: Quote, size: int) -> Span | None:
    """Return where the quote stands in the block that names the speaker, if it stands there."""
    if quote.start is None or quote.end is None or quote.block != quote.mention_block:
        return None
    return Span(quote.start, quote.end) if quote.end <= size else None


def _sentences(text: str, mention: Span, said: Span | None) -> Span:
    """Return the sentences that name the speaker; with those of the quote that they have begun or go on with."""
    found = [Span(*span) for span in sentence_spans(text)]
    whole = _touching(found, mention)
    if said is not None and said.start < whole.end and said.end > whole.start:
        whole = _touching(found, Span(min(said.start, whole.start), max(said.end, whole.end)))
    return whole


def _touching(found: Sequence[Span], wanted: Span) -> Span:
    within = [span for span in found if span.end > wanted.start and span.start < wanted.end]
    return Span(min(within[0].start, wanted.start), max(within[-1].end, wanted.end)) if within else wanted


def _cue(text: str, cue: str | None, mention: Span, said: Span | None, whole: Span) -> Span | None:
    """Return the place of the cue that is nearest to the mention and outside of the quote."""
    if not cue:
        return None
    # A colon is a cue too, and follows upon a word.
    before, after = (r"(?<!\w)" if cue[0].isalnum() else ""), (r"(?!\w)" if cue[-1].isalnum() else "")
    pattern = re.compile(f"{before}{re.escape(cue)}{after}", re.IGNORECASE)
    places = [
        Span(*match.span())
        for match in pattern.finditer(text, whole.start, whole.end)
        if said is None or match.end() <= said.start or match.start() >= said.end
    ]
    outside = [place for place in places if place.end <= mention.start or place.start >= mention.end]
    return min(
        outside, key=lambda place: max(place.start - mention.end, mention.start - place.end), default=None
    ) or min(places, key=lambda place: place.start, default=None)


def _cut(text: str, whole: Span, needed: Span) -> Span:
    """Return at most LONGEST code points around what must be seen, cut between words."""
    if whole.end - whole.start <= LONGEST:
        return whole
    spare = max(0, LONGEST - (needed.end - needed.start)) // 2
    start, end = max(whole.start, needed.start - spare), min(whole.end, needed.end + spare)
    if start > whole.start:
        space = text.find(" ", start, min(start + NEAR, needed.start))
        start = space + 1 if space >= 0 else start
    if end < whole.end:
        space = text.rfind(" ", max(end - NEAR, needed.end), end)
        end = space if space >= 0 else end
    return Span(start, end)


def _within(span: Span | None, shown: Span) -> Span | None:
    """Return a span of the block as one of what is shown of it; None if nothing of it is."""
    if span is None:
        return None
    start, end = max(span.start, shown.start), min(span.end, shown.end)
    return Span(start - shown.start, end - shown.start) if start < end else None
