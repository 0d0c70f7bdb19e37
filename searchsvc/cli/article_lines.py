"""Lines that print an article: its blocks, quotes and links; and for `check`, where each value came from.

`check` also prints the values that were refused, and the texts that were left out, each with its reason; of texts that
were weighed by points also these, and the parts that they are the sum of.
"""

from collections.abc import Iterator
from datetime import date, datetime

from searchsvc.json_output import printed_date
from searchsvc.model.article import Article, Quote
from searchsvc.model.printed_date import TimePrecision
from searchsvc.parsing import Explanation
from searchsvc.parsing.parse_result import LeftOut
from searchsvc.reindex.worker_pool import with_quotes

#: Most characters of a text in a line.
MAX_LENGTH = 100
#: Parts of a text's points below this are not printed.
_LEAST_POINTS = 0.1

#: Fields of the head, in the order of `check`.
_HEAD_FIELDS = (
    "id", "title", "kicker", "url", "outlet", "agency", "section", "authors", "published", "updated", "language",
    "lead",
)  # fmt: skip


def explanation_lines(explanation: Explanation) -> Iterator[str]:
    """Yield the lines of `check`: each value of a page with its origin, and the texts left out with the reason."""
    article = with_quotes(explanation.article)
    yield f"{article.provenance.path}: read by {article.provenance.parser}"
    yield from (f"  warning: {warning}" for warning in article.provenance.warnings)
    for field in _HEAD_FIELDS:
        value = getattr(article.head, field)
        if field in {"published", "updated"}:
            value = _date_text(
                value, getattr(article.head, f"{field}_day"), getattr(article.head, f"{field}_precision")
            )
        origin = article.provenance.head.get(field)
        where = f"   [{'inferred: ' if origin.inferred else ''}{origin.rule}; {origin.place}]" if origin else ""
        yield f"{field:>10}  {cut(_value_text(value))}{where}"
        for other in explanation.refused:
            if other.field == field:
                yield f"{'not':>10}  {cut(other.value)}   [{other.rule}; {other.place}: {other.reason}]"
    yield from body_lines(article)
    for omission in explanation.left_out:
        yield f"  left out  {cut(omission.text)}   [{omission.reason}{_points_text(omission)}]"


def _points_text(omission: LeftOut) -> str:
    """Return the points of a text and the parts that count, the weightiest first; "" where it was not weighed."""
    parts = sorted(omission.parts, key=lambda part: -abs(part[1]))
    listed = ", ".join(f"{name} {points:+.1f}" for name, points in parts if abs(points) >= _LEAST_POINTS)
    return f"; {omission.points:+.1f} points: {listed}" if omission.points is not None and listed else ""


def _date_text(at: datetime | None, day: date | None, precision: TimePrecision | None) -> str | None:
    """Return a date as the JSON has it, with the page's own day if that is another than the one in UTC."""
    text = printed_date(at, precision)
    return f"{text} (printed {day})" if text and not text.startswith(str(day)) else text


def _value_text(value: object) -> str:
    if value is None or value == ():
        return "-"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def body_lines(article: Article) -> Iterator[str]:
    """Yield the lines of blocks, quotes and related headlines of an article."""
    for block in article.blocks:
        yield f"{block.kind:>10}  {cut(block.text)}"
    for quote in article.quotes:
        why = f"   [{quote.method}{sureness(quote)}]" if quote.method else ""
        who = quote.who or "nobody named"
        yield f"{'quote':>10}  {quote.kind}: {cut(quote.text)} - {who}{why}"
    for related in article.related:
        facts = [related.outlet, related.date, related.section, related.age]
        yield f"{related.group:>10}  {cut(related.text)}   {' · '.join(str(fact) for fact in facts if fact)}"


def article_lines(article: Article) -> Iterator[str]:
    """Yield headline, facts and texts of an article."""
    head = article.head
    yield f"{head.kicker}: {head.title}" if head.kicker and not head.title.startswith(head.kicker) else head.title
    yield " · ".join(str(fact) for fact in (head.outlet, head.agency, head.section, head.dated_day, head.url) if fact)
    yield from body_lines(article)
    yield ""


def sureness(quote: Quote) -> str:
    """Return how sure the speaker is; if nobody is named, how sure the mention is; empty if nobody measured it."""
    share = quote.speaker_confidence if quote.speaker and quote.speaker_confidence is not None else quote.confidence
    return "" if share is None else f", right in {share:.0%}"


def cut(text: str) -> str:
    """Return the text in one line of at most MAX_LENGTH characters."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_LENGTH else line[: MAX_LENGTH - 1] + "…"
