"""Bytes of a crawl → its records, and what was lost between them.

Names and lengths that stand in a crawl are believed only as far as they can be: a record counts
when it is followed by the next one, or by the end. After one that is not, the next place is looked
for where a record begins.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from searchsvc.sources.files import MAX_PAGE_BYTES
from searchsvc.sources.gzip_members import START, WARC, DamagedError, Pieces

#: Bytes of HTTP headers at most, beside those of the page; and of the head of a record.
HEADERS = HEAD = 1 << 16
#: Bytes of a record that are kept; of what is longer only the beginning is read.
MOST = MAX_PAGE_BYTES + HEADERS
#: Kinds of records there are.
KINDS = frozenset({"warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation"})
#: Damaged places that are named; more are counted.
NAMED = 3
#: Bytes after a record that tell whether it has ended there.
CLOSE = 64
_CLOSED = b"\r\n\r\n"
_BLANK, _BLANKS = b"\r\n\0 ", re.compile(rb"[\r\n\0 ]*")
#: A head ends with a blank line; the beginning of another record ends it too.
_HEAD_END = re.compile(rb"\n\r?\n|" + START.pattern)
_DIGITS = re.compile(r"\d{1,18}")


class _WrongError(Exception):
    """A record is not what it says."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record, or the beginning of a long one."""

    #: Offset of its member, or its own where several are packed together.
    offset: int
    kind: str
    headers: dict[str, str]
    #: `MOST` bytes and one, at most.
    data: bytes


@dataclass(slots=True)
class Losses:
    """What was lost of a crawl."""

    count: int = 0
    size: int = 0
    named: list[str] = field(default_factory=list)

    def add(self, offset: int, size: int, why: str) -> None:
        """Count one damaged place."""
        self.count += 1
        self.size += size
        if self.count <= NAMED:
            self.named.append(f"#{offset}: {why}")

    def __str__(self) -> str:
        """Say it in a line."""
        more = f"; and {self.count - NAMED:,} more" if self.count > NAMED else ""
        places = "place" if self.count == 1 else "places"
        return (
            f"the crawl is damaged in {self.count:,} {places}, {self.size:,} bytes are lost, the rest is read: "
            f"{'; '.join(self.named)}{more}"
        )


