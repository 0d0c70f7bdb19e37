"""Process that reads files of many pages, with limits of time and memory: SourceFile in, Sources out, in order.

Unpacking and splitting such a file runs libraries on bytes of strangers, for as long as the file decides. One process
does that, file by file, and streams the pages back; the main process compares their hashes and hands those that are new
to the workers. So the pages of one file are still parsed by several workers, an unchanged file needs none of them, and
of a file that is stopped the pages before are kept.

The process answers each FILE with a SOURCE, KNOWN or FAILURE for each page, a PASSED for each reason why others are
none, and END; bodies of frames are msgpack.

A FILE comes with the digests of the pages that the main process knows of it. Of a page that is still the same only the
name is sent back (KNOWN), so an unchanged crawl costs little more than reading it.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.source import PageContainer, PassedOver, Source
from searchsvc.sources import FileFilter, read_sources_by, without_passed_over
from searchsvc.sources.files import (
    FileClock,
    FileReader,
    OutOfTimeError,
    SourceFile,
    read_file,
)
from searchsvc.sources.guarded_process import GuardedProcess, answers_apart, begin_answering, read_frame, write_frame
from searchsvc.sources.media_types import is_packed_name
from searchsvc.sources.page_files import read_page
from searchsvc.sources.readers import reader_of

FILE, SOURCE, KNOWN, FAILURE, PASSED, END = b"F", b"S", b"=", b"E", b"-", b"."
#: Seconds of processor time to read a file: so many for any file, and so many for each million bytes of it.
BASE_SECONDS, SECONDS_PER_MB = 20.0, 2.0
#: Seconds without a page, for each second of processor time, after which a file is stopped.
STALL_RATIO = 6.0
#: Bytes of address space of the process.
FILE_MEMORY = 1 << 30
#: Bytes of the digest of a page: its name and its content.
DIGEST_BYTES = 16


class KnownPage(NamedTuple):
    """A page of a file that has the name and the content of one that was known."""

    name: str


#: `SourceFile.name` → digests of the pages that are known of the file, one after the other.
KnownPages = Callable[[str], bytes]


class _FileRequest(NamedTuple):
    """A SourceFile as it is sent; its location is bytes because the name of a file may be no text."""

    location: bytes
    path: str
    name: str
    modified: datetime | None
    container: PageContainer | None
    given: bool
    seconds: float
    known: bytes


encode = msgspec.msgpack.Encoder().encode
decode_source = msgspec.msgpack.Decoder(Source).decode
_decode_request = msgspec.msgpack.Decoder(_FileRequest).decode
#: Of a SourceError: whether it is a RefusedError, path, reason, number of pages.
_decode_failure = msgspec.msgpack.Decoder(tuple[bool, str, str, int]).decode
_decode_passed = msgspec.msgpack.Decoder(PassedOver).decode


def page_digest(name: str, sha256: str) -> bytes:
    """Return the digest by which a page is known: `Source.name` and `Source.sha256`."""
    return blake2b(f"{name} {sha256}".encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).digest()


def read_guarded(
    paths: Sequence[str], wanted: FileFilter | None = None, passed: Callable[[PassedOver], None] | None = None
) -> Iterator[Source | SourceError]:
    """Yield the same as `read_sources`; files of many pages, and compressed ones, are read in a process with limits.

    Args:
        paths: The files and folders.
        wanted: Chooses the files of folders; None: all are read.
        passed: Called with what was passed over.

    Raises:
        SearchsvcError: The process cannot start.

    """
    changed = (item for item in read_changed(paths, lambda _: b"", wanted) if not isinstance(item, KnownPage))
    return without_passed_over(changed, paths, passed)


def read_changed(
    paths: Sequence[str], known: KnownPages, wanted: FileFilter | None = None
) -> Iterator[Source | SourceError | KnownPage | PassedOver]:
    """Yield the same, and what was passed over; for each page from that process that is known, a KnownPage."""
    reader = ContainerReader(known)
    try:
        yield from read_sources_by(reader.read, paths, wanted)
    finally:
        reader.close()


class ContainerReader:
    """Reads files in a process with limits, which starts with the first file that needs it."""

    def __init__(
        self, known: KnownPages = lambda _: b"", seconds: float = BASE_SECONDS, stall_ratio: float = STALL_RATIO
    ) -> None:
        """Prepare a reader.

        Args:
            known: Returns what is known of a file.
            seconds: Processor time for any file, beside SECONDS_PER_MB.
            stall_ratio: A file is stopped if no page comes for this many times its processor time.

        """
        self._known, self._seconds, self._stall_ratio = known, seconds, stall_ratio
        self._guarded = GuardedProcess(f"{__name__}:main", str(FILE_MEMORY))

    def read(self, file: SourceFile, reader: FileReader) -> Iterator[Source | SourceError | KnownPage | PassedOver]:
        """Yield what a reader yields of a file, or which of its pages are known.

        If the process is stopped or dies, an error names the file.

        Raises:
            SearchsvcError: The process cannot start.

        """
        if file.container is None or (reader is read_page and not is_packed_name(file.name)):
            yield from read_file(file, reader)
            return
        seconds = self._seconds + SECONDS_PER_MB * file.container.size / 1e6
        self._send(file, seconds)
        pages, finished = 0, False
        try:
            while (frame := self._guarded.frame(seconds * self._stall_ratio)) is not None:
                kind, body = frame
                finished = kind == END
                if finished:
                    return
                pages += kind not in {FAILURE, PASSED}
                yield _DECODERS[kind](body)
            why = _stop_reason(self._guarded.exit_code, seconds * self._stall_ratio)
        finally:
            if not finished:  # the process stands in the middle of a file
                self.close()
        yield RefusedError(file.path, f"{why}; {_read_so_far(pages)}")

    def close(self) -> None:
        """End the process."""
        self._guarded.close()

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The process; None where none runs."""
        return self._guarded.process

    def _send(self, file: SourceFile, seconds: float) -> None:
        place, known = os.fsencode(file.location), self._known(file.name)
        request = _FileRequest(place, file.path, file.name, file.modified, file.container, file.given, seconds, known)
        self._guarded.send(FILE, encode(request))


