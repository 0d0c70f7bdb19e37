"""The kicker above a headline: told from the section, the outlet, an author and a day."""

import pytest

from searchsvc.parsing import explain, parse
from tests.parsing.html.page_makers import page, source

TITLE = "Harbour stays open all winter"
H1 = f"<h1>{TITLE}</h1>"
OG = '<meta property="og:title" content="{}">'


def headed(heading: str, head: str = "", title: str = TITLE) -> str:
    return page(title=title, head=head).replace(f"<h1>{title}</h1>", heading)


@pytest.mark.parametrize(
    ("markup", "kicker"),
    [
        (headed('<p class="article__kicker">Ice breaker</p>' + H1), "Ice breaker"),
        (headed('<div class="eyebrow"><span>Ice breaker</span></div>' + H1), "Ice breaker"),
        (
            headed('<h1><span class="overline">Ice breaker:</span> <span>Harbour stays open all winter</span></h1>'),
            "Ice breaker",
        ),
        (
            headed(
                "<h1><span>Ice breaker</span> <span>Harbour stays open all winter</span></h1>",
                OG.format(TITLE),
            ),
            "Ice breaker",
        ),
        (
            headed(
                H1,
                OG.format("Ice breaker: Harbour stays open all winter"),
            ),
            "Ice breaker",
        ),
        (headed("<p>Ice breaker</p>" + H1), None),
        (headed('<p class="kicker">3 May 2021</p>' + H1), None),
        (headed('<p class="kicker">Updated</p>' + H1), None),
        (headed('<p class="kicker">By Moira Keane</p>' + H1), None),
        (
            headed(
                '<p class="kicker">Coast</p>' + H1,
                '<meta property="article:section" content="Coast">',
            ),
            None,
        ),
        (
            headed(
                '<p class="kicker">The Ennisbeg Quay</p>' + H1,
                '<meta property="og:site_name" content="The Ennisbeg Quay">',
            ),
            None,
        ),
    ],
    ids=[
        "name", "name-around", "name-in-heading", "before-in-heading", "declared", "no-sign", "day", "label", "byline",
        "section", "outlet",
    ],
)  # fmt: skip
def test_the_kicker_is_parted_from_the_headline(markup: str, kicker: str | None) -> None:
    head = parse(source(markup)).head

    assert (head.title, head.kicker) == (TITLE, kicker)


def test_a_heading_that_is_declared_with_its_kicker_stays_whole() -> None:
    whole = "Ice breaker: Harbour stays open all winter"
    heading = '<h1><span class="kicker">Ice breaker:</span> <span>Harbour stays open all winter</span></h1>'

    head = parse(source(headed(heading, OG.format(whole), whole))).head

    assert (head.title, head.kicker) == (whole, "Ice breaker")


def test_check_says_why_a_kicker_was_not_taken() -> None:
    told = explain(source(headed('<p class="kicker">3 May 2021</p>' + H1)))

    assert [(one.value, one.reason) for one in told.refused if one.field == "kicker"] == [
        ("3 May 2021", "is a date, or the label of one")
    ]
