"""Process that reads files of many pages, with limits of time and memory: SourceFile in, Sources out, in order.

Unpacking and splitting such a file runs libraries on bytes of strangers, for as long as the file decides. One process
does that, file by file, and streams the pages back; the main process compares their hashes and hands those that are new
to the workers. So the pages of one file are still parsed by several workers, an unchanged file needs none of them, and
of a file that is stopped the pages before are kept.

Both pipes carry frames: length of the body (4 bytes, little-endian), kind (1 byte), body (msgpack). The process writes
READY once; then, for each FILE, a SOURCE, KNOWN or FAILURE for each page, and END.

A FILE comes with the digests of the pages that the main process knows of it. Of a page that is still the same only the
name is sent back (KNOWN), so an unchanged crawl costs little more than reading it.
"""

import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import msgspec

from searchsvc.errors import RefusedError, SearchsvcError, SourceError
from searchsvc.interpreter import python_of_ours
from searchsvc.model.article import PageContainer, Source
from searchsvc.sources import READERS, FileFilter, read_sources_by
from searchsvc.sources.files import (
    READ_BYTES,
    FileClock,
    FileReader,
    OutOfTimeError,
    SourceFile,
    read_file,
    read_page,
    suffix_of,
)

READY, FILE, SOURCE, KNOWN, FAILURE, END = b"+", b"F", b"S", b"=", b"E", b"."
#: Bytes of the length field, and of length and kind together.
LENGTH_BYTES, HEADER_BYTES = 4, 5
#: Seconds of processor time to read a file: so many for any file, and so many for each million bytes of it.
BASE_SECONDS, SECONDS_PER_MB = 20.0, 2.0
#: Seconds without a page, for each second of processor time, after which a file is stopped.
STALL_RATIO = 6.0
#: Bytes of address space of the process.
FILE_MEMORY = 1 << 30
#: Most seconds that the process may take to start, even on a busy machine.
START_SECONDS = 120.0
#: Bytes that the pipe holds, where the system lets a process say so: fewer switches between the two processes.
PIPE_BYTES = 1 << 20


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
    seconds: float
    known: bytes


class _Failure(NamedTuple):
    """A SourceError as it is sent."""

    refused: bool
    path: str
    reason: str
    pages: int


encode = msgspec.msgpack.Encoder().encode
decode_source = msgspec.msgpack.Decoder(Source).decode
_decode_request = msgspec.msgpack.Decoder(_FileRequest).decode
_decode_failure = msgspec.msgpack.Decoder(_Failure).decode


def write_frame(stream: BinaryIO, kind: bytes, body: bytes = b"") -> None:
    """Write a frame; the caller must flush the stream."""
    stream.write(len(body).to_bytes(LENGTH_BYTES, "little") + kind)
    stream.write(body)


