"""Process with limits that works for this one: how it is started, asked, answered and ended; frames go both ways.

Libraries that work on bytes of strangers run in such a process: it may run into its limit of memory or time, or be
brought down, and the process that asked it goes on.

Both pipes carry frames: length of the body (4 bytes, little-endian), kind (1 byte), body. The process writes READY
once, then what it is asked for.
"""

import os
import resource
import select
import subprocess
import time
from contextlib import suppress
from typing import BinaryIO, cast

from searchsvc.errors import SearchsvcError
from searchsvc.interpreter import python_of_ours
from searchsvc.sources.content_codings import READ_BYTES

READY = b"+"
#: Bytes of the length field, and of length and kind together.
LENGTH_BYTES, HEADER_BYTES = 4, 5
#: Most seconds that the process may take to start, even on a busy machine.
START_SECONDS = 120.0
#: Bytes that the pipe holds, where the system lets a process say so: fewer switches between the two processes.
PIPE_BYTES = 1 << 20


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


def answers_apart() -> BinaryIO:
    """Return where the process that calls this writes its answers: its standard output, which is standard error now.

    What libraries print must not get between the frames.
    """
    answers = os.fdopen(os.dup(1), "wb", READ_BYTES)
    os.dup2(2, 1)
    return answers


def begin_answering(answers: BinaryIO, memory: int) -> None:
    """Limit the process to so many bytes of address space, and say that it is READY."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    try:
        write_frame(answers, READY)
        answers.flush()
    except BrokenPipeError:  # the main process has gone; nothing is flushed at the exit of this one
        os._exit(1)


class GuardedProcess:
    """A process that is asked from here; it starts with the first question, and again after it was ended."""

    def __init__(self, function: str, *arguments: str, what: str = "the process that reads files") -> None:
        """Prepare a process.

        Args:
            function: What it runs, as `module:function`; it must call `answers_apart` and `begin_answering`.
            arguments: What the function is called with.
            what: What the process is called in the message where it cannot start.

        """
        self._command, self._what = (function, *arguments), what
        self.process: subprocess.Popen[bytes] | None = None
        self._buffer = bytearray()

    def send(self, kind: bytes, body: bytes) -> None:
        """Start the process where it does not run, and send it a frame.

        Raises:
            SearchsvcError: It cannot start.

        """
        if self.process is not None and self.process.poll() is not None:
            self.close()  # it was ended between two questions: this one is not to blame
        if self.process is None:
            self._start()
        questions = cast("BinaryIO", cast("subprocess.Popen[bytes]", self.process).stdin)
        with suppress(BrokenPipeError):  # it died: no frame comes
            write_frame(questions, kind, body)
            questions.flush()

    def frame(self, timeout: float) -> tuple[bytes, bytes] | None:
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

    @property
    def exit_code(self) -> int | None:
        """The exit code of the process, negative for a signal; None while it runs, or where there is none."""
        return self.process.poll() if self.process else None

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

    def _start(self) -> None:
        command, environ = python_of_ours(*self._command)
        self.process = subprocess.Popen(  # noqa: S603 - our own module, by this interpreter
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environ,
            # Ctrl-C reaches this process alone, which then ends the other.
            start_new_session=True,
        )
        with suppress(ImportError, AttributeError, OSError):
            import fcntl  # noqa: PLC0415 - not on every system

            fcntl.fcntl(cast("BinaryIO", self.process.stdout).fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        if self.frame(START_SECONDS) is None:
            self.close()
            raise SearchsvcError(f"{self._what} could not start: its error stands above")

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
