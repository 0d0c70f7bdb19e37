"""A page whose address chooses its language → the same page, whose links, forms and redirects keep the choice.

It is done to the finished page, in one place, so that no link of any template can forget it. Attributes of pages are
quoted and escaped, so text of strangers never looks like one.
"""

import re
from functools import lru_cache
from html import escape, unescape
from urllib.parse import urlencode, urlsplit

from flask import Response, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect, Rule

from searchsvc.web.address_kinds import kind_of

#: A start tag of a link or a form with its attributes, and the address in these.
_TAG = re.compile(r"<(a|form|iframe)\b([^>]*)>")
_ADDRESS = re.compile(r'\b(href|action|src)="([^"]*)"')


def keep_language(response: Response, name: str, tag: str) -> None:
    """Add a parameter to the links and forms of a page, and to the address of a redirect within the service."""
    location = response.headers.get("Location")
    if location is not None:
        response.headers["Location"] = with_parameter(location, name, tag)
    elif response.mimetype == "text/html" and not response.is_streamed:
        page = response.get_data(as_text=True)
        response.set_data(_TAG.sub(lambda found: _kept(found, name, tag), page))


def with_parameter(address: str, name: str, value: str) -> str:
    """Return an address of a page of this service with one more parameter; any other as it is."""
    parts = urlsplit(address)
    if not _is_page(address) or f"{name}=" in parts.query:
        return address
    base, hash_sign, fragment = address.partition("#")
    more = urlencode({name: value})
    return f"{base}{'&' if '?' in base else '?'}{more}{hash_sign}{fragment}"


def _kept(found: re.Match[str], name: str, value: str) -> str:
    """Return a tag that keeps the parameter; a form that is sent as a query string gets a hidden field for it."""
    kind, attributes = found.groups()
    there = _ADDRESS.search(attributes)
    if there is None or "download" in attributes.split():
        return found[0]
    address = unescape(there[2])
    changed = with_parameter(address, name, value)
    if changed == address:
        return found[0]
    if kind == "form" and 'method="get"' in attributes:
        return f'{found[0]}<input type="hidden" name="{name}" value="{escape(value)}">'
    whole = f'{there[1]}="{escape(changed)}"'
    return f"<{kind}{attributes[: there.start()]}{whole}{attributes[there.end() :]}>"


def _is_page(address: str) -> bool:
    """Return whether an address leads to a page of this service."""
    if address.startswith("?"):
        return True
    root = request.script_root
    if not address.startswith("/") or address.startswith("//") or not address.startswith(f"{root}/"):
        return False
    return _is_page_path(urlsplit(address).path.removeprefix(root))


@lru_cache(maxsize=2048)
def _is_page_path(path: str) -> bool:
    try:
        rule, _ = current_app.url_map.bind("").match(path, return_rule=True)
    except (HTTPException, RequestRedirect):
        return False
    return is_spoken(rule)


def is_spoken(rule: Rule) -> bool:
    """Return whether an address of the service is answered in the reader's language, as pages and feeds are."""
    return kind_of(rule.rule) in {"page", "feed"}
