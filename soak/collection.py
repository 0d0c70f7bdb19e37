"""An index of two generations and its pages, the changes that trials make to it, and what must be after each."""

from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from shutil import copytree, rmtree

from soak.archive import Archive, State, describe, leftovers, state_of
from soak.commands import Commands, check_ending
from soak.part import require

ARTICLES = 36


@dataclass(frozen=True, slots=True)
class Collection:
    """An index and its pages in a folder that stays the same, as an index knows its pages by their path."""

    commands: Commands
    #: Folder of all: pages and index as they are now, and as they were kept.
    place: Path
    archive: Archive
    #: What the pages were when they were kept, and what the generation before the current one holds.
    current: State
    before: State

    @property
    def index(self) -> Path:
        """Folder of the index."""
        return self.place / "now" / "index"

    def keep(self) -> "Collection":
        """Keep pages and index as they are now: this is what `restore` puts back."""
        _copy(self.place / "now", self.place / "kept")
        return replace(self, current=dict(self.archive.state))

    def restore(self) -> "Collection":
        """Put pages and index back as they were kept; return the collection of this state."""
        _copy(self.place / "kept", self.place / "now")
        return replace(self, archive=Archive(self.archive.folder, dict(self.current), self.archive.next))

    def run(self, *arguments: str | Path, codes: tuple[int, ...] = (0,)) -> None:
        """Run a command that must end well; reindex reads pages of text in its own process."""
        name, *rest = arguments
        jobs = ["--jobs", "1"] if name == "reindex" else []
        done = self.commands.run(name, *rest, "--index", self.index, *jobs)
        wrong = check_ending(done, " ".join(map(str, arguments)), codes=codes)
        require(wrong is None, wrong or "")

    def state(self, what: str) -> State:
        """Return what the index holds, as `state_of` does."""
        return state_of(self.commands, self.index, what)


def make_collection(place: Path, commands: Commands, rng: Random) -> Collection:
    """Make an index of two generations and several segments, in an empty folder."""
    archive = Archive(place / "now" / "pages")
    made = Collection(commands, place, archive, archive.state, {})
    archive.add(ARTICLES)
    made.run("reindex", archive.folder)
    archive.change(rng, 6)
    made.run("reindex")
    before = dict(archive.state)
    made.run("reindex", "--full")
    archive.change(rng, 4)
    made.run("reindex")
    return replace(made, before=before).keep()


def _copy(folder: Path, into: Path) -> None:
    if into.exists():
        rmtree(into)
    copytree(folder, into)


@dataclass(frozen=True, slots=True)
class Change:
    """A command on a collection, and what the index may hold after it."""

    #: The arguments without `--index`.
    arguments: tuple[str, ...]
    old: State
    new: State
    #: Whether the command commits in steps: ended in the midst, some articles may be old and some new.
    in_steps: bool = False
    #: Whether the command takes an article down, so that a list of these remembers it.
    takes_down: bool = False

    def check(self, collection: Collection, what: str, *, done: bool) -> None:
        """Look whether the index holds what it may.

        Args:
            collection: The index.
            what: What happened, for messages.
            done: Whether the command has ended with success.

        Raises:
            Wrong: It cannot be searched, its answers are no whole state, or the state is another.

        """
        state = collection.state(what)
        fits = state == self.new or (not done and (state == self.old or (self.in_steps and self._is_between(state))))
        names = describe(self.new) if done else f"{describe(self.old)}; or {describe(self.new)}"
        require(fits, f"{what}: there are {describe(state)}, where there should be {names}")

    def _is_between(self, state: State) -> bool:
        """Return whether each article is as before the command, or as after it."""
        numbers = self.old.keys() | self.new.keys() | state.keys()
        return all(state.get(number) in {self.old.get(number), self.new.get(number)} for number in numbers)

    def wanted(self, collection: Collection, *, done: bool) -> State:
        """Return what the index must hold after the next plain run."""
        taken_down = self.takes_down and (done or (collection.index / "forgotten").exists())
        return self.new if taken_down else dict(collection.archive.state)


def begin(collection: Collection, action: tuple[str, ...], rng: Random, *, jobs: int = 1) -> Change:
    """Change pages as the command needs it, and return what the command may do.

    Args:
        collection: A collection that was just restored.
        action: The command: reindex, forget or rollback, with options.
        rng: Source of the changes.
        jobs: Processes of reindex.

    """
    old, archive = dict(collection.current), collection.archive
    if action[0] == "reindex":
        archive.change(rng, rng.randrange(3, 15))
        return Change((*action, "--jobs", str(jobs)), old, dict(archive.state), in_steps="--full" not in action)
    if action[0] == "forget":
        number = rng.choice([number for number in sorted(old) if Archive.is_record(number)])
        new = {other: round_ for other, round_ in old.items() if other != number}
        return Change((*action, f"a{number}"), old, new, takes_down=True)
    return Change(action, old, dict(collection.before))


def settle(collection: Collection, wanted: State, rng: Random, what: str) -> None:
    """Bring an index up to date after trouble, by plain runs, and look whether all is as it must be.

    Args:
        collection: The index and its pages.
        wanted: What the index must hold after the first run.
        rng: Source of the change that the second run finds.
        what: What happened before, for messages.

    Raises:
        Wrong: A run fails, numbers are wrong, `doctor` finds something, or files are left over.

    """
    archive = collection.archive
    collection.run("reindex")
    _compare(collection, wanted, f"{what}, then a plain run")
    taken_down = set(archive.state) - set(wanted)
    archive.change(rng, 1)
    collection.run("reindex")
    wanted = {number: round_ for number, round_ in archive.state.items() if number not in taken_down}
    _compare(collection, wanted, f"{what}, then two runs")
    collection.run("doctor")
    left = leftovers(collection.index)
    require(not left, f"{what}, then two runs: left over: {left}")


def _compare(collection: Collection, wanted: State, what: str) -> None:
    state = collection.state(what)
    require(state == wanted, f"{what}: there are {describe(state)}, where there should be {describe(wanted)}")
