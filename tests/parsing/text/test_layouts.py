"""Pages of other shapes. Every outlet, person and gull is invented."""

from datetime import UTC, datetime

import pytest

from searchsvc.model.article import Article
from searchsvc.model.source import Source
from searchsvc.parsing import explain
from tests.narrowing import present

LEAD = "A gull that was elected to the harbour board of Port Aldry has taken its seat, the clerk said on Monday."
SECOND = "It sat through two hours of debate about bollards and left by the window before the vote was taken."
THIRD = "Nobody on the board, said its oldest member, had ever listened so patiently to the treasurer's report."


def article(text: str) -> Article:
    return explain(Source("gull.txt", "gull.txt", text.encode(), "text/plain", "0" * 64)).article


def kinds(text: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in article(text).blocks]


def page(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs)


@pytest.mark.parametrize(
    "top",
    [
        ("Gull takes its seat on the board",),
        ("11 July 2023 Last updated at 14:25 GMT", "Gull takes its seat on the board"),
        ("Gull takes its seat on the board", "Page last updated at 14:25 GMT, Tuesday, 11 July 2023 15:25 UK"),
        ("Farrow & Aldry", "Gull takes its seat on the board"),
        ("Aldry, Farrow & Outer Skerran", "Gull takes its seat on the board"),
        ("Skerran News", "Politics", "Gull takes its seat on the board"),
        ("Aldry Courier - Gull takes its seat on the board", "11 July 2023", "Gull takes its seat on the board"),
        ("Skip to content", "Accessibility Help", "Gull takes its seat on the board"),
        ("Home\nLanguages\nLast Updated: Tuesday, 11 July 2023, 14:25 GMT\nGull takes its seat on the board",),
        ("Gull takes its seat on the board", "By Una Prentice\nHarbour correspondent"),
    ],
    ids=["alone", "date above", "date below", "section", "places", "masthead", "page title", "bar", "menu", "byline"],
)
def test_the_headline_is_found_under_whatever_stands_above_it(top: str) -> None:
    found = article(page(*top, LEAD, SECOND, THIRD))
    assert found.head.title == "Gull takes its seat on the board"
    assert found.head.lead == LEAD
    assert [block.text for block in found.blocks] == [LEAD, SECOND, THIRD]


def test_dates_are_told_apart_as_published_and_updated() -> None:
    head = article(
        page("Gull takes its seat", "Published: 10 July 2023\nUpdated: 11 July 2023 14:25 UTC", LEAD, SECOND)
    ).head
    assert head.published == datetime(2023, 7, 10, tzinfo=UTC)
    assert head.updated == datetime(2023, 7, 11, 14, 25, tzinfo=UTC)


def test_a_clock_without_a_zone_is_marked_as_inferred() -> None:
    origin = article(page("11 July 2023 Last updated at 14:25", "Gull takes its seat", LEAD)).provenance.head["updated"]
    assert origin.inferred
    assert "UTC" in origin.rule


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("By Una Prentice", ("Una Prentice",)),
        ("By Una Prentice and Tam Orrock", ("Una Prentice", "Tam Orrock")),
        ("By Una Prentice\nHarbour correspondent, Skerran News", ("Una Prentice",)),
        ("By Una Prentice Harbour correspondent", ("Una Prentice",)),
        ("Von Una Prentice", ("Una Prentice",)),
        ("Author: Una Prentice", ("Una Prentice",)),
        ("By the sea, nothing happens", ()),
    ],
)
def test_authors_are_read_from_the_byline(byline: str, authors: tuple[str, ...]) -> None:
    assert article(page("Gull takes its seat", byline, LEAD, SECOND)).head.authors == authors


def test_the_address_is_read_from_a_line_of_its_own() -> None:
    found = article(page("Gull takes its seat", "URL: https://www.courier.example/gull?utm_source=feed", LEAD))
    assert present(found.head.url).startswith("https://www.courier.example/gull")
    assert found.blocks[0].text == LEAD


def test_captions_and_credits_with_their_labels_are_no_text_of_the_story() -> None:
    text = page(
        "Gull takes its seat",
        "Image copyright Una Prentice\nImage caption The gull in its chair",
        LEAD,
        "media captionWatch it leave",
        SECOND,
    )
    assert kinds(text) == [
        ("caption", "The gull in its chair"),
        ("paragraph", LEAD),
        ("caption", "Watch it leave"),
        ("paragraph", SECOND),
    ]


def test_a_quote_box_with_written_marks_becomes_a_pull_quote() -> None:
    text = page(
        "Gull takes its seat",
        LEAD,
        "Start Quote",
        "It never interrupts anyone”",
        "End Quote Tam Orrock Skipper",
        SECOND,
    )
    assert ("pullquote", "“It never interrupts anyone” – Tam Orrock Skipper") in kinds(text)


def test_a_box_of_links_inside_the_story_does_not_end_it() -> None:
    text = page("Gull takes its seat", LEAD, "Related Stories", SECOND, THIRD, LEAD.replace("gull", "tern"))
    assert len(kinds(text)) == 4