def read_frame(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    """Return kind and body of the next frame; None at the end of the stream, or if it ends within a frame."""
    header = stream.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES:
        return None
    size = int.from_bytes(header[:LENGTH_BYTES], "little")
    body = stream.read(size)
    return (header[LENGTH_BYTES:], body) if len(body) == size else None


def page_digest(name: str, sha256: str) -> bytes:
    """Return the digest by which a page is known: `Source.name` and `Source.sha256`."""
    return blake2b(f"{name} {sha256}".encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).digest()


def read_guarded(paths: Sequence[str], wanted: FileFilter | None = None) -> Iterator[Source | SourceError]:
    """Yield the same as `read_sources`; files of many pages, and compressed ones, are read in a process with limits.

    Args:
        paths: The files and folders.
        wanted: Chooses the files of folders; None: all are read.

    Raises:
        SearchsvcError: The process cannot start.

    """
    return (item for item in read_changed(paths, lambda _: b"", wanted) if not isinstance(item, KnownPage))


def read_changed(
    paths: Sequence[str], known: KnownPages, wanted: FileFilter | None = None
) -> Iterator[Source | SourceError | KnownPage]:
    """Yield the same, with a KnownPage in the place of each page from that process that is known; raises the same."""
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
        self.process: subprocess.Popen[bytes] | None = None
        self._buffer = bytearray()

    def read(self, file: SourceFile, reader: FileReader) -> Iterator[Source | SourceError | KnownPage]:
        """Yield what a reader yields of a file, or which of its pages are known.

        If the process is stopped or dies, an error names the file.

        Raises:
            SearchsvcError: The process cannot start.

        """
        if file.container is None or (reader is read_page and not file.name.lower().endswith(".gz")):
            yield from read_file(file, reader)
            return
        seconds = self._seconds + SECONDS_PER_MB * file.container.size / 1e6
        self._send(file, seconds)
        pages, finished = 0, False
        try:
            while (frame := self._frame(seconds * self._stall_ratio)) is not None:
                kind, body = frame
                finished = kind == END
                if finished:
                    return
                pages += kind != FAILURE
                yield _DECODERS[kind](body)
            why = _stop_reason(self.process.poll() if self.process else None, seconds * self._stall_ratio)
        finally:
            if not finished:  # the process stands in the middle of a file
                self.close()
        yield RefusedError(file.path, f"{why}; {_read_so_far(pages)}")

    def close(self) -> None:
        """End the process."""
        process, self.process = self.process, None
        self._buffer.clear()
        if process is None:
            return
        process.kill()
        process.wait()
        with suppress(BrokenPipeError):
            cast("BinaryIO", process.stdin).close()
        cast("BinaryIO", process.stdout).close()

    def _send(self, file: SourceFile, seconds: float) -> None:
        place, known = os.fsencode(file.location), self._known(file.name)
        request = _FileRequest(place, file.path, file.name, file.modified, file.container, seconds, known)
        if self.process is not None and self.process.poll() is not None:
            self.close()  # it was ended between two files: this one is not to blame
        if self.process is None:
            self._start()
        files = cast("BinaryIO", cast("subprocess.Popen[bytes]", self.process).stdin)
        with suppress(BrokenPipeError):  # it died: no frame comes
            write_frame(files, FILE, encode(request))
            files.flush()

    def _start(self) -> None:
        command, environ = python_of_ours(f"{__name__}:main", str(FILE_MEMORY))
        self.process = subprocess.Popen(  # noqa: S603 - our own module, by this interpreter
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environ,
            # Ctrl-C reaches this process alone, which then ends the other.
            start_new_session=True,
        )
        _enlarge_pipe(cast("BinaryIO", self.process.stdout).fileno())
        if self._frame(START_SECONDS) is None:
            self.close()
            raise SearchsvcError("the process that reads files could not start: its error stands above")

    def _frame(self, timeout: float) -> tuple[bytes, bytes] | None:
        """Return the next frame; None if the process has ended, or no frame came within the timeout in seconds."""
        deadline = time.monotonic() + timeout
        if not self._fill(HEADER_BYTES, deadline):
            return None
        end = HEADER_BYTES + int.from_bytes(self._buffer[:LENGTH_BYTES], "little")
        if not self._fill(end, deadline):
            return None
        kind, body = bytes(self._buffer[LENGTH_BYTES:HEADER_BYTES]), bytes(self._buffer[HEADER_BYTES:end])
        del self._buffer[:end]
        return kind, body

    def _fill(self, size: int, deadline: float) -> bool:
        """Read until the buffer holds `size` bytes; return whether it does."""
        if len(self._buffer) >= size:
            return True
        process = cast("subprocess.Popen[bytes]", self.process)
        answers = cast("BinaryIO", process.stdout).fileno()
        poll = select.poll()
        poll.register(answers, select.POLLIN)
        while len(self._buffer) < size:
            if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                return False
            chunk = os.read(answers, max(READ_BYTES, size - len(self._buffer)))
            if not chunk:
                with suppress(subprocess.TimeoutExpired):  # its pipe is closed, so it ends
                    process.wait(START_SECONDS)
                return False
            self._buffer += chunk
        return True


def _enlarge_pipe(pipe: int) -> None:
    with suppress(ImportError, AttributeError, OSError):
        import fcntl  # noqa: PLC0415 - not on every system

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def _to_error(body: bytes) -> SourceError:
    failure = _decode_failure(body)
    error = RefusedError if failure.refused else SourceError
    return error(failure.path, failure.reason, failure.pages)


_DECODERS: dict[bytes, Callable[[bytes], Source | SourceError | KnownPage]] = {
    SOURCE: decode_source,
    KNOWN: lambda body: KnownPage(body.decode()),
    FAILURE: _to_error,
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
        file = SourceFile(location, request.path, request.name, request.modified, request.container)
        digests = range(0, len(request.known), DIGEST_BYTES)
        known = frozenset(request.known[at : at + DIGEST_BYTES] for at in digests)
        pages = 0
        try:
            clock.start(request.seconds)
            for item in read_file(file, READERS.get(suffix_of(file.name), read_page)):
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


def _write_item(answers: BinaryIO, item: Source | SourceError, known: frozenset[bytes] = frozenset()) -> None:
    if isinstance(item, Source) and known and page_digest(item.name, item.sha256) in known:
        write_frame(answers, KNOWN, item.name.encode())
    elif isinstance(item, Source):
        write_frame(answers, SOURCE, encode(item))
    else:
        refused = isinstance(item, RefusedError)
        write_frame(answers, FAILURE, encode(_Failure(refused, item.path, item.reason, item.count)))


def main(memory: str) -> None:
    """Read files named on standard input until its end.

    Args:
        memory: Bytes of address space.

    """
    # Output of libraries goes to standard error: it must not get between the frames.
    answers = os.fdopen(os.dup(1), "wb", READ_BYTES)
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    write_frame(answers, READY)
    answers.flush()
    try:
        _serve(sys.stdin.buffer, answers)
    except BrokenPipeError:  # the main process has gone; nothing is flushed at the exit of this one
        os._exit(1)
