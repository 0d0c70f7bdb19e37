import json

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.decoding import decode_markup
from searchsvc.errors import SourceError
from searchsvc.model.article import Block
from searchsvc.parsing import explain, parse
from searchsvc.parsing.html.dom_builder import parse_document
from searchsvc.parsing.html.layout import Layout, Rules, soup_of_boxes
from searchsvc.parsing.html.layout_body import LAYOUTS
from tests.examples import examples
from tests.parsing.html.golden_pages import FOLDER
from tests.parsing.html.page_makers import STORY, page, source


def texts(markup: str, kind: str = "paragraph") -> list[str]:
    return [block.text for block in parse(source(markup)).blocks if block.kind == kind]


@pytest.mark.parametrize(
    "beside",
    [
        '<div class="newsletter"><p>Sign up for our newsletter and get the tide tables every single morning.</p></div>',
        '<div class="share-bar"><a href="#">Share</a><a href="#">Post</a></div>',
        '<div class="author-bio"><p>Moira Holt is a reporter at The Quay and writes about boats.</p></div>',
        '<section id="comments"><p>My uncle sailed on her, and he said she was too good for that bay.</p></section>',
        '<aside class="related"><h3>Related stories</h3><a href="/x">Ice breaker may be sold before frost</a></aside>',
        "<footer><p>© The Quay. All rights reserved. No part of this page may be copied.</p></footer>",
        '<figure><img src="/x.jpg"><figcaption>The ice breaker at her berth in the inner harbour</figcaption></figure>',
        '<p>Related: <a href="/x">Ice breaker may be sold</a></p>',
    ],
    ids=["newsletter", "share", "bio", "comments", "related", "footer", "caption", "promo line"],
)
def test_parse_keeps_out_what_stands_beside_the_story(beside: str) -> None:
    assert tuple(texts(page(beside))) == STORY


def test_parse_keeps_every_part_of_the_story() -> None:
    more = (
        "<h2>What comes next</h2><p>The council will ask the crews for three things before the winter:</p>"
        "<ul><li>a list of the boats that stay</li><li>the name of a watchman for every night</li></ul>"
        "<blockquote><p>“We shall be glad of the light,” the harbour master wrote to the council.</p></blockquote>"
    )
    blocks = parse(source(page(more))).blocks
    assert [block.kind for block in blocks[3:]] == ["crosshead", "paragraph", "bullet", "bullet", "paragraph"]


def test_parse_reads_the_body_from_linked_data_where_the_page_shows_none() -> None:
    told = "\n".join(STORY) * 3
    script = json.dumps({"@type": "NewsArticle", "headline": "Harbour stays open", "articleBody": told})
    article = parse(
        source(f'<html><head><script type="application/ld+json">{script}</script></head><body><p>Loading</p>')
    )
    assert article.provenance.parser.startswith("html:json-ld/")
    assert article.provenance.warnings
    assert article.head.lead == STORY[0]


def test_parse_takes_the_first_paragraph_as_lead() -> None:
    assert parse(source(page())).head.lead == STORY[0]


def test_explain_says_what_was_left_out_and_why() -> None:
    told = explain(
        source(page('<div class="newsletter"><p>Sign up for our newsletter and never miss a tide.</p></div>'))
    )
    assert {part.text: part.reason for part in told.left_out}["Sign up for our newsletter and never miss a tide."]


def test_explain_says_which_points_a_text_that_was_left_out_has() -> None:
    asks = "Follow us for more stories like this one."
    (part,) = [
        part for part in explain(source(page(f'<div class="social"><p>{asks}</p></div>'))).left_out if asks == part.text
    ]
    assert part.points is not None
    assert part.points < 0
    assert sum(points for _, points in part.parts) == pytest.approx(part.points)
    assert dict(part.parts)["names"] < 0 < dict(part.parts)["tags"]


@pytest.mark.parametrize(
    ("head", "warning"),
    [
        ('{"@type": "LiveBlogPosting", "headline": "Storm, live"}', "live page"),
        ('{"@type": "ImageGallery"}', "gallery"),
        ('{"@type": "NewsArticle", "isAccessibleForFree": false}', "paywall"),
    ],
)
def test_parse_warns_of_pages_that_are_not_one_whole_story(head: str, warning: str) -> None:
    article = parse(source(page(head=f'<script type="application/ld+json">{head}</script>')))
    assert any(warning in told for told in article.provenance.warnings)


def test_parse_refuses_a_page_without_headline_and_text() -> None:
    with pytest.raises(SourceError, match="neither a headline nor a text"):
        parse(source("<html><body><img src=x></body></html>"))


def test_rules_prefer_the_selector_that_asks_for_more() -> None:
    rules = Rules.of(
        {"div.box": "factbox", "div.box.related": "-links", "[data-kind=quote]": "pullquote", "#top": "-head"}
    )
    markup = '<div class="box related"></div><div class="box"></div><p data-kind="quote"></p><p id="top"></p><p></p>'
    elements = [element for element in parse_document(markup).elements if element.tag in {"div", "p"}]
    assert [rules.verdict(element) for element in elements] == ["-links", "factbox", "pullquote", "-head", None]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_soup_of_boxes_holds_what_the_layout_selects_on_the_page_and_no_more(layout: Layout) -> None:
    (path,) = FOLDER.glob(f"{layout.name}*.html")
    markup = decode_markup(source(path.read_bytes())).text
    whole = BeautifulSoup(markup, "lxml", multi_valued_attributes=None)
    boxes = soup_of_boxes(parse_document(markup), layout)
    selected = [*layout.byline, *(table.items for table in layout.related)]
    selected += [table.headings for table in layout.related if table.headings]
    assert any(whole.select(text) for text in selected)
    for text in selected:
        assert [str(tag) for tag in boxes.select(text)] == [str(tag) for tag in whole.select(text)], text
    assert len(boxes.find_all(True)) < len(whole.find_all(True)) / 2


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_the_boxes_of_a_layout_can_be_found_by_their_first_selector(layout: Layout) -> None:
    texts = [*layout.byline, *(table.items for table in layout.related)]
    texts += [table.headings for table in layout.related if table.headings]
    for text in ",".join(texts).split(","):
        first, *_ = text.split()
        assert ":" not in first
        assert not set(text.split()) & {"+", "~"}, "siblings of a box are not in its markup"


PARTS = (
    *(
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<ul><li>",
        "<b>",
        "<br>",
        "<h1>",
        "<title>",
        "<script>",
        "<svg>",
        "<table><td>",
    ),
    *("<!-- S BO -->", "<!--", "-->", '<td class="storybody">', '<div class="story-body">', "<a href='//['>link</a>"),
    *('<div data-component="text-block">', "&#xD800;", "&amp;", "\x00", "Words of a story that go on, and end here. "),
)


@examples(150)
@given(st.lists(st.sampled_from(PARTS), max_size=40))
def test_parse_reads_any_markup_or_names_the_page(parts: list[str]) -> None:
    try:
        article = parse(source("".join(parts)))
    except SourceError:
        pass  # named: it has neither headline nor text
    else:
        assert all(block.text == " ".join(block.text.split()) != "" for block in article.blocks)
        assert Block("paragraph", article.head.lead or "") in article.blocks or article.head.lead is None
