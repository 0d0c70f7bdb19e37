import json
from datetime import UTC, date, datetime

import pytest

from searchsvc.errors import SourceError
from searchsvc.model.article import Article, Block
from searchsvc.model.source import Source
from searchsvc.parsing import parse


def read(record: object) -> Article:
    data = record if isinstance(record, bytes) else json.dumps(record).encode()
    return parse(Source("a.jsonl#3", "a.jsonl#3", data, "application/json", "0" * 64))


def test_read_record_reads_every_field() -> None:
    article = read(
        {
            "id": 7,
            "url": "https://quay.example/a",
            "title": "Harbour stays open",
            "kicker": "Council",
            "outlet": "The Quay",
            "agency": "dpa",
            "section": "Sea",
            "authors": "Moira Keane, Tom Ash",
            "published": "2022-11-07T19:30:00+01:00",
            "updated": "8 November 2022",
            "lead": "The harbour will stay open.",
            "body": "Crews are glad.\n\nThe council decided it on Monday.",
            "related": [
                "Ice breaker sold",
                {"text": "Frost comes early", "url": "/f", "date": "2022-11-05", "group": "elsewhere"},
            ],
        }
    )
    head = article.head
    assert (head.id, head.outlet, head.section, head.authors) == ("7", "The Quay", "Sea", ("Moira Keane", "Tom Ash"))
    assert (head.kicker, head.agency) == ("Council", "dpa")
    assert head.published == datetime(2022, 11, 7, 18, 30, tzinfo=UTC)
    assert head.updated == datetime(2022, 11, 8, tzinfo=UTC)
    assert [block.text for block in article.blocks] == [
        "The harbour will stay open.",
        "Crews are glad.",
        "The council decided it on Monday.",
    ]
    assert [(item.text, item.group, item.date) for item in article.related] == [
        ("Ice breaker sold", "see_also", None),
        ("Frost comes early", "elsewhere", date(2022, 11, 5)),
    ]


def test_read_record_takes_a_title_alone() -> None:
    article = read({"title": "Harbour stays open"})
    assert (article.head.title, article.blocks, article.head.lead) == ("Harbour stays open", (), None)


def test_read_record_makes_a_title_of_the_first_words() -> None:
    article = read({"body": "The harbour will stay open. " * 9})
    assert article.head.title.endswith("…")
    assert article.provenance.head["title"].inferred


def test_read_record_does_not_repeat_a_lead_that_opens_the_body() -> None:
    assert read({"lead": "Open.", "body": "Open.\nStill open."}).blocks == (
        Block("paragraph", "Open."),
        Block("paragraph", "Still open."),
    )


def test_read_record_warns_of_a_date_it_cannot_read() -> None:
    article = read({"title": "Harbour stays open", "published": "some day"})
    assert article.head.published is None
    assert article.provenance.warnings == ("`published` is no date: some day",)


@pytest.mark.parametrize(
    "value", ["9999-12-31", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "0001-01-01", "1599-05-01"]
)
def test_a_placeholder_is_no_date(value: str) -> None:
    article = read({"id": "a", "title": "Tide", "body": "The tide.", "published": value})
    assert (article.head.published, article.head.published_day) == (None, None)
    assert article.provenance.warnings == (f"`published` stands for no date: {value}",)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({}, "needs `title` or `body`"),
        ({"title": None, "body": " \n "}, "needs `title` or `body`"),
        ([], "must be a JSON object"),
        (b"{", "not JSON"),
        (b"\xff{}", "not UTF-8 at byte 0"),
        (b'{"a":' * 100_000, "JSON"),
        ({"title": ["a"]}, "`title` must be a string"),
        ({"title": "a", "body": 3}, "`body` must be a string"),
        ({"title": "a", "authors": 3}, "`authors` must be a list"),
        ({"title": "a", "related": "b"}, "`related` must be a list"),
    ],
)
def test_read_record_names_what_is_wrong(record: object, reason: str) -> None:
    with pytest.raises(SourceError, match=reason) as caught:
        read(record)
    assert caught.value.path == "a.jsonl#3"


def test_read_record_keeps_a_record_without_words_that_has_an_id() -> None:
    article = read({"id": "471", "title": "", "body": ""})
    assert (article.head.id, article.head.title, article.blocks) == ("471", "", ())
