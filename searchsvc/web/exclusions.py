"""Values of facets that a search leaves out: written into its query as `-section:"Tech"`, and taken out of it again.

A query says what is left out, and no parameter of its own: so it can be read, typed and shared.
"""

import re
from collections.abc import Iterator, Mapping

from searchsvc.errors import QueryError
from searchsvc.model.fields import FacetRow
from searchsvc.model.message import Message
from searchsvc.model.query import Or
from searchsvc.query_parser import MAX_QUERY_LENGTH
from searchsvc.search import SearchRequest
from searchsvc.web.query_strings import query_string

#: A value that is left out, as `excluding` writes it: its name in queries, and the value.
_EXCLUSION = re.compile(r'(?:^|(?<=\s))-(\w+):"([^"]+)"(?=\s|$)')


def excluding(request: SearchRequest, row: FacetRow, value: str) -> str | None:
    """Return the query string of a search without what has a value of a facet; None if its query cannot say so.

    Without a text the order stays by date.

    Args:
        request: The search.
        row: The facet; one that has no name in queries cannot be written.
        value: The value; one with a quotation mark cannot be written.

    """
    if not row.words or '"' in value:
        return None
    text = with_more(request, f'-{row.words[0]}:"{value}"')
    return text and query_string(request, text=text, sort=request.sort if request.text else request.order)


def with_more(request: SearchRequest, more: str) -> str | None:
    """Return the text of a search that also demands something; None if it would be too long, or is no query.

    Args:
        request: The search.
        more: What is demanded, as a query writes it.

    """
    if request.plain:
        return None
    try:
        is_alternative = bool(request.text) and isinstance(request.understood.root, Or)
    except QueryError:
        return None
    before = f"({request.text})" if is_alternative else request.text
    text = f"{before} {more}".strip()
    return text if len(text) <= MAX_QUERY_LENGTH else None


def excluded(request: SearchRequest, titles: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield a text for each value that the query of a search leaves out, and the query string of the search with it.

    Args:
        request: The search.
        titles: Name of a facet in queries → its title.

    """
    for match in _EXCLUSION.finditer(request.text):
        word, value = match.groups()
        if word in titles:
            rest = f"{request.text[: match.start()].rstrip()} {request.text[match.end() :].lstrip()}".strip()
            yield Message("%(facet)s: not %(value)s", facet=titles[word], value=value), query_string(request, text=rest)
