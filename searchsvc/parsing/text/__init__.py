"""Reader of pages saved as plain text: a Source becomes an Article.

Steps: lines (`lines`), regions above, in and below the story (`regions`), headline and head (`head`), blocks and
related headlines (`blocks`).
"""

from searchsvc.decoding import decode_text
from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.article import STORY_KINDS, Article, ArticleHead, Block, Origin, Provenance, RelatedHeadline
from searchsvc.model.source import Source
from searchsvc.parsing.article_language import language_candidates
from searchsvc.parsing.candidates import chosen
from searchsvc.parsing.parse_result import VERSION, Explanation, article_id
from searchsvc.parsing.text.blocks import blocks_of, related_in
from searchsvc.parsing.text.head import TextHeadFields, Title, outlet_of, read_fields, section_of, title_of
from searchsvc.parsing.text.lines import MOST_LINES, lines_of, too_many_lines
from searchsvc.parsing.text.regions import DATE_LOOKBACK, TextPage, story_lines

__all__ = ["read_text"]


def read_text(source: Source) -> Explanation:
    """Return the article of a page saved as text.

    Raises:
        SourceError: The data is binary, or holds no text.
        RefusedError: It has more than MOST_LINES lines.

    """
    text, damages = decode_text(source)
    if too_many_lines(text):
        raise RefusedError(source.path, f"more than {MOST_LINES:,} lines: no news page is so long")
    page = TextPage(lines_of(text))
    if not page.lines:
        raise SourceError(source.path, "no text in it")
    title = title_of(page)
    start, end = _story(page, title)
    fields = read_fields(page, title.at, end)
    for at in range(start):
        page.leave_out(at, page.notices[at] or "above the headline")
    blocks = tuple(blocks_of(page, story_lines(page, start, end), title.at))
    dated = fields.updated or fields.published
    base = source.captured or (dated.at if dated else None)
    related = related_in(page, end, base)
    fields.warnings.extend(damages)
    if source.captured is None and any(item.age_from for item in related):
        fields.warnings.append("no time of capture: ages are counted back from the page's own date")
    return Explanation(_article(source, page, title, fields, blocks, related), tuple(page.all_left_out()))


def _story(page: TextPage, title: Title) -> tuple[int, int]:
    """Return the index of the story's first line (the headline, if it has one), and of the line after its last."""
    story, start = title.story, title.at or 0
    if story is None:
        return start, page.end_of_story(start + 1)
    page.find_date_lines(max(0, start - DATE_LOOKBACK), story.start + 1)
    for at in range(start + 1, story.start):
        if not page.prose[at]:
            page.leave_out(at, page.notices[at] or "between headline and story")
    return start if title.at is not None else story.start, min(page.end_of_story(story.start), story.end)


def _article(
    source: Source,
    page: TextPage,
    title: Title,
    fields: TextHeadFields,
    blocks: tuple[Block, ...],
    related: tuple[RelatedHeadline, ...],
) -> Article:
    url = fields.url or source.url
    lead = next((block.text for block in blocks if block.kind == "paragraph"), None)
    story = "\n".join(block.text for block in blocks if block.kind in STORY_KINDS)
    language = chosen(language_candidates(story or title.text))
    sourced = {
        "title": (title.text, title.origin),
        "outlet": outlet_of(page, title.at),
        "section": section_of(page, related),
    }
    origins = fields.origins | {name: value[1] for name, value in sourced.items() if value}
    if lead:
        origins["lead"] = Origin("first paragraph", "story")
    if language:
        origins["language"] = language.origin
    outlet, section = (value[0] if (value := sourced[name]) else None for name in ("outlet", "section"))
    head = ArticleHead(
        id=article_id(None, url, source.name),
        title=title.text,
        url=url,
        outlet=outlet,
        section=section,
        authors=fields.authors,
        language=language.value if language else None,
        lead=lead,
    ).with_dates(fields.published, fields.updated)
    provenance = Provenance(
        parser=f"text/{VERSION}",
        path=source.path,
        sha256=source.sha256,
        captured=source.captured,
        warnings=tuple(fields.warnings),
        head=origins,
    )
    return Article(head, blocks, provenance, related=related)
