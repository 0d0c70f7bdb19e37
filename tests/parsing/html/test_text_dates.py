"""Days of publication from the text of a page: which date is the story's own, and why another is not."""

from datetime import date

import pytest

from searchsvc.parsing import explain
from tests.parsing.html.page_makers import STORY, page, source

TITLE = "Harbour stays open"


def published_day(markup: str) -> date | None:
    return explain(source(markup)).article.head.published_day


def reasons(markup: str) -> dict[str, str]:
    """Return why each day was not taken as that of publication."""
    return {one.value[:10]: one.reason for one in explain(source(markup)).refused if one.field == "published"}


def with_lines(before: str = "", after: str = "", *, lang: str = "de", story: tuple[str, ...] = STORY) -> str:
    """Return a page with lines above its headline, or between it and the story."""
    text = page(title=TITLE, story=story).replace("<html>", f"<html lang={lang}>")
    return text.replace("<body>", f"<body>{before}").replace(f"<h1>{TITLE}</h1>", f"<h1>{TITLE}</h1>{after}")


def test_dates_of_a_lists_entries_are_not_those_of_the_story() -> None:
    menu = "".join(f"<li>{day}.10.2021 Zur Lage am Kai</li>" for day in (16, 11, 5))
    text = with_lines(f"<ul>{menu}</ul>", '<p class="line">2021-10-20 | Hafen</p>')
    assert published_day(text) == date(2021, 10, 20)
    assert reasons(text)["2021-10-11"] == "belongs to an entry of a list"


def test_a_list_of_entries_alone_gives_no_day() -> None:
    menu = "".join(f"<div class=row><b>{day} May 2021</b> Quay notes</div>" for day in (16, 11, 5))
    assert published_day(with_lines("", f"<section>{menu}</section>", lang="en")) is None


def test_the_date_of_a_post_that_is_quoted_is_not_that_of_the_story() -> None:
    post = '<blockquote><p>Posted by Moira <time datetime="2018-03-12">12 March 2018</time></p></blockquote>'
    text = with_lines("", f'<div class="stamp">Dienstag, 29. Januar 2019</div>{post}')
    assert published_day(text) == date(2019, 1, 29)
    assert reasons(text)["2018-03-12"] == "stands in a quotation"


def test_the_day_of_the_visit_far_above_the_headline_is_not_that_of_the_story() -> None:
    links = "".join(f"<li>Section {number}</li>" for number in range(12))
    top = f'<div><time datetime="2023-11-01">Mittwoch, 1. November 2023</time></div><ul>{links}</ul>'
    assert published_day(with_lines(top)) is None
    assert published_day(with_lines(top, story=(f"31. Oktober 2023. {STORY[0]}", *STORY[1:]))) == date(2023, 10, 31)


@pytest.mark.parametrize(
    "beginning",
    [
        "Quenby, 31 October 2023 – ",
        "QUENBY (31 October 2023) - ",
        "31 October 2023. ",
        "(Quenby, 31.10.2023) – ",
        "Quenby/Ennisbeg, 31. Oktober 2023. ",
    ],
)
def test_the_day_that_begins_the_story(beginning: str) -> None:
    assert published_day(with_lines(story=(beginning + STORY[0], *STORY[1:]))) == date(2023, 10, 31)


@pytest.mark.parametrize(
    "beginning", ["On 31 October 2023 the harbour closed. ", "31 October 2023 was a bad day for the harbour. "]
)
def test_a_sentence_about_a_day_is_no_dateline(beginning: str) -> None:
    assert published_day(with_lines(story=(beginning + STORY[0], *STORY[1:]), lang="en")) is None


def test_a_date_in_an_element_of_the_heading_is_a_stamp_but_one_of_its_words_is_not() -> None:
    title = "Absatzzahlen November 2021"
    text = page(title=title).replace("<h1>", '<h1 class="head"><span>27.01.2022</span>')
    assert published_day(text) == date(2022, 1, 27)
    assert published_day(page(title="What happened at the lock on 3 May 2021")) is None


