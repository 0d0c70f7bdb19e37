"""Segments of a commit that is being made → the links between their texts: which articles are copies of each other.

Only texts that are new are compared, with all others that share a band of their signatures; the texts themselves are
read only of pairs that do.
"""

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import numpy as np

from searchsvc.copies import COMPARED_FIELDS, ComparedText, Fingerprints, compared_text, update_links
from searchsvc.copies.fingerprint import Band, Words64
from searchsvc.engines.whoosh.codec.commit import SegmentInfo
from searchsvc.engines.whoosh.codec.container import ARRAY_ERRORS, Indices, end_to_end
from searchsvc.engines.whoosh.codec.copy_arrays import decode_links, encode_links
from searchsvc.engines.whoosh.codec.schema import ARTICLE
from searchsvc.engines.whoosh.codec.segment import SegmentArrays
from searchsvc.engines.whoosh.codec.snapshot import OpenSegment, open_segment
from searchsvc.engines.whoosh.codec.string_table import split_suffix
from searchsvc.errors import CorruptIndexError
from searchsvc.model.article import Article, Provenance

#: Comparing texts needs no provenance.
_NOWHERE = Provenance("", "", "")


def linked(folder: Path, entries: Sequence[SegmentInfo], made: Sequence[SegmentInfo], old: bytes) -> bytes:
    """Return the links between the texts of a commit, as bytes.

    Args:
        folder: The index.
        entries: The segments of the commit.
        made: The segments of the articles that came in, before merges.
        old: The links of the commit before.

    """
    segments, links = _articles(folder, entries), decode_links(old)
    new = end_to_end([segment.arrays.copies.text for segment in _articles(folder, made)], np.uint64)
    texts = DistinctTexts(segments)
    if not np.isin(texts.text, new).any() and np.isin(links.text, texts.text).all():
        return old
    sound = list(filter(_is_sound, segments))
    if len(sound) < len(segments):
        texts = DistinctTexts(sound)
    return encode_links(update_links(links, texts.fingerprints, np.isin(texts.text, new), texts.read))


def _articles(folder: Path, entries: Sequence[SegmentInfo]) -> list[OpenSegment]:
    """Return the segments of articles whose digests are sound; those of others have no copies until they are mended."""
    sound = []
    for entry in entries:
        if entry.document_type == ARTICLE.name:
            with suppress(CorruptIndexError):
                segment = open_segment(folder, entry, {})
                _ = segment.arrays.copies.text
                sound.append(segment)
    return sound


def _is_sound(segment: OpenSegment) -> bool:
    """Return whether all columns are sound: all of them are read where texts are compared."""
    with suppress(CorruptIndexError):
        segment.arrays.copies.check()
        return True
    return False


class DistinctTexts:
    """The different texts of the living articles of some segments, a row each.

    Attributes:
        text: (texts,) their digests, ascending.

    """

    text: Words64

    def __init__(self, segments: Sequence[OpenSegment]) -> None:
        self._segments = list(segments)
        self._words = [_SegmentWords(segment.arrays) for segment in segments]
        self._offsets = np.cumsum([0, *(segment.arrays.count for segment in segments)])
        digests = end_to_end([segment.arrays.copies.text for segment in segments], np.uint64)
        alive = [np.ones(s.arrays.count, np.bool_) if s.alive is None else s.alive for s in segments]
        living = np.flatnonzero(end_to_end(alive, np.bool_) & (digests > 0))
        self.text, first = np.unique(digests[living], return_index=True)
        #: (texts,) an article that has each of them.
        self._docs: Indices = living[first]

    @property
    def fingerprints(self) -> Fingerprints:
        """Their fingerprints."""
        numbers = end_to_end([segment.arrays.copies.numbers for segment in self._segments], np.uint64)
        return Fingerprints(self.text, numbers[self._docs], self._band)

    def _band(self, number: int) -> Band:
        columns = [segment.arrays.copies.band(number) for segment in self._segments]
        band: Band = end_to_end(columns, np.uint32)[self._docs]
        return band

    def read(self, row: int) -> ComparedText:
        """Return the text of a row; an empty one if it is damaged."""
        doc = int(self._docs[row])
        place = int(np.searchsorted(self._offsets, doc, "right")) - 1
        segment, number = self._segments[place].arrays, doc - int(self._offsets[place])
        try:
            shown = segment.display_fields(number)
            words = self._words[place].of(number)
        except (CorruptIndexError, *ARRAY_ERRORS):
            return ComparedText("", None)
        return compared_text(Article(shown.head, shown.blocks, _NOWHERE), words)


class _SegmentWords:
    """The words of the articles of a segment, as its forward index has them."""

    def __init__(self, arrays: SegmentArrays) -> None:
        self._arrays = arrays
        #: Form by its code, of those that were met.
        self._forms: dict[int, str] = {}

    @cached_property
    def _places(self) -> Indices:
        """(forms,) the place of each form in the table, by its code."""
        places: Indices = self._arrays.forms.code.argsort()
        return places

    def of(self, doc: int) -> list[list[str]]:
        """Return the surface forms of each paragraph of lead and body."""
        paragraphs: list[list[str]] = []
        for field in COMPARED_FIELDS:
            codes = self._arrays.fields[field].codes(doc)
            gaps = (codes == 0).nonzero()[0].tolist()
            forms = [self._forms.get(code) or self._form(code) for code in codes.tolist()]
            paragraphs += [forms[after:gap] for after, gap in zip([0, *(gap + 1 for gap in gaps)], gaps, strict=False)]
        return paragraphs

    def _form(self, code: int) -> str:
        if code:
            self._forms[code], _ = split_suffix(self._arrays.forms[int(self._places[code - 1])])
        return self._forms.get(code, "")
