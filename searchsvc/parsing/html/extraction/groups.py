"""Groups of texts that are out or in together: comments, consent notices, forms, newsletters, other stories, copies.

A good paragraph of a reader's comment reads like one of the story; what tells it is the element that holds all
comments. So whole elements are judged, before any text is: an element that holds the headline is never out.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice

from searchsvc.parsing.html.dom import Element, TextBlock
from searchsvc.parsing.html.extraction.feature_patterns import CONSENT, HEADINGS, asks_to_subscribe
from searchsvc.parsing.html.metadata import PageMetadata, words_of

COMMENTS, CONSENT_NOTICE, FORM, NEWSLETTER, OTHER_STORY, COPY, DATA = (
    "readers' comments", "notice or dialog", "form", "newsletter or sign-up box", "another story",
    "a copy of the story", "data for a script",
)  # fmt: skip
_NAMES = {
    COMMENTS: re.compile(
        r"(?:^|[\s_-])(?:comments?(?!-?count)(?:[-_]?(?:list|section|area|thread|body|wrap\w*|container|box|block|s))?"
        r"|disqus\w*|respond|thread|replies|reader-?responses?|discussion(?:-?\w*)?|coral\w*|fb-comments)(?:$|[\s_])"
    ),
    CONSENT_NOTICE: re.compile(
        r"(?:^|[\s_-])(?:cookies?|consent|gdpr|onetrust|cc-window|cmp|didomi|privacy-?\w*)(?:$|[\s_-])"
    ),
    FORM: re.compile(
        r"(?:^|[\s_-])(?:mail-?box|e-?mail-?(?:form|story|article|box|friend)|send-?to-?friend|contact-?form)(?:$|[\s_-])"
    ),
}
#: Each of these names has one of these parts; most names have none.
_NAME_PARTS = (
    "comment", "disqus", "respon", "thread", "replies", "discussion", "coral", "cookie", "consent", "gdpr", "onetrust",
    "cc-window", "cmp", "didomi", "privacy", "mail", "send", "contact",
)  # fmt: skip
#: A text of so many words may be a paragraph, and is compared with others.
_PARAGRAPH_WORDS = 8
#: Share of a notice's paragraphs that speak of consent.
_CONSENT_SHARE = 0.34
#: A text that holds so many other paragraphs is a second copy of all of them.
_HELD = 3
#: Characters of a paragraph that is looked for in a longer text, and of a text in which paragraphs are looked for.
_LEAST_KEY, _GIANT = 60, 1_500
#: Most texts, and words of them, of a box that asks readers to subscribe.
_BOX_TEXTS, _BOX_WORDS = 6, 80
#: Share of all good words beyond which an element is the story itself, if the page shows no headline.
_MOST = 0.6
#: Share of all good words beyond which an element with the name of a notice or form is a wrapper of the page.
_MOST_OF_NOTICE = 0.3
#: Entries of the cache of names of elements.
_CACHED_NAMES = 65_536
#: A heading that is a link as a whole leads to another story.
_LINK = 0.9
_STORY_PARAGRAPHS = 2
#: The beginning of data in JSON, which some pages keep in an element that a style sheet hides.
_DATA = re.compile(r"[{\[]+\"\w+\":")
#: Tags of the heading of another `<article>`, and in how many of its first texts it is searched.
_STORY_HEADINGS, _STORY_LOOK = frozenset({"h1", "h2", "h3"}), 4
#: Fewest paragraphs or items of a box that leads to other articles.
_GUIDE_ITEMS = 3


def groups_out(metadata: PageMetadata, good_words: list[float]) -> Mapping[int, str]:
    """Return the texts that are no part of the story because of their group: index of the text block → the reason.

    Args:
        metadata: The page.
        good_words: Words of good text in each text block.

    """
    out: dict[int, str] = {}
    total = sum(good_words) or 1.0
    for element, reason in _named(metadata):
        held = [block.index for block in _blocks_in(metadata, element)]
        share = sum(good_words[index] for index in held) / total
        if share > (_MOST_OF_NOTICE if reason == CONSENT_NOTICE else _MOST if metadata.headline is None else 1.0):
            continue
        out.update(dict.fromkeys(held, reason))
    out.update(_consent_notices(metadata, good_words, out))
    out.update({index: reason for index, reason in _newsletters(metadata, good_words).items() if index not in out})
    out.update(_other_stories(metadata, good_words))
    out.update(_other_articles(metadata, good_words))
    out.update(_guides(metadata))
    out.update({block.index: DATA for block in metadata.document.text_blocks if _DATA.match(block.text)})
    out.update(_copies(metadata, good_words, out))
    return out


def _named(metadata: PageMetadata) -> Iterator[tuple[Element, str]]:
    """Yield the outermost elements with a telling name that do not hold the headline."""
    headline = metadata.headline.element if metadata.headline else None
    until = -1
    for element in metadata.document.elements:
        if element.seq <= until or not element.attrs or element.tag in {"html", "body", "main"} or element.skip:
            continue
        reason = _named_as(element.hint)
        if reason and not (headline and element.contains(headline)):
            until = element.end
            yield element, reason


@lru_cache(_CACHED_NAMES)
def _named_as(hint: str) -> str | None:
    if not any(part in hint for part in _NAME_PARTS):
        return None
    return next((reason for reason, name in _NAMES.items() if name.search(hint)), None)


def _blocks_in(metadata: PageMetadata, element: Element) -> Iterator[TextBlock]:
    blocks = metadata.document.text_blocks
    for index in range(element.first, len(blocks)):
        if not element.contains(blocks[index].element):
            break
        yield blocks[index]


def _consent_notices(metadata: PageMetadata, good_words: list[float], out: Mapping[int, str]) -> Mapping[int, str]:
    """Return the texts of elements beside the headline of which a third of the paragraphs speak of consent."""
    speaking = {
        block.index: block
        for block in metadata.document.text_blocks
        if good_words[block.index] and block.index not in out and CONSENT.search(block.text.lower())
    }
    found: dict[int, str] = {}
    for index, block in speaking.items():
        if index in found:
            continue
        element = _outermost_beside(metadata, block.element)
        held = list(_blocks_in(metadata, element))
        paragraphs = [one for one in held if one.words >= _PARAGRAPH_WORDS]
        share = sum(good_words[one.index] for one in held) / (sum(good_words) or 1.0)
        is_page = share > (_MOST if metadata.headline is None else 1.0)
        if not is_page and sum(one.index in speaking for one in paragraphs) >= _CONSENT_SHARE * len(paragraphs):
            found.update(dict.fromkeys((one.index for one in held), CONSENT_NOTICE))
    return found


def _newsletters(metadata: PageMetadata, good_words: list[float]) -> Mapping[int, str]:
    """Return the texts that ask readers to subscribe, each with its box: a small element without other good text.

    Nothing is out where the story has fewer paragraphs than such texts: then it is their subject.
    """
    asking = {block.index: block for block in metadata.document.text_blocks if asks_to_subscribe(block.text)}
    if sum(words > 0 for index, words in enumerate(good_words) if index not in asking) < len(asking):
        return {}
    found: dict[int, str] = {}
    for block in asking.values():
        held = [block]
        element = block.element.parent
        while element is not None and element.tag not in {"html", "body", "main", "article"}:
            # One text more than a box has tells that it is none.
            outer = list(islice(_blocks_in(metadata, element), _BOX_TEXTS + 1))
            has_others = any(good_words[one.index] and one.index not in asking for one in outer)
            is_large = len(outer) > _BOX_TEXTS or sum(one.words for one in outer) > _BOX_WORDS
            if has_others or is_large or metadata.headline in outer:
                break
            held, element = outer, element.parent
        found.update(dict.fromkeys((one.index for one in held), NEWSLETTER))
    return found


def _outermost_beside(metadata: PageMetadata, element: Element) -> Element:
    """Return the outermost element around another that holds neither the headline nor all of the page."""
    headline = metadata.headline.element if metadata.headline else None
    outer = element
    while outer.parent is not None and outer.parent.tag not in {"html", "body", "main", "article"}:
        if headline is not None and outer.parent.contains(headline):
            break
        outer = outer.parent
    return outer


def _other_stories(metadata: PageMetadata, good_words: list[float]) -> Mapping[int, str]:
    """Return the texts behind the story, in its own element, under a line and a heading that links elsewhere."""
    blocks = metadata.document.text_blocks
    start = metadata.headline.index if metadata.headline else -1
    passed = 0
    for block in blocks[start + 1 :]:
        is_heading = block.element.tag in {"h1", "h2"} and block.link_density > _LINK and bool(block.href)
        leads_away = is_heading and not (block.href or "").startswith("#") and block.after_rule
        if leads_away and passed >= _STORY_PARAGRAPHS:
            parent = block.element.parent
            after = [one.index for one in blocks[block.index :] if parent is not None and parent.contains(one.element)]
            return dict.fromkeys(after, OTHER_STORY)
        passed += good_words[block.index] > 0
    return {}


def _copies(metadata: PageMetadata, good_words: list[float], out: Mapping[int, str]) -> Mapping[int, str]:
    """Return the texts that another copy of the story repeats: the copy with fewer paragraphs, else the later one."""
    places: dict[str, list[TextBlock]] = defaultdict(list)
    sizes: dict[int, int] = defaultdict(int)
    for block in metadata.document.text_blocks:
        if block.words >= _PARAGRAPH_WORDS and good_words[block.index] and block.index not in out:
            places[" ".join(words_of(block.text))].append(block)
            sizes[_parent(block)] += 1
    found: dict[int, str] = {}
    for same in places.values():
        if len(same) > 1:
            kept = max(same, key=lambda block: (sizes[_parent(block)], -block.index))
            found.update({block.index: COPY for block in same if block is not kept})
    keys = [key for key in places if len(key) > _LEAST_KEY]
    for key, (block, *_) in places.items():
        if len(key) > _GIANT and sum(other in key for other in keys if other is not key) >= _HELD:
            found[block.index] = COPY
    return found


def _other_articles(metadata: PageMetadata, good_words: list[float]) -> Mapping[int, str]:
    """Return the texts of each `<article>` with a heading of its own behind the one that holds headline and story.

    Some outlets go on with the next story, in full, where the first one ends.
    """
    own = _own_article(metadata)
    if own is None or sum(good_words[one.index] > 0 for one in _blocks_in(metadata, own)) <= _STORY_PARAGRAPHS:
        return {}
    found: dict[int, str] = {}
    until = own.end
    for element in metadata.document.elements[own.end + 1 :]:
        if element.tag != "article" or element.seq <= until or element.skip:
            continue
        until = element.end
        held = list(_blocks_in(metadata, element))
        if any(one.element.tag in _STORY_HEADINGS for one in held[:_STORY_LOOK]):
            found.update(dict.fromkeys((one.index for one in held), OTHER_STORY))
    return found


def _guides(metadata: PageMetadata) -> Mapping[int, str]:
    """Return the texts of boxes in the `<article>` of the story that lead to others: every paragraph has a link.

    Such a box is an `<aside>` or has that role, and says in sentences what else the outlet has printed.
    """
    own, headline = _own_article(metadata), metadata.headline
    found: dict[int, str] = {}
    if own is None or headline is None:
        return found
    for element in metadata.document.elements[own.seq : own.end + 1]:
        is_beside = element.tag == "aside" or element.attrs.get("role", "").lower() == "complementary"
        if not is_beside or element.skip or element.contains(headline.element):
            continue
        held = list(_blocks_in(metadata, element))
        told = [one for one in held if one.words >= _PARAGRAPH_WORDS and one.element.tag not in HEADINGS]
        if len(told) >= _GUIDE_ITEMS and all(one.href and not one.href.startswith("#") for one in told):
            found.update(dict.fromkeys((one.index for one in held), OTHER_STORY))
    return found


def _own_article(metadata: PageMetadata) -> Element | None:
    """Return the innermost `<article>` that holds the headline."""
    own = metadata.headline.element if metadata.headline else None
    while own is not None and own.tag != "article":
        own = own.parent
    return own


def _parent(block: TextBlock) -> int:
    return block.element.parent.seq if block.element.parent else block.element.seq