@pytest.mark.parametrize("line", ["Mittelstand (bis 31.12.2018)", "Anträge ab 01.01.2020", "valid till 31.12.2018"])
def test_the_end_of_a_term_is_no_day_of_publication(line: str) -> None:
    assert published_day(with_lines("", f"<p>{line}</p>")) is None


@pytest.mark.parametrize(
    "note",
    [
        "This article was first published on 26 Sep 2019 at 4:12pm but has been updated since.",
        "Dieser Text erschien zuerst am 26. September 2019 in unserem Heft und wurde seither nicht verändert.",
    ],
)
def test_a_note_behind_the_story_says_when_it_was_published(note: str) -> None:
    text = with_lines("", "<p class=x>30 Sep 2022, 11:07am</p>", lang="en-GB").replace(
        "</article>", f"</article><footer><p>{note}</p></footer>"
    )
    assert published_day(text) == date(2019, 9, 26)


def test_a_label_that_says_date_counts_behind_the_story() -> None:
    foot = "<ul><li>Datum 28.04.2023</li><li>Autorin Moira Keane</li></ul>"
    assert published_day(with_lines().replace("</article>", f"</article>{foot}")) == date(2023, 4, 28)


def test_a_date_among_other_words_is_none_of_the_story() -> None:
    caption = "Ukrainian Sailors of the Northern Fleet in Ennisbeg Harbour, 24 April 2023"
    text = with_lines("", f"<p class=pic>{caption}</p>", lang="en")
    assert published_day(text) is None
    assert set(reasons(text).values()) == {"stands among other words without a label"}


def test_an_element_that_is_named_changed_holds_the_date_of_a_change() -> None:
    head = explain(source(with_lines("", '<div class="field--name-changed">12.02.2026</div>'))).article.head
    assert (head.published_day, head.updated_day) == (None, date(2026, 2, 12))


def test_a_date_as_of_counts_for_both_where_nothing_else_is_told() -> None:
    head = explain(source(with_lines("", "<p>Stand: 03.05.2021 10:14 Uhr</p>"))).article.head
    assert (head.published_day, head.updated_day) == (date(2021, 5, 3), date(2021, 5, 3))
    both = "<p>Veröffentlicht: 01.05.2021</p><p>Stand: 03.05.2021</p>"
    head = explain(source(with_lines("", both))).article.head
    assert (head.published_day, head.updated_day) == (date(2021, 5, 1), date(2021, 5, 3))


def test_the_second_reader_does_not_bring_back_a_date_that_was_refused() -> None:
    text = with_lines("", "<p>Updated 4 May 2021</p>", lang="en")
    head = explain(source(text)).article.head
    assert (head.published_day, head.updated_day) == (None, date(2021, 5, 4))
    assert reasons(text)["2021-05-04"] == "its label says it is updated"


@pytest.mark.parametrize("lang", ["en", "zh", "ja"])
def test_figures_whose_order_nothing_tells_give_no_day_not_even_a_second_readers_guess(lang: str) -> None:
    figures = '<div class="row">Mara Quill <span class="time">3/4/2021</span></div>'
    text = with_lines("", figures, lang=lang)
    assert published_day(text) is None
    assert set(reasons(text).values()) == {"is in figures whose order nothing on the page tells"}
    assert published_day(with_lines("", figures, lang="en-US")) == date(2021, 3, 4)
    assert published_day(with_lines("", figures, lang="en-GB")) == date(2021, 4, 3)
    assert published_day(with_lines("<p>Visited 4/25/2023</p>", figures, lang=lang)) == date(2021, 3, 4)


def test_the_headline_may_stand_behind_its_kicker_in_the_declared_title() -> None:
    text = page(title="Old boats: Harbour of Ennisbeg stays open", story=STORY)
    text = text.replace("<h1>Old boats: ", "<div><i>Old boats</i></div><h1>")
    text = text.replace("</h1>", '</h1><div class="article_comment_head"><div class="day">29. Januar 2019</div></div>')
    assert published_day(text) == date(2019, 1, 29)
