"""Formats of crawls, WARC (ISO 28500) and ARC (Internet Archive, 1996): how a record begins, and what its head says.

A record of either is a head and as many bytes as it says. The head of a WARC record is lines up to a blank one; that
of an ARC record is one line: address, IP address, time, type and length, in version 2 with more fields before the last.
"""

import re
from dataclasses import dataclass
from typing import Literal

WARC_MAGIC = b"WARC/"
#: Record types of the WARC format (ISO 28500).
RECORD_TYPES = frozenset(
    {"warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation"}
)
_DIGITS = re.compile(r"\d{1,18}")
_ARC_HEAD = re.compile(
    rb"([A-Za-z][A-Za-z0-9+.-]{0,30}:[^\r\n]{0,16000}?) (\S{1,60}) (\d{8,14}) ([^\r\n]{0,200}?) ?(\d{1,18})\r?\n"
)
#: Fields of a head of version 2: address, IP, time, type, status, checksum, location, offset, file name, length.
_ARC_SPACES = 4


class InvalidHeadError(Exception):
    """The head of a record does not agree with its format; the message says how."""


@dataclass(frozen=True, slots=True)
class RecordHead:
    """What the head of a record says."""

    record_type: str
    #: Header fields by name in lower case; those of an ARC record under the names that WARC has for them.
    headers: dict[str, str]
    #: Bytes of the record after its head.
    length: int


@dataclass(frozen=True, slots=True)
class RecordFormat:
    """A format of crawls."""

    name: Literal["WARC", "ARC"]
    #: The beginning of a record, anywhere in damaged bytes.
    start: re.Pattern[bytes]
    #: The beginning of a record, of which only the first bytes may be there.
    begin: re.Pattern[bytes]
    #: The end of a head; what stands instead of it where a head does not end.
    head_end: re.Pattern[bytes]
    #: Bytes that close a record, after which anything may follow.
    closed: bytes
    #: Bytes from which it is certain whether a record begins.
    probe: int

    def begins(self, data: bytes | bytearray) -> bool:
        """Return whether a record begins with these bytes."""
        return self.begin.match(data) is not None

    def may_begin(self, data: bytes) -> bool:
        """Return whether a record begins with these bytes, or with more after them."""
        if self.name == "WARC":
            return WARC_MAGIC.startswith(data[: len(WARC_MAGIC)])
        return self.begins(data)

    def read_head(self, head: bytes) -> RecordHead:
        """Return what a head says.

        Raises:
            InvalidHeadError: It has no length, or no type that there is.

        """
        return _warc_head(head) if self.name == "WARC" else _arc_head(head)


_WARC_START = rb"WARC/\d\.\d+\r?\n[A-Za-z-]+:"
WARC = RecordFormat(
    "WARC",
    start=re.compile(_WARC_START),
    begin=re.compile(WARC_MAGIC),
    head_end=re.compile(rb"\n\r?\n|" + _WARC_START),
    closed=b"\r\n\r\n",
    probe=len(WARC_MAGIC),
)
#: Schemes of the addresses of records; any other would make each line with a colon the beginning of one.
_SCHEME = rb"(?:https?|ftps?|dns|filedesc|gopher|news|nntp|whois|mailto|urn|file|metadata|screenshot|rtsp|data):"
_ARC_LINE = _SCHEME + rb"[^\s]{0,4000} \S{1,60} \d{12,14} [^\r\n]{0,400}\d\r?\n"
ARC = RecordFormat(
    "ARC",
    start=re.compile(rb"(?<![^\r\n\0])" + _ARC_LINE),
    begin=re.compile(_SCHEME, re.IGNORECASE),
    head_end=re.compile(rb"\n"),
    closed=b"\n\n",
    probe=24,
)


def _warc_head(head: bytes) -> RecordHead:
    lines = head.decode("utf-8", "replace").splitlines()[1:]
    pairs = (line.partition(":") for line in reversed(lines))
    headers = {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}
    record_type, length = headers.get("warc-type", "").lower(), headers.get("content-length", "")
    if not _DIGITS.fullmatch(length):
        raise InvalidHeadError("its head has no length")
    if record_type not in RECORD_TYPES:
        raise InvalidHeadError("its head says no kind of record that there is")
    return RecordHead(record_type, headers, int(length))


def _arc_head(head: bytes) -> RecordHead:
    match = _ARC_HEAD.fullmatch(head + b"\n")
    if match is None:
        raise InvalidHeadError("its head is no line of address, time, type and length")
    address, _, time, kind, length = (part.decode("utf-8", "replace") for part in match.groups())
    media_type = kind.partition(" ")[0] if kind.count(" ") >= _ARC_SPACES else kind
    headers = {"warc-target-uri": address, "warc-date": _iso_time(time), "content-type": media_type}
    record_type = "warcinfo" if address.startswith("filedesc:") else "resource"
    return RecordHead(record_type, headers, int(length))


def _iso_time(digits: str) -> str:
    """Return the time of an ARC record, `20010503120000` or shorter, in ISO 8601; `0` stands for what is missing."""
    digits = digits.ljust(14, "0")
    day, clock = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}", f"{digits[8:10]}:{digits[10:12]}:{digits[12:14]}"
    return f"{day}T{clock}+00:00"
