"""Address from a stored page → link, if it is one to follow."""

from urllib.parse import urlsplit

SCHEMES = frozenset({"http", "https"})


def safe_link(url: str | None) -> str | None:
    """Return the address if it leads to a page of the web; never `javascript:` and its kin.

    A control character or a space may hide a scheme from us that a browser would see.
    """
    if not url or any(character <= " " or character == "\x7f" for character in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme.lower() in SCHEMES and parts.hostname else None
