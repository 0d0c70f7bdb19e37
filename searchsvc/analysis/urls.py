"""URL → key, and link → URL: which spellings are one page, and where a link of a page goes."""

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

#: `http://web.archive.org/web/20090715102100id_/http://…`, also as a path alone, also other
#: Wayback machines (their time stamps have 14 digits), also with one slash lost on the way.
_ARCHIVED = re.compile(
    r"(?:(?:https?:)?//[^/\s]+)?/(?:[\w.-]+/){0,3}?\d{14}(?:[a-z]{2}_)?/+(?P<page>https?:/.*)"
    r"|(?:https?:)?//(?:web|wayback|liveweb)\.archive\.org/(?:web/)?[\d*]{1,14}(?:[a-z]{2}_)?/+(?P<short>https?:/.*)",
    re.IGNORECASE | re.DOTALL,
)
#: Crawlers write the port that everybody omits.
_HTTP_PORT = re.compile(r"^(http://[^/:?#]+):80(?=[/?#]|$)")
_SCHEME = re.compile(r"(https?):/+", re.IGNORECASE)

#: Query parameters that say where a reader came from, never which page it is.
_TRACKING = re.compile(
    r"utm_\w+|at_\w+|mc_[ce]id|pk_\w+|mtm_\w+|ns_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|twclid|yclid|igshid|igsh"
    r"|_ga|_gl|ocid|icid|cmpid|cmp|smid|smtyp|xtor|ftag|spm|ref_?(?:src|url)?|mbid|partner|taid|guccounter|guce_\w+",
    re.IGNORECASE,
)
_WWW = re.compile(r"^www\d?\.")
#: Longer links are data.
_LONGEST_LINK = 2_000


def url_key(url: str) -> str:
    """Return what is the same for every spelling of one address, or "" if it is none.

    Archive prefixes, scheme, `www.`, port, trailing slash, fragment and tracking parameters
    are put aside; the other parameters are sorted.
    """
    try:
        parts = urlsplit(unarchived(url.strip()))
        host = _WWW.sub("", (parts.hostname or "").lower())
        pairs = parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
    except ValueError:
        return ""
    if not host:
        return ""
    kept = sorted((name, value) for name, value in pairs if not _TRACKING.fullmatch(name))
    query = urlencode(kept, errors="surrogatepass")
    return host + parts.path.rstrip("/") + (f"?{query}" if query else "")


def unarchived(url: str) -> str:
    """Return the address a web archive has rewritten, as it was; any other as it is."""
    found = _ARCHIVED.match(url)
    if not found:
        return url
    page = _SCHEME.sub(lambda scheme: f"{scheme[1].lower()}://", found["page"] or found["short"], count=1)
    return _HTTP_PORT.sub(r"\1", page, count=1)


def whole_address(href: str | None, base: str | None) -> str | None:
    """Return where a link goes, archive prefixes undone; None if it goes nowhere."""
    link = (href or "").strip()
    if not link or len(link) > _LONGEST_LINK or link.startswith(("#", "javascript:", "mailto:")):
        return None
    whole = unarchived(link)
    if base and not whole.startswith("http"):
        try:
            whole = urljoin(base, whole)
        except ValueError:
            return None
    return whole
