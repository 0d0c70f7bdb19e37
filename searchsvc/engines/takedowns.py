"""Ids of articles → the list of articles taken down, which later runs do not index again.

The list holds digests of ids, because an id may be made of words of the text that has to be erased.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property


def digest_of(article_id: str | bytes) -> str:
    """Return the digest of an article's id: SHA-256 of its UTF-8, in hexadecimal digits."""
    data = article_id if isinstance(article_id, bytes) else article_id.encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True, order=True)
class Takedown:
    """One article that was taken down: no search shows it."""

    digest: str
    #: When it was taken down: UTC, ISO 8601.
    since: str
    #: Its text may stay in the files until they are rewritten for another reason.
    later: bool = False


@dataclass(frozen=True)
class Takedowns:
    """The list of articles taken down: one entry for each, ordered by digest."""

    entries: tuple[Takedown, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[Takedown]) -> "Takedowns":
        """Return the list of some entries; several of one article become one, with the earliest time.

        Its text may stay only if all of them say so.
        """
        by_digest: dict[str, Takedown] = {}
        for entry in sorted(entries):
            known = by_digest.get(entry.digest)
            if known is None:
                by_digest[entry.digest] = entry
            elif known.later and not entry.later:
                by_digest[entry.digest] = Takedown(entry.digest, known.since)
        return cls(tuple(by_digest.values()))

    def __or__(self, other: "Takedowns") -> "Takedowns":
        """Return the list of the entries of both."""
        return Takedowns.of((*self.entries, *other.entries))

    def __contains__(self, article_id: str | bytes) -> bool:
        """Return whether an article was taken down."""
        return bool(self.entries) and digest_of(article_id) in self._later

    def is_due(self, article_id: str | bytes) -> bool:
        """Return whether an article was taken down and its text must be erased from every file."""
        return not self._later.get(digest_of(article_id), True)

    @cached_property
    def mark(self) -> str:
        """16 hexadecimal digits of a hash of articles and `later`, without times; "" for an empty list."""
        if not self.entries:
            return ""
        lines = [f"{entry.digest} {entry.later:d}" for entry in self.entries]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

    @cached_property
    def _later(self) -> dict[str, bool]:
        return {entry.digest: entry.later for entry in self.entries}


@dataclass(frozen=True, slots=True)
class ErasureCommit:
    """One commit that erased articles from a generation."""

    generation: str
    #: Identity of the commit before, and of this one.
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was done to erase articles from the files of an index."""

    steps: tuple[ErasureCommit, ...] = ()
    #: Generations that were removed, with the reason for each.
    removed: Mapping[str, str] = field(default_factory=dict)
    #: Size of the files that were searched for the articles' words afterwards.
    bytes: int = 0
