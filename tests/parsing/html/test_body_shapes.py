"""Shapes of pages in which a story does not stand in one element, between plain paragraphs alone."""

import pytest

from searchsvc.parsing import explain
from tests.parsing.html.page_makers import STORY, page, source

#: More paragraphs of a story, and of another one.
MORE = (
    "Whoever stores a boat upstream has to say by Friday whether it will be moved, the harbour master wrote to owners.",
    "The ferry goes on as before, because its jetty lies below the locks and the water there never falls so far.",
    "A second lock will be looked at next year, the engineer said, though nobody expects to find the same damage.",
)
OTHER = (
    "A tram line that was torn up long ago is to be laid again between the station and the school, the town has said.",
    "The first cars are expected to run in four years, and the council has set aside money for the rails alone.",
    "Shopkeepers along the way fear the digging more than the trams, and have asked for one block at a time.",
)


def read(markup: str) -> list[str]:
    return [block.text for block in explain(source(markup)).article.blocks]


def wrapped(line: str, names: str, depth: int = 1) -> str:
    """Return a paragraph in elements of its own."""
    return f'<div class="{names}">' * depth + f"<p>{line}</p>" + "</div>" * depth


def test_sections_of_a_page_builder_are_one_story_however_deep_they_lie() -> None:
    story = (*STORY, *MORE)
    halves = ("".join(f"<p>{line}</p>" for line in half) for half in (story[:2], story[2:]))
    sections = "".join('<div class="row">' * 9 + half + "</div>" * 9 for half in halves)
    assert read(page(sections, story=())) == list(story)


@pytest.mark.parametrize("names", ["card box", "image-text", "related-block", "widget sidebar-grid"])
def test_a_name_that_the_whole_story_has_says_nothing(names: str) -> None:
    story = (*STORY, *MORE)
    assert read(page("".join(wrapped(line, names) for line in story), story=())) == list(story)


@pytest.mark.parametrize("names", ["image-caption", "author-bio"])
def test_the_same_name_beside_paragraphs_without_it_counts(names: str) -> None:
    aside = wrapped("Boats lie on the mud below the old lock while two men look at its gates", names)
    told = explain(source(page(aside + f"<p>{MORE[0]}</p><p>{MORE[1]}</p>"))).article.blocks
    assert [block.text for block in told if block.kind == "paragraph"] == [*STORY, *MORE[:2]]


def test_a_paragraph_that_is_named_a_caption_is_one() -> None:
    line = "Moira Keane, the captain, on the quay on Monday"
    blocks = explain(source(page(f'<p class="imageCaption">{line}</p><p>{MORE[0]}</p>'))).article.blocks
    assert {block.text: block.kind for block in blocks}[line] == "caption"


def test_an_article_behind_the_story_is_another_one() -> None:
    other = "".join(f"<p>{line}</p>" for line in OTHER)
    behind = f"<article><h2>Trams run again</h2>{other}</article>"
    markup = page(f"<p>{MORE[0]}</p>").replace("</body>", f"<div>{behind}</div></body>")
    explanation = explain(source(markup))
    assert [block.text for block in explanation.article.blocks] == [*STORY, MORE[0]]
    assert {one.text: one.reason for one in explanation.left_out}[OTHER[0]] == "another story"


def test_parts_of_a_story_that_are_articles_without_headings_stay() -> None:
    parts = "".join(f"<article><p>{line}</p></article>" for line in (*STORY, *MORE))
    assert read(page(story=()).replace("</article>", f"</article>{parts}")) == [*STORY, *MORE]


def test_facts_that_are_headings_are_kept_without_a_paragraph_after_them() -> None:
    facts = [f"{number}. The gates of the old lock moved by {number} centimetres in a year." for number in range(1, 6)]
    figures = "".join(f"<h3>{fact}</h3><figure><img src='{at}.jpg' alt=''></figure>" for at, fact in enumerate(facts))
    assert read(page(figures)) == [*STORY, *facts]
    assert read(page("<h3>About us</h3>")) == list(STORY)


