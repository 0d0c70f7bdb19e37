"""What every reader returns: an Explanation, with the id and the stand-in headline of its article."""

import hashlib
from dataclasses import dataclass

from searchsvc.analysis.keys import url_key
from searchsvc.model.article import Article, LeftOut

#: Raised whenever a page may be read differently than before: its article is then read anew.
VERSION = 2
#: Hex digits of an id: 64 bits, so that a million articles meet by chance once in forty million archives.
ID_DIGITS = 16
#: A stand-in headline ends with the last whole word before this many characters.
_TITLE_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Explanation:
    """An article with the texts of its page that are not in it, each with the reason, in page order."""

    article: Article
    left_out: tuple[LeftOut, ...] = ()


def article_id(own: str | None, url: str | None, name: str) -> str:
    """Return the record's own id, else a short hash of its URL, else one of its name."""
    if own:
        return own
    key = url_key(url) if url else ""
    return hashlib.sha256((key or f"name:{name}").encode("utf-8", "surrogatepass")).hexdigest()[:ID_DIGITS]


def title_from_text(text: str) -> str:
    """Return a headline for a story that has none: the beginning of its text, cut between words."""
    if len(text) <= _TITLE_LENGTH:
        return text
    return (text[:_TITLE_LENGTH].rpartition(" ")[0] or text[:_TITLE_LENGTH]) + " …"
