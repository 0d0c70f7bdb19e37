import pytest

from searchsvc.parsing.html.dom import markup_of
from searchsvc.parsing.html.dom_builder import parse_document


@pytest.mark.parametrize(
    ("markup", "texts"),
    [
        ("<p>One</p><p>Two</p>", ["One", "Two"]),
        ("<p>One <b>bold</b> word</p>", ["One bold word"]),
        ("<div>Before<p>inside</p>after</div>", ["Before", "inside", "after"]),
        ("<p>A line<br>goes on</p>", ["A line goes on"]),
        ("<p>A sentence.<br>Another.</p>", ["A sentence.", "Another."]),
        ("<p>One<br><br>Two</p>", ["One", "Two"]),
        ("<p>Seen<script>no</script><span class='visually-hidden'>label</span></p>", ["Seen"]),
        ("<ul><li>one<li>two</ul>", ["one", "two"]),
        ("<p>No\u00a0break\u200b here</p>", ["No break here"]),
        ("<p>trawler<sup>1</sup> of 1914<sup>12</sup>", ["trawler¹ of 1914¹²"]),
        ("<p>400 m<sup>2</sup> on the 25<sup>th</sup>, CO<sub>2</sub>", ["400 m2 on the 25th, CO2"]),
        ("<p>boat<sup><a href='#2'>2</a></sup> he<sup><a href='#a'>a</a></sup>", ["boat² he a"]),
        ("<p><ruby>港町<rp>(</rp><rt>みなとまち</rt><rp>)</rp></ruby>で", ["港町で"]),
        ("<p>light&#8203;house 12\u202f000&nbsp;boats", ["lighthouse 12\u202f000 boats"]),
    ],
)
def test_parse_document_returns_the_texts(markup: str, texts: list[str]) -> None:
    assert [text_block.text for text_block in parse_document(markup).text_blocks] == texts


def test_parse_document_knows_the_shares_of_a_text() -> None:
    (text_block,) = parse_document('<p><a href="/x">four</a> <b>bold</b></p>').text_blocks
    assert (round(text_block.link_density, 2), round(text_block.bold_share, 2), text_block.href) == (0.44, 0.44, "/x")


def test_parse_document_knows_what_stands_in_what() -> None:
    found = parse_document("<div id=a><p>in</p></div><p>out</p>")
    box = next(element for element in found.elements if element.attrs.get("id") == "a")
    assert [box.contains(text_block.element) for text_block in found.text_blocks] == [True, False]


def test_parse_document_tracks_zones_of_comments() -> None:
    found = parse_document(
        "<p>no</p><!-- S BO --><p>yes</p><!-- S IBOX --><p>box</p><!-- E IBOX --><!-- E BO --><p>no</p>"
    )
    assert [[name for name, _ in text_block.zones] for text_block in found.text_blocks] == [
        [],
        ["BO"],
        ["BO", "IBOX"],
        [],
    ]


def test_parse_document_flags_what_is_hidden() -> None:
    found = parse_document("<p>seen</p><div style='display: none'><p>hidden</p></div><p hidden>too</p>")
    assert [text_block.element.hidden for text_block in found.text_blocks] == [False, True, True]


def test_parse_document_places_images_between_texts() -> None:
    found = parse_document("<p>one</p><img alt='A boat' src='/b.jpg'><p>two</p><div data-alt='A late boat'></div>")
    assert [(image.text, image.index) for image in found.images] == [("A boat", 1), ("A late boat", 2)]


@pytest.mark.parametrize(
    ("markup", "written"),
    [
        ("<p>Fish &amp; <b>chips</p>", "<p>Fish &amp; <b>chips</b></p>"),
        ("<p class='a b' title='5 &lt; 6 &quot;x&quot;'>x", '<p class="a b" title="5 &lt; 6 &quot;x&quot;">x</p>'),
        ("<p>one<br>two<img src=/a?b&amp;c hidden>", '<p>one<br>two<img src="/a?b&amp;c" hidden=""></p>'),
        ("<p>By <!-- -->Ana<p>next", "<p>By <!-- -->Ana</p>"),
        ('<p><script type="ld+json">1 < 2 && 3</script>', '<p><script type="ld+json">1 < 2 && 3</script></p>'),
        ("<p>" + "<i>" * 10_000 + "deep", "<p>" + "<i>" * 10_000 + "deep" + "</i>" * 10_000 + "</p>"),
    ],
    ids=["entities", "attributes", "void elements", "comment", "script", "10,000 levels"],
)
def test_markup_of_writes_an_element_out_again_with_every_tag_closed(markup: str, written: str) -> None:
    document = parse_document(markup)
    paragraph = next(element for element in document.elements if element.tag == "p")
    again = markup_of(document, paragraph)
    assert again == written
    assert [text.text for text in parse_document(again).text_blocks] == [
        text.text for text in document.text_blocks if paragraph.contains(text.element)
    ]