def test_a_list_of_recommended_things_is_kept_with_its_links() -> None:
    items = [f"<li><a href='/{at}'>Rope of {at} metres</a> for the bow</li>" for at in (8, 12, 20)]
    told = read(page(f"<h2>What to bring</h2><ul>{''.join(items)}</ul><p>{MORE[0]}</p>"))
    assert told == [*STORY, "What to bring", *(f"Rope of {at} metres for the bow" for at in (8, 12, 20)), MORE[0]]
    links = "".join(f"<li><a href='/{at}'>Harbour news of day {at}</a></li>" for at in (8, 12, 20))
    assert read(page(f"<ul>{links}</ul><p>{MORE[0]}</p>")) == [*STORY, MORE[0]]


def test_a_table_of_the_story_is_kept_whole_where_a_cell_is_a_sentence() -> None:
    cells = ("Old lock", MORE[2], "New lock", "Open")
    rows = "".join(f"<tr><td>{cells[at]}</td><td>{cells[at + 1]}</td></tr>" for at in (0, 2))
    table = f'<figure class="table"><div><table>{rows}</table></div></figure>'
    assert read(page(f"{table}<p>{MORE[0]}</p><p>{MORE[1]}</p>")) == [*STORY, *cells, *MORE[:2]]


def test_data_between_paragraphs_are_left_out() -> None:
    data = '{"layoutMobile":2,"layoutDesktop":4,"buttonAlign":"Center","title":"Ropes for the bow of your own boat"}'
    told = explain(source(page(f'<div class="ropes">{data}</div><p>{MORE[0]}</p>')))
    assert [block.text for block in told.article.blocks] == [*STORY, MORE[0]]
    assert [one.reason for one in told.left_out if one.text == data] == ["data for a script"]


@pytest.mark.parametrize(
    "beside",
    [
        '<div class="meta"><p class="intro">Harbour News 2025/1/14 21:17 (updated 1/14 21:40) 789 words</p></div>',
        '<div class="save-modal"><div class="intro"><p>Subscribe to Premium to keep this article.</p></div></div>',
        '<div class="image-caption"><div><p class="description">Boats lie on the mud below the lock.</p></div></div>',
    ],
    ids=["stamp", "dialog", "caption"],
)
def test_what_stands_between_headline_and_story_need_not_be_a_standfirst(beside: str) -> None:
    told = explain(source(page().replace("</h1>", f"</h1>{beside}"))).article.blocks
    assert [block.text for block in told if block.kind != "caption"] == list(STORY)


def test_boxes_of_facts_have_their_own_kind() -> None:
    box = f'<div class="infobox"><h3>The locks in figures</h3><p>{MORE[2]}</p></div>'
    blocks = explain(source(page(f"{box}<p>{MORE[0]}</p>"))).article.blocks
    assert {block.text: block.kind for block in blocks}[MORE[2]] == "factbox"


@pytest.mark.parametrize(
    "last",
    [
        "<div><p><i>Editor's note: the board of the harbour has paid for the travel of our reporter.</i></p></div>",
        "<div><p><i>We may earn commission from links, but we only recommend ropes that we have held.</i></p></div>",
    ],
    ids=["editor", "commission"],
)
def test_notes_and_notices_that_end_a_page_are_left_out(last: str) -> None:
    assert read(page(f"<p>{MORE[0]}</p><p>{MORE[1]}</p>{last}")) == [*STORY, *MORE[:2]]


def test_a_disclosure_is_left_out_as_a_notice() -> None:
    line = "The Harbour News owns no boats."
    told = explain(source(page(f'<aside class="story-disclosure"><p>{line}</p></aside>')))
    assert {one.text: one.reason for one in told.left_out}[line] == "a notice of the publisher"


def test_what_else_a_header_of_a_standfirst_holds_is_none() -> None:
    controls = '<div class="lede"><div class="video-timer">The video will play soon, tap to stop it now</div></div>'
    assert read(page().replace("</h1>", f"</h1>{controls}")) == list(STORY)
