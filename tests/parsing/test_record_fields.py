"""Records under other programs' names, and text that is not read."""

import json

import pytest

from searchsvc.model.article import Article
from searchsvc.model.source import Source
from searchsvc.parsing import parse

BODY = "The board will close its oldest lock.\nBoats have to leave before the end of the month."
PARAGRAPHS = BODY.split("\n")


def article(**record: object) -> Article:
    return parse(Source("a.jsonl#1", "a.jsonl#1", json.dumps(record).encode(), "application/json", "0" * 64))


@pytest.mark.parametrize(
    "record",
    [
        {"headline": "Lock", "articleBody": BODY, "datePublished": "2021-05-03", "author": {"name": "Ines Tarrant"}},
        {"title": "Lock", "text": BODY, "date": "2021-05-03", "author": "Ines Tarrant", "sitename": "Gazette"},
        {"title": "Lock", "maintext": BODY, "date_publish": "2021-05-03", "authors": ["Ines Tarrant"]},
        {"Title": "Lock", "content": f"<p>{'</p><p>'.join(PARAGRAPHS)}</p>", "published_at": "2021-05-03"},
        {"title": {"rendered": "Lock"}, "content": {"rendered": f"<p>{'</p><p>'.join(PARAGRAPHS)}</p>"}},
        {"title": None, "headline": ["Lock"], "body": "", "text": PARAGRAPHS, "publishing_date": "2021-05-03"},
        {"title": "Lock", "textContent": BODY, "byline": "Ines Tarrant", "siteName": "Gazette"},
        {"title": "Lock", "full-text": BODY, "link": "https://gazette.example/1", "pubDate": "2021-05-03"},
    ],
)
def test_a_record_of_another_program_is_read(record: dict[str, object]) -> None:
    found = article(**record)
    assert found.head.title == "Lock"
    assert [block.text for block in found.blocks] == PARAGRAPHS
    assert found.head.authors == (("Ines Tarrant",) if {"author", "authors", "byline"} & set(record) else ())
    (name,) = (name for name, value in record.items() if "lock" in str(value))
    assert found.provenance.warnings == (f"`{name}` was read as the body",)
    if found.head.published:
        assert str(found.head.published_day) == "2021-05-03"


def test_our_own_names_win() -> None:
    found = article(title="Lock", headline="Other", body="Our text.", text=BODY, author="x", authors=["Ines Tarrant"])
    assert (found.head.title, found.head.authors, found.blocks[0].text) == ("Lock", ("Ines Tarrant",), "Our text.")


def test_text_that_is_not_read_is_told() -> None:
    long = "A long report on the state of the lock. " * 20
    found = article(title="Lock", body="Short.", report={"parts": [{"words": long}]}, image="x" * 900)
    assert found.provenance.warnings == ("more text than in the body stands in `report`, which is not read",)
    assert article(title="Lock", body=long, notes="Short.").provenance.warnings == ()


def test_items_of_json_feed_and_of_a_publishing_system() -> None:
    feed = {
        "title": "Lock closes",
        "content_html": "<p>The board will close its oldest lock.</p><p>Boats have to leave.</p>",
        "date_published": "2021-05-03T08:00:00Z",
        "authors": [{"name": "Hedda Brolin"}, {"name": "Piet Ostra"}],
    }
    told = article(**feed)
    assert (len(told.blocks), told.head.authors) == (2, ("Hedda Brolin", "Piet Ostra"))
    post = {
        "title": {"rendered": "Lock closes"},
        "content": {"rendered": "<p>Text.</p>"},
        "date_gmt": "2021-05-03T08:00:00",
    }
    assert str(article(**post).head.published_day) == "2021-05-03"
    assert article(name="Lock closes", text="Text.").head.title == "Lock closes"
