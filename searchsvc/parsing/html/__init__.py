"""Reader of HTML pages: a Source becomes an Article, with warnings about text that the page lacks.

The page is parsed once, into an HtmlDocument. Its body and related headlines are read by the tables of a known layout,
else by scores; its head by the declarations of the page and by the layout.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bs4 import BeautifulSoup

from searchsvc.errors import SourceError
from searchsvc.model.article import Article, ArticleHead, LeftOut, Provenance, RelatedHeadline, Source
from searchsvc.parsing.html.clean_markup import cleaned, decode_markup
from searchsvc.parsing.html.dom_builder import MAX_TEXT_BLOCKS, parse_document
from searchsvc.parsing.html.extraction import LINKS, NOT_ENOUGH, extracted_body
from searchsvc.parsing.html.head import HeadFields, fields_in_layout, fill_from_layout, read_head
from searchsvc.parsing.html.layout import Layout, soup_of_boxes
from searchsvc.parsing.html.layout_body import ArticleBody, body_in_layout, layout_of
from searchsvc.parsing.html.metadata import PageMetadata, head_value, schema_type
from searchsvc.parsing.html.related_links import related_by_heading, related_in_layout, with_age_ranges
from searchsvc.parsing.language_detection import language_of
from searchsvc.parsing.parse_result import VERSION, Explanation, article_id, title_from_text

__all__ = ["read_html"]

#: If a known layout gives fewer words than this, the body is extracted by scores too, and the longer one is used.
_FEW_WORDS = 25
_LIVE_BLOG = "LiveBlogPosting"
_GALLERIES = ("ImageGallery", "MediaGallery")
_FREE_OF_CHARGE = "isAccessibleForFree"


def read_html(source: Source) -> Explanation:
    """Return the article of a saved web page.

    Raises:
        SourceError: The page has no markup, is binary data, or has neither a headline nor a text.
        RefusedError: The page has more bytes or elements than `clean_markup` allows.

    """
    markup = cleaned(decode_markup(source).text, source)
    metadata = PageMetadata(parse_document(markup), markup, source.url)
    layout = layout_of(metadata.document)
    soup = soup_of_boxes(metadata.document, layout) if layout else None
    body = _body(metadata, layout)
    head = read_head(metadata, fields_in_layout(metadata, layout, soup) if layout and soup else None)
    if layout:
        fill_from_layout(metadata, layout, head)
    if not head.title and not body.blocks:
        raise SourceError(source.path, "neither a headline nor a text in it")
    body.warnings.extend(_warnings_of(metadata))
    dated = head.updated or head.published
    base = source.captured or (dated.at if dated else None)
    related = tuple(with_age_ranges(_related(soup, metadata, layout, body, head.url), base))
    if source.captured is None and any(headline.age_from for headline in related):
        body.warnings.append("no time of capture: ages are counted back from the page's own date")
    language = language_of(_text(body), metadata.document.language)
    if language:
        head.origins["language"] = language[1]
    article = _article(source, head, body, related, language[0] if language else None)
    return Explanation(article, tuple(_with_link_reasons(body.left_out, [headline.text for headline in related])))


def _with_link_reasons(left_out: Sequence[LeftOut], headlines: Sequence[str]) -> Iterator[LeftOut]:
    """Yield the texts left out; one that contains a related headline gets the reason LINKS."""
    for entry in left_out:
        is_related = entry.reason == NOT_ENOUGH and any(text in entry.text for text in headlines)
        yield replace(entry, reason=LINKS) if is_related else entry


def _text(body: ArticleBody) -> str:
    return "\n".join(block.text for block in body.blocks if block.kind in {"paragraph", "bullet"})


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


def _article(
    source: Source, head: HeadFields, body: ArticleBody, related: tuple[RelatedHeadline, ...], language: str | None
) -> Article:
    if not head.title:
        head.take("title", head_value(title_from_text(body.blocks[0].text), "first words", "body", inferred=True))
    return Article(
        ArticleHead(
            id=article_id(None, head.url or source.url, source.name),
            title=head.title or "",
            url=head.url,
            outlet=head.outlet,
            section=head.section,
            authors=head.authors,
            language=language,
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
    if any(_LIVE_BLOG in kind for kind in kinds):
        yield "live page: entries may be missing"
    if any(name in kind for kind in kinds for name in _GALLERIES):
        yield "gallery: its text stands in captions"
    if any(str(article.get(_FREE_OF_CHARGE)).lower() == "false" for article in metadata.articles):
        yield "behind a paywall: the text may be cut short"
    if len(metadata.document.text_blocks) >= MAX_TEXT_BLOCKS:
        yield f"more than {MAX_TEXT_BLOCKS:,} texts: the rest was not read"
