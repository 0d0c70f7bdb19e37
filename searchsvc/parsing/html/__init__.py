"""Reader of HTML pages: a Source becomes an Article, with warnings about text that the page lacks.

The page is parsed once, into an HtmlDocument. Its body and related headlines are read by the tables of a known layout,
else by scores; its head by the declarations of the page and by the layout.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from bs4 import BeautifulSoup

from searchsvc.decoding import decode_markup
from searchsvc.errors import SourceError
from searchsvc.model.article import Article, ArticleHead, Origin, Provenance, RelatedHeadline
from searchsvc.model.source import Source
from searchsvc.parsing.candidates import candidate, chosen
from searchsvc.parsing.html.clean_markup import cleaned
from searchsvc.parsing.html.declared_languages import page_languages
from searchsvc.parsing.html.dom_builder import MAX_TEXT_BLOCKS, parse_document
from searchsvc.parsing.html.extraction import LINKS, NOT_ENOUGH, extracted_body
from searchsvc.parsing.html.head import HeadFields, fields_in_layout, fill_from_layout, read_head
from searchsvc.parsing.html.layout import Layout, soup_of_boxes
from searchsvc.parsing.html.layout_body import ArticleBody, body_in_layout, layout_of
from searchsvc.parsing.html.metadata import PageMetadata, schema_type
from searchsvc.parsing.html.related_links import related_by_heading, related_in_layout, with_age_ranges
from searchsvc.parsing.html.saved_page import saved_note
from searchsvc.parsing.parse_result import VERSION, Explanation, LeftOut, article_id, title_from_text

__all__ = ["read_html"]

#: If a known layout gives fewer words than this, the body is extracted by scores too, and the longer one is used.
_FEW_WORDS = 25
_LIVE_BLOG = "LiveBlogPosting"
_GALLERIES = ("ImageGallery", "MediaGallery")
#: Origin of an address that is in no declaration of the page: its container's, else that of the program that saved it.
_FROM_CONTAINER = Origin("container", "address of the record")
_FREE_OF_CHARGE = "isAccessibleForFree"


def read_html(source: Source) -> Explanation:
    """Return the article of a saved web page.

    Raises:
        SourceError: The page has no markup, is binary data, or has neither a headline nor a text.
        RefusedError: The page has more bytes or elements than `clean_markup` allows.

    """
    with _collector_paused():
        return _read(source)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep Python's cycle collector from walking the elements of a page again and again: a fifth of the time.

    They refer to their parents only, so they are freed without it.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read(source: Source) -> Explanation:
    decoded = decode_markup(source)
    markup, note = cleaned(decoded.text, source), saved_note(decoded.text)
    source = replace(source, captured=source.captured or note.captured)
    metadata = PageMetadata(parse_document(markup), markup, source.url or note.url, decoded.text)
    layout = layout_of(metadata.document, metadata.address)
    soup = soup_of_boxes(metadata.document, layout) if layout else None
    body = _body(metadata, layout)
    known = fields_in_layout(metadata, layout, soup) if layout and soup else None
    paragraphs = [block.text for block in body.blocks if block.kind == "paragraph"]
    languages = page_languages(metadata, body)
    language = chosen(languages)
    head = read_head(metadata, body.block_indexes, paragraphs, language.value if language else None, known)
    head.choose("language", languages, language)
    if layout:
        fill_from_layout(metadata, layout, head)
    if note.url and not source.url and head.origins.get("url", _FROM_CONTAINER) == _FROM_CONTAINER:
        head.origins["url"] = Origin("saved page", note.saver)
    if not head.title and not body.blocks:
        raise SourceError(source.path, "neither a headline nor a text in it")
    body.warnings.extend((*decoded.warnings, *_warnings_of(metadata)))
    dated = head.updated or head.published
    base = source.captured or (dated.at if dated else None)
    related = tuple(with_age_ranges(_related(soup, metadata, layout, body, head.url), base))
    if source.captured is None and any(headline.age_from for headline in related):
        body.warnings.append("no time of capture: ages are counted back from the page's own date")
    article = _article(source, head, body, related)
    left_out = tuple(_with_link_reasons(body.left_out, [headline.text for headline in related]))
    return Explanation(article, left_out, tuple(head.refused))


def _with_link_reasons(left_out: Sequence[LeftOut], headlines: Sequence[str]) -> Iterator[LeftOut]:
    """Yield the texts left out; one that contains a related headline gets the reason LINKS."""
    for entry in left_out:
        is_related = entry.reason == NOT_ENOUGH and any(text in entry.text for text in headlines)
        yield replace(entry, reason=LINKS) if is_related else entry


def _body(metadata: PageMetadata, layout: Layout | None) -> ArticleBody:
    body = body_in_layout(metadata.document, layout) if layout else None
    if body is not None and body.words >= _FEW_WORDS:
        return body
    extracted = extracted_body(metadata)
    return extracted if body is None or extracted.words > body.words else body


def _related(
    soup: BeautifulSoup | None, metadata: PageMetadata, layout: Layout | None, body: ArticleBody, url: str | None
) -> list[RelatedHeadline]:
    return (
        related_in_layout(soup, layout.related, url)
        if layout and soup
        else related_by_heading(metadata.document, body.block_indexes, url)
    )


def _article(source: Source, head: HeadFields, body: ArticleBody, related: tuple[RelatedHeadline, ...]) -> Article:
    if not head.title:
        head.take("title", candidate(title_from_text(body.blocks[0].text), "first words", "body", inferred=True))
    return Article(
        ArticleHead(
            id=article_id(None, head.url or source.url, source.name),
            title=head.title or "",
            url=head.url,
            kicker=head.kicker,
            outlet=head.outlet,
            agency=head.agency,
            section=head.section,
            authors=head.authors,
            language=head.language,
            lead=body.lead,
        ).with_dates(head.published, head.updated),
        tuple(body.blocks),
        Provenance(
            parser=f"html:{body.reader}/{VERSION}",
            path=source.path,
            sha256=source.sha256,
            captured=source.captured,
            warnings=tuple(body.warnings),
            head=head.origins,
        ),
        related=related,
    )


def _warnings_of(metadata: PageMetadata) -> Iterator[str]:
    """Yield a warning for each sign that the text is incomplete: live page, gallery, paywall, too many texts."""
    kinds = [schema_type(thing) for thing in metadata.things]
    yield from metadata.json_ld.warnings
    if any(_LIVE_BLOG in kind for kind in kinds):
        yield "live page: entries may be missing"
    if any(name in kind for kind in kinds for name in _GALLERIES):
        yield "gallery: its text stands in captions"
    if any(str(article.get(_FREE_OF_CHARGE)).lower() == "false" for article in metadata.articles):
        yield "behind a paywall: the text may be cut short"
    if len(metadata.document.text_blocks) >= MAX_TEXT_BLOCKS:
        yield f"more than {MAX_TEXT_BLOCKS:,} texts: the rest was not read"
