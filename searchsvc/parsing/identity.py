"""URL or name → id: which pages are the same article."""

import hashlib

from searchsvc.analysis.urls import url_key

#: Hex digits of an id: 64 bits, so that a million articles meet by chance once in forty million archives.
ID_DIGITS = 16


def article_id(own: str | None, url: str | None, name: str) -> str:
    """Return the record's own id, else a short hash of its URL, else one of its name."""
    if own:
        return own
    key = url_key(url) if url else ""
    return hashlib.sha256((key or f"name:{name}").encode("utf-8", "surrogatepass")).hexdigest()[:ID_DIGITS]
