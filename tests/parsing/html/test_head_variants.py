"""Heads of pages as publishers of many countries write them: bylines, titles, outlets, almost JSON, dates."""

import json
from datetime import date

import pytest

from searchsvc.model.article import ArticleHead
from searchsvc.parsing import explain
from tests.parsing.html.page_makers import STORY, source

TITLE = "Reservoir above Tolvane to be drained after forty years"


def linked(data: object) -> str:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return f'<script type="application/ld+json">{text}</script>'


def head_of(
    after: str = "",
    *,
    head: str = "",
    before: str = "",
    foot: str = "",
    h1: str = f"<h1>{TITLE}</h1>",
    title: str = TITLE,
    lang: str = "en",
) -> ArticleHead:
    """Return the head of a page with lines behind its headline, above it, or behind its story."""
    paragraphs = "".join(f"<p>{text}</p>" for text in STORY)
    markup = (
        f"<!DOCTYPE html><html lang={lang}><head><title>{title}</title>{head}</head>"
        f"<body>{before}<main>{h1}{after}{paragraphs}</main>{foot}</body></html>"
    )
    return explain(source(markup)).article.head


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ('<p class="auteur">Par Hedda Brolin avec AFP</p>', ("Hedda Brolin",)),
        ('<p class="byline">Von Hedda Brolin (Text) und Piet Ostra (Fotos)</p>', ("Hedda Brolin",)),
        ('<p class="autor">Hedda Brolin<br>@hbrolin</p>', ("Hedda Brolin",)),
        ('<p class="meta">Von Hedda Brolin am 3. Mai 2021 um 10:14 Uhr</p>', ("Hedda Brolin",)),
        ("<p>Text: Hedda Brolin</p>", ("Hedda Brolin",)),
        ("<p>Texte : Hedda Brolin</p>", ("Hedda Brolin",)),
        ('<p class="autor">Von Hedda Brolin, Stand 3.5.2021</p>', ("Hedda Brolin",)),
        ('<ul class="auteurs"><li>Hedda Brolin</li><li>Piet Ostra</li></ul>', ("Hedda Brolin", "Piet Ostra")),
        ('<p class="byline">From our own correspondent</p>', ()),
        ('<div class="autorzeile">Von unserer Redaktion</div>', ()),
    ],
)
def test_authors_of_a_line(line: str, authors: tuple[str, ...]) -> None:
    assert head_of(line).authors == authors


def test_an_agency_behind_with_is_no_author() -> None:
    assert head_of('<p class="auteur">Par Hedda Brolin avec AFP</p>').agency == "AFP"


def test_the_outlets_own_name_is_no_author_whatever_its_language() -> None:
    head = '<meta name="author" content="Diario de Tolvane"><meta property="og:site_name" content="Diario de Tolvane">'
    assert head_of('<div>Por <a href="/autores/hedda-brolin">Hedda Brolin</a></div>', head=head).authors == (
        "Hedda Brolin",
    )


def test_a_declared_address_names_its_owner_in_brackets() -> None:
    head = '<meta name="author" content="hedda@courier.example (Hedda Brolin)">'
    assert head_of(head=head).authors == ("Hedda Brolin",)


def test_marks_in_another_article_of_the_page_are_those_of_another_story() -> None:
    other = (
        '<section class="more"><article><h3>Sheep found</h3><span itemprop="author">Piet Ostra</span>'
        '<time datetime="2021-06-01">1 June</time></article></section>'
    )
    head = head_of("<p>By Hedda Brolin</p><p>3 May 2021</p>", foot=other)
    assert (head.authors, head.published_day) == (("Hedda Brolin",), date(2021, 5, 3))


@pytest.mark.parametrize("sign", ["◂", "▸", "→", "//", "»»", "¶", "☆", "~", "—"])
def test_any_sign_between_spaces_parts_a_title_from_the_outlet(sign: str) -> None:
    names = '<meta property="og:site_name" content="Tolvaner Bote">'
    assert head_of(h1="", title=f"{TITLE} {sign} Tolvaner Bote", head=names).title == TITLE


def test_a_sign_without_spaces_parts_the_outlets_whole_name_in_scripts_without_spaces() -> None:
    names = '<meta property="og:site_name" content="托尔瓦内网">'
    assert (
        head_of(h1="", title="托尔瓦内水库四十年后将放空-托尔瓦内网", head=names).title == "托尔瓦内水库四十年后将放空"
    )


def test_a_logo_is_no_headline_though_the_title_says_the_same() -> None:
    logo = '<h1 id="logo">Le Courrier de Tolvane</h1>'
    assert head_of(before=logo, h1=f"<h2>{TITLE}</h2>", title="Le Courrier de Tolvane").title == TITLE


