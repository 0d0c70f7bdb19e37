"""What stands beside a story is left out as a group, and what belongs to it is kept as a whole."""

import json

import pytest

from searchsvc.parsing import explain
from searchsvc.parsing.parse_result import Explanation
from tests.parsing.html.page_makers import STORY, page, source

#: Paragraphs that read like a story, and are none of it.
OTHER = (
    "A tram line that was torn up long ago is to be laid again between the station and the school, the town has said.",
    "The first cars are expected to run in four years, and the council has set aside money for the rails alone.",
    "Shopkeepers along the way fear the digging more than the trams, and have asked for one block at a time.",
    "A petition against the line gathered many names in a week, most of them from people on the hill above it.",
)

CONSENT = (
    '<div class="cc-window"><p>We and our 214 partners store information on a device, such as cookies, and process '
    "personal data.</p><p>You may change your mind at any time by way of the link at the foot of each page.</p></div>"
)


def read(markup: str) -> Explanation:
    return explain(source(markup))


def texts(explanation: Explanation) -> list[str]:
    return [block.text for block in explanation.article.blocks]


def paragraphs(*lines: str) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


@pytest.mark.parametrize(
    "beside",
    [
        f'<section id="comments">{paragraphs(*OTHER)}</section>',
        f'<div class="comment-list">{paragraphs(*OTHER)}</div>',
        CONSENT,
        f'<hr><h2><a href="/trams">Trams run again</a></h2>{paragraphs(*OTHER)}',
        '<section amp-access="NOT granted"><p>Become a friend of ours for two crowns and read on.</p></section>',
        "<p><strong>Baca juga: <a href='/t'>Trams run again between the station and the school</a></strong></p>",
    ],
    ids=["comments", "comment list", "consent", "another story", "wall", "promotion"],
)
def test_what_stands_beside_the_story_is_left_out(beside: str) -> None:
    assert texts(read(page(beside))) == list(STORY)


def test_a_story_about_cookies_and_an_article_in_a_category_of_comments_are_read() -> None:
    story = tuple(line.replace("harbour", "cookies of the harbour baker") for line in STORY)
    markup = page(story=story).replace("<article>", '<article class="post category-comment">')
    assert texts(read(markup)) == list(story)


def guide(tag: str, items: list[str]) -> str:
    listed = "".join(f"<li><p>{item}</p></li>" for item in items)
    heading = "<h2>More about the tram line</h2><h3>It is to run again in four years.</h3>"
    return f"<{tag}>{heading}<ul>{listed}</ul></{tag.partition(' ')[0]}>"


@pytest.mark.parametrize("tag", ["aside", 'section role="complementary"'])
def test_a_box_whose_every_item_leads_to_another_article_is_left_out(tag: str) -> None:
    items = [
        f'<strong>The line:</strong> {text[:-1]}, <a href="/t{i}">as was said</a>.' for i, text in enumerate(OTHER)
    ]
    explanation = read(page(guide(tag, items)))
    assert texts(explanation) == list(STORY)
    reasons = {one.text: one.reason for one in explanation.left_out}
    assert reasons["More about the tram line"] == "another story"


@pytest.mark.parametrize(
    "items",
    [
        [f'{text[:-1]}, <a href="/t">as was said</a>.' for text in OTHER[:2]],
        [f'{text[:-1]}, <a href="#b{i}">see below</a>.' for i, text in enumerate(OTHER)],
        [*(f'{text[:-1]}, <a href="/t{i}">as was said</a>.' for i, text in enumerate(OTHER)), STORY[0].upper()],
    ],
    ids=["few", "within the page", "one without a link"],
)
def test_a_box_of_facts_with_links_belongs_to_the_story(items: list[str]) -> None:
    explanation = read(page(guide("section class='facts' role='complementary'", items)))
    assert "another story" not in {one.reason for one in explanation.left_out}


def test_a_copy_for_another_screen_is_read_once() -> None:
    first, *_ = STORY
    markup = page(f'<div class="wide">{paragraphs(*STORY)}</div>', story=()).replace(
        "</h1>", f'</h1><div class="narrow"><p>{first}</p></div>'
    )
    assert texts(read(markup)) == list(STORY)


def test_a_folded_rest_belongs_to_the_story_and_a_hidden_box_elsewhere_does_not() -> None:
    rest = f'<button>Read more</button><div style="display:none">{paragraphs(*OTHER[:2])}</div>'
    assert texts(read(page(rest))) == [*STORY, *OTHER[:2]]
    box = page().replace("<body>", f"<body><div><div hidden>{paragraphs(*OTHER[:1])}</div></div>")
    assert texts(read(box)) == list(STORY)


def test_lists_and_tables_of_the_story_are_kept_with_their_heading() -> None:
    unit = (
        "<h2>What stays open</h2><ul><li>The side gate</li><li>The ferry</li></ul>"
        "<table><tr><th>Lock</th><th>Closed</th></tr><tr><td>Old lock</td><td>1 May</td></tr></table>"
    )
    blocks = read(page(f"{unit}<p>{OTHER[1]}</p>")).article.blocks
    kinds = {block.text: block.kind for block in blocks}
    assert (kinds["What stays open"], kinds["The ferry"], kinds["Old lock"]) == ("crosshead", "bullet", "table")


