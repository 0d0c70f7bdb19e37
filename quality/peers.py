"""The rivals in reading pages, each as its users would call it."""

import logging
from collections.abc import Callable
from typing import Any, NamedTuple

import lxml.html
import newspaper
import readability
import trafilatura
from trafilatura.settings import Document


class Reading(NamedTuple):
    """What a reader makes of a page."""

    title: str
    body: str
    #: `YYYY-MM-DD`, any of which may be right.
    days: tuple[str, ...]


def trafilatura_fast(markup: bytes) -> Reading:
    """trafilatura without its fallback extractors."""  # noqa: D403  its own name
    return _reading(trafilatura.bare_extraction(markup, fast=True, include_comments=False, with_metadata=True))


def trafilatura_precision(markup: bytes) -> Reading:
    """trafilatura that favours precision."""  # noqa: D403  its own name
    return _reading(
        trafilatura.bare_extraction(markup, favor_precision=True, include_comments=False, with_metadata=True)
    )


def _reading(found: Document | dict[str, Any] | None) -> Reading:
    """Return what trafilatura found; a dictionary comes only of an argument that is not given here."""
    if not isinstance(found, Document):
        return Reading("", "", ())
    return Reading(found.title or "", found.text or "", (found.date or "",))


def newspaper4k(markup: bytes) -> Reading:
    """newspaper4k."""
    article = newspaper.Article("https://page.example/", fetch_images=False)  # no network, as for the others
    article.download(input_html=markup.decode("utf-8", "replace"))
    article.parse()
    day = article.publish_date.date().isoformat() if article.publish_date else ""
    return Reading(article.title or "", article.text, (day,))


def readability_lxml(markup: bytes) -> Reading:
    """readability-lxml, which reads no dates."""
    document = readability.Document(markup.decode("utf-8", "replace"))
    return Reading(document.short_title(), lxml.html.fromstring(document.summary()).text_content(), ())


def _guarded(read: Callable[[bytes], Reading]) -> Callable[[bytes], Reading]:
    def guarded(markup: bytes) -> Reading:
        try:
            return read(markup)
        except Exception:  # noqa: BLE001  a rival that fails on a page has read nothing of it
            return Reading("", "", ())

    return guarded


logging.disable(logging.WARNING)
READERS = {
    "trafilatura fast": _guarded(trafilatura_fast),
    "trafilatura precision": _guarded(trafilatura_precision),
    "newspaper4k": _guarded(newspaper4k),
    "readability-lxml": _guarded(readability_lxml),
}


def marked_text(markup: str, *, marked: bool) -> str:
    """Return the text of a gold page: all of it, or only what an annotator marked as title and body."""
    page = lxml.html.fromstring(markup)
    if not marked:
        return str(page.text_content())
    spans = page.xpath('//span[contains(@class,"x-nc-sel1") or contains(@class,"x-nc-sel2")]')
    return " ".join("".join(span.xpath("./text()")) for span in spans)
