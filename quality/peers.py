"""The rivals in reading pages, each as its users would call it."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import htmldate
import lxml.html
import newspaper
import readability
import trafilatura
from trafilatura.settings import Document
from trafilatura.utils import decode_file


class Reading(NamedTuple):
    """What a reader makes of a page; days are `YYYY-MM-DD`, empty where it tells none."""

    title: str = ""
    body: str = ""
    authors: Sequence[str] = ()
    published: str = ""
    updated: str = ""


def trafilatura_reading(markup: bytes, *, fast: bool = False, precision: bool = False, recall: bool = False) -> Reading:
    """trafilatura in one of its modes."""  # noqa: D403  its own name
    found = trafilatura.bare_extraction(
        markup,
        fast=fast,
        favor_precision=precision,
        favor_recall=recall,
        include_comments=False,
        with_metadata=True,
    )
    if not isinstance(found, Document):  # a dictionary comes only of an argument that is not given here
        return Reading()
    return Reading(found.title or "", found.text or "", (found.author or "").split("; "), found.date or "")


def newspaper4k(markup: bytes) -> Reading:
    """newspaper4k; where it wants an extra package for the page's language, as it reads English."""
    try:
        return _newspaper_reading(markup)
    except ImportError:
        return _newspaper_reading(markup, language="en")


def _newspaper_reading(markup: bytes, **options: str) -> Reading:
    # no network, as for the others
    article = newspaper.Article("https://page.example/", fetch_images=False, **options)
    article.download(input_html=decode_file(markup))
    article.parse()
    day = article.publish_date.date().isoformat() if article.publish_date else ""
    return Reading(article.title or "", article.text, article.authors, day)


def readability_lxml(markup: bytes) -> Reading:
    """readability-lxml, which reads no dates."""
    document = readability.Document(decode_file(markup))
    author = document.author()
    authors = () if author in {None, "[no-author]"} else (author,)
    return Reading(document.short_title(), lxml.html.fromstring(document.summary()).text_content(), authors)


def htmldate_day(markup: bytes, *, extensive: bool) -> Reading:
    """htmldate, which reads nothing but the day."""
    return Reading(published=htmldate.find_date(markup, extensive_search=extensive, original_date=True) or "")


def _guarded(read: Callable[[bytes], Reading]) -> Callable[[bytes], Reading]:
    def guarded(markup: bytes) -> Reading:
        try:
            return read(markup)
        except Exception:  # noqa: BLE001  a rival that fails on a page has read nothing of it
            return Reading()

    return guarded


logging.disable(logging.WARNING)
READERS = {
    "trafilatura fast": _guarded(partial(trafilatura_reading, fast=True)),
    "trafilatura": _guarded(trafilatura_reading),
    "trafilatura precision": _guarded(partial(trafilatura_reading, precision=True)),
    "trafilatura recall": _guarded(partial(trafilatura_reading, recall=True)),
    "newspaper4k": _guarded(newspaper4k),
    "readability-lxml": _guarded(readability_lxml),
}
#: Those that tell the day of publication; in all its modes trafilatura tells the same.
DATE_READERS = {
    "htmldate fast": _guarded(partial(htmldate_day, extensive=False)),
    "htmldate extensive": _guarded(partial(htmldate_day, extensive=True)),
    "trafilatura": READERS["trafilatura fast"],
    "newspaper4k": READERS["newspaper4k"],
}


def marked_text(markup: str, *, marked: bool) -> str:
    """Return the text of a gold page: all of it, or only what an annotator marked as title and body."""
    page = lxml.html.fromstring(markup)
    if not marked:
        return str(page.text_content())
    spans = page.xpath('//span[contains(@class,"x-nc-sel1") or contains(@class,"x-nc-sel2")]')
    return " ".join("".join(span.xpath("./text()")) for span in spans)