def _to_error(body: bytes) -> SourceError:
    refused, path, reason, pages = _decode_failure(body)
    return (RefusedError if refused else SourceError)(path, reason, pages)


_DECODERS: dict[bytes, Callable[[bytes], Source | SourceError | KnownPage | PassedOver]] = {
    SOURCE: decode_source,
    KNOWN: lambda body: KnownPage(body.decode()),
    FAILURE: _to_error,
    PASSED: _decode_passed,
}


def _stop_reason(code: int | None, stall: float) -> str:
    if code is None:
        return f"its reader gave no page for {stall:g} s and was stopped"
    return f"it brought its reader down ({signal.Signals(-code).name if code < 0 else f'exit code {code}'})"


def _read_so_far(pages: int) -> str:
    read = f"the first {pages:,} of its pages were read, the others were not" if pages else "none of its pages was read"
    return f"{read}; split it into smaller files, or unpack it"


def _serve(files: BinaryIO, answers: BinaryIO) -> None:
    clock = FileClock()
    while frame := read_frame(files):
        request = _decode_request(frame[1])
        location = Path(os.fsdecode(request.location))
        file = SourceFile(location, request.path, request.name, request.modified, request.container, request.given)
        digests = range(0, len(request.known), DIGEST_BYTES)
        known = frozenset(request.known[at : at + DIGEST_BYTES] for at in digests)
        pages = 0
        try:
            clock.start(request.seconds)
            reader = reader_of(file)
            for item in () if isinstance(reader, PassedOver) else read_file(file, reader):
                clock.hold()
                pages += isinstance(item, Source)
                _write_item(answers, item, known)
                clock.release()
            clock.hold()
        except OutOfTimeError:
            clock.hold()
            reason = f"takes more than the {request.seconds:.3g} s of processor time that a file of its size may have"
            _write_item(answers, RefusedError(file.path, f"{reason}; {_read_so_far(pages)}"))
        clock.stop()
        write_frame(answers, END)
        answers.flush()


def _write_item(
    answers: BinaryIO, item: Source | SourceError | PassedOver, known: frozenset[bytes] = frozenset()
) -> None:
    if isinstance(item, Source) and known and page_digest(item.name, item.sha256) in known:
        write_frame(answers, KNOWN, item.name.encode())
    elif isinstance(item, Source):
        write_frame(answers, SOURCE, encode(item))
    elif isinstance(item, PassedOver):
        write_frame(answers, PASSED, encode(item))
    else:
        refused = isinstance(item, RefusedError)
        write_frame(answers, FAILURE, encode((refused, item.path, item.reason, item.count)))


def main(memory: str) -> None:
    """Read files named on standard input until its end.

    Args:
        memory: Bytes of address space.

    """
    answers = answers_apart()
    begin_answering(answers, int(memory))
    try:
        _serve(sys.stdin.buffer, answers)
    except BrokenPipeError:  # the main process has gone; nothing is flushed at the exit of this one
        os._exit(1)
