"""Parts of a page that are too long to be shown are parted; nothing of the text is lost."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.model.article import Article, ArticleHead, Block, Provenance, RelatedHeadline, Source
from searchsvc.parsing import LONGEST_BLOCK, LONGEST_HEADLINE, LONGEST_NAME, parse, with_bounded_sizes

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