def test_a_section_is_named_by_the_heading_of_more_stories() -> None:
    found = article(page("Gull takes its seat", LEAD, SECOND, "MORE HARBOUR STORIES", "Bollards are painted blue"))
    assert found.head.section == "Harbour"
    assert found.provenance.head["section"].inferred


def test_a_text_wrapped_at_a_column_has_whole_paragraphs() -> None:
    wrapped = """Gull takes its seat

A gull that was elected to the harbour board of Port Aldry has
taken its seat, the clerk said on Monday. It sat through two hours
of debate about bollards and left by the window.

Nobody on the board, said its oldest member, had ever listened so
patiently to the treasurer's report, which he had read aloud in
full because of a bet.
"""
    assert [text for _, text in kinds(wrapped)] == [
        wrapped.split("\n\n")[1].replace("\n", " "),
        wrapped.split("\n\n")[2].strip().replace("\n", " "),
    ]


@pytest.mark.parametrize("mark", ["•", "- ", "* ", "1. ", "– "])
def test_bullets_of_any_mark_are_bullets(mark: str) -> None:
    items = "\n".join(f"  {mark}{item}" for item in ("herring", "ropes", "a bell"))
    text = page("Gull takes its seat", LEAD, "It asked for:", items, SECOND)
    assert [text for kind, text in kinds(text) if kind == "bullet"] == ["herring", "ropes", "a bell"]


def test_a_single_dash_begins_speech_not_a_list() -> None:
    assert all(
        kind == "paragraph"
        for kind, _ in kinds(page("Gull takes its seat", LEAD, "– I object to this bird, said the treasurer."))
    )


GERMAN = """Möwe zieht in den Rat ein

11. Juli 2023, 14:25 Uhr

Die Möwe, die in den Hafenrat gewählt wurde, hat am Montag ihren Platz eingenommen, wie der Schreiber sagte. \
Sie blieb zwei Stunden lang sitzen und flog vor der Abstimmung davon.

Mehr zum Thema

Die Poller werden wieder blau
"""
FRENCH = """Une mouette siège au conseil

11 juillet 2023

La mouette élue au conseil du port a pris sa place lundi, a dit le greffier. \
Elle est restée deux heures avant de partir par la fenêtre, sans attendre le vote.

Lire aussi

Les bollards repeints en bleu
"""
RUSSIAN = """Чайка заняла своё место

11 июля 2023

Чайка, избранная в совет порта, заняла своё место в понедельник, сообщил секретарь. \
Она просидела два часа и улетела до начала голосования через открытое окно зала.

Читайте также

Тумбы снова красят в синий цвет
"""


@pytest.mark.parametrize(
    ("text", "language"), [(GERMAN, "de"), (FRENCH, "fr"), (RUSSIAN, "ru")], ids=["de", "fr", "ru"]
)
def test_pages_of_other_languages_are_read_alike(text: str, language: str) -> None:
    found = article(text)
    assert found.head.language == language
    clock = (14, 25) if language == "de" else (0, 0)
    assert found.head.published == datetime(2023, 7, 11, *clock, tzinfo=UTC)
    assert [block.kind for block in found.blocks] == ["paragraph"]
    assert [item.group for item in found.related] == ["see_also"]


@pytest.mark.parametrize("dated", [True, False])
def test_a_page_copied_with_its_menus_gives_its_story(dated: bool) -> None:
    menu = "\n".join(["Open menu", "Cookie banner", *(f"Rubric {n}" for n in range(20)), "Weather 12°", "My Profile"])
    foot = "\n".join(["Most read", *(f"Rubric {n}" for n in range(10)), "Newsletters"])
    byline = "Una Prentice • July 11, 2023" if dated else "Share this story"
    found = article(page(menu, "Gull takes its seat on the harbour board", byline, LEAD, SECOND, THIRD, foot))
    assert found.head.title == "Gull takes its seat on the harbour board"
    assert found.head.published == (datetime(2023, 7, 11, tzinfo=UTC) if dated else None)
    assert [block.text for block in found.blocks] == [LEAD, SECOND, THIRD]
    assert found.provenance.head["title"].inferred is not dated


def test_a_text_without_a_headline_is_named_by_its_first_words() -> None:
    found = article(page(LEAD + " " + SECOND, THIRD))
    assert LEAD.startswith(found.head.title.removesuffix(" …"))
    assert found.provenance.head["title"].inferred
    assert len(found.blocks) == 2


@pytest.mark.parametrize(
    ("line", "outlet"),
    [
        ("Copyright © 2023 Aldry Courier. All rights reserved.", "Aldry Courier"),
        ("© 2019-2023 Aldry Courier Ltd", "Aldry Courier Ltd"),
        ("Aldry Courier © MMXXIII", "Aldry Courier"),
        ("ASC © 2023 The ASC is not responsible for the content of external sites. Read more.", "ASC"),
        ("(c) 2023 The Aldry Courier", "The Aldry Courier"),
        ("The Courier is not responsible for the content of external internet sites", "The Courier"),
    ],
)
def test_the_outlet_is_read_from_its_own_notices(line: str, outlet: str) -> None:
    assert article(page("Gull takes its seat", LEAD, SECOND, line)).head.outlet == outlet
