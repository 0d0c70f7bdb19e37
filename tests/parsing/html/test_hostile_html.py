"""Pages made to cost much: each ends in an article or a named refusal, and soon."""

import pytest

from searchsvc.errors import SourceError
from searchsvc.parsing import parse
from tests.parsing.html.page_makers import STORY, page, source

PARAGRAPH = f"<p>{STORY[0]}</p>"
CASES = {
    "10,000 levels": "<div>" * 10_000 + PARAGRAPH + "</div>" * 10_000,
    "10,000 levels with text": f"<div>{STORY[1]}" * 10_000,
    "100,000 attributes": "<div " + " ".join(f'a{i}="x"' for i in range(100_000)) + ">",
    "200,000 comments": "<!--" * 200_000,
    "50,000 zones": "<!-- S BO --><p>text</p>" * 50_000,
    "100,000 scripts": "<script>" * 100_000,
    "a text of four million signs": "word " * 800_000,
    "entities": "&amp;" * 500_000,
    "a million angles": "<" * 1_000_000,
    "nul bytes": PARAGRAPH.replace(" ", "\x00 ") * 1_000,
    "deep linked data": '<script type="application/ld+json">' + "[" * 200_000 + "</script>",
    "30,000 headlines": '<div class="sah">SEE ALSO</div>'
    + '<div class="arr"><a href="/1">Boat sails</a></div>' * 30_000,
    "10,000 boxes in each other": '<div class="sah">SEE ALSO</div>' + '<div class="arr"><a href="/1">Sail</a>' * 10_000,
    "20,000 headings": "<h1>Harbour stays open all winter</h1>" * 20_000,
    "lines that are almost dates": f"<p>{'12 - . ' * 40}x</p>" * 2_000,
    "lines of marks": f"<p>{'- .,| ' * 90}by x</p>" * 2_000,
    "linked data of spaces": f'<script type="application/ld+json">{" " * 900_000}x</script>',
    "names without end": f'<meta name="author" content="{"by a , and " * 50_000}">',
    "a title of bars": f"<title>{' | -' * 50_000}</title>",
    "20,000 properties": '<div itemprop="author datePublished">' * 20_000,
}


@pytest.mark.no_cover
@pytest.mark.parametrize("markup", CASES.values(), ids=CASES)
def test_parse_ends_on_a_hostile_page(markup: str) -> None:
    try:
        article = parse(source(page(markup)))
    except SourceError:
        pass  # refused by name
    else:
        assert article.head.title


def test_parse_drops_lone_surrogates_and_control_characters() -> None:
    told = '{"@type": "NewsArticle", "author": "Moira\\ud800 Keane\\u0000"}'
    article = parse(source(page(head=f'<script type="application/ld+json">{told}</script>')))
    assert article.head.authors == ("Moira Keane",)
    assert str(article).encode("utf-8")


def test_parse_keeps_the_story_however_deep_it_stands() -> None:
    markup = f"<html><body><h1>Harbour stays open</h1>{'<div>' * 5_000}{''.join(f'<p>{text}</p>' for text in STORY)}"
    assert [block.text for block in parse(source(markup)).blocks] == list(STORY)
