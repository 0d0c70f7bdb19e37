"""Text → fewer bytes on the wire: the content coding that a client accepts, and answers in it (RFC 9110, 12.5.3).

flask-compress does the work. Here is what it leaves out: a coding with `q=0` is one that the client refuses, and the
text of errors is compressed, too.
"""

import gzip
from collections.abc import Mapping
from functools import lru_cache

import brotli
from flask import Flask, Response, request
from flask_compress import Compress
from werkzeug.datastructures import Accept

#: Content codings, the preferred one first.
CODINGS = ("br", "gzip")
#: Bytes of the smallest text that is compressed: a smaller one fits into one packet as it is.
MIN_BYTES = 1000
#: Level at which brotli compresses an answer: the library's 4 makes pages 7 % larger and JSON 12 %, .1 to .3 ms sooner.
BROTLI_LEVEL = 5
#: Media types that are text.
COMPRESSED_TYPES = (
    "text/html",
    "text/css",
    "text/javascript",
    "text/plain",
    "application/json",
    "application/problem+json",
    "application/x-suggestions+json",
    "application/atom+xml",
    "application/opensearchdescription+xml",
    "image/svg+xml",
)
#: Lowest status of an error.
_ERROR = 400


def chosen_coding(accepted: Accept) -> str | None:
    """Return the content coding for a client that accepts these; None for none (`identity`)."""
    best = max(CODINGS, key=accepted.quality)
    quality = accepted.quality(best)
    plain = max((quality for name, quality in accepted if name.lower() == "identity"), default=0)
    return best if quality > 0 and quality >= plain else None


def compress_answers(app: Flask) -> None:
    """Have an application compress its answers of MIN_BYTES or more.

    An answer in a coding has the coding in its strong entity tag, after a colon (`"8d3f:br"`). A weak tag stays as it
    is. All answers have `Vary: Accept-Encoding`.
    """
    app.config.update(
        COMPRESS_ALGORITHM=list(CODINGS),
        COMPRESS_MIMETYPES=list(COMPRESSED_TYPES),
        COMPRESS_MIN_SIZE=MIN_BYTES,
        COMPRESS_BR_LEVEL=BROTLI_LEVEL,
        COMPRESS_STREAMS=False,
        # `responses.unchanged` has compared the entity tags before the answer was made.
        COMPRESS_EVALUATE_CONDITIONAL_REQUEST=False,
        COMPRESS_REGISTER=False,
    )
    library = Compress(app)

    @app.after_request
    def compress(response: Response) -> Response:
        request.environ["HTTP_ACCEPT_ENCODING"] = chosen_coding(request.accept_encodings) or "identity"
        status = response.status
        if response.status_code >= _ERROR:
            # The library compresses successful answers only.
            response.status_code = 200
        library.after_request(response)
        response.status = status
        return response


@lru_cache(maxsize=64)
def packed(content: bytes) -> Mapping[str, bytes]:
    """Return a text in each coding, as small as that gets; without those that would make it larger."""
    coded = {"br": brotli.compress(content, quality=11), "gzip": gzip.compress(content, 9, mtime=0)}
    return {name: data for name, data in coded.items() if len(data) < len(content)}
