"""An invented language whose every text stands in brackets, an archive in Cyrillic letters, and the words outside.

What a page says in Latin letters outside of brackets was never given to a catalogue.
"""

import gettext
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from babel import Locale
from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.article import Article, Quote, RelatedHeadline
from searchsvc.model.document import chunk
from searchsvc.web.ui_languages import UiLanguage
from tests.web.web_articles import article

OPEN, CLOSE = "⟦", "⟧"
#: Attributes that readers see or hear.
SPOKEN_ATTRIBUTES = ("title", "aria-label", "placeholder", "alt", "label")
#: Elements whose texts are no words of the page: signs of queries, what is copied, the names of languages.
SIGNS = ("code", "kbd", "pre", "script", "style", ".citable", ".languages", "[lang=en]", ".on-paper")
#: Names that are the same in all languages.
NAMES = {"JSON", "CSV", "JSONL", "RIS", "BibTeX", "CSL", "APA", "Chicago", "MLA", "OpenAPI", "sha"}
LANGUAGE_CODES = {"ru", "uk"}
#: Values that are no words: addresses.
ADDRESS = re.compile(r"(https?:/)?/[\w./?=&%-]*")
LATIN = re.compile(r"[A-Za-z]{2,}")

#: The speaker of the quotes.
SPEAKER = "Анна Волкова"
WORDS = "Мост закрыт до весны, и никто не знает, что будет дальше"


class Wrapped(gettext.NullTranslations):
    """Every text in brackets."""

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"{OPEN}{msgid1 if n == 1 else msgid2}{CLOSE}"


def wrapped(locale: str = "ru") -> UiLanguage:
    """Return the invented language, whose days and numbers are those of another."""
    return UiLanguage("qps", Locale.parse(locale), Wrapped())


def archive() -> MemoryEngine:
    """Return some articles without a Latin letter."""
    engine = MemoryEngine()
    with engine.writer() as writer:
        for one in _articles():
            source = replace(one.provenance, parser="разбор", path=f"страницы/{one.head.id}", head={})
            writer.put(chunk(replace(one, provenance=source)))
    return engine


def _articles() -> Iterator[Article]:
    told = f"«{WORDS}», — сказала {SPEAKER}."
    quote = Quote(
        WORDS,
        "full",
        speaker=SPEAKER,
        mention=SPEAKER,
        cue="сказала",
        addressee="совету",
        method="после",
        confidence=0.97,
        speaker_confidence=0.96,
        block=1,
        start=1,
        end=1 + len(WORDS),
        mention_block=1,
        mention_start=told.index(SPEAKER),
        mention_end=told.index(SPEAKER) + len(SPEAKER),
    )
    unsure = Quote("Может быть", "partial", mention="она", cue="добавила", method="рядом", confidence=0.8, block=2)
    yield article(
        "мост",
        "Мост закрыт до весны",
        ("paragraph", "Городской совет закрыл мост через реку."),
        ("paragraph", told),
        ("paragraph", "«Может быть», добавила она."),
        ("crosshead", "Что дальше"),
        ("bullet", "мост"),
        ("caption", "Мост зимой"),
        ("table", "Год\tМост\n1950\t1"),
        published=datetime(2023, 5, 4, 9, 30, tzinfo=UTC),
        section="Город",
        outlet="Вести",
        authors=("Олег Снег",),
        language="ru",
        url="https://xn--b1a.example/1",
        quotes=(quote, unsure, Quote("мост", "term", block=0, start=25, end=29)),
        related=(
            RelatedHeadline("Река замёрзла", "see_also", date=date(2023, 5, 1), section="Город"),
            RelatedHeadline("Цены растут", "elsewhere", age="3 ч", age_from=datetime(2023, 5, 3, tzinfo=UTC)),
        ),
    )
    yield article(
        "река",
        "Река замёрзла",
        ("paragraph", "Река у моста замёрзла, лёд держит."),
        published=datetime(2021, 1, 2, 8, tzinfo=UTC),
        section="Погода",
        outlet="Заря",
        authors=("Мира Лес",),
        language="uk",
        quotes=(Quote("Лёд держит", "full", speaker="Пётр Лёд", mention="Пётр Лёд", speaker_confidence=0.97),),
    )
    for number in range(70):
        yield article(
            f"погода{number}",
            "",
            ("paragraph", "Погода у моста не меняется."),
            published=datetime(2020, 1 + number % 12, 5, tzinfo=UTC) if number % 9 else None,
            section=f"Раздел {number}",
            outlet="Вести",
            language=None,
        )


def left_over(html: str, asked: str = "") -> set[str]:
    """Return the words of a page that stand in no brackets, but for those that were asked for."""
    soup = BeautifulSoup(html, "lxml")
    found = []
    for element in soup.find_all(True):
        if not _is_sign(element):
            for name in SPOKEN_ATTRIBUTES:
                found += _outside(str(element.get(name, "")), 0)[0]
    depth = 0
    for text in soup.descendants:
        if isinstance(text, NavigableString) and not isinstance(text, PreformattedString):
            words, depth = _outside(str(text), depth)
            if isinstance(text.parent, Tag) and not _is_sign(text.parent):
                found += words
    assert depth == 0
    return set(found) - NAMES - LANGUAGE_CODES - set(LATIN.findall(asked))


def _is_sign(element: Tag) -> bool:
    return any(one.css.match(sign) for one in (element, *element.parents) if one.parent for sign in SIGNS)


def _outside(text: str, depth: int) -> tuple[list[str], int]:
    """Return the words at depth 0 of the brackets, and the depth at the end of the text."""
    outside = ""
    for sign in text:
        depth += (sign == OPEN) - (sign == CLOSE)
        outside += sign if depth == 0 else " "
    return LATIN.findall(ADDRESS.sub(" ", outside)), depth
