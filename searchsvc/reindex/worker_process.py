"""Frames of pages on standard input → frames of articles on standard output: the process of a worker.

A frame is its length, its kind and its body. The worker writes `READY` once, then one answer for
each page, in the same order.
"""

import importlib
import os
import resource
import sys
from collections.abc import Callable
from typing import BinaryIO, cast

import msgspec

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.article import Article, Source

READY, PAGE, ARTICLE, FAILED, REFUSED = b"+", b"P", b"A", b"F", b"R"
#: Bytes of the length, and of length and kind.
LENGTH_BYTES, HEADER_BYTES = 4, 5

encode = msgspec.msgpack.Encoder().encode
decode_source = msgspec.msgpack.Decoder(Source).decode
decode_article = msgspec.msgpack.Decoder(Article).decode


def write_frame(stream: BinaryIO, kind: bytes, body: bytes = b"") -> None:
    """Send one frame; it may wait in the stream's buffer."""
    stream.write(len(body).to_bytes(LENGTH_BYTES, "little") + kind + body)


def read_frame(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    """Return kind and body of the next frame, or None at the end."""
    header = stream.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES:
        return None
    size = int.from_bytes(header[:LENGTH_BYTES], "little")
    body = stream.read(size)
    return (header[LENGTH_BYTES:], body) if len(body) == size else None


def read_safely(source: Source, read: Callable[[Source], Article]) -> Article | SourceError:
    """Return the article, or the error that says why there is none: no page ends a run."""
    try:
        return read(source)
    except SourceError as error:
        return error
    except MemoryError:
        return RefusedError(source.path, "needs more memory than one page may have")
    except RecursionError:
        return RefusedError(source.path, "nested too deeply")
    except Exception as error:  # noqa: BLE001 - a fault of ours costs its page, is named in the report, and the run goes on
        return SourceError(source.path, f"fault of the reader, please report it: {type(error).__name__}: {error}")


def answer_frame(source: Source, read: Callable[[Source], Article]) -> tuple[bytes, bytes]:
    """Return the frame that answers a page."""
    result = read_safely(source, read)
    try:
        if isinstance(result, Article):
            return ARTICLE, encode(result)
    except (UnicodeEncodeError, MemoryError) as error:
        result = RefusedError(source.path, f"its text cannot be written: {error}")
    reason = result.reason.encode("utf-8", "replace")
    return REFUSED if isinstance(result, RefusedError) else FAILED, reason


def _limit_processor(seconds: int) -> None:
    """Let the next page take so much processor time, no more: a loop that nobody watches ends by itself."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + seconds, hard))


def _serve(read: Callable[[Source], Article], seconds: int, pages: BinaryIO, answers: BinaryIO) -> None:
    while frame := read_frame(pages):
        _limit_processor(seconds)
        write_frame(answers, *answer_frame(decode_source(frame[1]), read))
        answers.flush()


def main(name: str, seconds: str, memory: str) -> None:
    """Serve pages on standard input until there are no more.

    Args:
        name: The function that reads, `module:function`.
        seconds: Processor time one page may take.
        memory: Bytes of address space.

    """
    # What a library prints must not get between the frames.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    module, _, function = name.partition(":")
    read = cast("Callable[[Source], Article]", getattr(importlib.import_module(module), function))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    write_frame(answers, READY)
    answers.flush()
    _serve(read, int(seconds), sys.stdin.buffer, answers)
