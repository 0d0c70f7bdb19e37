"""Request → refusal, if it is larger than any honest one."""

from flask import abort, request

from searchsvc.web.headers import POSTED

#: Bytes of path and query string. A query of 2 kB, percent-encoded thrice over, still fits.
LONGEST_URL = 8000
#: Bytes of a body that nobody reads, and of a quotation to check, every letter of it escaped.
LARGEST_BODY, LARGEST_QUOTATION = 16_384, 65_536


def refuse_large() -> None:
    """Refuse a request that is over a limit before anything is read out of it."""
    environ = request.environ
    if len(environ.get("QUERY_STRING", "")) + len(environ.get("PATH_INFO", "")) > LONGEST_URL:
        abort(414)
    largest = LARGEST_QUOTATION if request.path in POSTED else LARGEST_BODY
    if environ.get("CONTENT_LENGTH") and (request.content_length or 0) > largest:
        abort(413)
