"""Name or URL → the key that all of its spellings share; link of a page → URL."""

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from searchsvc.analysis.binding import bound
from searchsvc.analysis.characters import fold
from searchsvc.analysis.tokenizer import is_stop
from searchsvc.languages import TITLES

#: `http://web.archive.org/web/20090715102100id_/http://…`; also the path alone, also on other hosts of Wayback Machines
#: (their time stamps have 14 digits), also with one slash missing after the scheme.
_ARCHIVED = re.compile(
    r"(?:(?:https?:)?//[^/\s]+)?/(?:[\w.-]+/){0,3}?\d{14}(?:[a-z]{2}_)?/+(?P<page>https?:/.*)"
    r"|(?:https?:)?//(?:web|wayback|liveweb)\.archive\.org/(?:web/)?[\d*]{1,14}(?:[a-z]{2}_)?/+(?P<short>https?:/.*)",
    re.IGNORECASE | re.DOTALL,
)
#: The default port, which crawlers write.
_HTTP_PORT = re.compile(r"^(http://[^/:?#]+):80(?=[/?#]|$)")
_SCHEME = re.compile(r"(https?):/+", re.IGNORECASE)

#: Raised whenever an address may get another key than before: articles are then read anew.
VERSION = 2
#: Query parameters that say where a reader came from, and do not select the page.
_TRACKING = re.compile(
    r"(?:at|ga|gad|gs|guce|itm|mc|mkt|ml|mtm|ns|oly|pk|utm|vero)_\w+|(?:\w*_)?(?:campaign|medium)|_?ga|_gl|gad"
    r"|fbclid|gclid|dclid|gbraid|wbraid|msclkid|twclid|ys?clid|clid|clickid|partnerid|igshid|igsh|ocid|icid|cmpid|cmp"
    r"|aff|affi|affiliate(?:id)?|referr?er|ref_?(?:src|url)?|smid|smtyp|xtor|ftag|spm|mbid|partner|taid|guccounter",
    re.IGNORECASE,
)
_WWW = re.compile(r"^www\d?\.")
#: Code points; longer links are data, not addresses.
_LONGEST_LINK = 2_000


def url_key(url: str) -> str:
    """Return the key of an address, the same for all of its spellings; "" if it has no host or is malformed.

    Archive prefixes, scheme, `www.`, port, trailing slashes, fragment and tracking parameters are removed; the other
    parameters are sorted.
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
    """Return the original address of one that a web archive has rewritten; any other address unchanged."""
    archived = _ARCHIVED.match(url)
    if not archived:
        return url
    page = _SCHEME.sub(lambda scheme: f"{scheme[1].lower()}://", archived["page"] or archived["short"], count=1)
    return _HTTP_PORT.sub(r"\1", page, count=1)


def whole_address(href: str | None, base: str | None) -> str | None:
    """Return the address of a link without archive prefixes, joined with `base` if it is relative.

    None for links within the page, scripts, mail addresses, data, and malformed ones.
    """
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


#: Characters that are dropped from a name, or become a space: spellings of one name differ in them.
_MARKS = str.maketrans(
    {".": None, "'": None, "’": None, ",": None, "-": " ", "\N{NON-BREAKING HYPHEN}": " ", "\xa0": " "}
)
_WORD = re.compile(r"[^\s,()]+")
#: The space between two single letters.
_INITIALS = re.compile(r"(?:(?<=\s[^\W\d_])|(?<=^[^\W\d_])) (?=[^\W\d_](?!\S))")
#: Letters of an acronym: `UN`, `NASA`.
_ACRONYM = re.compile(r"[A-Z]{2,6}")


def name_key(name: str) -> str:
    """Return the key of a name, the same for spellings that differ in case, accents, points, commas or hyphens.

    Initials are joined, and `&` is `and`.

    >>> name_key("José-María O’Dowd") == name_key("Jose Maria O'Dowd"), name_key("J. K. Ashdown"), name_key("J.K. Holt")
    (True, 'jk ashdown', 'jk holt')
    >>> name_key("Marks & Spencer") == name_key("Marks and Spencer")
    True
    """
    words = fold(bound(name)).translate(_MARKS).split()
    return _INITIALS.sub("", " ".join("and" if word == "&" else word for word in words))


def value_key(value: str) -> str:
    """Return the key of a facet's value, by which its spellings are one value: `name_key`; never "" for a value.

    >>> value_key("LATIN  América") == value_key("Latin America"), value_key("…") == value_key("...")
    (True, False)
    """
    return name_key(value) or " ".join(value.split()) or value


def is_name(text: str) -> bool:
    """Return whether a speaker is given by a name, and not as `a spokesman`, `he` or `the statement`.

    A name has a word with a capital letter that is no stop word.

    >>> [is_name(text) for text in ("Ana Ruiz", "Port Aldous council", "NASA", "a Velan statement", "He", "critics")]
    [True, True, True, True, False, False]
    """
    return any(_is_capital(word) and not is_stop(fold(word)) for word in _WORD.findall(text))


def is_full_name(text: str) -> bool:
    """Return whether a name is complete, so that it means the same person or body in another article.

    It has two words or more, the first and the last have capitals, and the first is no stop word and no title; or it is
    an acronym. A surname alone, also after a title, may be another person's.

    >>> [is_full_name(text) for text in ("Ana Ruiz", "Ruiz", "Dr Ruiz", "UN", "the ministry", "Jo de Wit", "ليلى حداد")]
    [True, False, False, True, False, True, True]
    """
    words = _WORD.findall(text)
    if len(words) == 1:
        return _ACRONYM.fullmatch(words[0]) is not None
    whole = bool(words) and _is_capital(words[0]) and _is_capital(words[-1])
    return whole and not is_stop(fold(words[0])) and words[0].rstrip(".").lower() not in TITLES


def _is_capital(word: str) -> bool:
    """Return whether a word begins with a letter that is not lower case; letters of scripts without case count."""
    return word[0].isalpha() and not word[0].islower()
