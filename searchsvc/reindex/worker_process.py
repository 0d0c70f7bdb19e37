"""Worker process: reads pages from standard input, writes articles or errors to standard output.

Both are streams of frames, as `sources.guarded_process` has them. The worker writes READY once, then one answer for
each page, in the same order: the processor time that the page took (8 bytes, seconds), then the article (msgpack), or
the reason of an error (UTF-8).
"""

import importlib
import resource
import struct
import sys
import time
from collections.abc import Callable
from typing import BinaryIO, cast

import msgspec

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.article import Article
from searchsvc.model.source import Source
from searchsvc.sources.container_process import decode_source, encode
from searchsvc.sources.guarded_process import answers_apart, begin_answering, read_frame, write_frame

PAGE, ARTICLE, FAILED, REFUSED = b"P", b"A", b"F", b"R"
#: Seconds of processor time that a page took, at the beginning of an answer.
SECONDS = struct.Struct("<d")

decode_article = msgspec.msgpack.Decoder(Article).decode


def read_safely(source: Source, read: Callable[[Source], Article]) -> Article | SourceError:
    """Return the article, or an error; nothing is raised, so that no page ends a run."""
    try:
        return read(source)
    except SourceError as error:
        return error
    except MemoryError:
        return RefusedError(source.path, "needs more memory than one page may have")
    except RecursionError:
        return RefusedError(source.path, "nested too deeply")
    except Exception as error:  # noqa: BLE001 - a fault of this package loses one page, is reported, and the run goes on
        return SourceError(source.path, f"fault of the reader, please report it: {type(error).__name__}: {error}")


def answer_frame(source: Source, read: Callable[[Source], Article]) -> tuple[bytes, bytes]:
    """Return kind and body of the frame that answers a page."""
    result = read_safely(source, read)
    try:
        if isinstance(result, Article):
            return ARTICLE, encode(result)
    except (UnicodeEncodeError, MemoryError) as error:
        result = RefusedError(source.path, f"its text cannot be written: {error}")
    reason = result.reason.encode("utf-8", "replace")
    return REFUSED if isinstance(result, RefusedError) else FAILED, reason


def _limit_processor(seconds: int) -> None:
    """Limit the CPU time of the next page, so that the process ends by itself if its parent no longer watches it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + seconds, hard))


def _serve(read: Callable[[Source], Article], seconds: int, pages: BinaryIO, answers: BinaryIO) -> None:
    while frame := read_frame(pages):
        _limit_processor(seconds)
        began = time.process_time()
        kind, body = answer_frame(decode_source(frame[1]), read)
        write_frame(answers, kind, SECONDS.pack(time.process_time() - began) + body)
        answers.flush()


def main(name: str, seconds: str, memory: str) -> None:
    """Read pages from standard input until its end.

    Args:
        name: The `ReadFunction`, as `module:function`.
        seconds: CPU time per page.
        memory: Bytes of address space.

    """
    answers = answers_apart()
    module, _, function = name.partition(":")
    read = cast("Callable[[Source], Article]", getattr(importlib.import_module(module), function))
    begin_answering(answers, int(memory))
    _serve(read, int(seconds), sys.stdin.buffer, answers)
