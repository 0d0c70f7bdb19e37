"""The result type of all readers, Explanation, and what they share: article ids and headlines for untitled stories."""

import hashlib
from dataclasses import dataclass

from searchsvc.analysis.keys import url_key
from searchsvc.model.article import Article

#: Version of the readers. It is raised with every change that may alter an article; the next `reindex` then reads
#: all pages again.
VERSION = 8
#: Hex digits of an article id, 64 bits: in an archive of n = 10^6 articles two ids collide with probability
#: n^2 / 2^65, about 3e-8.
ID_DIGITS = 16
#: Most characters of a headline that is made of a story's first words.
_TITLE_LENGTH = 80


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part of the page's text that is not in the article, and why."""

    text: str
    reason: str
    #: Where texts are chosen by points: its points, and their parts by name; no parts where it was never weighed.
    points: float | None = None
    parts: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedValue:
    """A value that the page gives for a field of the head, and why it was not taken."""

    #: Field of the head: `title`, `outlet`, `authors`, `published`, `updated`, `language` and the like.
    field: str
    value: str
    #: As in `Origin`.
    rule: str
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """An article, and what its page gives that was not taken, with the reason for each.

    `left_out` are texts in page order, `refused` values of fields of the head in the order of the fields.
    """

    article: Article
    left_out: tuple[LeftOut, ...] = ()
    refused: tuple[RefusedValue, ...] = ()


def article_id(own: str | None, url: str | None, name: str) -> str:
    """Return the article's id: its own, else ID_DIGITS hex digits of the SHA-256 of its URL, else of its file name.

    Args:
        own: Id that the record gives itself.
        url: Address of the article; addresses with equal `url_key` give the same id.
        name: Name of the page in the place it was read from.

    """
    if own:
        return own
    key = url_key(url) if url else ""
    return hashlib.sha256((key or f"name:{name}").encode("utf-8", "surrogatepass")).hexdigest()[:ID_DIGITS]


def title_from_text(text: str) -> str:
    """Return a headline for a story that has none: the first words of its text, at most `_TITLE_LENGTH` characters."""
    if len(text) <= _TITLE_LENGTH:
        return text
    return (text[:_TITLE_LENGTH].rpartition(" ")[0] or text[:_TITLE_LENGTH]) + " …"
