"""The pages a newcomer searches first are forty, invented, and agree with one another."""

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup, Tag

FOLDER = Path(__file__).parents[2] / "seeds"
GIVEN = FOLDER / "000_91ce6b5ec52b81cd.txt"
GIVEN_SHA256 = "f889dd725b3c4ac68d981affdb522d44b3025e36e1385c7ebba9f16e1824f70b"
WIRE_PAIR = frozenset({"2023-08-17-kessary-quake.txt", "2023-08-17-quake-in-kessary.html"})
BROKEN = "2024-06-20-beavers-released.html"
OLD_ENCODING = "2024-07-18-cafe-owners.html"
SECTIONS = ("World", "Politics", "Business", "Environment", "Science", "Sport", "Culture", "Health", "Skerran")
LONDON = ZoneInfo("Europe/London")
STAMP = re.compile(r"Page last updated at (\d\d:\d\d) GMT, (\w+), (\d{1,2} \w+ 20\d\d) (\d\d:\d\d) UK")
SEE_ALSO = re.compile(r"(\d\d \w{3} \d\d)\xa0\|\xa0 (\w+)")
ELSEWHERE = re.compile(r"([^\xa0]+)\xa0([^\xa0]+)\xa0-\xa0(\d+ (?:min|hr|day)s? ago)")
#: Vocabularies that a page names without pointing a reader at them.
VOCABULARIES = frozenset({"schema.org"})


@dataclass(frozen=True, slots=True)
class SeeAlso:
    title: str
    day: date
    section: str


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    section: str
    day: date
    story: tuple[str, ...]
    see_also: tuple[SeeAlso, ...]
    elsewhere: tuple[tuple[str, str], ...]


def decoded(path: Path) -> str:
    return path.read_bytes().decode("windows-1252" if path.name == OLD_ENCODING else "utf-8")


def short_day(text: str) -> date:
    return datetime.strptime(text, "%d %b %y").replace(tzinfo=UTC).date()


def saved_text(text: str) -> Page:
    lines = text.splitlines()
    stamp = STAMP.fullmatch(lines[0])
    assert stamp, lines[0]
    end = lines.index("Print Sponsor")
    pairs = zip(lines[end:], lines[end + 1 :], strict=False)
    see_also = [(above, found) for above, line in pairs if (found := SEE_ALSO.fullmatch(line))]
    return Page(
        title=lines[2],
        section=lines[-1].split()[0],
        day=datetime.strptime(stamp[3], "%d %B %Y").replace(tzinfo=UTC).date(),
        story=tuple(line.removeprefix("  • ") for line in lines[4:end] if line),
        see_also=tuple(SeeAlso(above, short_day(found[1]), found[2]) for above, found in see_also),
        elsewhere=tuple((found[1], found[3]) for line in lines[end:] if (found := ELSEWHERE.fullmatch(line))),
    )


def words_of(tag: Tag | None) -> str:
    assert tag is not None
    return tag.get_text().strip()


def html_see_also(item: Tag) -> SeeAlso:
    day, section = words_of(item.select_one(".meta")).split(" | ")
    return SeeAlso(words_of(item.a), short_day(day), section)


def html_page(text: str) -> Page:
    soup = BeautifulSoup(text, "lxml")
    article = soup.select_one("article")
    published = soup.select_one(".dateline time")
    current = soup.select_one("body")
    assert article
    assert published
    assert current
    day = datetime.fromisoformat(str(published["datetime"])).astimezone(LONDON).date()
    see_also = tuple(html_see_also(item) for item in soup.select("aside.related li"))
    elsewhere = soup.select("aside.elsewhere li")
    for furniture in article.select("aside, section, .share-bar, .byline, .dateline"):
        furniture.decompose()
    return Page(
        title=words_of(soup.h1),
        section=current["class"][1].removeprefix("section-").title(),
        day=day,
        story=tuple(words_of(piece) for piece in article.select("p, li, h2, figcaption, blockquote > footer")),
        see_also=see_also,
        elsewhere=tuple((words_of(i.select_one(".outlet")), words_of(i.select_one(".age"))) for i in elsewhere),
    )


@cache
def pages() -> dict[str, Page]:
    paths = sorted(path for path in FOLDER.iterdir() if path.suffix in {".txt", ".html"} and path != GIVEN)
    readers = {".txt": saved_text, ".html": html_page}
    return {path.name: readers[path.suffix](decoded(path)) for path in paths}


NAMES = sorted(path.name for path in FOLDER.glob("20??-??-??-*.*"))
TEXTS = [name for name in NAMES if name.endswith(".txt")]
HTMLS = [name for name in NAMES if name.endswith(".html")]


def sentences(page: Page) -> set[str]:
    pieces = (piece for line in page.story for piece in re.split(r"(?<=[.!?:])[\"”’']?\s+", line))
    return {plain for piece in pieces if (plain := re.sub(r"[^\w\s]", "", piece).casefold().strip())}


def test_the_given_page_stays_byte_for_byte() -> None:
    assert hashlib.sha256(GIVEN.read_bytes()).hexdigest() == GIVEN_SHA256


