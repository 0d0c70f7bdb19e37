"""Columns of a segment by which copies are found; and links between texts ↔ the bytes that a commit keeps of them."""

import zlib
from functools import cached_property

import msgspec
import numpy as np

from searchsvc.copies import BANDS, NO_LINKS, CopyLinks
from searchsvc.copies.fingerprint import Band, Words64
from searchsvc.engines.whoosh.codec.container import Container
from searchsvc.errors import CorruptIndexError

#: Arrays of a segment.
TEXT, NUMBERS, SIGNATURES = "copies.text", "copies.numbers", "copies.bands"
#: Bytes of the table of links that are decompressed at most: 64 million linked texts.
MOST_BYTES = 1 << 30


class CopyArrays:
    """What a segment keeps of its documents' texts to find copies: `Fingerprints`, read when first asked for.

    Quotes have the first column only: the key of their words. Related headlines have none.
    """

    def __init__(self, file: Container, count: int) -> None:
        self._file, self._count = file, count

    def check(self) -> None:
        """Check the columns of articles; raises CorruptIndexError if one is damaged."""
        for name in (TEXT, NUMBERS, SIGNATURES):
            self._file.check(name)

    @cached_property
    def text(self) -> Words64:
        """(documents,) digest of each text."""
        return self._file.array(TEXT, count=self._count, dtype="<u8")

    @cached_property
    def numbers(self) -> Words64:
        """(documents,) bits of the numbers of each text."""
        return self._file.array(NUMBERS, count=self._count, dtype="<u8")

    def band(self, number: int) -> Band:
        """Return (documents,) one band of all texts."""
        first = number * self._count
        return self._bands[first : first + self._count]

    @cached_property
    def _bands(self) -> Band:
        return self._file.array(SIGNATURES, count=BANDS * self._count, dtype="<u4")


class _LinkTable(msgspec.Struct, array_like=True, frozen=True):
    """Little-endian arrays of `CopyLinks`; leaders and components by their places in `text`."""

    text: bytes
    leader: bytes
    component: bytes


def encode_links(links: CopyLinks) -> bytes:
    """Return the bytes of some links; b"" if there are none."""
    if not len(links.text):
        return b""
    places = [np.searchsorted(links.text, names).astype("<u4").tobytes() for names in (links.leader, links.component)]
    return zlib.compress(msgspec.msgpack.encode(_LinkTable(links.text.astype("<u8").tobytes(), *places)), 1)


def decode_links(data: bytes) -> CopyLinks:
    """Return the links of some bytes.

    Raises:
        CorruptIndexError: They cannot be decoded, or name texts that are not there.

    """
    if not data:
        return NO_LINKS
    try:
        table = msgspec.msgpack.decode(zlib.decompressobj().decompress(data, MOST_BYTES), type=_LinkTable)
        text = np.frombuffer(table.text, "<u8").astype(np.uint64)
        leader, component = (text[np.frombuffer(places, "<u4")] for places in (table.leader, table.component))
    except (ValueError, IndexError, zlib.error, msgspec.MsgspecError) as error:
        raise CorruptIndexError(f"the table of contents: the links of copies are damaged: {error}") from error
    if not len(text) == len(leader) == len(component) or (text[1:] <= text[:-1]).any():
        raise CorruptIndexError("the table of contents: the links of copies are damaged: they are not in order")
    return CopyLinks(text, leader, component)
