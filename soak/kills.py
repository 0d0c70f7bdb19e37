"""kill -9 at random moments of reindex, forget and rollback.

Right: the index answers as before the command or as after it, whole; the next plain run brings it up to date with the
pages, `doctor` calls it whole, and one more run leaves no file that belongs to nothing. A trial that is made again is
killed at the same share of the command's time, which is not always the same line of code.
"""

import signal
from random import Random
from typing import ClassVar, Self

from soak.collection import begin, make_collection, settle
from soak.commands import Commands, check_ending
from soak.part import Part, require

#: Commands, with how often each is tried. `forget` gets its article in the trial.
ACTIONS = {
    ("reindex",): 45,
    ("reindex", "--full"): 28,
    ("forget",): 10,
    ("forget", "--later"): 4,
    ("rollback",): 13,
}
#: Kills fall between these shares of the time that the command takes undisturbed.
EARLIEST, LATEST = 0.02, 1.05
#: Runs of each command that are measured; the quickest counts, as a busy machine only makes them slower.
RUNS = 2


class Kills(Part):
    """Kills of commands on one collection, which is put back before each."""

    name: ClassVar[str] = "kills"
    full: ClassVar[int] = 1000

    def __enter__(self) -> Self:
        """Make the collection."""
        self._commands = Commands()
        self._first = make_collection(self.place, self._commands, Random(self.seed))
        self._seconds: dict[tuple[tuple[str, ...], int], float] = {}
        self._killed = 0
        return self

    def __exit__(self, *_: object) -> None:
        """End the launcher."""
        self._commands.close()

    def trial(self, number: int, rng: Random) -> None:  # noqa: ARG002  the generator knows it
        """Kill one command."""
        action = rng.choices(list(ACTIONS), weights=list(ACTIONS.values()))[0]
        jobs = rng.choice((1, 2)) if action[0] == "reindex" else 1
        share = rng.uniform(EARLIEST, LATEST)
        if (action, jobs) not in self._seconds:
            self._seconds[action, jobs] = min(self._undisturbed(action, jobs) for _ in range(RUNS))
        collection = self._first.restore()
        change = begin(collection, action, rng, jobs=jobs)
        after = share * self._seconds[action, jobs]
        done = self._commands.run(*change.arguments, "--index", collection.index, kill_after=after)
        killed = done.code == -signal.SIGKILL
        self._killed += killed
        what = (
            f"{' '.join(change.arguments)}, {f'killed at {share:.0%} of its time' if killed else 'not killed in time'}"
        )
        if not killed:
            require((wrong := check_ending(done, what)) is None, wrong or "")
        change.check(collection, what, done=not killed)
        settle(collection, change.wanted(collection, done=not killed), rng, what)

    def _undisturbed(self, action: tuple[str, ...], jobs: int) -> float:
        """Return how many seconds a command takes."""
        collection = self._first.restore()
        change = begin(collection, action, Random(self.seed), jobs=jobs)
        done = self._commands.run(*change.arguments, "--index", collection.index)
        require((wrong := check_ending(done, " ".join(action))) is None, wrong or "")
        return done.seconds

    def finish(self) -> str:
        """Tell how many commands were killed before their end."""
        return f"{self._killed:,} commands of this run killed before their end"
