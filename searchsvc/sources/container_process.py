"""Process that reads files of many pages, with limits of time and memory: SourceFile in, Sources out, in order.

Unpacking and splitting such a file runs libraries on bytes of strangers, for as long as the file decides. One process
does that, file by file, and streams the pages back; the main process compares their hashes and hands those that are new
to the workers. So the pages of one file are still parsed by several workers, an unchanged file needs none of them, and
of a file that is stopped the pages before are kept.

Both pipes carry frames: length of the body (4 bytes, little-endian), kind (1 byte), body (msgpack). The process writes
READY once; then, for each FILE, a SOURCE or FAILURE for each page, and END.
"""

import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import msgspec

from searchsvc.errors import RefusedError, SearchsvcError, SourceError
from searchsvc.interpreter import python_of_ours
from searchsvc.model.article import PageContainer, Source
from searchsvc.sources import READERS, FileFilter, read_sources
from searchsvc.sources.files import READ_BYTES, FileReader, SourceFile, read_file, read_page, suffix_of

READY, FILE, SOURCE, FAILURE, END = b"+", b"F", b"S", b"E", b"."
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


class _FileRequest(NamedTuple):
    """A SourceFile as it is sent; its location is bytes because the name of a file may be no text."""

    location: bytes
    path: str
    name: str
    modified: datetime | None
    container: PageContainer | None
    seconds: float


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


def read_guarded(paths: Sequence[str], wanted: FileFilter | None = None) -> Iterator[Source | SourceError]:
    """Yield the same as `read_sources`; files of many pages, and compressed ones, are read in a process with limits.

    Args:
        paths: The files and folders.
        wanted: Chooses the files of folders; None: all are read.

    Raises:
        SearchsvcError: The process cannot start.

    """
    reader = ContainerReader()
    try:
        yield from read_sources(paths, reader.read, wanted)
    finally:
        reader.close()


class ContainerReader:
    """Reads files in a process with limits, which starts with the first file that needs it."""

    def __init__(self, seconds: float = BASE_SECONDS, stall_ratio: float = STALL_RATIO) -> None:
        """Prepare a reader.

        Args:
            seconds: Processor time for any file, beside SECONDS_PER_MB.
            stall_ratio: A file is stopped if no page comes for this many times its processor time.

        """
        self._seconds, self._stall_ratio = seconds, stall_ratio
        self.process: subprocess.Popen[bytes] | None = None
        self._buffer = bytearray()

    def read(self, file: SourceFile, reader: FileReader) -> Iterator[Source | SourceError]:
        """Yield what a reader yields of a file; if the process is stopped or dies, an error names the file.

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
                pages += kind == SOURCE
                yield decode_source(body) if kind == SOURCE else _to_error(_decode_failure(body))
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
        request = _FileRequest(os.fsencode(file.location), file.path, file.name, file.modified, file.container, seconds)
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


def _to_error(failure: _Failure) -> SourceError:
    error = RefusedError if failure.refused else SourceError
    return error(failure.path, failure.reason, failure.pages)


def _stop_reason(code: int | None, stall: float) -> str:
    if code is None:
        return f"its reader gave no page for {stall:g} s and was stopped"
    return f"it brought its reader down ({signal.Signals(-code).name if code < 0 else f'exit code {code}'})"


def _read_so_far(pages: int) -> str:
    read = f"the first {pages:,} of its pages were read, the others were not" if pages else "none of its pages was read"
    return f"{read}; split it into smaller files, or unpack it"


class _OutOfTimeError(BaseException):
    """The file has used its processor time. No `except Exception` of a reader may catch it."""


class _Clock:
    """Limits the processor time of one file, and never interrupts the writing of a frame."""

    def __init__(self) -> None:
        self._held, self._expired = True, False
        signal.signal(signal.SIGPROF, self._expire)

    def _expire(self, *_: object) -> None:
        self._expired = True
        if not self._held:
            raise _OutOfTimeError

    def start(self, seconds: float) -> None:
        """Begin a file that may take so many seconds.

        The signal comes again each second: an exception that is raised in a destructor is lost.
        """
        self._held = self._expired = False
        signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)

    def hold(self) -> None:
        """Interrupt nothing until `release`."""
        self._held = True

    def release(self) -> None:
        """Interrupt again.

        Raises:
            _OutOfTimeError: The time ran out in between.

        """
        self._held = False
        if self._expired:
            raise _OutOfTimeError

    def stop(self) -> None:
        """End the file."""
        self._held = True
        signal.setitimer(signal.ITIMER_PROF, 0)


def _serve(files: BinaryIO, answers: BinaryIO) -> None:
    clock = _Clock()
    while frame := read_frame(files):
        request = _decode_request(frame[1])
        location = Path(os.fsdecode(request.location))
        file = SourceFile(location, request.path, request.name, request.modified, request.container)
        pages = 0
        try:
            clock.start(request.seconds)
            for item in read_file(file, READERS.get(suffix_of(file.name), read_page)):
                clock.hold()
                pages += isinstance(item, Source)
                _write_item(answers, item)
                clock.release()
            clock.hold()
        except _OutOfTimeError:
            clock.hold()
            reason = f"takes more than the {request.seconds:.3g} s of processor time that a file of its size may have"
            _write_item(answers, RefusedError(file.path, f"{reason}; {_read_so_far(pages)}"))
        clock.stop()
        write_frame(answers, END)
        answers.flush()


def _write_item(answers: BinaryIO, item: Source | SourceError) -> None:
    if isinstance(item, Source):
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
