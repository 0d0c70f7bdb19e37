"""What a page printed of a date: the instant, the page's own calendar day, and how exactly it says it."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.json_output import article_to_json
from searchsvc.model.article import Article, ArticleHead
from searchsvc.model.printed_date import PrintedDate, TimePrecision
from searchsvc.model.source import Source
from searchsvc.parsing import parse
from searchsvc.parsing.dates import parse_datetime, parse_day
from tests.narrowing import present
from tests.parsing.html.page_makers import page
from tests.parsing.html.page_makers import source as html_source

DAYS = st.dates(date(1980, 1, 1), date(2099, 12, 31))
OFFSETS = st.integers(-14 * 60, 14 * 60)


def record(**fields: object) -> Article:
    data = json.dumps({"id": "a", "title": "A", "body": "The quake woke the town.", **fields}).encode()
    return parse(Source("a.jsonl#1", "a.jsonl#1", data, "application/json", sha256(data).hexdigest()))


def published(article: Article) -> tuple[str, str, str]:
    head = json.loads(article_to_json(article))["head"]
    return head["published"], head["published_day"], head["published_precision"]


@pytest.mark.parametrize(
    ("text", "instant", "day", "precision"),
    [
        ("00:30 NZDT, Friday, 1 March 2019", "2019-02-28T11:30", "2019-03-01", "minute"),
        ("1 March 2019 00:30:15 GMT+13", "2019-02-28T11:30:15", "2019-03-01", "second"),
        ("February 28, 2019 at 11:30 pm PST", "2019-03-01T07:30", "2019-02-28", "minute"),
        ("2019-03-01T00:30:00+13:00", "2019-02-28T11:30", "2019-03-01", "second"),
        ("2019-03-01T00:30+13:00", "2019-02-28T11:30", "2019-03-01", "minute"),
        ("1 March 2019 00:30", "2019-03-01T00:30", "2019-03-01", "minute"),
        ("1 March 2019", "2019-03-01", "2019-03-01", "day"),
        ("20190301", "2019-03-01", "2019-03-01", "day"),
    ],
)
def test_the_day_is_the_printed_one_whatever_day_it_was_in_utc(
    text: str, instant: str, day: str, precision: TimePrecision
) -> None:
    found = present(parse_datetime(text))
    wanted = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert found.printed == PrintedDate(wanted, date.fromisoformat(day), precision)
    assert parse_day(text) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ("2019-03-01T00:30:00+13:00", ("2019-02-28T11:30:00Z", "2019-03-01", "second")),
        ("2019-03-01T00:30:00.250+1300", ("2019-02-28T11:30:00Z", "2019-03-01", "second")),
        ("2019-03-01T00:30+13", ("2019-02-28T11:30:00Z", "2019-03-01", "minute")),
        ("Fri, 01 Mar 2019 00:30:00 +1300", ("2019-02-28T11:30:00Z", "2019-03-01", "second")),
        ("Fri, 01 Mar 2019 00:30 +1300", ("2019-02-28T11:30:00Z", "2019-03-01", "minute")),
        ("2019-03-01 00:30", ("2019-03-01T00:30:00Z", "2019-03-01", "minute")),
        ("2019-03-01", ("2019-03-01", "2019-03-01", "day")),
    ],
)
@pytest.mark.parametrize(
    "markup",
    [
        '<script type="application/ld+json">{{"@type":"NewsArticle","headline":"A","datePublished":"{}"}}</script>',
        '<meta property="article:published_time" content="{}">',
    ],
    ids=["json-ld", "meta"],
)
def test_html_pages_keep_the_day_of_their_own_offset(markup: str, declared: str, told: tuple[str, ...]) -> None:
    assert published(parse(html_source(page(head=markup.format(declared))))) == told


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("12:30am, Mar 1, 2019", "2019-03-01"),
        ("1 March 2019", "2019-03-01"),
        ("28 February 2019", "2019-02-28"),
        ("4 March 2019", "2019-02-28"),
        ("yesterday", "2019-02-28"),
    ],
)
def test_an_instant_in_utc_is_of_the_day_that_is_shown_beside_it(text: str, day: str) -> None:
    declared = '<meta property="article:published_time" content="2019-02-28T11:30:00Z">'
    markup = page(head=declared).replace("</h1>", f'</h1><time datetime="2019-02-28T11:30:00.123Z">{text}</time>')
    assert published(parse(html_source(markup))) == ("2019-02-28T11:30:00Z", day, "second")
    other = page(head=declared).replace("</h1>", f'</h1><time datetime="2019-02-28T17:00:00Z">{text}</time>')
    assert published(parse(html_source(other)))[1] == "2019-02-28"


def test_pages_of_text_keep_the_printed_day() -> None:
    text = (
        "Harbour wall breaks\n\nLast updated at 00:30 BST, Wednesday, 15 July 2009\n\n"
        "The harbour wall broke in the night and the lower town was flooded, the council said.\n\n"
        "Nobody was hurt, but nine boats were lost and two piers are closed until the end of the month.\n"
    )
    data = text.encode()
    head = parse(Source("a.txt", "a.txt", data, "text/plain", sha256(data).hexdigest())).head
    assert head.updated == datetime(2009, 7, 14, 23, 30, tzinfo=UTC)
    assert (head.updated_day, head.updated_precision, head.dated_day) == (
        date(2009, 7, 15),
        "minute",
        date(2009, 7, 15),
    )


@pytest.mark.parametrize(
    ("fields", "told", "warnings"),
    [
        ({"published": "2019-03-01T00:30:00+13:00"}, ("2019-02-28T11:30:00Z", "2019-03-01", "second"), 0),
        ({"published": "20190301T0030+13"}, ("2019-02-28T11:30:00Z", "2019-03-01", "minute"), 0),
        ({"published": "2019-03-01 00:30:01"}, ("2019-03-01T00:30:01Z", "2019-03-01", "second"), 0),
        ({"published": "2019-W09-5"}, ("2019-03-01", "2019-03-01", "day"), 0),
        ({"published": "1 March 2019"}, ("2019-03-01", "2019-03-01", "day"), 0),
        ({"published_day": "2019-03-01"}, ("2019-03-01", "2019-03-01", "day"), 0),
        (
            {"published": "2019-02-28T11:30:00Z", "published_day": "2019-03-01", "published_precision": "minute"},
            ("2019-02-28T11:30:00Z", "2019-03-01", "minute"),
            0,
        ),
        (
            {"published": "2019-02-28T11:30:00Z", "published_precision": "day", "published_day": "2019-03-01"},
            ("2019-03-01", "2019-03-01", "day"),
            0,
        ),
        (
            {"published": "2019-02-28T11:30:00Z", "published_day": "2019-03-03", "published_precision": "hour"},
            ("2019-02-28T11:30:00Z", "2019-02-28", "second"),
            2,
        ),
        (
            {"published": "2019-02-28T11:30:00Z", "published_day": "soon"},
            ("2019-02-28T11:30:00Z", "2019-02-28", "second"),
            1,
        ),
        ({"published": "soon", "published_day": "2019-03-01"}, (None, None, None), 1),
        ({"published": "0001-01-01T00:00:00+13:00"}, (None, None, None), 1),
    ],
)
def test_records_say_day_and_precision_beside_the_instant(
    fields: dict[str, str], told: tuple[str, ...], warnings: int
) -> None:
    article = record(**fields)
    assert (published(article), len(article.provenance.warnings)) == (told, warnings)
    assert ("published" in article.provenance.head) == (told[0] is not None or "published" in fields)


@given(DAYS, st.times(), OFFSETS, st.sampled_from(["day", "minute", "second"]))
def test_what_our_json_says_is_read_back_the_same(
    day: date, clock: object, offset: int, precision: TimePrecision
) -> None:
    assert isinstance(clock, type(datetime.now(UTC).time()))
    at = datetime.combine(day, clock, timezone(timedelta(minutes=offset)))
    head = ArticleHead("a", "A").with_dates(PrintedDate.of(at, precision), None)
    assert head.published_day == day
    told = json.loads(article_to_json(Article(head, (), record().provenance)))["head"]
    again = record(**{key: value for key, value in told.items() if key.startswith(("published", "updated"))}).head
    assert again.with_dates(None, None) == record().head.with_dates(None, None)
    assert (again.published, again.published_day, again.published_precision) == (head.published, day, precision)


def test_a_head_without_day_or_precision_is_completed() -> None:
    auckland = datetime(2019, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=13)))
    head = ArticleHead("a", "A", published=auckland)
    assert head.published is not None
    assert (head.published.isoformat(), head.published_day) == ("2019-02-28T11:30:00+00:00", date(2019, 3, 1))
    assert (head.published_precision, head.updated_day, head.dated_day) == ("second", None, date(2019, 3, 1))
    updated = ArticleHead("a", "A", updated=auckland, published_day=date(2019, 3, 1))
    assert (updated.published_day, updated.dated_day) == (None, date(2019, 3, 1))
