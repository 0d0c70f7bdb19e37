"""Of several values that a page gives for a field of the head, the one that is said of the story is taken."""

import json

import pytest

from searchsvc.parsing import explain
from searchsvc.parsing.parse_result import Explanation
from tests.parsing.html.page_makers import page, source

TITLE = "Harbour stays open"
ADDRESS = '<link rel="canonical" href="https://post.example/2022/03/08/harbour">'


def read(*, head: str = "", above: str = "", below: str = "", title: str = TITLE, lang: str = "en") -> Explanation:
    """Read a page with markup between headline and story, and behind the story."""
    markup = page(below, head=head, title=title).replace("</h1>", f"</h1>{above}")
    return explain(source(markup.replace("<html>", f'<html lang="{lang}">')))


def linked(data: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def day(explanation: Explanation) -> str | None:
    head = explanation.article.head
    return head.published_day.isoformat() if head.published_day else None


@pytest.mark.parametrize(
    ("above", "right"),
    [
        ("<p>Updated 4 May 2022. First published 3 May 2022.</p>", "2022-05-03"),
        ('<time class="updated" datetime="2022-05-09T10:00Z">9 May</time><p>3 May 2022</p>', "2022-05-03"),
        ("<figure><figcaption>The quay on 12 March 2019</figcaption></figure><p>3 May 2022</p>", "2022-05-03"),
        ("<p>The ice breaker had last been painted on 12 March 2019.</p>", None),
        ("<ul><li>Received: 1 April 2022</li><li>Published: 3 May 2022</li></ul>", "2022-05-03"),
        ('<abbr class="published" title="2022-05-03T10:14Z">Tuesday</abbr>', "2022-05-03"),
        ('<span class="publish-date" data-timestamp="1651572840">a month ago</span>', "2022-05-03"),
        ('<div class="bar"><span class="comments-count">3 comments</span> 3 May 2022</div>', "2022-05-03"),
        ("<p>Posted in Harbour by Ada Quill on May 3, 2022 with 4 comments</p>", "2022-05-03"),
    ],
)
def test_the_day_is_that_of_the_stamp_not_of_something_else(above: str, right: str | None) -> None:
    assert day(read(above=above)) == right


def test_what_is_said_of_other_things_gives_no_day() -> None:
    comments = '<section class="comments"><time datetime="2022-06-01T10:00Z">1 June</time><p>A fine ship.</p></section>'
    video = linked({"@type": "VideoObject", "name": "The bay", "datePublished": "2018-02-01"})
    story = {"@type": "NewsArticle", "headline": "Trams run again", "datePublished": "2022-06-10"}
    listed = linked({"@type": "ItemList", "itemListElement": [story | {"author": {"name": "Odd Person"}}]})
    told = read(head=ADDRESS + video + listed, below=comments)
    assert day(told) == "2022-03-08"
    assert told.article.head.authors == ()
    reasons = {(one.value[:10], one.reason) for one in told.refused if one.field == "published"}
    assert ("2022-06-01", "belongs to readers' comments") in reasons
    assert ("2018-02-01", "is said of VideoObject in JSON-LD") in reasons


@pytest.mark.parametrize(
    ("above", "lang", "right"),
    [
        ("<p>03/05/2022</p>", "fr", "2022-05-03"),
        ("<p>03/05/2022</p>", "en-US", "2022-03-05"),
        ("<p>03/05/2022</p>", "en-GB", "2022-05-03"),
        ("<p>03/05/2022</p>", "en", None),
        ("<p>03/05/2022</p><p>Tides of 25/04/2022</p>", "en", "2022-05-03"),
        ("<p>۱۳ اردیبهشت ۱۴۰۱</p>", "fa", "2022-05-03"),
        ("<p>3 พฤษภาคม 2565</p>", "th", "2022-05-03"),
        ("<p>令和4年5月3日 10時14分</p>", "ja", "2022-05-03"),
        ("<p>입력 2022.05.03. 오후 4:05</p>", "ko", "2022-05-03"),
    ],
)
def test_a_printed_day_is_read_as_its_page_writes_it(above: str, lang: str, right: str | None) -> None:
    assert day(read(above=above, lang=lang)) == right


@pytest.mark.parametrize(
    ("address", "right"),
    [
        ("2022/05/03.html", "2022-05-03"),
        ("harbour-2022-05-03", "2022-05-03"),
        ("a/20220503/harbour", "2022-05-03"),
        ("news/2022/1124/harbour", None),
        ("news/120220503/harbour", None),
    ],
)
def test_a_day_in_the_address_is_bordered(address: str, right: str | None) -> None:
    assert day(read(head=f'<link rel="canonical" href="https://post.example/{address}">')) == right


def test_a_heading_of_two_words_is_the_headline_and_the_foot_of_the_page_gives_no_day() -> None:
    told = read(title="Harbour open", above="<p>3 May 2022</p>", below="<div><p>Tides</p><p>9 June 2022</p></div>")
    assert day(told) == "2022-05-03"


@pytest.mark.parametrize(
    ("above", "names"),
    [
        ("<p class='byline'>By Ada Quill Senior Reporter</p>", ("Ada Quill",)),
        ("<p class='byline'>By Ada Quill and Ben Roe in Ennisbeg</p>", ("Ada Quill", "Ben Roe")),
        ("<p class='byline'>Words by Ada Quill, photographs by Ben Roe</p>", ("Ada Quill",)),
        ("<div class='byline'>By <span>Ada Quill</span><span>Ben Roe</span></div>", ("Ada Quill", "Ben Roe")),
        ("<p class='byline'>By <a href='/q'>Ada Quill</a> <a href='/t'>@adaquill</a></p>", ("Ada Quill",)),
        ("<p class='byline'>By Our Special Correspondent</p>", ()),
        ("<div class='x'><a rel='author' href='/q'>by Ada Quill,</a> <span>3 May 2022</span></div>", ("Ada Quill",)),
        ("<div class='x'><a href='/profile/ada-quill'>Ada Quill</a></div>", ("Ada Quill",)),
        ("<p>December 2, 2022 by Ada Quill | Last updated February 28, 2023</p>", ("Ada Quill",)),
        ("<div class='post_author_name'>Ada Quill</div>", ("Ada Quill",)),
        ("<div class='author'>记者：王小河</div>", ("王小河",)),
    ],
)
def test_a_printed_byline_gives_names_and_nothing_else(above: str, names: tuple[str, ...]) -> None:
    assert read(above=above).article.head.authors == names


@pytest.mark.parametrize(
    ("declared", "names"),
    [
        ("Ada Quill (Ennisbeg)", ("Ada Quill",)),
        ("Ada Quill, M.A., and Ben Roe, MBE", ("Ada Quill", "Ben Roe")),
        ("Ada Quill, Reuters", ("Ada Quill",)),
        ("José Ortuño y Galán", ("José Ortuño y Galán",)),
        ("Ana Ortuño y Luis Galán", ("Ana Ortuño", "Luis Galán")),
        ("Quay Post Web Desk", ()),
        ("Ada Quill, Nairobi", ("Ada Quill",)),
    ],
)
def test_a_declared_author_is_a_person(declared: str, names: tuple[str, ...]) -> None:
    head = f'<meta property="og:site_name" content="The Quay Post"><meta name="author" content="{declared}">'
    assert read(head=head).article.head.authors == names


ADA = {"@type": "Person", "@id": "#ada", "name": "Ada Quill"}


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ({"@id": "#ada"}, ("Ada Quill",)),
        ([{"@id": "#ada"}, {"@type": "Person", "name": "Ben Roe"}], ("Ada Quill", "Ben Roe")),
        ({"@type": "Person", "givenName": "Cleo", "familyName": "Marr"}, ("Cleo Marr",)),
        ({"@id": "#cleo"}, ("Cleo Marr",)),
        ({"@type": "Person", "name": ["Ada Quill", "Ben Roe"]}, ("Ada Quill", "Ben Roe")),
        ({"@type": "Person"}, ()),  # refers to nobody, not to the first thing that has no identifier either
        ({"@id": "#nobody"}, ()),
    ],
)
def test_authors_of_json_ld_are_named_or_referred_to(author: object, names: tuple[str, ...]) -> None:
    story = {"@type": "NewsArticle", "headline": TITLE, "author": author}
    cleo = {"@type": "Person", "@id": "#cleo", "givenName": "Cleo", "familyName": "Marr"}
    graph = {"@graph": [story, {"@type": "Person", "name": "Odd Person"}, ADA, cleo]}
    assert read(head=linked(graph)).article.head.authors == names