def test_a_bold_line_before_a_break_and_blank_lines_in_pre_part_paragraphs() -> None:
    bold = read(page(f"<p><b>Who must leave</b><br>{OTHER[0]}</p>")).article.blocks
    assert [(block.kind, block.text) for block in bold[-2:]] == [
        ("crosshead", "Who must leave"),
        ("paragraph", OTHER[0]),
    ]
    pre = read(f"<html><body><h1>Harbour stays open</h1><pre>{(chr(10) * 2).join(STORY)}</pre></body></html>")
    assert len(texts(pre)) == len(STORY)


def test_a_label_out_of_sight_is_no_part_of_the_sentence() -> None:
    hidden = '<span style="clip:rect(0px,0px,0px,0px);position:absolute">, opens new tab</span>'
    told = read(
        page(f'<p>It was told in <a href="/l">a letter{hidden}</a>, which the captains of the bay have seen.</p>')
    )
    assert "It was told in a letter, which the captains of the bay have seen." in texts(told)


@pytest.mark.parametrize(
    "script",
    [
        '<script id="__NEXT_DATA__" type="application/json">{}</script>',
        "<script>window.__STATE__ = {};</script>",
    ],
)
def test_text_that_only_a_script_holds_is_read_with_a_warning(script: str) -> None:
    data = {"props": {"story": {"body": [{"type": "p", "text": line} for line in (*STORY, *OTHER)]}}}
    filled = script.replace("{}", json.dumps(data))
    told = read(f"<html><head><title>Harbour stays open</title></head><body><div id=app></div>{filled}</body></html>")
    assert texts(told) == [*STORY, *OTHER]
    assert any("loaded by a script" in warning for warning in told.article.provenance.warnings)


def test_a_layout_answers_only_for_its_outlet() -> None:
    body = f'<div class="bodytext">{paragraphs(*OTHER)}</div>'
    markup = (
        f"<html><head><title>Harbour stays open</title></head><body><h1>Harbour stays open</h1>{body}</body></html>"
    )
    assert "bbc" not in read(markup).article.provenance.parser
    assert "bbc" in read(markup.replace("</title>", " - BBC News</title>")).article.provenance.parser


def test_a_paragraph_without_spaces_counts_by_its_letters() -> None:
    lines = (
        "港务局周二宣布，最老的船闸今年冬天将关闭九个星期，以便更换两扇橡木闸门。",
        "工程师们发现，自春天以来，两扇闸门移动了一掌宽。",
    )
    told = read(page(story=lines, title="老船闸将关闭九周"))
    assert texts(told) == list(lines)
    assert told.article.provenance.parser.startswith("html:scored")


@pytest.mark.parametrize(
    "asked",
    [
        "Abonnieren Sie unseren kostenlosen Newsletter und lesen Sie jeden Morgen das Wichtigste von der Bucht.",
        "Inscrivez-vous à notre infolettre, et recevez chaque matin ce qui se passe dans la baie et sur le quai.",
        "Do you like ships? Sign up for our weekly e-mail and read what the crews of the bay say about the winter.",
        "Подпишитесь на нашу рассылку, и каждое утро читайте самое важное о том, что происходит в нашей бухте.",
    ],
)
def test_a_paragraph_that_asks_to_subscribe_is_left_out_between_those_of_the_story(asked: str) -> None:
    told = read(page(story=(*STORY[:2], asked, *STORY[2:])))
    assert texts(told) == list(STORY)
    assert [one.reason for one in told.left_out if one.text == asked] == ["newsletter or sign-up box"]


def test_a_box_that_asks_to_subscribe_is_left_out_with_its_heading() -> None:
    asked = "Our morning letter brings you the best of the bay. Enter your address and we will send it to you at six."
    box = f'<div class="k9"><h3>The Tide Table</h3><p>{asked}</p></div>'
    told = read(page(box + paragraphs(*OTHER)))
    assert texts(told) == [*STORY, *OTHER]


@pytest.mark.parametrize(
    "line",
    [
        "“Subscribe to our newsletter and save the harbour,” said the letters that the company sent to every house.",
        "The council, which has sent a newsletter by e-mail since May, asked its readers to sign up for a day of work.",
        "She had to subscribe to a newsletter of the port before the captain would answer a single one of her letters.",
    ],
)
def test_a_story_may_speak_of_newsletters(line: str) -> None:
    assert texts(read(page(story=(*STORY[:2], line, *STORY[2:])))) == [*STORY[:2], line, *STORY[2:]]


def test_a_story_that_is_about_invitations_keeps_them() -> None:
    asked = [f"Sign up for the newsletter of {town}, which tells every Friday who has come in." for town in "ABCD"]
    assert asked[0] in texts(read(page(story=(STORY[0], *asked))))
