"""Which language a page is in, what its answer says of it, and how days and numbers are written there."""

import copy
import io
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import pytest
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

import searchsvc.web
from searchsvc.engines.memory import MemoryEngine
from searchsvc.errors import QueryError, UsageError
from searchsvc.model.message import Message, join_messages
from searchsvc.settings import Settings
from searchsvc.web import create_app
from searchsvc.web.page_language import speaking, told
from searchsvc.web.static_files import packaged_files
from searchsvc.web.timeline import CENTURY, DECADE, TimePeriod, month_name
from searchsvc.web.ui_languages import UiLanguage, ui_languages
from tests.web.translations.wrapped_words import wrapped
from tests.web.web_articles import filled_engine


@pytest.fixture(scope="module")
def engine() -> MemoryEngine:
    return filled_engine()


def client_of(engine: MemoryEngine, ui: str = "auto") -> FlaskClient:
    return create_app(Settings(ui=ui), engine).test_client()


@pytest.mark.parametrize(
    ("setting", "address", "accepted", "language"),
    [
        ("auto", "/", None, "en"),
        ("auto", "/", "de-AT,de;q=0.8,en;q=0.5", "de"),
        ("auto", "/", "fr,es;q=0.4", "es"),
        ("auto", "/", "fr", "en"),
        ("auto", "/", "*", "en"),
        ("auto", "/?ui=es", "de", "es"),
        ("de", "/", "es", "de"),
        ("de", "/?ui=en", "es", "en"),
        ("auto", "/?ui=xx", "de", "de"),
        ("auto", "/nowhere", "de", "de"),
        ("auto", "/?q=date:x", "es", "es"),
    ],
)
def test_address_goes_before_setting_and_setting_before_browser(
    engine: MemoryEngine, setting: str, address: str, accepted: str | None, language: str
) -> None:
    answer = client_of(engine, setting).get(address, headers={"Accept-Language": accepted} if accepted else {})
    assert answer.headers["Content-Language"] == language
    assert f'<html lang="{language}" dir="ltr">' in answer.text
    by_browser = setting == "auto" and "ui=" not in address.replace("ui=xx", "")
    assert ("Accept-Language" in answer.headers["Vary"]) is by_browser


def test_json_files_and_styles_are_the_same_in_every_language(engine: MemoryEngine) -> None:
    client = client_of(engine)
    for path in ("/api/search?q=(mill", "/search.csv?q=mill", "/static/site.css", "/api/articles/nobody"):
        plain, asked = client.get(path), client.get(path, headers={"Accept-Language": "de"})
        assert plain.data == asked.data
        assert "Content-Language" not in asked.headers
        assert "Accept-Language" not in asked.headers.get("Vary", "")
    assert client.get("/api/search?q=mill&ui=de").json["total"] == client.get("/api/search?q=mill").json["total"]  # type: ignore[index]
    assert client.get("/api/search?q=mill&ui=xx").status_code == 400


def test_copies_in_caches_differ_by_language(engine: MemoryEngine) -> None:
    client = client_of(engine)
    tags = [client.get("/?q=mill", headers={"Accept-Language": tag}).headers["ETag"] for tag in ("en", "de", "es")]
    assert len(set(tags)) == 3
    again = client.get("/?q=mill", headers={"Accept-Language": "de", "If-None-Match": tags[1]})
    assert again.status_code == 304
    assert "Accept-Language" in again.headers["Vary"]
    assert client.get("/?q=mill", headers={"Accept-Language": "es", "If-None-Match": tags[1]}).status_code == 200


def test_redirects_keep_the_language(engine: MemoryEngine) -> None:
    client = client_of(engine)
    sent = client.post("/verify?ui=de", data={"quote": "swans & mill"})
    assert sent.headers["Location"] == "/verify?quote=swans+%26+mill&ui=de"
    assert client.get("/advanced?all=mill&ui=es").headers["Location"].endswith("ui=es")
    assert "ui=" not in client.get("/advanced?all=mill").headers["Location"]


