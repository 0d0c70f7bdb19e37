"""Every table of a language is whole, and one file more is a language more."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import unicodedata
from dataclasses import fields
from itertools import chain
from pathlib import Path

import pytest
import Stemmer

from searchsvc.analysis import is_stop, stem, stop_words
from searchsvc.languages import ENGLISH, LANGUAGES, MONTHS, STEMMERS, Language, direction, language_name, literal
from searchsvc.parsing.boilerplate import heading_of, related_group_of
from searchsvc.parsing.bylines import clean_names
from searchsvc.parsing.dates import parse_day, parse_relative_date, printed_dates

PACKAGE = Path(__file__).parent.parent / "searchsvc"
KEYS = tuple(field.name for field in fields(Language) if field.name != "code")
LISTS = tuple(key for key in KEYS if key not in {"name", "direction", "stemmer"})
#: Keys that not every language has words for.
MAY_BE_EMPTY = {
    *("abbreviations", "numbered", "openers", "elided", "habits", "digraphs", "clock_words", "particles"),
    *("age_one", "age_about", "age_before", "age_after", "before_noon", "after_noon"),
}
AGES = ("age_minute", "age_hour", "age_day", "age_week", "age_month", "age_year")
#: Lists of one table that share no word: what is in two of them would be read as one of two things.
APART = (
    AGES,
    ("published", "updated", "as_of", "other_dates"),
    ("before_noon", "after_noon"),
    ("titles_male", "titles_female", "titles", "posts", "jobs"),
    ("see_also", "elsewhere", "most_read", "read_on", "comments"),
    ("abbreviations", "titles_male", "titles_female", "titles", "months", "weekdays"),
)
#: A date and an age of each language that has months.
DATES = {
    "ar": "15 يوليو 2009",
    "cs": "15. března 2009",
    "el": "15 Μαρτίου 2009",
    "he": "15 במרץ 2009",
    "hi": "15 मार्च 2009",
    "id": "15 Maret 2009",
    "uk": "15 березня 2009 р.",
    "ur": "15 مارچ 2009",
    "da": "15. marts 2009 kl. 10:20",
    "de": "15. März 2009, 10:20 Uhr",
    "en": "15 March 2009",
    "es": "15 de marzo de 2009",
    "fi": "15. maaliskuuta 2009 klo 10:20",
    "fr": "15 mars 2009",
    "hu": "15 március 2009",
    "it": "15 marzo 2009",
    "nl": "15 maart 2009",
    "no": "15. mars 2009 kl. 10:20",
    "pl": "15 marca 2009",
    "pt": "15 de março de 2009",
    "ro": "15 martie 2009",
    "ru": "15 марта 2009 г",
    "sv": "15 mars 2009",
    "tr": "15 mart 2009",
}
HOURS = {
    "ar": "منذ 7 ساعات",
    "da": "for 7 timer siden",
    "de": "vor 7 Stunden",
    "en": "7 hrs ago",
    "es": "hace 7 horas",
    "fi": "7 tuntia sitten",
    "fr": "il y a 7 heures",
    "hu": "7 órával ezelőtt",
    "it": "7 ore fa",
    "nl": "7 uur geleden",
    "no": "for 7 timer siden",
    "pt": "há 7 horas",
    "ro": "acum 7 ore",
    "ru": "7 часов назад",
    "sv": "för 7 timmar sedan",
    "tr": "7 saat önce",
}
#: A language that no table has, nor any library of dates: Sesotho.
SESOTHO = """
name = 'Sesotho'
direction = 'ltr'
stemmer = 'sesotho'
stop_words = 'ke le ho'
months = [
    'pherekgong', 'hlakola', 'tlhakubele', 'mmesa', 'motsheanong', 'phupjane', 'phupu', 'phato', 'loetse', 'mphalane',
    'pudungwana', 'tshitwe',
]
"""
ASK = """
from searchsvc import languages
from searchsvc.analysis import is_stop, stem
from searchsvc.engines.whoosh.codec.schema import word_rules
from searchsvc.model.fields import FACET
from searchsvc.parsing.dates import parse_day
from searchsvc.web.facet_links import (shown_value)
print(languages.__file__)
print(stem("batho", "st"), is_stop("ke", "st"), parse_day("15 Phupu 2009"), shown_value(FACET["language"], "st"))
print(word_rules())
"""


def lines(table: Language, key: str) -> tuple[str, ...]:
    words = getattr(table, key)
    return tuple(chain.from_iterable(map(str.split, words))) if key in {"months", "weekdays"} else words


@pytest.mark.parametrize("code", STEMMERS)
def test_a_stemmed_language_has_every_key(code: str) -> None:
    table = tomllib.loads((PACKAGE / "languages" / f"{code}.toml").read_text("utf-8"))
    assert set(table) == set(KEYS)
    assert [key for key in LISTS if not getattr(LANGUAGES[code], key) and key not in MAY_BE_EMPTY] == []
    assert len(LANGUAGES[code].weekdays) == 7
    assert LANGUAGES[code].stemmer in Stemmer.algorithms()
    assert LANGUAGES[code].age_before or LANGUAGES[code].age_after


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_table_is_tidy(code: str) -> None:
    table = LANGUAGES[code]
    assert re.fullmatch("[a-z]{2}", code)
    assert unicodedata.is_normalized("NFC", table.name)
    assert table.direction in {"ltr", "rtl"}
    assert len(table.months) in {0, 12}
    for key in LISTS:
        words = lines(table, key)
        assert len(set(words)) == len(words), key
        for word in words:
            assert word == unicodedata.normalize("NFC", word).lower().strip() != "", key
            re.compile(word)
    for keys in APART:
        words = tuple(chain.from_iterable(set(lines(table, key)) for key in keys))
        assert sorted({word for word in words if words.count(word) > 1}) == [], keys


def test_both_readers_of_pages_know_the_link_headings_of_all_languages() -> None:
    headings = ("Siehe auch", "Voir aussi", "Læs også", "Katso myös", "Related stories", "Read next")
    assert [related_group_of(heading) for heading in headings] == ["see_also"] * len(headings)
    assert [(told := heading_of(heading)) and told.group for heading in headings] == ["see_also"] * len(headings)
    assert (related_group_of("Most read"), related_group_of("Around the web"), related_group_of("He left")) == (
        "promo",
        "elsewhere",
        None,
    )


def test_bylines_of_all_languages_are_read() -> None:
    bylines = (
        "By Ana Low, columnist",
        "Von Ana Low",
        "Af Ana Low",
        "Teksti Ana Low",
        "Von Ana Low 31. Oktober 2023",
        "Par Ana Low et Ben Roe",
    )
    names = [clean_names([line], None) for line in bylines]
    assert names == [("Ana Low",)] * 5 + [("Ana Low", "Ben Roe")]


def test_languages_agree_on_months_and_ages() -> None:
    for table in LANGUAGES.values():
        for number, line in enumerate(table.months, start=1):
            assert {MONTHS[name.removesuffix(".")] for name in line.split()} == {number}, table.code
    units = {(word, key) for table in LANGUAGES.values() for key in AGES for word in getattr(table, key)}
    assert len(units) == len(dict(units))


@pytest.mark.parametrize("code", [code for code, table in LANGUAGES.items() if table.months])
def test_months_are_read_in_a_date(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printed_dates, "_parse_other_language", lambda _: None)  # by the tables alone
    day = parse_day(DATES[code])
    assert day is not None
    assert day.isoformat() == ("2009-07-15" if code == "ar" else "2009-03-15")


@pytest.mark.parametrize("code", STEMMERS)
def test_hours_are_read_in_an_age(code: str) -> None:
    age = parse_relative_date(HOURS[code], None)
    assert age is not None
    assert age.precision == "hour"


@pytest.mark.parametrize("code", STEMMERS)
def test_stop_words_are_surface_forms_and_their_own_stems(code: str) -> None:
    assert len(stop_words(code)) > 40
    assert all(is_stop(form, code) and stem(form, code) == form for form in stop_words(code))


def test_language_name_and_direction_are_those_of_the_table() -> None:
    assert (language_name("da"), language_name("xx")) == ("Dansk", "xx")
    assert [direction(code) for code in ("ar", "ur", "da", "xx", None)] == ["rtl", "rtl", "ltr", "ltr", "auto"]
    assert ENGLISH is LANGUAGES["en"]


@pytest.mark.no_cover
def test_one_file_adds_a_language(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "searchsvc", ignore=shutil.ignore_patterns("__pycache__"))
    assert answers(tmp_path)[1:2] == ["batho False None st"]
    rules = answers(tmp_path)[2]
    (tmp_path / "searchsvc" / "languages" / "st.toml").write_text(SESOTHO, "utf-8")
    added = answers(tmp_path)
    assert added[0].startswith(str(tmp_path))
    assert added[1] == "tho True 2009-07-15 Sesotho"
    (tmp_path / "searchsvc" / "languages" / "st.toml").write_text(SESOTHO.replace("le ho", "le ho ka"), "utf-8")
    assert len({rules, added[2], answers(tmp_path)[2]}) == 3, "an index keeps to the stop words it was made by"


def test_an_unknown_key_names_its_table(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "searchsvc", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "searchsvc" / "languages" / "st.toml").write_text(SESOTHO + "stopwords = 'ka'\n", "utf-8")
    done = ask(tmp_path)
    assert done.returncode != 0
    assert "stopwords" in done.stderr
    assert "st.toml" in done.stderr


def answers(root: Path) -> list[str]:
    done = ask(root)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def ask(root: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-c", ASK], capture_output=True, text=True, cwd=root, env=environment, check=False
    )


@pytest.mark.parametrize(
    "words",
    [("may", "mayo", "ma", "x.y", "x-z", "]", "^a", "b", "c"), ("a",), tuple(MONTHS)],
    ids=["signs", "one", "months"],
)
def test_literal_matches_each_word_and_of_several_the_longest(words: tuple[str, ...]) -> None:
    pattern = re.compile(literal(words))

    assert [word for word in words if not pattern.fullmatch(word)] == []
    assert [word for word in words if (found := pattern.match(f"{word} ")) is None or found[0] != word] == []
    assert pattern.match("?") is None