def test_a_title_that_is_a_section_or_a_placeholder_is_none() -> None:
    told = f'<meta property="og:title" content="{TITLE}">'
    assert head_of(before="<h1>Sociedad</h1>", h1=f"<h2>{TITLE}</h2>", title="Sociedad", head=told).title == TITLE
    assert head_of(h1=f'<div class="article-title">{TITLE}</div>', title="Article Detail").title == TITLE


def test_a_heading_between_its_kicker_and_its_deck() -> None:
    h1 = f"<h1><span>Environment</span><span>{TITLE}</span><small>Divers look at the valves</small></h1>"
    assert head_of(h1=h1).title == TITLE


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        (linked({"@type": "Article", "isPartOf": {"@type": "Newspaper", "name": "Tolvaner Bote"}}), ""),
        (linked([{"@type": "Organization", "name": "Tolvaner Bote"}, {"@type": "NewsArticle", "headline": TITLE}]), ""),
        ('<meta name="apple-mobile-web-app-title" content="Tolvaner Bote">', ""),
        ("", "<footer><p>© 2021 Tolvaner Bote. Alle Rechte vorbehalten.</p></footer>"),
        ("", "<footer><p>Copyright 2019-2021 by Tolvaner Bote Updated: yesterday</p></footer>"),
    ],
)  # fmt: skip
def test_places_of_the_outlet(head: str, foot: str) -> None:
    assert head_of(head=head, foot=foot).outlet == "Tolvaner Bote"


AUTHOR = '"author": {"@type": "Person", "name": "Hedda Brolin"}'
#: The rest of an article of JSON-LD.
REST = f'"headline": "{TITLE}", "datePublished": "2021-05-03", {AUTHOR}'
SINGLE = "'headline': 'Lake', 'datePublished': '2021-05-03', 'author': {'@type': 'Person', 'name': 'Hedda Brolin'}"


@pytest.mark.parametrize(
    "script",
    [
        f"{{'@type': 'NewsArticle', {SINGLE}}}",
        f'{{"@type": "NewsArticle", "image": , {REST}}}',
        f'{{"@type": "NewsArticle", "wordCount": undefined, {REST}}}',
        f'{{"@type": "NewsArticle", "url": "\\x", {REST}, "about": }}',
    ],
    ids=["single marks", "no value", "undefined", "escapes that are none"],
)
def test_what_is_almost_json_is_read_whole(script: str) -> None:
    head = head_of(head=linked(script))
    assert (head.authors, head.published_day) == (("Hedda Brolin",), date(2021, 5, 3))


@pytest.mark.parametrize(
    ("line", "lang"),
    [
        ("<p>03/05/21</p>", "it"),
        ("<p>3 de maig de 2021</p>", "ca"),
        ('<span class="js-time" data-ts="1620036840000">2d</span>', "de"),
        ('<div class="published" content="2021-05-03T10:14">2d</div>', "de"),
    ],
)
def test_forms_of_a_day(line: str, lang: str) -> None:
    assert head_of(line, lang=lang).published_day == date(2021, 5, 3)


def test_two_figures_of_a_year_are_read_only_where_the_page_orders_its_days() -> None:
    assert head_of("<p>03/05/04</p>").published_day is None


@pytest.mark.parametrize(
    "lines",
    [
        '<time class="gewijzigd" datetime="2021-05-04"></time><time class="geplaatst" datetime="2021-05-03"></time>',
        "<p>3 maggio 2021 (modifica il 4 maggio 2021 | 10:14)</p>",
    ],
)
def test_dates_of_changes_in_other_languages(lines: str) -> None:
    head = head_of(lines, lang="nl")
    assert (head.published_day, head.updated_day) == (date(2021, 5, 3), date(2021, 5, 4))


def test_a_date_behind_a_short_story_needs_a_label_or_a_name() -> None:
    assert (
        head_of(foot='<ul><li><a href="/a">Sheep saved</a> <span class="date">01.06.2021</span></li></ul>').published
        is None
    )
    assert head_of(foot="<footer>© 12 March 2019 Tolvane Courier</footer>").published is None
    assert head_of(foot='<div class="entry-meta">3 May 2021</div>').published_day is None
    assert head_of(foot='<div class="entry-date">3 May 2021</div>').published_day == date(2021, 5, 3)
    assert head_of(foot="<p>By Hedda Brolin on 3 May 2021</p>").published_day == date(2021, 5, 3)


def test_a_meta_element_that_says_published_counts_more_than_one_that_says_date() -> None:
    head = '<meta name="date" content="2016-01-07"><meta property="article:published_time" content="2021-05-03">'
    assert head_of(head=head).published_day == date(2021, 5, 3)