def test_there_are_twenty_saved_texts_and_twenty_html_pages_and_nothing_else() -> None:
    assert (len(TEXTS), len(HTMLS)) == (20, 20)
    assert {path.name for path in FOLDER.iterdir()} == {*NAMES, GIVEN.name, "README.md"}
    assert list(pages()) == NAMES


def test_titles_are_unique_and_every_section_has_an_article() -> None:
    titles = Counter(page.title for page in pages().values())
    assert max(titles.values()) == 1
    assert {page.section for page in pages().values()} == set(SECTIONS)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_the_day_of_its_name_and_the_length_of_a_news_story(name: str) -> None:
    page = pages()[name]
    assert page.day.isoformat() == name[:10]
    assert 250 <= sum(len(line.split()) for line in page.story) <= 600


@pytest.mark.parametrize("name", TEXTS)
def test_both_clocks_and_the_weekday_of_a_saved_text_are_right(name: str) -> None:
    stamp = STAMP.match(decoded(FOLDER / name))
    assert stamp
    utc = datetime.strptime(f"{stamp[3]} {stamp[1]}", "%d %B %Y %H:%M").replace(tzinfo=UTC)
    assert f"{utc:%A}" == stamp[2]
    assert f"{utc.astimezone(LONDON):%H:%M}" == stamp[4]


@pytest.mark.parametrize("name", HTMLS)
def test_the_printed_time_of_an_html_page_is_the_machines_time_in_london(name: str) -> None:
    soup = BeautifulSoup(decoded(FOLDER / name), "lxml")
    for time in soup.select(".dateline time"):
        moment = datetime.fromisoformat(str(time["datetime"])).astimezone(LONDON)
        assert time.get_text() == f"{moment.day} {moment:%B %Y, %H:%M}"


def test_no_sentence_stands_in_two_articles_but_in_the_wire_pair() -> None:
    standing: dict[str, set[str]] = {}
    for name, page in pages().items():
        for sentence in sentences(page):
            standing.setdefault(sentence, set()).add(name)
    twice = {sentence: names for sentence, names in standing.items() if len(names) > 1 and names != WIRE_PAIR}
    assert twice == {}


def test_the_wire_pair_is_one_story_with_small_edits() -> None:
    first, second = (sentences(pages()[name]) for name in sorted(WIRE_PAIR))
    assert len(first & second) / len(first | second) > 0.5
    assert first != second


@pytest.mark.parametrize("name", NAMES)
def test_see_also_lines_name_headline_day_and_section_of_another_article(name: str) -> None:
    known = {SeeAlso(page.title, page.day, page.section) for page in pages().values()}
    page = pages()[name]
    assert set(page.see_also) <= known - {SeeAlso(page.title, page.day, page.section)}


def test_every_article_is_pointed_at_and_points_on_but_the_wire_copy() -> None:
    pointed_at = {see.title for page in pages().values() for see in page.see_also}
    wire_text = "2023-08-17-kessary-quake.txt"
    assert {name for name, page in pages().items() if page.title not in pointed_at} == {wire_text}
    assert {name for name, page in pages().items() if not page.see_also} == {wire_text}


@pytest.mark.parametrize("name", NAMES)
def test_headlines_of_other_outlets_carry_their_age(name: str) -> None:
    found = pages()[name].elsewhere
    assert len(found) >= 2
    assert all(outlet and age.endswith(" ago") for outlet, age in found)


def linked_data(name: str) -> str | None:
    script = BeautifulSoup(decoded(FOLDER / name), "lxml").select_one('script[type="application/ld+json"]')
    return script.get_text() if script else None


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def test_one_page_is_broken_and_can_still_be_read() -> None:
    assert [name for name in HTMLS if (data := linked_data(name)) and not is_json(data)] == [BROKEN]
    assert "</html>" not in decoded(FOLDER / BROKEN)
    assert pages()[BROKEN].story[-1].endswith("The mayor has been told.")


def test_some_pages_speak_by_microdata_alone() -> None:
    silent = [name for name in HTMLS if linked_data(name) is None]
    assert len(silent) == 4
    assert all('itemprop="headline"' in decoded(FOLDER / name) for name in silent)


def is_utf8(path: Path) -> bool:
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def test_one_page_is_in_an_old_encoding_that_calls_itself_by_another_name() -> None:
    assert [name for name in NAMES if not is_utf8(FOLDER / name)] == [OLD_ENCODING]
    text = decoded(FOLDER / OLD_ENCODING)
    assert "charset=iso-8859-1" in text
    assert all(mark in text for mark in "“”’£éüŽš…")


@pytest.mark.parametrize("name", NAMES)
def test_every_address_lies_in_an_invented_domain(name: str) -> None:
    hosts = {urlsplit(found).hostname or "" for found in re.findall(r"https?://[^\s\"'<>)]+", decoded(FOLDER / name))}
    assert {host for host in hosts - VOCABULARIES if not host.endswith(".example")} == set()
