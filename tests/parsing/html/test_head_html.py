import json
from datetime import UTC, datetime

import pytest

from searchsvc.model.article import Article
from searchsvc.parsing import parse
from searchsvc.parsing.bylines import clean_names
from searchsvc.parsing.dates import parse_timestamp
from searchsvc.parsing.html.json_ld import read_json_ld
from searchsvc.parsing.html.metadata import body_of
from tests.narrowing import present
from tests.parsing.html.page_makers import page, source


def read(head: str, **fields: object) -> Article:
    return parse(source(page(head=head), **fields))


def linked(data: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


STORY = {"@type": "NewsArticle", "headline": "Harbour stays open", "datePublished": "2022-11-07T19:30:00+01:00"}


#: Where a page may say when it was published, the most trusted first: rule, day of March, markup of the head.
DATED = [
    ("json-ld", 1, linked(STORY | {"datePublished": "2022-03-01T08:00:00Z"})),
    ("meta", 3, '<meta property="article:published_time" content="2022-03-03T08:00:00Z">'),
    ("meta", 4, '<meta name="date" content="2022-03-04">'),
    ("url", 8, '<link rel="canonical" href="https://post.example/2022/03/08/harbour">'),
]


@pytest.mark.parametrize("first", range(len(DATED)))
def test_of_dates_that_differ_the_most_trusted_counts(first: int) -> None:
    rule, day, _ = DATED[first]
    article = read("".join(markup for _, _, markup in DATED[first:]))
    assert article.head.published
    assert (article.provenance.head["published"].rule, article.head.published.day) == (rule, day)


def test_a_time_element_and_a_printed_date_come_before_the_address() -> None:
    *_, (_, _, address) = DATED
    printed = "<p>7 March 2022</p>"
    for inside, rule, day in (
        ('<time datetime="2022-03-06T08:00Z">then</time>' + printed, "time", 6),
        (printed, "printed", 7),
    ):
        article = parse(source(page(head=address).replace("</h1>", f"</h1>{inside}")))
        assert article.head.published
        assert (article.provenance.head["published"].rule, article.head.published.day) == (rule, day)


@pytest.mark.parametrize(
    "data",
    [
        STORY,
        [STORY],
        {"@graph": [{"@type": "WebPage"}, STORY]},
        {"mainEntity": STORY},
        STORY | {"@type": ["Article", "Thing"]},
    ],
    ids=["alone", "list", "graph", "nested", "two types"],
)
def test_parse_reads_linked_data_of_every_shape(data: object) -> None:
    article = read(linked(data))
    assert article.head.published == datetime(2022, 11, 7, 18, 30, tzinfo=UTC)
    assert article.provenance.head["published"].rule == "json-ld"


def test_parse_passes_over_broken_linked_data() -> None:
    article = read('<script type="application/ld+json">{"@type": "NewsArticle",,}</script>' + linked(STORY))
    assert article.head.published is not None


def test_read_json_ld_survives_depth_and_size() -> None:
    found = read_json_ld(["[" * 100_000, "{" * 50 + "}" * 50, '"text"', "x" * 2_000_000])
    assert found.things == ()
    assert found.warnings == ("JSON-LD of the page cannot be read: 3 scripts",)


def test_body_of_returns_paragraphs_without_tags() -> None:
    things = read_json_ld([json.dumps(STORY | {"articleBody": "<p>One &amp; two.</p><p>Three\ud800.</p>"})]).things
    assert body_of(things) == ["One & two.", "Three."]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Harbour stays open | The Quay", "The Quay"),
        ("Harbour stays open - The Quay", "The Quay"),
        ("The Quay | News | Harbour stays open", "The Quay"),
        ("Harbour stays open – News – The Quay", "The Quay"),
    ],
)
def test_parse_cuts_the_outlet_from_the_headline(title: str, name: str) -> None:
    markup = (
        f"<html><head><title>{title}</title><meta property='og:site_name' content='{name}'>"
        "</head><body><div><p>Words of a story that has no heading of its own.</p></div>"
    )
    headline = parse(source(markup)).head.title
    assert "The Quay" not in headline
    assert "Harbour stays open" in headline


