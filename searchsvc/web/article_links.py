"""How is an article cited, and a place in it linked? Citations, tags of the head, anchors, links to the live page.

The anchor of a block is made of its first words, so that it survives a new reading in which blocks come or go before
it; the number of the block (`b4`), which the JSON has, leads there too.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, request, url_for

from searchsvc.analysis import fold, tokenize
from searchsvc.exports import CITATION_FILES, citation_of, text_citations
from searchsvc.model.article import Article, ArticleHead, Block
from searchsvc.search import find_article
from searchsvc.settings import Settings
from searchsvc.web.article_view import safe_link
from searchsvc.web.parameters import check_names
from searchsvc.web.responses import EngineProvider, answered, base_url, validated
from searchsvc.web.statements import Statement

#: Begin of anchors that are made of words: no other anchor has a hyphen after one letter.
WORDS = "p-"
#: Words of a block in its anchor at most, and characters of them.
MOST_WORDS, MOST_CHARACTERS = 8, 60
#: Words at each end of a text that a link to the live page names; a text of fewer than twice as many is named whole.
LIVE_WORDS = 5


@dataclass(frozen=True, slots=True)
class CitedArticle:
    """What an article's page needs to be cited."""

    #: Name of the style → the citation as text; the first is the usual one.
    texts: Mapping[str, str]
    #: Title of the format, and address of the file.
    files: tuple[tuple[str, str], ...]
    #: Address of the article in this archive.
    canonical: str
    #: Name and content of `meta` elements that programs for citations read.
    tags: tuple[tuple[str, str], ...]
    #: Property and content of those of OpenGraph.
    graph: tuple[tuple[str, str], ...]
    #: The article as schema.org describes it.
    linked_data: Mapping[str, object]


def blueprint(provider: EngineProvider, settings: Settings) -> Blueprint:
    """Return the routes, and register what templates call."""
    routes = Blueprint("cite", __name__)

    @routes.get(f"/cite.<any({','.join(CITATION_FILES)}):suffix>")
    def cite(suffix: str) -> Response:
        """Return the citation of an article in a form that programs read."""
        check_names(request.args, ("id",))
        form, article_id = CITATION_FILES[suffix], request.args.get("id", "")
        tag, article = answered(provider, lambda engine: find_article(engine, article_id), also=base_url(settings))
        if isinstance(article, Response):
            return article
        cited = citation_of(article.head, base_url(settings))
        named = {"Content-Disposition": f'attachment; filename="{cited.key}.{suffix}"', **validated(tag)}
        return Response(form.write(cited), content_type=f"{form.media_type}; charset=utf-8", headers=named)

    routes.app_template_global("cited_article")(lambda article: cited_article(article, base_url(settings)))
    routes.app_template_global("with_source")(lambda one: with_source(one, base_url(settings)))
    routes.app_template_global("live_place")(live_place)
    routes.app_template_global("block_anchors")(block_anchors)
    return routes


def block_anchors(blocks: Sequence[Block]) -> list[str]:
    """Return the anchor of each block: its first words; of blocks that begin alike the later ones are numbered.

    >>> block_anchors([Block("paragraph", text) for text in ("The sea wall, they said, holds.", "…", "…")])
    ['p-the-sea-wall-they-said-holds', 'p-', 'p--2']
    """
    seen: Counter[str] = Counter()
    anchors = []
    for block in blocks:
        words = [fold(token.text) for token in islice(tokenize(block.text[: MOST_CHARACTERS * MOST_WORDS]), MOST_WORDS)]
        anchor = WORDS + "-".join(words)[:MOST_CHARACTERS]
        seen[anchor] += 1
        anchors.append(anchor if seen[anchor] == 1 else f"{anchor}-{seen[anchor]}")
    return anchors


def live_place(url: str | None, text: str) -> str | None:
    """Return a link to a text on the live page (`#:~:text=`), which browsers scroll to and mark; None without a link.

    >>> live_place("https://x.example/a#top", "Nobody screamed, she said")
    'https://x.example/a#:~:text=Nobody%20screamed%2C%20she%20said'
    """
    link, words = safe_link(url), text.split()
    if link is None or not words:
        return None
    ends = (words,) if len(words) < 2 * LIVE_WORDS else (words[:LIVE_WORDS], words[-LIVE_WORDS:])
    named = ",".join(quote(" ".join(part), safe="").replace("-", "%2D") for part in ends)
    return f"{link.partition('#')[0]}#:~:text={named}"


def with_source(one: Statement, base: str) -> str:
    """Return the words of a statement with who said them, and the citation of the article, to be pasted elsewhere."""
    who = one.quote.who
    source = text_citations(citation_of(one.head, base))
    return f"“{one.text}”{f' ({who})' if who else ''} {next(iter(source.values()))}"


def cited_article(article: Article, base: str) -> CitedArticle:
    """Return what the page of an article needs to be cited; `base` is the address of the service."""
    head = article.head
    cited = citation_of(head, base)
    named = urlencode({"id": head.id})
    files = tuple(
        (form.title, f"{url_for('cite.cite', suffix=suffix)}?{named}") for suffix, form in CITATION_FILES.items()
    )
    day = head.dated_day
    tags = [
        ("description", head.lead),
        ("citation_title", cited.title),
        *(("citation_author", author) for author in head.authors),
        ("citation_publication_date", day and f"{day:%Y/%m/%d}"),
        ("citation_journal_title", head.outlet),
        ("citation_language", head.language),
        ("citation_public_url", cited.url),
    ]
    graph = [
        ("og:type", "article"),
        ("og:title", cited.title),
        ("og:description", head.lead),
        ("og:url", cited.archived),
        ("og:site_name", head.outlet),
        ("article:published_time", day and day.isoformat()),
        ("article:section", head.section),
    ]
    return CitedArticle(
        texts=text_citations(cited),
        files=files,
        canonical=cited.archived or "",
        tags=tuple((name, value) for name, value in tags if value),
        graph=tuple((name, value) for name, value in graph if value),
        linked_data=_linked_data(head, cited.title, cited.archived),
    )


def _linked_data(head: ArticleHead, title: str, archived: str | None) -> Mapping[str, object]:
    """Return the article as JSON-LD of schema.org, without what is not known."""
    values: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": title,
        "description": head.lead,
        "author": [{"@type": "Person", "name": author} for author in head.authors],
        "publisher": head.outlet and {"@type": "Organization", "name": head.outlet},
        "articleSection": head.section,
        "datePublished": head.published_day and head.published_day.isoformat(),
        "dateModified": head.updated_day and head.updated_day.isoformat(),
        "inLanguage": head.language,
        "url": archived,
        "sameAs": safe_link(head.url),
    }
    return {name: value for name, value in values.items() if value}