class Records:
    """The records of a crawl, in order; afterwards `losses` says what is missing."""

    def __init__(self, pieces: Pieces) -> None:
        self.losses = Losses()
        self.seen = 0
        self._pieces = pieces
        #: What is unpacked and not yet given, and where it begins among all that is unpacked.
        self._data, self._at = bytearray(), 0
        #: Where in it a member begins that begins a record: nothing before it reaches beyond.
        self._border: int | None = None
        self._damage: DamagedError | None = None
        #: Whether a member begins here, and whether records were met that begin within one.
        self._fresh, self._loose = True, False
        #: Whether something of this member was passed over.
        self._torn = False
        #: Where in the file the member begins that is being read, and the one behind the border.
        self._member = self._behind = 0

    def __iter__(self) -> Iterator[Record]:
        while True:
            begin, why = self._at, ""
            try:
                if not self._skip_blank():
                    return
                begin = self._at
                try:
                    record, size = self._record()
                except _WrongError as wrong:
                    why, offset = str(wrong), self._offset()
                    self._pass_over()
            except DamagedError as damage:
                offset, why = self._pieces.base, why or str(damage)
                self._drop(len(self._data))
                self._border, self._damage, self._fresh, self._torn = None, None, True, False
                self.losses.add(offset, self._pieces.resume(), why)
                self._member = self._pieces.base
                continue
            if why:
                self.losses.add(offset, self._at - begin, why)
                continue
            self._fresh = False
            self.seen += 1
            yield record
            self._drop(size)

    def _offset(self) -> int:
        self._loose = self._loose or not (self._fresh or self._torn)
        return self._member if self._pieces.packed and self._fresh and not self._loose else self._at

    def _skip_blank(self) -> bool:
        """Go on to what is next; return whether there is anything."""
        while True:
            blank = _BLANKS.match(self._data, 0, self._reach())
            self._drop(blank.end() if blank else 0)
            if self._border == 0:
                self._border, self._fresh, self._torn, self._member = None, True, False, self._behind
                if self._damage:
                    raise self._damage
            if self._has(1):
                if self._data[0] not in _BLANK:
                    return True
            elif self._border is None:
                return False

    def _drop(self, size: int) -> None:
        del self._data[:size]
        self._at += size
        if self._border is not None:
            self._border = max(0, self._border - size)

    def _has(self, size: int) -> bool:
        """Return whether so many bytes follow that may belong to one record."""
        while len(self._data) < size and self._border is None:
            piece = self._pieces.fill()
            if not piece:
                if not self._pieces.next():
                    break
                piece = self._first_of_member()
            self._data += piece
        return self._reach() >= size

    def _reach(self) -> int:
        """Return how many bytes are there that may belong to one record."""
        return len(self._data) if self._border is None else self._border

    def _first_of_member(self) -> bytes:
        """Return how a member begins; damage in it is none of the record's before it."""
        piece = b""
        try:
            piece = self._pieces.fill()
        except DamagedError as damage:
            self._damage = damage
        if self._damage or piece.startswith(WARC):
            self._border, self._behind = len(self._data), self._pieces.base
        return piece

    def _record(self) -> tuple[Record, int]:
        """Return the record that begins here, and its size."""
        headers, begin = self._head()
        kind, told = headers.get("warc-type", "").lower(), headers.get("content-length", "")
        if not _DIGITS.fullmatch(told):
            raise _WrongError("its head has no length")
        if kind not in KINDS:
            raise _WrongError("its head says no kind of record that there is")
        end = begin + int(told)
        offset = self._offset()
        if end - begin <= MOST:
            if not self._has(end):
                raise _WrongError("it ends early")
            self._check_end(end)
            return Record(offset, kind, headers, bytes(self._data[begin:end])), end
        if not self._has(begin + MOST + 1):
            raise _WrongError("it ends early")
        data = bytes(self._data[begin : begin + MOST + 1])
        rest = self._pass_by(end)
        self._check_end(rest)
        return Record(offset, kind, headers, data), rest

    def _head(self) -> tuple[dict[str, str], int]:
        if self._has(len(WARC)) and not self._data.startswith(WARC):
            raise _WrongError("no record begins here")
        size = min(1 << 10, HEAD)
        while True:
            whole = self._has(size)
            found = _HEAD_END.search(self._data, len(WARC), min(size, self._reach()))
            if found or not whole or size == HEAD:
                break
            size = min(size * 4, HEAD)
        if not found or found[0].startswith(WARC):
            raise _WrongError("its head does not end" if whole else "its head ends early")
        lines = self._data[: found.start()].decode("utf-8", "replace").splitlines()[1:]
        pairs = (line.partition(":") for line in reversed(lines))
        return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}, found.end()

    def _check_end(self, end: int) -> None:
        """Refuse a record that is followed by neither another one, nor the end, nor the lines that close it."""
        self._has(end + CLOSE)
        close = bytes(self._data[end : min(end + CLOSE, self._reach())])
        follows = b"" if close.startswith(_CLOSED) else close.lstrip(_BLANK)
        if follows and not WARC.startswith(follows[: len(WARC)]):
            raise _WrongError("its length is wrong")

    def _pass_by(self, end: int) -> int:
        """Go on to the end of a long record, of which nothing more is kept; return where it is now."""
        size = self._pieces.size()
        if size is not None:
            if self._at + end > size:
                raise _WrongError("it ends early")
            if end <= len(self._data):
                return end
            self._look_there(end)
            return 0
        while len(self._data) < end and self._border is None:
            most = len(self._data)
            self._drop(most)
            end -= most
            if not self._has(1):
                break
        if not self._has(end):
            raise _WrongError("it ends early")
        return end

    def _look_there(self, end: int) -> None:
        """Jump to the end of a record, and back if it is none."""
        here, data = self._at, self._data
        self._pieces.jump(here + end)
        self._data, self._at = bytearray(), here + end
        try:
            self._check_end(0)
        except _WrongError:
            self._data, self._at = data, here
            self._pieces.jump(here + len(data))
            raise

    def _pass_over(self) -> None:
        """Go on to the next place where a record begins, or to the next member."""
        self._fresh, self._torn = False, True
        at = len(WARC) if self._data.startswith(WARC) else 0
        while True:
            reach = self._reach()
            found = START.search(self._data, at, reach)
            if found or self._border is not None:
                self._drop(found.start() if found else reach)
                break
            # The beginning of one may stand at the end.
            passed = max(0, reach - CLOSE)
            self._drop(passed)
            at = max(0, at - passed)
            if not self._has(len(self._data) + 1) and self._border is None:
                self._drop(len(self._data))
                break
