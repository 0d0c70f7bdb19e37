"""Related headline → the keys of the story that it names; head of an article → the keys under which others name it.

Pages name a story by its address, or by its headline alone: saved boxes often have lost their links, and one story has
several addresses (editions, mobile pages). A headline means an article where both have a key in common: the same
address, or the same words printed by the same outlet. Index, article page and story use this one rule.
"""

from collections.abc import Iterable

from searchsvc.analysis.keys import name_key, url_key
from searchsvc.analysis.tokenizer import tokenize
from searchsvc.model.article import ArticleHead, RelatedHeadline

#: Words of a headline that tells a story apart without an address, at least: `Obituary`, `In pictures` do not.
MIN_TITLE_WORDS = 3
#: What a key of a title begins with; no address has a colon there.
_TITLE = "title:"


def link_keys(headline: RelatedHeadline, page: ArticleHead) -> tuple[str, ...]:
    """Return the keys of the story that a related headline names: its address, its words with the outlet.

    Args:
        headline: The headline.
        page: Head of the article on whose page it stands; what names no other outlet is a story of the same one, but
            for headlines from elsewhere.

    """
    outlet = headline.outlet or (None if headline.group == "elsewhere" else page.outlet)
    return _present(url_key(headline.url or ""), _title_key(headline.text, outlet))


def page_links(headlines: Iterable[RelatedHeadline], page: ArticleHead) -> tuple[str, ...]:
    """Return the keys of the stories that a page links to, each once; what it promotes beside its story is no link."""
    linked = (one for one in headlines if one.group != "promo")
    return tuple(dict.fromkeys(key for one in linked for key in link_keys(one, page)))


def story_keys(head: ArticleHead) -> tuple[str, ...]:
    """Return the keys under which related headlines name an article.

    A headline from elsewhere that does not say its outlet may be any outlet's.
    """
    titles = [_title_key(head.title, outlet) for outlet in dict.fromkeys((head.outlet, None))]
    return _present(url_key(head.url or ""), *titles)


def address_key(url: str) -> tuple[str, ...]:
    """Return the keys of a story that is given by its address alone; none if that is no address."""
    return _present(url_key(url))


def title_key(head: ArticleHead) -> str:
    """Return the key of an article's headline, whoever prints it; "" if it has too few words to tell a story."""
    return _title_key(head.title, None)


def is_title_key(text: str) -> bool:
    """Return whether a text is a key of `link_keys` or `story_keys` that is made of a title."""
    kind, _, rest = text.partition(":")
    outlet, colon, words = rest.partition(":")
    made = " ".join(token.text for token in tokenize(words))
    return f"{kind}:" == _TITLE and bool(colon) and outlet == _outlet_key(outlet) and words == made != ""


def names(headline: RelatedHeadline, page: ArticleHead, head: ArticleHead) -> bool:
    """Return whether a related headline on a page names an article, which is not the page's own."""
    return head.id != page.id and not set(story_keys(head)).isdisjoint(link_keys(headline, page))


def _title_key(title: str, outlet: str | None) -> str:
    """Return the key of a headline's words, as printed by an outlet; "" if they are too few."""
    words = [token.text for token in tokenize(title)]
    if len(words) < MIN_TITLE_WORDS:
        return ""
    return f"{_TITLE}{_outlet_key(outlet or '')}:{' '.join(words)}"


def _outlet_key(outlet: str) -> str:
    """Return the key of an outlet's name, without the signs that end it in a query."""
    return name_key(outlet).replace('"', "").replace(":", " ")


def _present(*keys: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for key in keys if key))
