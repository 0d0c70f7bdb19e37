"""The language of an article, on each path: what is declared, what the text tells, which is taken."""

import json

import pytest

from searchsvc.model.source import Source
from searchsvc.parsing import explain
from searchsvc.parsing.article_language import declared_language, language_candidates
from searchsvc.parsing.candidates import chosen
from tests.parsing.html.page_makers import source

GERMAN = (
    "Der Hafen bleibt den ganzen Winter über geöffnet, das hat der Rat am Montag nach einer langen Sitzung"
    " entschieden, und alle freuen sich."
)
SHORT = "Hafen bleibt zu."


def html(attributes: str = "", head: str = "", text: str = GERMAN, around: str = "article") -> str:
    return (
        f"<html {attributes}><head><title>Hafen</title>{head}</head>"
        f"<body><{around}><h1>Hafen</h1><p>{text}</p></article></body></html>"
    )


def told(markup: str) -> tuple[str | None, str, dict[str, str]]:
    """Return the language, its rule and place, and why each other was not taken."""
    explanation = explain(source(markup))
    origin = explanation.article.provenance.head.get("language")
    refused = {one.value: one.reason for one in explanation.refused if one.field == "language"}
    return explanation.article.head.language, f"{origin.rule}; {origin.place}" if origin else "", refused


def test_a_template_that_says_english_loses_against_a_german_text() -> None:
    language, origin, refused = told(html("lang=en", '<meta property="og:locale" content="en_US">'))
    assert (language, origin) == ("de", "text; article text; html[lang] says en")
    assert refused == {"en": "text has more weight (100 to 53)"}


def test_a_declaration_with_which_the_text_agrees_is_taken() -> None:
    language, origin, refused = told(html("lang=en", '<meta property="og:locale" content="de_AT">'))
    assert (language, origin) == ("de", 'declared; meta[name="og:locale"], and the text agrees')
    assert set(refused) == {"en"}


@pytest.mark.parametrize(
    ("attributes", "head", "around", "place"),
    [
        ("lang=de", "", "article", "html[lang]"),
        ("lang=en", "", "article lang=de-CH", "article[lang]"),
        ("lang=en", '<meta http-equiv="Content-Language" content="de">', "article", 'meta[name="content-language"]'),
        ("lang=en", '<meta property="og:locale" content="de_DE">', "article", 'meta[name="og:locale"]'),
        ("", '<meta name="language" content="German">', "article", 'meta[name="language"]'),
        (
            "lang=en",
            f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "inLanguage": "de"})}</script>',
            "article",
            'script[type="application/ld+json"] inLanguage',
        ),
        (
            "",
            '<script type="application/ld+json">{"@type": "WebPage", "inLanguage": {"alternateName": "de"}}</script>',
            "article",
            'script[type="application/ld+json"] WebPage inLanguage',
        ),
        ("lang=en", "", 'article itemscope><span itemprop="inLanguage">de</span', "[itemprop=inLanguage]"),
    ],
)  # fmt: skip
def test_every_place_is_heard_where_the_text_is_short(attributes: str, head: str, around: str, place: str) -> None:
    language, origin, refused = told(html(attributes, head, SHORT, around))
    assert (language, origin) == ("de", f"declared; {place}")
    assert set(refused) == ({"en"} if "en" in attributes else set())


def test_a_tag_that_names_no_language_is_told() -> None:
    language, _, refused = told(html("lang=x-klingon"))
    assert language == "de"
    assert refused == {"x-klingon": "names no language that is known"}


def test_a_text_that_is_not_sure_enough_does_not_beat_a_declaration() -> None:
    language, origin, refused = told(
        html("lang=de", text="Derby: Ennisbeg United gegen Quenby City im Live-Ticker heute")
    )
    assert (language, origin.partition(";")[0]) == ("de", "declared")
    assert all("not sure enough" in reason for reason in refused.values())


def test_relatives_that_the_detector_takes_for_each_other() -> None:
    text = "Vlada je u utorak donijela odluku o novoj luci, a radovi će početi u proljeće, kazao je ministar prometa."
    taken = chosen(language_candidates(text, [declared_language("bs", "html[lang]", 60.0)]))
    assert taken is not None
    assert taken.value in {"bs", "hr"}
    assert chosen(language_candidates(text, [declared_language("en", "html[lang]", 60.0)])) != taken


def test_the_order_of_a_date_in_figures_is_that_of_the_storys_language() -> None:
    markup = html("lang=en-US").replace("</h1>", "</h1><p>03/05/2021</p>")
    assert str(explain(source(markup)).article.head.published_day) == "2021-05-03"


def test_the_data_of_a_script_say_the_language_of_their_text() -> None:
    text = "Der Rat hat am Montag entschieden, dass der alte Hafen zu bleibt, sagte sie gestern."
    data = {"locale": "de", "props": {"story": [{"text": text}] * 5}}
    script = f"<script>window.x = {json.dumps(data)};</script>"
    markup = f"<html lang=en><head><title>Hafen</title></head><body><h1>Hafen</h1>{script}</body>"
    assert told(markup)[:2] == ("de", "declared; data of a script, and the text agrees")


@pytest.mark.parametrize(
    ("fields", "code", "place"),
    [
        ({"language": "de"}, "de", "language"),
        ({"lang": "en", "inLanguage": "de-DE"}, "de", "inLanguage, and the text agrees"),
        ({"language": "en"}, "de", "article text; language says en"),
        ({"locale": "de_DE", "body": SHORT}, "de", "locale"),
    ],
)
def test_records_say_their_language_in_any_of_its_names(fields: dict[str, str], code: str, place: str) -> None:
    data = json.dumps({"title": "Hafen", "body": GERMAN, **fields}).encode()
    explanation = explain(Source("a.jsonl#1", "a", data, "application/json", "0" * 64))
    assert explanation.article.head.language == code
    assert explanation.article.provenance.head["language"].place.startswith(place)
    assert {one.value for one in explanation.refused} == ({"en"} if "en" in fields.values() else set())


def test_a_text_page_is_told_by_its_text() -> None:
    text = f"Hafen bleibt offen\n\n{GERMAN}\n\n{GERMAN}\n"
    assert explain(Source("a.txt", "a", text.encode(), "text/plain", "0" * 64)).article.head.language == "de"