def test_a_setting_without_a_catalogue_is_refused(engine: MemoryEngine) -> None:
    with pytest.raises(UsageError, match="SEARCHSVC_UI='xx': give en, de, es or auto"):
        client_of(engine, "xx")
    assert Settings.from_env({"SEARCHSVC_UI": "de"}).ui == "de"


def test_a_page_is_written_from_right_to_left_where_its_language_is(
    engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(engine)
    monkeypatch.setitem(cast("dict[str, UiLanguage]", ui_languages()), "qps", wrapped("he"))
    page = client.get("/?q=mill&ui=qps").text
    assert '<html lang="qps" dir="rtl">' in page
    assert 'dir="ltr"' in page  # the English hits


@pytest.mark.parametrize(
    ("tag", "day", "month", "number", "moment"),
    [
        ("en", "5 July 2009", "July 2009", "12,345", "5 July 2009, 10:21 UTC"),
        ("de", "5. Juli 2009", "Juli 2009", "12.345", "5. Juli 2009, 10:21 UTC"),
        ("es", "5 de julio de 2009", "julio de 2009", "12.345", "5 de julio de 2009, 10:21 UTC"),
    ],
)
def test_days_and_numbers_are_written_as_the_language_writes_them(
    tag: str, day: str, month: str, number: str, moment: str
) -> None:
    language = ui_languages()[tag]
    assert (language.day(date(2009, 7, 5)), language.number(12345)) == (day, number)
    at = datetime(2009, 7, 5, 10, 21, tzinfo=UTC)
    with speaking(language):
        assert month_name("2009-07") == month
        assert told(Message("%(day)s, %(clock)s UTC", day=at.date(), clock=f"{at:%H:%M}")) == moment


def test_a_message_is_its_english_and_is_said_in_another_language() -> None:
    count = Message("%(n)s article", plural="%(n)s articles", n=1200)
    error = copy.copy(QueryError(join_messages((count, Message("Nothing found")), "; ")))
    assert error.reason == "1,200 articles; Nothing found"
    with speaking(ui_languages()["de"]):
        assert told(error.reason) == "1.200 Artikel; Nichts gefunden"
    with speaking(ui_languages()["es"]):
        assert told(Message("%(n)s article", plural="%(n)s articles", n=1)) == "1 artículo"
    assert told("as it is") == "as it is"


def test_the_embedded_search_box_has_its_words_in_every_language() -> None:
    script = packaged_files()["news-search.js"].decode()
    assert '"all-results": "Alle Treffer im Archiv"' in script
    assert '"all-results": "Todos los resultados en el archivo"' in script


def test_numbers_and_their_nouns_agree(engine: MemoryEngine) -> None:
    client = client_of(engine)

    def said(path: str) -> str:
        return " ".join(re.sub(r"<[^>]*>", "", client.get(path).text).split())

    assert "The one hit as CSV" in said("/?q=sluice&ui=en")
    assert "Den einen Treffer als CSV" in said("/?q=sluice&ui=de")
    assert "El único resultado como CSV" in said("/?q=sluice&ui=es")
    assert "In 26 Artikeln, neben allen" in said("/keywords?q=station&ui=de")
    assert "1 Zeile aus 1 Artikel" in said("/concordance?q=sluice&ui=de")
    assert "One value" in said("/facets/section?q=sluice&ui=en")


def test_decades_are_called_as_each_language_calls_them() -> None:
    known = ui_languages()
    for tag, name in (("en", "1930s"), ("de", "1930er"), ("es", "Años 1930")):
        with speaking(known[tag]):
            assert TimePeriod(DECADE, 193).short == name
            assert TimePeriod(CENTURY, 19).short == "1900–1999"


def test_german_texts_address_nobody() -> None:
    catalogue = Path(searchsvc.web.__file__).parent / "translations/de/LC_MESSAGES/messages.po"
    texts = read_po(io.BytesIO(catalogue.read_bytes()))
    told = [text for one in texts for text in ([one.string] if isinstance(one.string, str) else one.string or ())]
    assert [text for text in told if re.search(r"[^.:] (Sie|Ihnen|Ihre?[nmrs]?)\b", text)] == []
