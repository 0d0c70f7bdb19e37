"""One bit flips in a file of an index, or a part of it is lost; then searches, a run that merges, a full run.

Every kind of file is met as often as any other, and in segments every array. Right: nothing ends in a traceback or
asks for gigabytes; a search answers as before or names the damage; after the run `doctor` names damage, or the answers
are those of an undamaged run; a full run makes all whole again.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import ClassVar, Self

from searchsvc.engines.whoosh.codec.container import Container
from soak.archive import PEOPLE, WORDS
from soak.collection import Collection, make_collection
from soak.commands import Commands, Done, check_ending
from soak.part import Part, require

#: Address space of a command in bytes, and how much more memory than undisturbed it may take.
MEMORY, MORE = 4 << 30, 300 << 20
#: Small runs, at most, until the next one merges the segments of the first.
ROUNDS = 12
#: Bytes that a cut, or an overwritten stretch, takes at most.
STRETCH = 4096
#: Exit codes of the commands: done, some pages failed, the index cannot be used.
CALM, WRONG_USE = (0, 1, 3), 2
#: Share of the trials after which the advice is followed.
MENDED = 0.5
#: What is searched for before and after: words, phrases, names, prefixes, filters, a slip of the pen.
QUERIES = (
    *WORDS[:12],
    '"harbour wall"',
    '"the council"~5',
    "har*",
    "harbur~",
    "number7",
    "round1",
    "title:number12",
    "outlet:Post",
    "section:Sea",
    f'speaker:"{PEOPLE[0]}"',
    f'author:"{PEOPLE[1]}"',
    "quote:harbour",
    "after:2024-06",
    "storm OR ferry",
    "storm -ferry",
    "lang:en",
    "",
)
Damage = Callable[[bytearray, int, Random], None]


def flip(data: bytearray, at: int, rng: Random) -> None:
    """Flip one bit."""
    data[at] ^= 1 << rng.randrange(8)


def cut(data: bytearray, at: int, _: Random) -> None:
    """Lose all from a place on."""
    del data[at:]


def remove(data: bytearray, at: int, rng: Random) -> None:
    """Lose a stretch."""
    del data[at : at + rng.randrange(1, STRETCH)]


def clear(data: bytearray, at: int, rng: Random) -> None:
    """Overwrite a stretch with zeros, as a block that was never written."""
    size = min(rng.randrange(1, STRETCH), len(data) - at)
    data[at : at + size] = bytes(size)


def overwrite(data: bytearray, at: int, rng: Random) -> None:
    """Overwrite a stretch with the bytes of another."""
    other = rng.randrange(len(data))
    size = min(rng.randrange(1, STRETCH), len(data) - at, len(data) - other)
    data[at : at + size] = data[other : other + size]


#: Kinds of damage, with how often each is done.
DAMAGES: dict[Damage, int] = {flip: 70, cut: 10, remove: 5, clear: 10, overwrite: 5}


#: Files with how often each is damaged, by a pattern of names in the folder of the index.
FILES = {
    "generation-2/*.arrays": 60,
    "generation-1/*.arrays": 8,
    "generation-2/*.toc": 6,
    "generation-1/*.toc": 2,
    "current-*": 4,
    "forgotten": 5,
    "catalogue.sqlite": 12,
    "catalogue.checksum": 2,
    "*.lock": 1,
    "generation-2/*LOCK": 2,
}
#: Record that is taken down before all.
TAKEN_DOWN = 0


@dataclass(frozen=True, slots=True)
class Answers:
    """What a batch of searches answers."""

    #: An answer for each query, as far as they were answered.
    found: tuple[object, ...]
    #: Why the rest was not answered; "" where all was.
    error: str

    def fit(self, right: "Answers") -> bool:
        """Return whether every answer that was given is right."""
        return self.found == right.found[: len(self.found)] and (
            bool(self.error) or len(self.found) == len(right.found)
        )


class Flips(Part):
    """Damage to one index whose next run merges its largest segment."""

    name: ClassVar[str] = "flips"
    full: ClassVar[int] = 1000

    def __enter__(self) -> Self:
        """Make the index, and learn what undisturbed commands answer and take."""
        self._commands = Commands()
        rng = Random(self.seed)
        self._queries = self.place / "queries.txt"
        self._queries.write_text("".join(f"{query}\n" for query in QUERIES))
        collection = make_collection(self.place, self._commands, rng)
        collection.run("forget", f"a{TAKEN_DOWN}")
        for _ in range(ROUNDS):
            largest = max(collection.index.glob("generation-2/*.arrays"), key=lambda path: path.stat().st_size)
            collection.archive.change(rng, 1)
            collection = collection.keep()
            done = self._run(collection, "reindex", "--jobs", "1", what="undisturbed")
            if not largest.exists():
                break
        require(not largest.exists(), f"{ROUNDS} small runs merge nothing")
        self._peak = done.peak
        self._merged = self._answers(collection, "undisturbed")
        self._first = collection.restore()
        self._before = self._answers(collection, "undisturbed")
        self._run(collection, "rollback", what="undisturbed")
        self._rolled_back = self._answers(collection, "undisturbed")
        self._told = 0
        return self

    def __exit__(self, *_: object) -> None:
        """End the launcher."""
        self._commands.close()

    def trial(self, number: int, rng: Random) -> None:  # noqa: ARG002  the generator knows it
        """Damage one place of one file."""
        collection = self._first.restore()
        what = damage(collection.index, rng)
        earlier = "generation-1" in what
        told = self._doctor(collection, what)
        self._check(collection, what, self._before, whole=not told)
        command = ("rollback",) if earlier else ("reindex", "--jobs", "1")
        done = self._run(collection, *command, what=what)
        after = f"{what}, then {command[0]} ({done})"
        right = self._rolled_back if earlier else self._merged
        still_told = self._doctor(collection, after)
        self._check(collection, after, right, *([self._before] if done.code else []), whole=not still_told)
        self._told += told or still_told or done.code != 0
        if rng.random() < MENDED:
            self._mend(collection, after)

    def finish(self) -> str:
        """Tell how often anything was said."""
        return f"{self._told:,} told, the rest harmless"

    def _check(self, collection: Collection, what: str, *right: Answers, whole: bool) -> None:
        """Look whether searches answer rightly; where `doctor` found damage, they may also say so."""
        answers = self._answers(collection, what)
        require(not (answers.error and whole), f"{what}: doctor says whole, a search says {answers.error}")
        if whole:
            fit = any(map(answers.fit, right))
            require(fit, f"{what}: doctor says whole, and answers differ: {_difference(answers, right[0])}")

    def _mend(self, collection: Collection, what: str) -> None:
        """Follow the advice: after a full run all must be right."""
        catalogue, pages = collection.index / "catalogue.sqlite", str(collection.archive.folder)
        done = self._run(collection, "reindex", "--full", pages, "--jobs", "1", what=what)
        if done.code and str(catalogue) in done.err:
            catalogue.unlink()
            done = self._run(collection, "reindex", "--full", pages, "--jobs", "1", what=f"{what}, catalogue removed")
        require(done.code == 0, f"{what}, then a full run: {done}")
        require(not self._doctor(collection, f"{what}, then a full run"), f"{what}, then a full run: still not whole")
        self._check(collection, f"{what}, then a full run", self._merged, whole=True)

    def _doctor(self, collection: Collection, what: str) -> bool:
        """Return whether `doctor` tells of damage."""
        return self._run(collection, "doctor", what=what).code != 0

    def _answers(self, collection: Collection, what: str) -> Answers:
        done = self._run(collection, "search", "--batch", self._queries, "--json", "--size", "100", what=what)
        return Answers(tuple(map(_plain, done.out.splitlines())), done.err.strip() if done.code else "")

    def _run(self, collection: Collection, *arguments: str | Path, what: str) -> Done:
        done = self._commands.run(*arguments, "--index", collection.index, memory=MEMORY)
        what = f"{what}, then {arguments[0]}"
        asks = done.code == WRONG_USE and "name a folder" in done.err  # the catalogue is empty
        wrong = check_ending(done, what, codes=(*CALM, WRONG_USE) if asks else CALM)
        require(wrong is None, wrong or "")
        peak = getattr(self, "_peak", done.peak)
        require(done.peak <= peak + MORE, f"{what}: takes {done.peak >> 20} MB, {peak >> 20} MB undisturbed")
        require("not enough memory" not in done.err, f"{what}: {done}")
        return done


def damage(index: Path, rng: Random) -> str:
    """Damage one file of an index; return which, where and how."""
    pattern = rng.choices(list(FILES), weights=list(FILES.values()))[0]
    path = rng.choice(sorted(index.glob(pattern)))
    data = bytearray(path.read_bytes())
    part, start, end = rng.choice(_parts(path, len(data)))
    if start == end:  # an empty file, or an empty array
        path.write_bytes(b"\0")
        return f"{path.relative_to(index)}: a byte written into it"
    at = rng.choice((start, end - 1, rng.randrange(start, end), rng.randrange(start, end)))
    kind = rng.choices(list(DAMAGES), weights=list(DAMAGES.values()))[0]
    kind(data, at, rng)
    path.write_bytes(data)
    return f"{path.relative_to(index)}: {kind.__name__} at byte {at} ({part})"


def _parts(path: Path, size: int) -> list[tuple[str, int, int]]:
    """Return the parts of a file: name, first byte, and the byte behind it."""
    if path.suffix != ".arrays":
        return [("the file", 0, size)]
    file = Container(path)
    arrays = [(name, *file.where(name)) for name in file.names()]
    last = max(at + length for _, at, length in arrays)
    return [
        ("head", 0, arrays[0][1]),
        ("directory", last, size),
        *((n, at, at + length) for n, at, length in arrays if length),
    ]


def _plain(line: str) -> object:
    """Return what an answer says, without what is of the moment: identity, time, score and order."""
    answer = json.loads(line)
    hits = [(hit["id"], hit["title"], json.dumps(hit["snippets"])) for hit in answer["hits"]]
    return answer.get("total"), answer.get("error"), sorted(hits)


def _difference(answers: Answers, right: Answers) -> str:
    pairs = zip(QUERIES, answers.found, right.found, strict=False)
    return "; ".join(f"{query!r}: {one} where {other}"[:300] for query, one, other in pairs if one != other)[:900]
