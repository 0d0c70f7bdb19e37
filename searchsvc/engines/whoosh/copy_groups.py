"""Documents of a commit → groups of copies, as arrays; and of what matches, that which stands for its group."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from searchsvc.copies import CopyLinks
from searchsvc.engines.whoosh.array_ops import NO_DOCS, DocIds, by_date
from searchsvc.engines.whoosh.codec.container import Indices, Integers, Mask, end_to_end
from searchsvc.engines.whoosh.composite_reader import CompositeReader
from searchsvc.engines.whoosh.segment_reader import SegmentMatches, SegmentReader
from searchsvc.model.fields import FacetField

#: Documents of each segment, by their numbers there: in any order, each once.
DocsBySegment = Sequence[tuple[SegmentReader, DocIds]]


@dataclass(frozen=True, slots=True)
class Grouping:
    """Groups of documents that stand for each other. Documents are numbered among those of all segments.

    A group is shown by its documents of one article: the first printed one of those that match.
    """

    #: (documents,) number of each one's group; -1 where it is in none.
    number: Indices
    #: (documents,) place of each one's article in the order of printing, of those in groups.
    place: Indices
    #: How many documents are hidden at most.
    hidden: int

    def leading(self, docs: DocIds) -> Mask:
        """Return (docs,) which of some documents are shown."""
        number = self.number.take(docs)
        shown: Mask = number < 0
        inside = (~shown).nonzero()[0]
        if len(inside):
            number, place = number[inside], self.place.take(docs[inside])
            order = np.lexsort((place, number))
            begins = np.append(True, number[order][1:] != number[order][:-1])
            least = np.empty(len(inside), np.intp)
            least[order] = place[order][begins][np.cumsum(begins) - 1]
            shown[inside] = place == least
        return shown

    def count(self, docs: DocIds) -> int:
        """Return how many of some documents are shown."""
        return int(np.count_nonzero(self.leading(docs)))

    def copies(self, docs: DocIds, hits: Sequence[int]) -> dict[int, list[int]]:
        """Return for each of some hits the documents of other articles that it stands for, the first printed first.

        Args:
            docs: The documents that match.
            hits: Some of them that are shown.

        """
        numbers = {int(self.number[hit]): int(self.place[hit]) for hit in hits if self.number[hit] >= 0}
        if not numbers:
            return {}
        here = docs[np.isin(self.number.take(docs), list(numbers))]
        here = here[np.lexsort((here, self.place.take(here)))]
        by_number: dict[int, dict[int, int]] = {}
        columns = (column.tolist() for column in (here, self.number[here], self.place[here]))
        for doc, number, place in zip(*columns, strict=True):
            if place != numbers[number]:
                by_number.setdefault(number, {}).setdefault(place, doc)
        return {hit: list(by_number.get(int(self.number[hit]), {}).values()) for hit in hits}

    def listed(self, parts: Sequence[SegmentMatches]) -> list[SegmentMatches]:
        """Return what matches in each segment without what is not shown; all documents of the parts must be there."""
        if not self.hidden:
            return list(parts)
        shown = self._shown([part.docs for part in parts if part.docs is not None])
        without = {
            field: self._shown([part.reader.offset + part.without[field] for part in parts])
            for field in (parts[0].without if parts else ())
        }
        return [
            replace(
                part,
                total=int(np.count_nonzero(shown.take(part.docs))),
                docs=part.docs[shown.take(part.docs)],
                scored=part.scored.take(shown.take(part.scored.docs).nonzero()[0]),
                without={
                    field: docs[without[field].take(part.reader.offset + docs)] for field, docs in part.without.items()
                },
            )
            for part in parts
            if part.docs is not None
        ]

    def split(self, matches: DocsBySegment) -> "GroupedDocs":
        """Return what matches, the documents of groups of which several do apart."""
        docs = end_to_end([reader.offset + docs for reader, docs in matches], np.intp)
        number = self.number.take(docs)
        inside = (number >= 0).nonzero()[0]
        if not self.hidden or not len(inside):
            return GroupedDocs(matches)
        inside = inside[(np.bincount(number[inside]) > 1).take(number[inside])]
        members = docs[inside]
        members = members[np.lexsort((self.place.take(members), self.number.take(members)))]
        apart = np.zeros(len(self.number), np.bool_)
        apart[members] = True
        loose = [(reader, docs[~apart.take(reader.offset + docs)]) for reader, docs in matches]
        return GroupedDocs(loose, members, self.number.take(members), self.place.take(members))

    def _shown(self, by_segment: Sequence[DocIds]) -> Mask:
        """Return (documents,) which documents of those that match are shown."""
        shown: Mask = np.zeros(len(self.number), np.bool_)
        docs = end_to_end(by_segment, np.intp)
        shown[docs[self.leading(docs)]] = True
        return shown


@dataclass(frozen=True, slots=True)
class GroupedDocs:
    """Documents that match. A value that several of a group have is counted once: that of the first printed one."""

    #: Those of which no other one of their group matches.
    loose: DocsBySegment
    #: The others, among the documents of all segments, ordered by group, then by printing; with group and place.
    members: DocIds = field(default_factory=NO_DOCS.copy)
    number: Indices = field(default_factory=NO_DOCS.copy)
    place: Indices = field(default_factory=NO_DOCS.copy)

    def by_segment(self) -> Iterator[tuple[SegmentReader, Indices, DocIds]]:
        """Yield for each segment which members are in it, and their numbers there."""
        for reader, _ in self.loose:
            here = self.members - reader.offset
            which = ((here >= 0) & (here < reader.count)).nonzero()[0]
            yield reader, which, here[which]

    def counted(self, rows: Indices, values: Indices) -> Mask:
        """Return (rows,) which values count: those of the first printed article of the group that has them.

        Args:
            rows: (rows,) a member each.
            values: (rows,) a value of its, from 0.

        """
        if not len(rows):
            return np.zeros(0, np.bool_)
        ascending = rows.argsort(kind="stable")
        rows, values = rows[ascending], values[ascending]
        # Members are ordered by group: these keys are nearly in order, which a stable sort is quick with.
        keys = self.number.take(rows) * (int(values.max()) + 1) + values
        order = keys.argsort(kind="stable")
        keys, place = keys[order], self.place.take(rows[order])
        begins = np.append(True, keys[1:] != keys[:-1])
        first = place[begins][np.cumsum(begins) - 1]
        counted = np.empty(len(rows), np.bool_)
        counted[ascending[order]] = place == first
        return counted

    def of_members(self, values_of: Callable[[SegmentReader, DocIds], Integers]) -> Indices:
        """Return (members,) a value of each one, given by segment."""
        values = np.zeros(len(self.members), np.int64)
        for reader, which, docs in self.by_segment():
            values[which] = values_of(reader, docs)
        return values


def split_by_group(
    parts: Sequence[SegmentMatches], groups: Grouping | None
) -> tuple[GroupedDocs, dict[FacetField, GroupedDocs]]:
    """Return what matches in all segments, and what matches without each `DrillSidewaysFilter`, by its facet.

    Args:
        parts: What matches in each segment, with all documents.
        groups: The groups; None: each document stands for itself.

    """
    split = GroupedDocs if groups is None else groups.split
    return split([(part.reader, part.docs - part.reader.offset) for part in parts if part.docs is not None]), {
        facet: split([(part.reader, part.without[facet]) for part in parts])
        for facet in (parts[0].without if parts else ())
    }


class CopyGroups:
    """The groups of copies among the articles of one commit."""

    def __init__(self, articles: CompositeReader, links: CopyLinks) -> None:
        self._articles, self._links = articles, links

    @cached_property
    def articles(self) -> Grouping:
        """The articles that are copies of each other."""
        number = np.full(self._articles.count, -1, np.intp)
        place = number.copy()
        digests, living = _texts(self._articles)
        docs = (living & (digests > 0)).nonzero()[0]
        _, inverse, counts = np.unique(self._links.groups_of(digests[docs]), return_inverse=True, return_counts=True)
        inside = counts[inverse] > 1
        number[docs[inside]] = inverse[inside]
        printed = docs[inside]
        printed = printed[by_date(printed, self._articles.dates, self._articles.rank, "oldest", len(printed))]
        place[printed] = np.arange(len(printed))
        return Grouping(number, place, len(printed) - int(np.count_nonzero(counts > 1)))

    def quotes(self, quotes: CompositeReader, owner: DocIds) -> Grouping:
        """Return the quotes of the same words in articles that are copies of each other.

        Args:
            quotes: The quotes of the commit.
            owner: (quotes,) the article of each; -1 where that is deleted.

        """
        number = np.full(quotes.count, -1, np.intp)
        place = number.copy()
        articles = self.articles
        docs = (owner >= 0).nonzero()[0]
        docs = docs[articles.number[owner[docs]] >= 0]
        texts, _ = _texts(quotes)
        key = np.empty(len(docs), [("group", np.intp), ("text", np.uint64)])
        key["group"], key["text"] = articles.number[owner[docs]], texts[docs]
        _, number[docs] = np.unique(key, return_inverse=True)
        place[docs] = articles.place[owner[docs]]
        return Grouping(number, place, len(docs))

    def others(self, doc: int) -> list[int]:
        """Return the other articles of an article's group, the first printed first."""
        groups = self.articles
        if groups.number[doc] < 0:
            return []
        same = (groups.number == groups.number[doc]).nonzero()[0]
        return [one for one in same[groups.place[same].argsort()].tolist() if one != doc]


def _texts(documents: CompositeReader) -> tuple[npt.NDArray[np.uint64], Mask]:
    """Return (documents,) the digests of their texts, and which of them are not deleted."""
    readers = documents.readers
    return (
        end_to_end([reader.arrays.copies.text for reader in readers], np.uint64),
        end_to_end([reader.living_mask() for reader in readers], np.bool_),
    )
