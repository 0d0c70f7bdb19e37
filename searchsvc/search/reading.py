"""SearchRequest → what its text asks for."""

from datetime import datetime

from searchsvc.model.query import Everything, Understood
from searchsvc.query_parser import parse_query, plain_query
from searchsvc.search.request import SearchRequest

NOTHING_ASKED = Understood(Everything(), (), (), "")


def understand(request: SearchRequest, now: datetime) -> Understood:
    """Return what the text of a request asks for; everything where there is none.

    Args:
        request: The request.
        now: What relative dates count from.

    Raises:
        QueryError: It cannot be read, or would cost too much.

    """
    if not request.text.strip():
        return NOTHING_ASKED
    return plain_query(request.text) if request.plain else parse_query(request.text, now=now)
