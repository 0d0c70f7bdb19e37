"""Every call to the system that a command makes under its index fails once: full disk, failing device.

Writes, fsyncs, renames, unlinks, opens, mkdirs, truncations and some reads of an incremental run, a full run, forget
and rollback. Right: the command says why it failed, and nothing untrue; the index answers as before or as after it,
whole; the next plain run brings it up to date, and one more leaves no file that belongs to nothing.
"""

import errno
import os
import re
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Self

from soak.collection import Collection, begin, make_collection, settle
from soak.commands import Commands, Done, check_ending
from soak.part import Part, require
from soak.striking import compile_library, noted, strike_environ, struck_call

ACTIONS = (("reindex",), ("reindex", "--full"), ("forget",), ("rollback",))
#: Errors, and the calls that may end in them.
ERRORS = {errno.ENOSPC: "wforumt", errno.EIO: "wforumtid"}
#: Reads of each command that fail: there are hundreds, of one array after the other by the same lines of code.
READ, MOST_READS = "d", 100
#: What SQLite says where it does not say why: it opens a file for reading where the system does not let it write.
UNSAID = ("unable to open database file", "the system let it be read only")
#: What a message says of an error of the system; SQLite has words of its own.
REASONS = {
    errno.ENOSPC: (os.strerror(errno.ENOSPC), "disk is full", "disk I/O error", *UNSAID),
    errno.EIO: (os.strerror(errno.EIO), "disk I/O error", *UNSAID),
}
#: SQLite calls a page malformed that the device does not give (SQLITE_IOERR_CORRUPTFS becomes SQLITE_CORRUPT).
UNREAD_PAGE = re.compile(r"d .*/catalogue\.sqlite")
#: Part of the true message for an array that the device does not give: whether it gives it later, nobody can tell.
UNREADABLE = f"it cannot be read: [Errno {errno.EIO}] {os.strerror(errno.EIO)}"
#: Exit codes: done, and the index cannot be used. A failed call that does not matter leaves a command successful.
ENDED, TROUBLE = 0, 3
#: Words of messages that are true of nothing that is tried here.
UNTRUE = ("damaged", "move it away", "another version", "may not be", "checksum")


@dataclass(frozen=True, slots=True)
class Case:
    """One call of one command that fails."""

    action: tuple[str, ...]
    error: int
    #: Number of the call among those that may end in this error, from 1.
    at: int


class Calls(Part):
    """Failing calls, each on the same collection; there are as many trials as calls and errors."""

    name: ClassVar[str] = "calls"
    #: More than there are calls: `most` says how many.
    full: ClassVar[int] = 1_000_000

    def __enter__(self) -> Self:
        """Compile the library, make the collection, and list the calls of each command."""
        library = compile_library(self.place)
        self._log = self.place / "calls.log"
        self._commands = Commands({"LD_PRELOAD": str(library)})
        self._first = make_collection(self.place, self._commands, Random(self.seed))
        self._cases: list[Case] = []
        for action in ACTIONS:
            for error, kinds in ERRORS.items():
                collection = self._first.restore()
                done = self._run(collection, action, Case(action, error, 0))
                wrong = check_ending(done, " ".join(action))
                require(wrong is None, wrong or "")
                calls = noted(self._log)
                require(calls, f"no call of {' '.join(action)} among {kinds} is seen")
                self._cases += [Case(action, error, at) for at in self._chosen(calls)]
        Random(self.seed).shuffle(self._cases)
        return self

    def __exit__(self, *_: object) -> None:
        """End the launcher."""
        self._commands.close()

    def most(self) -> int:
        """Return how many calls there are, each with its errors."""
        return len(self._cases)

    def trial(self, number: int, rng: Random) -> None:
        """Let one call fail."""
        case = self._cases[number]
        collection = self._first.restore()
        change = begin(collection, case.action, Random(self.seed))
        done = self._strike(collection, change.arguments, case)
        call = struck_call(self._log)
        if call is None:
            return  # the run made fewer calls than the one that was counted
        where = call.replace(str(collection.index.resolve()), "…")
        what = f"{' '.join(change.arguments)}: {errno.errorcode[case.error]} at call {case.at} ({where})"
        self._check_message(done, case, what, known=UNREAD_PAGE.fullmatch(call) is not None)
        if "nothing was changed" in done.err or "not taken down" in done.err:
            state = collection.state(what)
            require(state == change.old, f"{what}: it says that nothing was changed: {done.err.strip()}")
        change.check(collection, f"{what}: {done}", done=done.code == ENDED)
        settle(collection, change.wanted(collection, done=done.code == ENDED), rng, f"{what}: {done}")

    def _chosen(self, calls: list[str]) -> list[int]:
        """Return the numbers of the calls that fail: all that change something or open a file, and some reads."""
        reads = [at for at, call in enumerate(calls, 1) if call[0] == READ]
        left_out = set(Random(self.seed).sample(reads, max(0, len(reads) - MOST_READS)))
        return [at for at in range(1, len(calls) + 1) if at not in left_out]

    def _check_message(self, done: Done, case: Case, what: str, *, known: bool) -> None:
        """Look whether a message is true; `known`: the call is one whose failure SQLite takes for another."""
        wrong = check_ending(done, what, codes=(ENDED, TROUBLE))
        require(wrong is None, wrong or "")
        untrue = [words for words in UNTRUE if words in done.err and UNREADABLE not in done.err]
        require(not untrue or known, f"{what}: untrue is {untrue}: {done.err.strip()}")
        if done.code == TROUBLE and not known:
            reasons = REASONS[case.error]
            require(any(reason in done.err for reason in reasons), f"{what}: it does not say why: {done.err.strip()}")

    def _run(self, collection: Collection, action: tuple[str, ...], case: Case) -> Done:
        return self._strike(collection, begin(collection, action, Random(self.seed)).arguments, case)

    def _strike(self, collection: Collection, arguments: tuple[str, ...], case: Case) -> Done:
        self._log.unlink(missing_ok=True)
        environ = strike_environ(
            under=collection.index, kinds=ERRORS[case.error], at=case.at, error=case.error, log=self._log
        )
        return self._commands.run(*arguments, "--index", collection.index, environ=environ)