def test_the_outlet_may_be_referred_to() -> None:
    story = {"@type": "NewsArticle", "headline": TITLE, "publisher": {"@id": "#quay"}}
    graph = {"@graph": [story, {"@type": "Organization", "@id": "#quay", "name": "Quay Radio"}]}
    assert read(head=linked(graph)).article.head.outlet == "Quay Radio"


def test_a_printed_person_comes_before_an_organisation_and_before_nobody() -> None:
    story = {"@type": "NewsArticle", "headline": TITLE, "author": {"@type": "Organization", "name": "Quay Radio"}}
    told = read(head=linked(story), above="<p class='byline'>By Ada Quill</p>")
    assert told.article.head.authors == ("Ada Quill",)
    assert [one.value for one in told.refused if one.field == "authors"] == ["Quay Radio"]


@pytest.mark.parametrize(
    ("markup", "right"),
    [
        ("<h1><a href='/'>The Quay Post</a></h1><h2>Harbour stays open</h2>", "Harbour stays open"),
        ("<h1>News</h1>", "Harbour stays open, says the council of Ennisbeg"),
        ("<h1>Harbour stays open <small>Crews must not leave</small></h1>", "Harbour stays open"),
        ("<h1><span class='kicker'>Council</span> Harbour stays open</h1>", "Harbour stays open"),
    ],
)
def test_a_heading_is_the_headline_if_it_agrees_with_a_title(markup: str, right: str) -> None:
    title = "Harbour stays open, says the council of Ennisbeg" if "News" in markup else "Harbour stays open"
    text = page(title="X").replace("<h1>X</h1>", markup).replace("<title>X", f"<title>{title} | The Quay Post")
    assert explain(source(text)).article.head.title == right


