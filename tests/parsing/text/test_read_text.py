"""A page saved as text, read whole. The outlet, its people and its gulls are invented."""

import random
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.article import Article
from searchsvc.model.source import Source
from searchsvc.parsing import Explanation, explain
from tests.narrowing import present

PAGE = """\
Page last updated at 14:25 GMT, Tuesday, 11 July 2023 15:25 UK

Gulls name their harbour master

A herring gull on a bollard at Port Aldry
The bird has not left its bollard since Easter

A herring gull has been sworn in as harbour master of Port Aldry after a vote of the council.

Councillors said the choice was "the least contested in years".

The duties of the post include:

  • keeping watch
  • greeting the mail boat at noon
  • complaining, which "comes naturally".

"We looked at every applicant, and only one of them turned up each day," said Una Prentice, the clerk.

Feathers ruffled

Not all are glad. Fishermen said the last holder of the post had at least paid for his herring.
The bird eats more than the whole crew of the Marigold
Tam Orrock, skipper

A hearing will be held on Friday.

Print Sponsor

Bollards painted for the season
18 Apr 23\u00a0|\u00a0 Harbour
Council counts its votes again
08 Mar 22\u00a0|\u00a0 Politics
Herring prices rise
02 Jan 23\u00a0|\u00a0 Harbour

The Aldry Courier is not responsible for the content of external internet sites

Farrow Times\u00a0Gull takes office; cats protest\u00a0-\u00a07 hrs ago
Coast Weekly\u00a0Who will feed him?\u00a0-\u00a01 day ago

Ten harbours to see before they silt up
Why do puffins look surprised?


Sign in

Aldry Courier navigation

Copyright © 2023 Aldry Courier. The Aldry Courier is not responsible for the content of external sites. Read more.

This page is best viewed in an up-to-date web browser with style sheets (CSS) enabled.

Harbour Politics Weather Sport
"""


def read(text: str | bytes, **fields: Any) -> Explanation:
    data = text if isinstance(text, bytes) else text.encode()
    return explain(Source("saved/gull.txt", "gull.txt", data, "text/plain", "0" * 64, **fields))


def article(text: str | bytes, **fields: Any) -> Article:
    return read(text, **fields).article


def kinds(text: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in article(text).blocks]


def test_read_text_reads_the_head_and_says_where_from() -> None:
    found = article(PAGE)
    head = found.head
    assert head.title == "Gulls name their harbour master"
    assert head.updated == datetime(2023, 7, 11, 14, 25, tzinfo=UTC)
    assert head.published is None
    assert head.outlet == "Aldry Courier"
    assert head.section == "Harbour"
    assert head.language == "en"
    assert present(head.lead).startswith("A herring gull has been sworn in")
    origins = found.provenance.head
    assert origins["title"].place == "line 3"
    assert origins["updated"].place == "line 1"
    assert origins["section"].inferred
    assert "2 of 3" in origins["section"].rule
    assert not origins["outlet"].inferred


def test_read_text_tells_paragraphs_from_what_stands_between_them() -> None:
    assert kinds(PAGE) == [
        ("caption", "A herring gull on a bollard at Port Aldry"),
        ("caption", "The bird has not left its bollard since Easter"),
        (
            "paragraph",
            "A herring gull has been sworn in as harbour master of Port Aldry after a vote of the council.",
        ),
        ("paragraph", 'Councillors said the choice was "the least contested in years".'),
        ("paragraph", "The duties of the post include:"),
        ("bullet", "keeping watch"),
        ("bullet", "greeting the mail boat at noon"),
        ("bullet", 'complaining, which "comes naturally".'),
        (
            "paragraph",
            '"We looked at every applicant, and only one of them turned up each day," said Una Prentice, the clerk.',
        ),
        ("crosshead", "Feathers ruffled"),
        (
            "paragraph",
            "Not all are glad. Fishermen said the last holder of the post had at least paid for his herring.",
        ),
        ("pullquote", "“The bird eats more than the whole crew of the Marigold” – Tam Orrock, skipper"),
        ("paragraph", "A hearing will be held on Friday."),
    ]


def test_read_text_makes_records_of_the_headlines_below_the_story() -> None:
    found = [(item.group, item.outlet, item.text, item.date, item.section) for item in article(PAGE).related]
    assert found == [
        ("see_also", None, "Bollards painted for the season", date(2023, 4, 18), "Harbour"),
        ("see_also", None, "Council counts its votes again", date(2022, 3, 8), "Politics"),
        ("see_also", None, "Herring prices rise", date(2023, 1, 2), "Harbour"),
        ("elsewhere", "Farrow Times", "Gull takes office; cats protest", None, None),
        ("elsewhere", "Coast Weekly", "Who will feed him?", None, None),
        ("promo", None, "Ten harbours to see before they silt up", None, None),
        ("promo", None, "Why do puffins look surprised?", None, None),
    ]


def test_read_text_counts_ages_back_from_the_capture() -> None:
    captured = datetime(2023, 7, 12, 9, 0, tzinfo=UTC)
    item = article(PAGE, captured=captured).related[3]
    assert (item.age, item.age_precision) == ("7 hrs ago", "hour")
    assert (item.age_from, item.age_to) == (datetime(2023, 7, 12, 1, tzinfo=UTC), datetime(2023, 7, 12, 2, tzinfo=UTC))


