"""Article ids → the list of the articles taken down for good, which no later run brings back.

The list holds digests: an id may be made of words of the very text that has to go.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property


def digest_of(article_id: str | bytes) -> str:
    """Return what an article is known by on the list: SHA-256 of its id (UTF-8), in hexadecimal digits."""
    data = article_id if isinstance(article_id, bytes) else article_id.encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True, order=True)
class Takedown:
    """One article that was taken down."""

    digest: str
    #: When, UTC, ISO 8601.
    since: str
    #: It is out of every search; its text may stay in the files until they are written anew.
    later: bool = False


@dataclass(frozen=True)
class Takedowns:
    """The list: one entry an article, ordered by digest."""

    entries: tuple[Takedown, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[Takedown]) -> "Takedowns":
        """Return the list of some entries; of two of one article the earlier, and the stricter, counts."""
        found: dict[str, Takedown] = {}
        for entry in sorted(entries):
            known = found.get(entry.digest)
            if known is None:
                found[entry.digest] = entry
            elif known.later and not entry.later:
                found[entry.digest] = Takedown(entry.digest, known.since)
        return cls(tuple(found.values()))

    def __or__(self, other: "Takedowns") -> "Takedowns":
        """Return the list of both."""
        return Takedowns.of((*self.entries, *other.entries))

    def __contains__(self, article_id: str | bytes) -> bool:
        """Return whether an article was taken down."""
        return bool(self.entries) and digest_of(article_id) in self._later

    def is_due(self, article_id: str | bytes) -> bool:
        """Return whether the text of an article must be gone from every file."""
        return not self._later.get(digest_of(article_id), True)

    @cached_property
    def mark(self) -> str:
        """Digits that differ for any other list; nothing for an empty one."""
        if not self.entries:
            return ""
        lines = [f"{entry.digest} {entry.later:d}" for entry in self.entries]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

    @cached_property
    def _later(self) -> dict[str, bool]:
        return {entry.digest: entry.later for entry in self.entries}
