"""Pages of eight languages, found by what their own readers would type."""

import json
from collections.abc import Iterator

import pytest

from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.reindex import reindex_places
from searchsvc.search import SearchRequest, search_articles

ARTICLES = {
    "de": (
        "Sturm beschädigt alte Häuser am Hafen",
        (
            "Der Sturm hat in der Nacht mehrere Häuser am Hafen beschädigt, wie die Feuerwehr am Morgen mitteilte. "
            "Verletzt wurde niemand, doch die Bewohner müssen vorerst bei Verwandten schlafen."
        ),
    ),
    "fr": (
        "Les pêcheurs refusent le nouvel accord",
        (
            "Les pêcheurs du village ont refusé hier l'accord que leur proposait le ministère, jugeant les quotas bas. "
            "Ils demandent que les négociations reprennent avant la fin du mois."
        ),
    ),
    "es": (
        "Los vecinos celebran la reapertura del puente",
        (
            "Los vecinos celebraron ayer la reapertura del puente, cerrado desde hacía dos años por las inundaciones. "
            "El alcalde prometió que las obras de la carretera terminarán antes del verano."
        ),
    ),
    "pt": (
        "Escolas fechadas por causa das cheias",
        (
            "As escolas da região continuam fechadas por causa das cheias que atingiram o vale na semana passada. "
            "Os professores pedem que as aulas recomecem apenas quando as estradas estiverem seguras."
        ),
    ),
    "it": (
        "Il museo riapre dopo i lavori di restauro",
        (
            "Il museo della città riapre domani dopo tre anni di lavori di restauro, costati più del previsto. "
            "Nelle sale restaurate i visitatori troveranno anche i quadri ritrovati in una cantina."
        ),
    ),
    "nl": (
        "Vissers vinden oud schip voor de kust",
        (
            "Vissers hebben gisteren voor de kust een oud houten schip gevonden dat al eeuwen op de bodem lag. "
            "Duikers gaan de komende weken onderzoeken of er nog goederen aan boord zijn."
        ),
    ),
    "ru": (
        "Рыбаки нашли старинный корабль",
        (
            "Рыбаки нашли у берега старинный деревянный корабль, который пролежал на дне несколько столетий. "
            "Водолазы начнут исследовать находку на следующей неделе, сообщили в музее."
        ),
    ),
    "ar": (
        "الصيادون يرفضون الاتفاق الجديد",
        (
            "رفض الصيادون في القرية الاتفاق الجديد الذي اقترحته الوزارة وقالوا إن الحصص منخفضة جدا. "
            "وطالبوا بأن تستأنف المفاوضات قبل نهاية الشهر."
        ),
    ),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("languages")
    records = [{"id": code, "title": title, "body": body} for code, (title, body) in ARTICLES.items()]
    (folder / "records.jsonl").write_text("\n".join(json.dumps(record) for record in records))
    reindex_places([str(folder / "records.jsonl")], index=str(folder / "index"))
    engine = open_engine(f"whoosh:{folder / 'index'}")
    yield engine
    engine.close()


def found(engine: Engine, text: str) -> list[str]:
    request = SearchRequest(text, match="all", spelling="typed")
    return [result.head.id for result in search_articles(engine, request).results]


def test_reindex_tells_the_languages_apart(engine: Engine) -> None:
    assert sorted(engine.languages()) == sorted(ARTICLES)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Haus Sturm", "de"),
        ("beschädigte Häuser", "de"),
        ("hauser hafen", "de"),
        ("accord pêcheur", "fr"),
        ("l'accord refusé", "fr"),
        ("pecheurs quotas", "fr"),
        ("puentes inundación", "es"),
        ("escola cheia", "pt"),
        ("restauri museo", "it"),
        ("visser schip", "nl"),
        ("старинные корабли", "ru"),
        ("рыбак", "ru"),
        ("الاتفاق الوزارة", "ar"),
        ('"oud houten schip"', "nl"),
        ('"старинный деревянный корабль"', "ru"),
    ],
)
def test_search_finds_an_article_in_its_readers_words(engine: Engine, text: str, code: str) -> None:
    assert found(engine, text) == [code]


def test_search_marks_the_words_of_the_articles_language(engine: Engine) -> None:
    (result,) = search_articles(engine, SearchRequest("haus", match="all")).results
    assert [text for text, marked in result.title.parts() if marked] == ["Häuser"]


def test_search_does_not_mistake_a_stop_word_of_one_language_for_a_word_of_another(engine: Engine) -> None:
    assert "de" not in found(engine, "dies")
