"""Quote → what is shown of the texts around it: its context, and the evidence of whose it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from searchsvc.analysis import sentence_spans
from searchsvc.model.article import Quote
from searchsvc.model.result import QuoteHit, Span

#: Code points of evidence, at most, unless the mention alone is longer: the mention is never cut.
MAX_EVIDENCE = 400
#: Code points of a quote's context, at most. Of printed paragraphs hardly one is longer.
MAX_CONTEXT = 2_000
#: Code points by which evidence or context is shortened at most to end at a space.
MAX_SHIFT = 24


@dataclass(frozen=True, slots=True)
class Evidence:
    """The text that shows why a quote is attributed to its speaker.

    `text` is a contiguous part of the block that names the speaker. The spans are offsets in it: of the part of the
    quote that stands in it, of the speaker's mention, and of the cue (the reporting verb or other word that attributes
    the quote). None: not in `text`.
    """

    text: str
    #: Index of the article's block; None for a headline.
    block: int | None
    quote: Span | None
    mention: Span | None
    cue: Span | None
    #: Whether words of the sentence were cut off before, and after, `text`.
    cut_before: bool = False
    cut_after: bool = False

    @property
    def anchor(self) -> str | None:
        """Return the URL fragment of the block on the article's page; None for a headline."""
        return None if self.block is None else f"b{self.block}"

    def parts(self) -> list[tuple[str, str | None]]:
        """Return `(text, role)` pairs whose texts join to `text`; role is `quote`, `mention`, `cue` or None.

        Where spans overlap, a cue counts before a mention and a mention before a quote.
        """
        roles: list[str | None] = [None] * len(self.text)
        for role in ("quote", "mention", "cue"):
            span = getattr(self, role)
            if span is not None:
                roles[span.start : span.end] = [role] * (span.end - span.start)
        cuts = [i for i in range(1, len(roles)) if roles[i] != roles[i - 1]]
        return [(self.text[a:b], roles[a]) for a, b in zip([0, *cuts], [*cuts, len(roles)], strict=True) if b > a]


def context_span(hit: QuoteHit) -> Span:
    """Return the span of what is shown of a quote's context: at most MAX_CONTEXT code points, the quote in the middle.

    Of a quote that is longer itself they are the first ones.
    """
    whole, quote = Span(0, len(hit.context)), hit.quote
    start = min(quote.start or 0, whole.end)
    quoted = Span(start, min(max(start, quote.end or 0), start + MAX_CONTEXT, whole.end))
    return _cut(hit.context, whole, quoted, MAX_CONTEXT)


def evidence_of(hit: QuoteHit) -> Evidence | None:
    """Return the evidence of a quote, as `evidence_in`."""
    return evidence_in(hit.quote, hit.mention_context)


def evidence_in(quote: Quote, text: str | None) -> Evidence | None:
    """Return the evidence of a quote in the text that names its speaker.

    None if no text does, or the stored offsets do not fit the text.
    """
    if text is None or quote.mention_start is None or quote.mention_end is None:
        return None
    mention = Span(quote.mention_start, quote.mention_end)
    if not 0 <= mention.start < mention.end <= len(text):
        return None
    quoted = _quote_span(quote, len(text))
    sentences = _sentence_span(text, mention, quoted)
    cue = _cue_span(text, quote.cue, mention, quoted, sentences)
    needed = mention if cue is None else Span(min(mention.start, cue.start), max(mention.end, cue.end))
    # If cue and mention are too far apart to show both, only the mention must be shown.
    shown = _cut(text, sentences, needed if needed.end - needed.start <= MAX_EVIDENCE else mention)
    return Evidence(
        text=text[shown.start : shown.end],
        block=quote.mention_block,
        quote=_within(quoted, shown),
        mention=_within(mention, shown),
        cue=_within(cue, shown),
        cut_before=shown.start > sentences.start,
        cut_after=shown.end < sentences.end,
    )


def _quote_span(quote: Quote, size: int) -> Span | None:
    """Return the span of the quote in the block that names the speaker; None if the quote is in another block."""
    if quote.start is None or quote.end is None or quote.block != quote.mention_block:
        return None
    return Span(quote.start, quote.end) if quote.end <= size else None


def _sentence_span(text: str, mention: Span, quoted: Span | None) -> Span:
    """Return the span of the sentences that contain the mention, and of all sentences of a quote that overlaps them."""
    sentences = [Span(*span) for span in sentence_spans(text)]
    covered = _overlapping(sentences, mention)
    if quoted is not None and quoted.start < covered.end and quoted.end > covered.start:
        covered = _overlapping(sentences, Span(min(quoted.start, covered.start), max(quoted.end, covered.end)))
    return covered


def _overlapping(sentences: Sequence[Span], span: Span) -> Span:
    """Return a span, extended to the whole of the sentences that it overlaps."""
    overlapping = [one for one in sentences if one.end > span.start and one.start < span.end]
    if not overlapping:
        return span
    return Span(min(overlapping[0].start, span.start), max(overlapping[-1].end, span.end))


def _cue_span(text: str, cue: str | None, mention: Span, quoted: Span | None, sentences: Span) -> Span | None:
    """Return the span of the cue: the occurrence nearest to the mention, outside of the quote.

    If every occurrence overlaps the mention, the first one; None if there is none.
    """
    if not cue:
        return None
    # Word boundaries only where the cue has a letter or digit: a colon, too, is a cue, and follows a word directly.
    before, after = (r"(?<!\w)" if cue[0].isalnum() else ""), (r"(?!\w)" if cue[-1].isalnum() else "")
    pattern = re.compile(f"{before}{re.escape(cue)}{after}", re.IGNORECASE)
    spans = [
        Span(*match.span())
        for match in pattern.finditer(text, sentences.start, sentences.end)
        if quoted is None or match.end() <= quoted.start or match.start() >= quoted.end
    ]
    outside = [span for span in spans if span.end <= mention.start or span.start >= mention.end]
    return min(outside, key=lambda span: max(span.start - mention.end, mention.start - span.end), default=None) or min(
        spans, key=lambda span: span.start, default=None
    )


def _cut(text: str, sentences: Span, needed: Span, limit: int = MAX_EVIDENCE) -> Span:
    """Return a span of at most `limit` code points of the sentences that contains all of `needed`.

    It begins and ends at a space if there is one within MAX_SHIFT code points. A longer `needed` is returned whole.
    """
    if sentences.end - sentences.start <= limit:
        return sentences
    spare = max(0, limit - (needed.end - needed.start)) // 2
    start, end = max(sentences.start, needed.start - spare), min(sentences.end, needed.end + spare)
    if start > sentences.start:
        space = text.find(" ", start, min(start + MAX_SHIFT, needed.start))
        start = space + 1 if space >= 0 else start
    if end < sentences.end:
        space = text.rfind(" ", max(end - MAX_SHIFT, needed.end), end)
        end = space if space >= 0 else end
    return Span(start, end)


def _within(span: Span | None, shown: Span) -> Span | None:
    """Return the part of a span that lies in `shown`, with offsets from the start of `shown`; None if there is none."""
    start, end = (max(span.start, shown.start), min(span.end, shown.end)) if span else (0, 0)
    return Span(start - shown.start, end - shown.start) if start < end else None
