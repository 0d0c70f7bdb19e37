"""Parts of a page that are too long to be shown are parted; nothing of the text is lost."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.model.article import Article, ArticleHead, Block, Provenance, RelatedHeadline
from searchsvc.model.source import Source
from searchsvc.parsing import (
    LONGEST_ADDRESS,
    LONGEST_BLOCK,
    LONGEST_HEADLINE,
    LONGEST_ID,
    LONGEST_NAME,
    MOST_AUTHORS,
    MOST_BLOCKS,
    MOST_RELATED,
    MOST_WARNINGS,
    parse,
    with_bounded_sizes,
)
from searchsvc.quotes import MOST_QUOTES
from searchsvc.reindex import read_article

ORIGIN = Provenance("test/1", "a.txt", "0" * 64)


def article(*blocks: Block, title: str = "A tide", lead: str | None = None) -> Article:
    return Article(ArticleHead("a", title, lead=lead), blocks, ORIGIN)


def test_an_ordinary_article_stays_as_it_is() -> None:
    found = article(Block("paragraph", "The tide came in. " * 300))
    assert with_bounded_sizes(found) is found


@pytest.mark.parametrize(
    ("text", "end"),
    [("The tide came in. ", "in."), ("tide ", "tide"), ("http://", "ht")],
    ids=["sentences", "words", "neither"],
)
def test_a_long_block_is_split_where_it_may_be(text: str, end: str) -> None:
    whole = text * 20_000
    found = with_bounded_sizes(article(Block("caption", whole), lead=whole))
    assert {block.kind for block in found.blocks} == {"caption"}
    assert all(len(block.text) <= LONGEST_BLOCK for block in found.blocks)
    assert found.blocks[0].text.endswith(end)
    assert "".join(block.text for block in found.blocks).replace(" ", "") == whole.replace(" ", "")
    assert found.head.lead == found.blocks[0].text
    assert found.provenance.warnings == ("1 blocks of over 40,000 characters were parted",)


@given(st.text("ab .\n", min_size=1, max_size=50), st.integers(1, 3))
def test_no_letter_is_lost(text: str, times: int) -> None:
    whole = text * (times * LONGEST_BLOCK // len(text) + 1)
    parts = with_bounded_sizes(article(Block("paragraph", whole))).blocks
    assert "".join("".join(part.text.split()) for part in parts) == "".join(whole.split())
    assert all(len(part.text) <= LONGEST_BLOCK for part in parts)


def test_headlines_and_names_are_cut() -> None:
    record = {
        "id": "a",
        "title": "t" * 5000,
        "outlet": "o" * 5000,
        "section": "s" * 5000,
        "authors": ["n" * 5000],
        "body": "The tide.",
    }
    found = parse(Source("a.jsonl#1", "a.jsonl#1", json.dumps(record).encode(), "application/json", "0" * 64))
    head = found.head
    assert [len(text) for text in (head.title, head.outlet or "", head.section or "")] == [
        LONGEST_HEADLINE, LONGEST_NAME, LONGEST_NAME,
    ]  # fmt: skip
    assert all(len(author) <= LONGEST_NAME for author in head.authors)
    assert "an over-long headline or name was cut" in found.provenance.warnings
    related = with_bounded_sizes(Article(head, (), ORIGIN, related=(RelatedHeadline("r" * 5000, "promo"),))).related
    assert len(related[0].text) == LONGEST_HEADLINE


def record(**fields: object) -> Source:
    data = json.dumps({"id": "a", "title": "A tide", **fields}).encode()
    return Source("a.jsonl#1", "a.jsonl#1", data, "application/json", "0" * 64)


@pytest.mark.parametrize(
    ("fields", "warning"),
    [
        ({"body": "The tide.\n" * (MOST_BLOCKS + 7)}, f"7 of {MOST_BLOCKS + 7:,} blocks were cut"),
        ({"body": "\n".join(["t " * LONGEST_BLOCK] * (MOST_BLOCKS // 2 + 1))}, "blocks were cut"),
        ({"related": ["A buoy"] * (MOST_RELATED + 1)}, f"1 of {MOST_RELATED + 1:,} related headlines were cut"),
        ({"authors": ["Ann Oar"] * (MOST_AUTHORS + 1)}, f"1 of {MOST_AUTHORS + 1:,} authors were cut"),
        ({"url": "https://a.example/" + "u" * LONGEST_ADDRESS}, "an address of over 2,000 characters was cut"),
        ({"related": [{"text": "A buoy", "url": "/" + "u" * LONGEST_ADDRESS}]}, "an address of over"),
        ({"related": [{"text": "A buoy", "section": "s" * 999, "age": "9" * 999}]}, "an over-long headline or name"),
        ({"id": "i" * (LONGEST_ID + 1)}, "an id of over 300 characters"),
        ({"body": "“No”, he said. " * (MOST_QUOTES + 9)}, f"9 quotes beyond the first {MOST_QUOTES:,} were cut"),
        ({"body": "“No”, he said.\n" * (MOST_QUOTES + 9)}, f"9 quotes beyond the first {MOST_QUOTES:,} were cut"),
    ],
)
def test_no_list_and_no_name_is_longer_than_its_limit(fields: dict[str, object], warning: str) -> None:
    found = read_article(record(**fields))
    assert any(warning in told for told in found.provenance.warnings), found.provenance.warnings
    assert found.provenance.is_cut
    head = found.head
    assert (len(found.blocks) <= MOST_BLOCKS, len(found.quotes) <= MOST_QUOTES, len(found.related) <= MOST_RELATED) == (
        True, True, True,
    )  # fmt: skip
    assert (len(head.authors) <= MOST_AUTHORS, len(head.id) <= LONGEST_ID) == (True, True)
    names = [text for related in found.related for text in (related.section, related.age) if text]
    assert all(len(name) <= LONGEST_NAME for name in names)
    assert all(len(url) <= LONGEST_ADDRESS for url in (head.url, *(one.url for one in found.related)) if url)


def test_what_was_parted_only_is_not_cut() -> None:
    found = read_article(record(body="The tide. " * LONGEST_BLOCK))
    assert (len(found.provenance.warnings), found.provenance.is_cut) == (1, False)


def test_ids_that_are_too_long_stay_different() -> None:
    ids = {parse(record(id="i" * 400 + end)).head.id for end in "ab"}
    assert len(ids) == 2
    assert parse(record(id="i" * LONGEST_ID)).head.id == "i" * LONGEST_ID


def test_a_name_that_is_none_leaves_the_quote_without_a_speaker() -> None:
    name = "B" + "a" * LONGEST_NAME
    (quote,) = read_article(record(body=f"“The tide is late again today”, said Ann {name}.")).quotes
    assert (quote.text, quote.speaker, quote.mention, quote.method) == (
        "The tide is late again today",
        None,
        None,
        None,
    )


def test_warnings_are_bounded_themselves() -> None:
    origin = Provenance("test/1", "a.txt", "0" * 64, warnings=tuple(map(str, range(MOST_WARNINGS + 5))))
    found = with_bounded_sizes(Article(ArticleHead("a", "A tide"), (), origin))
    assert len(found.provenance.warnings) == MOST_WARNINGS + 1
    assert found.provenance.warnings[-1] == f"5 of {MOST_WARNINGS + 5} warnings were cut"
