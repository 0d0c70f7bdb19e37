"""Run the trials of a part: progress, a state that survives a stop, failures with the way to repeat them, a table."""

import hashlib
import json
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from shutil import rmtree
from tempfile import TemporaryDirectory

from tqdm import tqdm

import searchsvc
from soak.part import Part, Wrong

#: Seconds between two writes of the state.
PAUSE = 1.0
#: Seconds between two pictures of the progress: on a terminal, and in a file.
TICK, LOG_TICK = 0.2, 60.0


@dataclass(frozen=True, slots=True)
class Failure:
    """A trial that found what must not be."""

    trial: int
    text: str
    #: Command that makes this trial alone again.
    repeat: str


@dataclass(slots=True)
class State:
    """How far a part has come; kept in a file, so that a stopped run goes on at the next trial."""

    #: Digest of the code of product and trials: a state of other code is not gone on from.
    code: str
    seed: int
    count: int
    done: int = 0
    seconds: float = 0.0
    failures: list[Failure] = field(default_factory=list)
    remark: str = ""
    #: Whether `Part.finish` has looked at all trials.
    finished: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The result of a part: a line of the table."""

    part: str
    trials: int
    failures: Sequence[Failure]
    seconds: float
    remark: str = ""

    def __str__(self) -> str:
        """Return the line."""
        remark = f"  {self.remark}" if self.remark else ""
        return f"{self.part:10}{self.trials:>10,} {len(self.failures):>9,} {self.seconds:>9,.0f}{remark}"


#: First line of the table.
HEAD = f"{'part':10}{'trials':>10} {'failures':>9} {'seconds':>9}"


def run(part: type[Part], *, count: int | None = None, seed: int, states: Path, fresh: bool = False) -> Row:
    """Make the trials of a part that are not done yet.

    Args:
        part: The part.
        count: Trials; None for the full size.
        seed: Seed of all trials.
        states: Folder of the state files; made if it does not exist.
        fresh: Forget an earlier run.

    Returns:
        Trials and failures since the beginning, those of a run that was stopped included.

    """
    with TemporaryDirectory(prefix=f"soak-{part.name}-") as place, part(Path(place), seed) as trials:
        wanted = count or part.full
        most = trials.most()
        wanted = wanted if most is None else min(wanted, most)
        path = states / f"{part.name}.json"
        state = State(_code(), seed, wanted)
        if not fresh:
            state = _earlier(path, state) or state
        with (
            _kept(path, state),
            tqdm(
                total=wanted,
                initial=state.done,
                desc=part.name,
                unit=" trials",
                dynamic_ncols=True,
                mininterval=TICK if sys.stderr.isatty() else LOG_TICK,
            ) as bar,
        ):
            while state.done < wanted:
                begin, number = time.monotonic(), state.done
                _try_one(trials, number, state, states)
                state.done = min(number + part.step, wanted)
                state.seconds += time.monotonic() - begin
                bar.update(state.done - number)
                _save(path, state, pause=PAUSE)
            if not state.finished:
                _finish(trials, state, states)
    return Row(part.name, state.done, tuple(state.failures), state.seconds, state.remark)


def repeat(part: type[Part], number: int, *, seed: int, states: Path) -> Row:
    """Make one trial alone; what it leaves is kept in a folder that is named."""
    place = (states / "repeated" / f"{part.name}-{seed}-{number}").resolve()
    if place.exists():
        rmtree(place)
    place.mkdir(parents=True)
    print(f"folder: {place}", file=sys.stderr)
    state = State(_code(), seed, 1)
    begin = time.monotonic()
    with part(place, seed) as trials:
        _try_one(trials, number - number % part.step, state, states)
    return Row(part.name, part.step, tuple(state.failures), time.monotonic() - begin)


def generator(part: type[Part], number: int, seed: int) -> Random:
    """Return the source of chance of one trial."""
    return Random(f"{seed}:{part.name}:{number}")


def _try_one(trials: Part, number: int, state: State, states: Path) -> None:
    part = type(trials)
    try:
        trials.trial(number, generator(part, number, state.seed))
    except Exception as error:  # noqa: BLE001  whatever it is, it is what the trials look for
        _note(part, number, error, state, states)


def _finish(trials: Part, state: State, states: Path) -> None:
    try:
        state.remark = trials.finish()
    except Wrong as error:
        _note(type(trials), state.done, error, state, states)
    state.finished = True


def _note(part: type[Part], number: int, error: Exception, state: State, states: Path) -> None:
    """Keep a failure, and print it beside the progress."""
    text = str(error) if isinstance(error, Wrong) else "".join(traceback.format_exception(error))
    if isinstance(error, Wrong) and error.evidence is not None:
        file = states / f"{part.name}-{state.seed}-{number}.evidence"
        states.mkdir(parents=True, exist_ok=True)
        file.write_bytes(error.evidence)
        text = f"{text}; see {file}"
    again = f'make soak PART={part.name} SEED={state.seed} ARGS="--trial {number}"'
    state.failures.append(Failure(number, text, again))
    tqdm.write(f"FAILED {part.name} {number}: {text}\n  again: {again}", file=sys.stderr)


@contextmanager
def _kept(path: Path, state: State) -> Iterator[None]:
    """Write the state when the block ends, however it ends."""
    try:
        yield
    finally:
        _save(path, state)


_saved: dict[Path, float] = {}


def _save(path: Path, state: State, *, pause: float = 0.0) -> None:
    """Write the state into its file, unless it was written within so many seconds."""
    if time.monotonic() - _saved.get(path, -pause) < pause:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(asdict(state), indent=1))
    unfinished.replace(path)
    _saved[path] = time.monotonic()


def _earlier(path: Path, state: State) -> State | None:
    """Return the state of an earlier run of the same code, seed and count; None if there is none."""
    try:
        found = json.loads(path.read_text())
        earlier = State(**{**found, "failures": [Failure(**failure) for failure in found["failures"]]})
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError):
        print(f"{path} cannot be read: the trials begin anew", file=sys.stderr)
        return None
    if (earlier.code, earlier.seed, earlier.count) != (state.code, state.seed, state.count):
        print(f"{path} is of another seed, number or version of the code: the trials begin anew", file=sys.stderr)
        return None
    if earlier.done:
        print(f"{path}: {earlier.done:,} trials are done; --fresh makes them again", file=sys.stderr)
    return earlier


def _code() -> str:
    """Return a digest of the code of the product and of the trials."""
    digest = hashlib.blake2b(digest_size=8)
    for package in (Path(searchsvc.__file__).parent, Path(__file__).parent):
        for file in sorted(package.rglob("*")):
            if file.suffix in {".py", ".c", ".toml", ".html"}:
                digest.update(file.read_bytes())
    return digest.hexdigest()
