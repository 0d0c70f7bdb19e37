"""Fingerprints of texts, and links between them ↔ the fields of documents that keep them."""

import base64
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from searchsvc.copies import BANDS, TextFingerprint
from searchsvc.engines.opensearch.mapping import BANDED, COMPONENT, COPY, GROUP, LEADER, SIGNATURE, WORDING
from searchsvc.engines.opensearch.wire_format import Json
from searchsvc.engines.takedowns import digest_of
from searchsvc.model.fields import FACETS

#: Digest, numbers and bands of a text.
_FINGERPRINT = struct.Struct(f"<QQ{BANDS}I")
#: Fields by which copies are counted in facets; and all that a search reads of an article that is in a group.
FACETED = ("day", "month", *(f"spelled.{row.name}" for row in FACETS))
MEMBER_FIELDS = ("id", "dated", GROUP, *FACETED)
#: Ends the document id of what says to which group an article belongs; the article's own is before it.
_OF_COPY = "-c"


def term_of(digest: int) -> str:
    """Return the term of the digest of a text."""
    return f"{digest:016x}"


def digest_in(term: str) -> int:
    """Return the digest of a term."""
    return int(term, 16)


def band_terms(bands: Iterable[int]) -> list[str]:
    """Return the terms of the bands of a signature; none of a text that is too short to be compared."""
    return [f"{number}:{band:x}" for number, band in enumerate(bands) if band]


def fingerprint_in(data: str) -> TextFingerprint:
    """Return the fingerprint that the field `signature` of an article has, in base64."""
    digest, numbers, *bands = _FINGERPRINT.unpack(base64.b64decode(data))
    return TextFingerprint(digest, numbers, tuple(bands))


def article_fields(made: TextFingerprint) -> Json:
    """Return the fields by which copies of an article are found; none if it has no text."""
    if not made.text:
        return {}
    data = base64.b64encode(_FINGERPRINT.pack(made.text, made.numbers, *made.bands)).decode()
    return {WORDING: term_of(made.text), BANDED: band_terms(made.bands), SIGNATURE: data}


def quote_wording(forms: Iterable[str]) -> str:
    """Return the term that quotes of the same words share, given their surface forms."""
    return digest_of(" ".join(forms))


def copy_key(article: str) -> str:
    """Return the id of the document that says to which group an article belongs, given by its document id."""
    return f"{article}{_OF_COPY}"


def article_of(key: str) -> str:
    """Return the document id of the article that a `copy_key` is of."""
    return key.removesuffix(_OF_COPY)


def packed_member(fields: Mapping[str, Sequence[Any]]) -> str:
    """Return the field `member` of values by the fields MEMBER_FIELDS, in base64."""
    return base64.b64encode(msgspec.json.encode([fields.get(name, ()) for name in MEMBER_FIELDS])).decode()


def member_in(data: str) -> Json:
    """Return the values that a field `member` has, a list by field."""
    values = msgspec.json.decode(base64.b64decode(f"{data}=="))  # the cluster leaves its padding out
    return {name: one for name, one in zip(MEMBER_FIELDS, values, strict=True) if one}


@dataclass(frozen=True, slots=True)
class CopyDocument:
    """What an index says of an article whose text other articles have, or which is linked with other texts."""

    #: Digest of the text.
    wording: int
    #: Digest that names the group; None: no other article is in it.
    group: int | None
    #: As of `CopyLinks`; None: the text is not linked.
    leader: int | None
    component: int | None

    def fields(self, article: str) -> Json:
        """Return the fields of the document of an article, given by its document id."""
        digests = {WORDING: self.wording, GROUP: self.group, LEADER: self.leader, COMPONENT: self.component}
        kept = {name: term_of(digest) for name, digest in digests.items() if digest is not None}
        return {"kind": {"name": COPY, "parent": article}, **kept}

    @classmethod
    def read(cls, fields: Json) -> "CopyDocument":
        """Return the document of its fields, a list of values each."""
        wording, *others = (fields.get(name, [None])[0] for name in (WORDING, GROUP, LEADER, COMPONENT))
        return cls(digest_in(wording), *(None if term is None else digest_in(term) for term in others))
