"""Process that reads saved pages and rewrites them, with limits of time and memory: PageRequest in, ShownPage out.

It is started by `replay.SavedPages` and asked over its standard input. What it has read of the last pages is kept, so
that the pictures of a page do not cost it once more. Its memory and the processor time of each answer are limited; one
that takes more is refused, and a process that does not come back is ended by who asked.
"""

import logging
import sys
from collections import OrderedDict
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from searchsvc.errors import RefusedError, SourceError
from searchsvc.replay.markup_rewriter import rewritten_page
from searchsvc.replay.page_answers import (
    FAILED,
    LOOK,
    PICTURE,
    SHOWN,
    PageRequest,
    ReplayFailure,
    ShownPage,
    ShownPicture,
    decode_request,
    encode,
)
from searchsvc.replay.recorded_page import Beside, UnshownPageError, find_page
from searchsvc.sources.files import FileClock, OutOfTimeError
from searchsvc.sources.guarded_process import answers_apart, begin_answering, read_frame, write_frame

_log = logging.getLogger(__name__)

#: Seconds of processor time for one answer.
ANSWER_SECONDS = 8.0
#: Pages that are kept.
KEPT_PAGES = 3
#: Signatures of the pictures that are shown → their media type (WHATWG MIME Sniffing Standard §6.1). Drawings are none.
_PICTURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBPVP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypavis", "image/avif"),
    (0, b"BM", "image/bmp"),
    (0, b"\0\0\1\0", "image/x-icon"),
)


class _KeptPage(NamedTuple):
    shown: ShownPage
    beside: Beside
    pictures: dict[str, str]


class _Pages:
    """The pages that were read last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[PageRequest, _KeptPage] = OrderedDict()

    def look(self, request: PageRequest) -> None:
        """Do nothing if the page is there, as it was read; else raise UnshownPageError."""
        find_page(request)

    def page(self, request: PageRequest) -> ShownPage:
        """Return the page, read anew: its file may have changed."""
        key = request._replace(picture="")
        self._kept.pop(key, None)
        return self._read(key).shown

    def picture(self, request: PageRequest) -> ShownPicture:
        """Return a picture of a page."""
        key = request._replace(picture="")
        kept = self._kept.get(key) or self._read(key)
        address = kept.pictures.get(request.picture)
        found = kept.beside.read(address) if address else None
        media_type = picture_type(found.data) if found else None
        if found is None or media_type is None:
            raise UnshownPageError("no-picture")
        return ShownPicture(media_type, found.data)

    def _read(self, key: PageRequest) -> _KeptPage:
        page = find_page(key)
        shown, pictures = rewritten_page(page, key.url)
        self._kept[key] = _KeptPage(shown, page.beside, pictures)
        if len(self._kept) > KEPT_PAGES:
            self._kept.popitem(last=False)
        return self._kept[key]


def picture_type(data: bytes) -> str | None:
    """Return the media type of a picture by its first bytes; None if it is none that is shown."""
    return next((name for at, sign, name in _PICTURES if data[at : at + len(sign)] == sign), None)


def _answer(pages: _Pages, kind: bytes, request: PageRequest) -> tuple[bytes, bytes]:
    """Return kind and body of the frame that answers a request."""
    work: dict[bytes, Callable[[PageRequest], object]] = {LOOK: pages.look, PICTURE: pages.picture}
    try:
        return SHOWN, encode(work.get(kind, pages.page)(request))
    except UnshownPageError as error:
        failure: ReplayFailure = error.failure
    except (OutOfTimeError, MemoryError, RefusedError, RecursionError):
        failure = "costly"
    except SourceError:
        failure = "changed"
    except Exception:  # noqa: BLE001  a library may raise anything on hostile bytes
        _log.exception("a saved page could not be shown")
        failure = "costly"
    return FAILED, failure.encode()


def _serve(questions: BinaryIO, answers: BinaryIO) -> None:
    clock, pages = FileClock(), _Pages()
    while frame := read_frame(questions):
        kind, body = frame
        request = decode_request(body)
        try:
            clock.start(ANSWER_SECONDS)
            answer = _answer(pages, kind, request)
            clock.hold()
        except OutOfTimeError:
            answer = FAILED, b"costly"
        clock.stop()
        write_frame(answers, *answer)
        answers.flush()


def main(memory: str) -> None:
    """Answer what is asked on standard input until its end.

    Args:
        memory: Bytes of address space.

    """
    answers = answers_apart()
    begin_answering(answers, int(memory))
    _serve(sys.stdin.buffer, answers)
