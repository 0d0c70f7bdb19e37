"""Languages that a page declares: of the whole page, of the element that holds the story, of the story in its data.

Each place is weighed by how near to the story it speaks: an element around the story, or the story's object in JSON-LD,
says more than the template's `<html lang>`, and that more than a locale for share buttons.
"""

from collections.abc import Iterable, Iterator

from searchsvc.model.article import Block
from searchsvc.parsing.article_language import declared_language, language_candidates
from searchsvc.parsing.candidates import Candidate
from searchsvc.parsing.html.dom import Element
from searchsvc.parsing.html.json_ld import Thing
from searchsvc.parsing.html.layout_body import ArticleBody
from searchsvc.parsing.html.metadata import PageMetadata, schema_type, text_of

_STORY_ELEMENT, _JSON_LD, _MICRODATA, _PAGE, _DATA, _OTHER_JSON_LD = 68.0, 66.0, 63.0, 60.0, 58.0, 52.0
#: Names of meta elements, each with its weight.
_METAS = {
    "content-language": 57.0,
    "og:locale": 56.0,
    "dc.language": 55.0,
    "dcterms.language": 55.0,
    "citation_language": 55.0,
    "inlanguage": 55.0,
    "language": 54.0,
    "lang": 54.0,
}
#: Types of JSON-LD other than articles whose language is that of the page.
_PAGE_TYPES = ("WebPage", "WebSite", "ItemPage")
_ATTRIBUTES = ("lang", "xml:lang")


def page_languages(metadata: PageMetadata, body: ArticleBody) -> list[Candidate[str]]:
    """Return the languages that the story of a page may be in: declared ones first, then that of its text."""
    text = "\n".join(block.text for block in body.blocks if block.kind in {"paragraph", "bullet"})
    return language_candidates(text or _captions(body.blocks), [*_declared(metadata, body)])


def _captions(blocks: Iterable[Block]) -> str:
    return "\n".join(block.text for block in blocks)


def _declared(metadata: PageMetadata, body: ArticleBody) -> Iterator[Candidate[str]]:
    if metadata.document.language:
        yield declared_language(metadata.document.language, "html[lang]", _PAGE)
    if around := _around_story(metadata, body.block_indexes):
        yield declared_language(*around, _STORY_ELEMENT)
    for name, weight in _METAS.items():
        for content in metadata.metas.get(name, ())[:1]:
            yield declared_language(content, f'meta[name="{name}"]', weight)
    yield from _in_structured_data(metadata)
    if body.language:
        yield declared_language(body.language, "data of a script", _DATA)


def _in_structured_data(metadata: PageMetadata) -> Iterator[Candidate[str]]:
    """Yield the languages of JSON-LD and microdata."""
    script = 'script[type="application/ld+json"]'
    for article in metadata.articles[:1]:
        if tag := _tag_of(article):
            yield declared_language(tag, f"{script} inLanguage", _JSON_LD)
    for thing in metadata.things:
        kind = schema_type(thing)
        if kind in _PAGE_TYPES and not metadata.is_foreign(thing) and (tag := _tag_of(thing)):
            yield declared_language(tag, f"{script} {kind} inLanguage", _OTHER_JSON_LD)
    for tag, element in metadata.microdata("inLanguage"):
        if element.seq:
            yield declared_language(tag, "[itemprop=inLanguage]", _MICRODATA)
            break


def _tag_of(thing: Thing) -> str | None:
    """Return the language of a JSON-LD object: a tag, or an object with a code and a name."""
    value = thing.get("inLanguage")
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else None  # of several languages none is the story's
    if isinstance(value, dict):
        value = value.get("alternateName") or value.get("@id") or value.get("name")
    return text_of(value)


def _around_story(metadata: PageMetadata, story: set[int]) -> tuple[str, str] | None:
    """Return the language, and its place, that the nearest element around the story's first text says; not `<html>`."""
    headline = metadata.headline
    at = min(story, default=headline.index if headline else 0)
    blocks = metadata.document.text_blocks
    element: Element | None = blocks[at].element if blocks else None
    while element is not None and element.tag != "html":
        if tag := next((element.attrs[name] for name in _ATTRIBUTES if element.attrs.get(name)), None):
            return tag, f"{element.tag}[lang]"
        element = element.parent
    return None
