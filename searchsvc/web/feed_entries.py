"""Results of a search → entries of a feed: a stable id, what it says, when it came in, when it was printed."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from urllib.parse import quote

from searchsvc.model.article import ArticleHead
from searchsvc.model.message import Message
from searchsvc.model.printed_date import midnight
from searchsvc.search import HeadlineResult, QuoteResult
from searchsvc.web.page_language import told
from searchsvc.web.ui_languages import isolated

#: `updated` of an entry of which nothing is known, neither a date nor when it came in: RFC 4287 requires one.
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of a feed; all texts are plain."""

    id: str
    #: Address of the page that shows it.
    link: str
    title: str
    updated: datetime
    #: RFC 3339, at the offset at which it is the page's own day; None: the page does not say it.
    published: str | None
    summary: str | None
    authors: tuple[str, ...] = ()
    section: str | None = None


def article_entry(head: ArticleHead, base: str) -> FeedEntry:
    """Return the entry of an article; `base` is the address of the service."""
    entry = _entry(head, _article(head, base), head.title, head.lead)
    return replace(entry, authors=head.authors, section=head.section)


def quote_entry(result: QuoteResult, base: str) -> FeedEntry:
    """Return the entry of a quote."""
    said, who = result.quote.in_marks, result.quote.who
    title = f"{isolated(who)}: {isolated(said)}" if who else said
    article = _article(result.head, base)
    entry = _entry(result.head, f"{article}#q{result.index}", title, _where(result.head))
    return replace(entry, link=f"{article}#{result.anchor}" if result.anchor else article)


def headline_entry(result: HeadlineResult, base: str) -> FeedEntry:
    """Return the entry of a related headline."""
    address = f"{_article(result.head, base)}#r{result.index}"
    summary = told(Message("On the page of: %(page)s", page=_where(result.head)))
    return _entry(result.head, address, result.headline.text, summary)


def _article(head: ArticleHead, base: str) -> str:
    return f"{base}/a/{quote(head.id)}"


def _where(head: ArticleHead) -> str:
    return f"{isolated(head.title)} ({isolated(head.outlet)})" if head.outlet else head.title


def _entry(head: ArticleHead, address: str, title: str, summary: str | None) -> FeedEntry:
    published = head.published and head.published_day and feed_moment(head.published, head.published_day)
    return FeedEntry(
        id=address,
        link=address,
        title=title or told(Message("Without a headline")),
        updated=_updated(head),
        published=published or None,
        summary=summary,
    )


def _updated(head: ArticleHead) -> datetime:
    """Return when an article came in, or a later change that its page tells; else what date it has."""
    if head.added is None:
        return head.updated or head.published or UNDATED
    later = head.updated if head.updated_precision != "day" else None
    return max(head.added, later) if later else head.added


def feed_moment(at: datetime, day: date) -> str:
    """Return an instant for the feed (RFC 3339), at the offset nearest to UTC at which it is the page's own day."""
    after, offset = at - midnight(day), timedelta()
    if after < timedelta():
        offset = timedelta(minutes=-(after // _MINUTE))
    elif after >= _DAY:
        offset = -timedelta(minutes=(after - _DAY) // _MINUTE + 1)
    return at.astimezone(timezone(offset)).isoformat()