@pytest.mark.parametrize("sign", ["|", "‹", "⋆", "⁄", "»"])
def test_the_name_of_the_site_is_cut_from_a_title(sign: str) -> None:
    text = page(title="X", head='<meta property="og:site_name" content="The Quay Post">')
    text = text.replace("<h1>X</h1>", "").replace("<title>X", f"<title>Harbour stays open {sign} The Quay Post")
    assert explain(source(text)).article.head.title == "Harbour stays open"


def test_a_template_left_its_title_and_the_heading_counts() -> None:
    text = page(title="Harbour stays open").replace("<title>Harbour stays open", "<title>Untitled Document")
    assert explain(source(text)).article.head.title == "Harbour stays open"


@pytest.mark.parametrize(
    ("head", "right"),
    [
        ('<meta name="copyright" content="© 2022 Quay Media Ltd">', "The Quay Post"),
        (linked({"@graph": [{"@type": "WebSite", "name": "Quay Post Online"}]}), "Quay Post Online"),
    ],
)
def test_the_outlet_is_the_site_not_the_holder_of_rights(head: str, right: str) -> None:
    text = page(head=head).replace(f"<title>{TITLE}", f"<title>{TITLE} | The Quay Post")
    assert explain(source(text)).article.head.outlet == right


@pytest.mark.parametrize(
    ("head", "lang"), [('<meta property="og:locale" content="de_DE">', ""), ("", "deu"), ("", "de-AT")]
)
def test_the_declared_language_counts_for_short_texts(head: str, lang: str) -> None:
    opening = f"<html lang={lang}>" if lang else "<html>"
    text = f"{opening}<head>{head}</head><body><h1>Hafen</h1><p>Hafen bleibt zu.</p></body></html>"
    assert explain(source(text)).article.head.language == "de"
