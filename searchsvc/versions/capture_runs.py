"""The captures of an address in order of time → its versions with their ids: captures in a row that agree are one.

An id is the article's with the time of the first capture, as web archives write it: `A@20260603101500`. The newest
version has the article's own id. An older one keeps its id as long as its first capture is known.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Generic, TypeVar

from searchsvc.model.article import Article

T = TypeVar("T")
#: Bytes of a digest of a text.
DIGEST_BYTES = 8


def text_digest(article: Article) -> str:
    """Return the digest of what makes a version: headline, standfirst and blocks; not of dates, authors, related ones.

    16 hexadecimal digits.
    """
    digest = blake2b(digest_size=DIGEST_BYTES)
    for text in (article.head.title, article.head.lead or ""):
        digest.update(text.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    digest.update(
        "\0".join([f"{block.kind} {block.text}" for block in article.blocks]).encode("utf-8", "surrogatepass")
    )
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Capture(Generic[T]):
    """One capture: which text it has, and what stands for it where the text is wanted."""

    text: str
    page: T


@dataclass(slots=True)
class TextState(Generic[T]):
    """Captures in a row that have the same text."""

    text: str
    first: T
    #: The last one, whose page the version is read from.
    last: T
    captures: int = 1


@dataclass(frozen=True, slots=True)
class TextStates(Generic[T]):
    """The versions of an article."""

    #: The last ones, the newest first; none if there is no capture.
    kept: tuple[TextState[T], ...]
    #: Number of older ones beyond these.
    left_out: int


def text_states(newest_first: Iterable[Capture[T]], keep: int) -> TextStates[T]:
    """Return the versions that some captures are.

    Args:
        newest_first: The captures, the newest first.
        keep: Older versions that are kept beside the newest one, at most.

    """
    kept: list[TextState[T]] = []
    text: str | None = None
    left_out = 0
    for capture in newest_first:
        if capture.text != text:
            text = capture.text
            if len(kept) <= keep:
                kept.append(TextState(text, capture.page, capture.page))
            else:
                left_out += 1
        elif not left_out:
            kept[-1].first = capture.page
            kept[-1].captures += 1
    return TextStates(tuple(kept), left_out)


#: What stands in the place of a time that is not known.
UNDATED = "undated"
_VERSION_ID = re.compile(rf"(?s)(?P<article>.+)@(?P<time>\d{{14}}|{UNDATED})(?P<number>-\d{{1,6}})?")


def version_ids(article_id: str, since: Sequence[datetime | None]) -> tuple[str, ...]:
    """Return the ids of versions of an article, given by the times of their first captures in order of time.

    Several of one second are numbered from the second one on.

    >>> version_ids("a", [None, datetime(2026, 6, 3, 10, 15, tzinfo=UTC), datetime(2026, 6, 3, 10, 15, tzinfo=UTC)])
    ('a@undated', 'a@20260603101500', 'a@20260603101500-2')
    """
    seen: Counter[str] = Counter()
    ids = []
    for at in since:
        time = at.astimezone(UTC).strftime("%Y%m%d%H%M%S").zfill(14) if at else UNDATED
        seen[time] += 1
        ids.append(f"{article_id}@{time}{f'-{seen[time]}' if seen[time] > 1 else ''}")
    return tuple(ids)


def article_of(version_id: str) -> str | None:
    """Return the id of the article that an id is of an older version of; None if it has not the form of such an id.

    An article may have an id of this form by itself.
    """
    found = _VERSION_ID.fullmatch(version_id)
    return found["article"] if found else None