def test_read_text_counts_ages_back_from_the_page_if_no_capture_is_known_and_warns() -> None:
    found = article(PAGE)
    assert found.related[3].age_to == datetime(2023, 7, 11, 7, 25, tzinfo=UTC)
    assert any("ages are counted back" in warning for warning in found.provenance.warnings)


def test_read_text_leaves_the_site_out_and_says_why() -> None:
    reasons = {left.text[:20]: left.reason for left in read(PAGE).left_out}
    assert reasons == {
        "Page last updated at": "date",
        "Print Sponsor": "advertisement",
        "The Aldry Courier is": "notice about other sites",
        "Sign in": "account",
        "Aldry Courier naviga": "navigation",
        "Copyright © 2023 Ald": "copyright",
        "This page is best vi": "browser notice",
        "Harbour Politics Wea": "navigation",
    }


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: b"\xff\xfe\0\0" + text.encode("utf-32-le"),
        lambda text: text.encode("cp1252"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.encode().replace(b"Gulls", b"G\0ulls"),
    ],
    ids=["utf-8 mark", "utf-16 mark", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "crlf", "cr", "nul"],
)
def test_read_text_reads_the_same_page_in_any_encoding(encode: Callable[[str], bytes]) -> None:
    found = article(encode(PAGE))
    assert found.head == article(PAGE).head
    assert found.blocks == article(PAGE).blocks
    assert found.related == article(PAGE).related


def test_read_text_says_that_it_guessed_an_encoding() -> None:
    found = article("Caf\u00e9 \u2018Gull\u2019 opens\n\nIt opened on Monday, its owner said.".encode("cp1252"))
    assert found.head.title == "Caf\u00e9 ‘Gull’ opens"
    assert found.provenance.warnings == ("not UTF-8: read as Windows-1252",)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Приморск ждёт весны\n\nВ порту растаял лёд, и лодки вышли в море, сказал капитан.", "koi8_r"),
        ("Приморск ждёт весны\n\nВ порту растаял лёд, и лодки вышли в море, сказал капитан.", "cp1251"),
        ("Το λιμάνι περιμένει\n\nΟ πάγος έλιωσε και οι βάρκες βγήκαν στη θάλασσα, είπε ο καπετάνιος.", "cp1253"),
    ],
)
def test_read_text_detects_the_encoding_of_another_script(text: str, encoding: str) -> None:
    found = article(text.encode(encoding))
    assert found.head.title == text.partition("\n")[0]
    assert found.provenance.warnings == (f"not UTF-8: read as {encoding}",)


def test_read_text_refuses_what_is_no_text() -> None:
    noise = random.Random(3).randbytes(4000)  # noqa: S311  no secret
    for data in (noise, b"\x89PNG\r\n\x1a\n" + noise):
        with pytest.raises(SourceError, match="no text"):
            article(data)


def test_read_text_keeps_utf_8_with_a_broken_byte() -> None:
    text = "Café Möwe öffnet für Gäste\n\nDas Café öffnete am Montag, sagte die Wirtin über die Möwen."
    found = article(text.encode().replace(b"Montag", b"Mon\xfftag"))
    assert found.head.title == "Café Möwe öffnet für Gäste"
    assert found.provenance.warnings == ("1 bytes are not UTF-8",)


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", b"\xef\xbb\xbf", b"\0\0\0"], ids=["empty", "blank", "mark", "nul"])
def test_read_text_refuses_a_page_without_text(data: bytes) -> None:
    with pytest.raises(SourceError, match="no text in it"):
        read(data)


def test_read_text_refuses_a_page_of_too_many_lines() -> None:
    with pytest.raises(RefusedError, match="more than 20,000 lines"):
        read("gull\n" * 20_001)


LINES = st.sampled_from(
    [line for line in PAGE.split("\n") if line]
    + [
        "",
        "",
        "SEE ALSO:",
        "Related Stories",
        "Start Quote",
        "End Quote Una Prentice",
        "By Una Prentice",
        "1. one",
        "- a",
    ]
)


@given(st.lists(LINES, max_size=40).map("\n".join))
def test_read_text_loses_no_line_of_any_page(text: str) -> None:
    """Every word of the page is in the article, in a headline record, or left out with a reason."""
    if not text.strip():
        return
    found = read(text)
    head, related = found.article.head, found.article.related
    parts = [head.title, *head.authors, *(block.text for block in found.article.blocks)]
    parts += [left.text for left in found.left_out]
    for item in related:
        parts += [item.text, item.outlet or "", item.age or "", item.section or ""]
        parts += [item.date.strftime("%d %b %y")] if item.date else []
    known = set(re.findall(r"\w+", " ".join(parts))) | {"By", "Start", "End", "Quote", "1"}
    assert set(re.findall(r"\w+", text)) <= known


@given(st.text(max_size=400) | st.binary(max_size=400))
def test_read_text_ends_in_an_article_or_a_source_error(text: str) -> None:
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    try:
        found = read(data)
    except SourceError:
        return
    assert found.article.head.title.strip()
    found.article.head.title.encode()