def test_parse_prefers_the_heading_that_agrees_with_the_title() -> None:
    markup = page(title="Harbour stays open").replace("<body>", "<body><h1>Subscribe today for half the price</h1>")
    assert parse(source(markup)).head.title == "Harbour stays open"


@pytest.mark.parametrize(
    ("told", "names"),
    [
        (["By Moira Keane"], ("Moira Keane",)),
        (["Moira Keane and Tom Ash"], ("Moira Keane", "Tom Ash")),
        (["Moira Keane, Tom Ash & Li Wen"], ("Moira Keane", "Tom Ash", "Li Wen")),
        (["By Moira Keane, health correspondent"], ("Moira Keane",)),
        (["Von Käthe Brandt und Jo Lind"], ("Käthe Brandt", "Jo Lind")),
        (["https://quay.example/moira", "moira@quay.example", "admin"], ()),
        (["Moira Keane", "moira keane"], ("Moira Keane",)),
        (["The Quay"], ()),
    ],
)
def test_clean_names_returns_single_names(told: list[str], names: tuple[str, ...]) -> None:
    assert clean_names(told, "The Quay") == names


@pytest.mark.parametrize(
    ("text", "moment", "has_zone"),
    [
        ("2022-11-07T19:30:00+01:00", datetime(2022, 11, 7, 18, 30, tzinfo=UTC), True),
        ("2022-11-07T19:30:00.123Z", datetime(2022, 11, 7, 19, 30, tzinfo=UTC), True),
        ("2022/11/07 19:30:15", datetime(2022, 11, 7, 19, 30, 15, tzinfo=UTC), False),
        ("20221107193015", datetime(2022, 11, 7, 19, 30, 15, tzinfo=UTC), False),
        ("2022-11-07", datetime(2022, 11, 7, tzinfo=UTC), False),
        ("Mon, 07 Nov 2022 19:30:00 +0100", datetime(2022, 11, 7, 18, 30, tzinfo=UTC), True),
    ],
)
def test_parse_timestamp_reads_machine_stamps(text: str, moment: datetime, has_zone: bool) -> None:
    found = present(parse_timestamp(text))
    assert (found.at, found.has_zone) == (moment, has_zone)


@pytest.mark.parametrize("text", ["", "yesterday", "2022-13-07", "99999999", "2022-02-30T10:00"])
def test_parse_timestamp_returns_none_for_what_is_no_stamp(text: str) -> None:
    assert parse_timestamp(text) is None


def test_parse_reads_the_date_printed_near_the_headline() -> None:
    markup = page().replace("</h1>", "</h1><div>By Moira Keane on 7 November 2022</div>")
    article = parse(source(markup))
    assert article.head.published == datetime(2022, 11, 7, tzinfo=UTC)
    assert article.provenance.head["published"].inferred


def test_parse_undoes_the_archive_in_the_canonical_address() -> None:
    link = (
        '<link rel="canonical" href="https://web.archive.org/web/20221108000000/https://quay.example/a?utm_source=x">'
    )
    assert read(link).head.url == "https://quay.example/a?utm_source=x"


def test_parse_takes_the_container_s_address_where_the_page_has_none() -> None:
    article = read("", url="https://quay.example/b")
    assert article.head.url == "https://quay.example/b"
    assert article.provenance.head["url"].rule == "container"


def test_parse_tells_where_every_value_of_the_head_came_from() -> None:
    article = read(
        linked(STORY | {"author": "Moira Keane", "publisher": {"name": "The Quay"}, "articleSection": "Sea"})
    )
    for name in ("title", "outlet", "section", "authors", "published", "language"):
        assert article.provenance.head[name].rule
        assert article.provenance.head[name].place
