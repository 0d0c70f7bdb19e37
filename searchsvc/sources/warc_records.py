"""Records of a crawl (WARC or ARC), and a count of the damaged ones.

Types and lengths in a crawl may be wrong. A record is valid if the next record, or the end of the file, follows it.
After an invalid one, reading goes on where the next record begins.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from searchsvc.sources.files import MAX_PAGE_BYTES
from searchsvc.sources.gzip_members import DamagedMemberError, MemberReader
from searchsvc.sources.http_responses import MAX_HTTP_HEADER_BYTES
from searchsvc.sources.record_formats import WARC, InvalidHeadError, RecordFormat, RecordHead

#: Most bytes of the head of a record.
MAX_HEADER_BYTES = 1 << 16
#: Most bytes of a record that are kept; of a longer one only the beginning is kept.
MAX_RECORD_BYTES = MAX_PAGE_BYTES + MAX_HTTP_HEADER_BYTES
#: Most damaged records that are named; further ones are only counted.
MAX_NAMED = 3
#: Bytes after a record that are examined to see whether it ends there.
LOOKAHEAD_BYTES = 64
_BLANK, _BLANKS = b"\r\n\0 ", re.compile(rb"[\r\n\0 ]*")


class _InvalidRecordError(Exception):
    """The header of a record does not agree with the bytes after it."""


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """One record, or the beginning of a long one."""

    #: Offset of its gzip member in the file; for records that are not members of their own, the decompressed offset.
    offset: int
    record_type: str
    headers: dict[str, str]
    #: At most MAX_RECORD_BYTES + 1 bytes: the one more shows that the record is longer.
    data: bytes


@dataclass(slots=True)
class Losses:
    """The damaged records of a crawl: their number, their bytes, and the reasons of the first ones."""

    count: int = 0
    size: int = 0
    named: list[str] = field(default_factory=list)

    def add(self, offset: int, size: int, reason: str) -> None:
        """Count one damaged record."""
        self.count += 1
        self.size += size
        if self.count <= MAX_NAMED:
            self.named.append(f"#{offset}: {reason}")

    def __str__(self) -> str:
        """Return a summary in one line."""
        more = f"; and {self.count - MAX_NAMED:,} more" if self.count > MAX_NAMED else ""
        places = "place" if self.count == 1 else "places"
        return (
            f"the crawl is damaged in {self.count:,} {places}, {self.size:,} bytes are lost, the rest is read: "
            f"{'; '.join(self.named)}{more}"
        )


class WarcReader:
    """Iterator over the records of a crawl, in order; after it, `losses` has the damaged ones.

    `_data` holds the decompressed bytes that are not yet returned; its first byte has the decompressed offset
    `_position`. `_next_member` bounds the bytes that may belong to the current record.
    """

    def __init__(self, members: MemberReader, form: RecordFormat = WARC, start: int = 0) -> None:
        """Prepare to read a crawl from its beginning, or from an offset in the file at which a record may begin."""
        self.losses = Losses()
        self._format = form
        self.count = 0
        self._members = members
        self._data, self._position = bytearray(), start
        #: Index in `_data` of the next member that begins a record, if one was read: no record extends beyond it.
        self._next_member: int | None = None
        self._damage: DamagedMemberError | None = None
        #: Whether a member begins at `_position`; whether any record so far began inside a member.
        self._at_member_start, self._unaligned = True, False
        #: Whether bytes of this member were skipped.
        self._skipped = False
        #: Offsets in the file of the current member and of the next one.
        self._member_offset = self._next_member_offset = start
        if start:
            members.begin_at(start)

    def __iter__(self) -> Iterator[WarcRecord]:
        while True:
            begin, reason = self._position, ""
            try:
                if not self._skip_blank():
                    return
                begin = self._position
                try:
                    record, size = self._read_record()
                except _InvalidRecordError as invalid:
                    reason, offset = str(invalid), self._record_offset()
                    self._resync()
            except DamagedMemberError as damage:
                offset, reason = self._members.member_offset, reason or str(damage)
                self._drop(len(self._data))
                self._next_member, self._damage, self._at_member_start, self._skipped = None, None, True, False
                self.losses.add(offset, self._members.skip_damage(), reason)
                self._member_offset = self._members.member_offset
                continue
            if reason:
                self.losses.add(offset, self._position - begin, reason)
                continue
            self._at_member_start = False
            self.count += 1
            yield record
            self._drop(size)

    def _record_offset(self) -> int:
        self._unaligned = self._unaligned or not (self._at_member_start or self._skipped)
        aligned = self._members.is_gzip and self._at_member_start and not self._unaligned
        return self._member_offset if aligned else self._position

    def _skip_blank(self) -> bool:
        """Skip line ends, spaces and zero bytes; return whether anything follows."""
        while True:
            blank = _BLANKS.match(self._data, 0, self._available())
            self._drop(blank.end() if blank else 0)
            if self._next_member == 0:
                self._next_member, self._at_member_start, self._skipped = None, True, False
                self._member_offset = self._next_member_offset
                if self._damage:
                    raise self._damage
            if self._fill(1):
                if self._data[0] not in _BLANK:
                    return True
            elif self._next_member is None:
                return False

    def _drop(self, size: int) -> None:
        del self._data[:size]
        self._position += size
        if self._next_member is not None:
            self._next_member = max(0, self._next_member - size)

    def _fill(self, size: int) -> bool:
        """Read until `size` bytes are there that may belong to one record; return whether there are so many."""
        while len(self._data) < size and self._next_member is None:
            chunk = self._members.read()
            if not chunk:
                if not self._members.next_member():
                    break
                chunk = self._open_member()
            self._data += chunk
        return self._available() >= size

    def _available(self) -> int:
        """Return the number of bytes in `_data` that may belong to the current record."""
        return len(self._data) if self._next_member is None else self._next_member

    def _open_member(self) -> bytes:
        """Return the first bytes of the next member; damage in it is kept for later, the record before it is whole."""
        chunk = b""
        try:
            chunk = self._members.read()
        except DamagedMemberError as damage:
            self._damage = damage
        if self._damage or self._format.begins(chunk):
            self._next_member, self._next_member_offset = len(self._data), self._members.member_offset
        return chunk

    def _read_record(self) -> tuple[WarcRecord, int]:
        """Return the record that begins here, and its size."""
        head, begin = self._read_header()
        headers, end = head.headers, begin + head.length
        offset = self._record_offset()
        if end - begin <= MAX_RECORD_BYTES:
            if not self._fill(end):
                raise _InvalidRecordError("it ends early")
            self._check_end(end)
            return WarcRecord(offset, head.record_type, headers, bytes(self._data[begin:end])), end
        if not self._fill(begin + MAX_RECORD_BYTES + 1):
            raise _InvalidRecordError("it ends early")
        data = bytes(self._data[begin : begin + MAX_RECORD_BYTES + 1])
        rest = self._skip_long_record(end)
        self._check_end(rest)
        return WarcRecord(offset, head.record_type, headers, data), rest

    def _read_header(self) -> tuple[RecordHead, int]:
        form = self._format
        if self._fill(form.probe) and not form.begins(self._data):
            raise _InvalidRecordError("no record begins here")
        size = min(1 << 10, MAX_HEADER_BYTES)
        while True:
            whole = self._fill(size)
            match = form.head_end.search(self._data, form.probe, min(size, self._available()))
            if match or not whole or size == MAX_HEADER_BYTES:
                break
            size = min(size * 4, MAX_HEADER_BYTES)
        if not match or form.begins(match[0]):
            raise _InvalidRecordError("its head does not end" if whole else "its head ends early")
        try:
            return form.read_head(bytes(self._data[: match.start()])), match.end()
        except InvalidHeadError as error:
            raise _InvalidRecordError(str(error)) from error

    def _check_end(self, end: int) -> None:
        """Raise _InvalidRecordError unless another record, the end, or the closing blank lines follow at `end`."""
        self._fill(end + LOOKAHEAD_BYTES)
        lookahead = bytes(self._data[end : min(end + LOOKAHEAD_BYTES, self._available())])
        following = b"" if lookahead.startswith(self._format.closed) else lookahead.lstrip(_BLANK)
        if following and not self._format.may_begin(following):
            raise _InvalidRecordError("its length is wrong")

    def _skip_long_record(self, end: int) -> int:
        """Skip to the end of a long record without keeping it; return the index of its end in `_data`."""
        size = self._members.size()
        if size is not None:
            if self._position + end > size:
                raise _InvalidRecordError("it ends early")
            if end <= len(self._data):
                return end
            self._seek_record_end(end)
            return 0
        while len(self._data) < end and self._next_member is None:
            dropped = len(self._data)
            self._drop(dropped)
            end -= dropped
            if not self._fill(1):
                break
        if not self._fill(end):
            raise _InvalidRecordError("it ends early")
        return end

    def _seek_record_end(self, end: int) -> None:
        """Seek to the end of a record; seek back and raise if no record ends there."""
        position, data = self._position, self._data
        self._members.seek(position + end)
        self._data, self._position = bytearray(), position + end
        try:
            self._check_end(0)
        except _InvalidRecordError:
            self._data, self._position = data, position
            self._members.seek(position + len(data))
            raise

    def _resync(self) -> None:
        """Skip to the beginning of the next record, or to the next member."""
        self._at_member_start, self._skipped = False, True
        start = self._format.probe if self._format.begins(self._data) else 0
        while True:
            available = self._available()
            match = self._format.start.search(self._data, start, available)
            if match or self._next_member is not None:
                self._drop(match.start() if match else available)
                break
            # The last bytes are kept: a record may begin in them.
            skipped = max(0, available - LOOKAHEAD_BYTES)
            self._drop(skipped)
            start = max(0, start - skipped)
            if not self._fill(len(self._data) + 1) and self._next_member is None:
                self._drop(len(self._data))
                break
