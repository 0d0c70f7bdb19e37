"""An invented archive that changes by chance, and what a search of it must answer.

Every article has a number and a round: the round is raised whenever its page changes. Title, text, related headline and
quotation of an article all name both, so that an answer tells which state of which article it was made from.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from searchsvc.engines import engine_url, open_engine
from searchsvc.errors import SearchsvcError
from searchsvc.search import SearchRequest, search_articles, search_quotes
from searchsvc.search.request import MAX_PAGE_SIZE
from soak.commands import Commands
from soak.part import require

WORDS = (
    "harbour wall ferry council storm engine river market school budget minister report bridge winter summer fish "
    "field light paper north south judge court strike union train signal valley forest mill coast tide rescue"
).split()
PEOPLE = ("Edda Quill", "Ned Farrow", "Oona Pike", "Wilf Sparrow")
_MARK = re.compile(r"number(\d+) round(\d+)")
#: What may lie in the folder of an index.
_KNOWN = re.compile(
    r"runs\.json|catalogue\.(sqlite|checksum)|current-\d+|forgotten|generation-\d+|reindex\.lock|writer\.lock"
)
#: The current generation, and the one before it.
MOST_GENERATIONS = 2
#: Number of an article → its round.
State = dict[int, int]


@dataclass(slots=True)
class Archive:
    """Pages in a folder: text files, and one file of records for every third article."""

    folder: Path
    state: State = field(default_factory=dict)
    #: Number of the next new article.
    next: int = 0

    @staticmethod
    def is_record(number: int) -> bool:
        """Return whether an article is a record, whose id is `a` and its number; else it is a page of text."""
        return number % 3 == 0

    def add(self, count: int) -> None:
        """Add articles."""
        for number in range(self.next, self.next + count):
            self.state[number] = 0
        self.next += count
        self.write()

    def change(self, rng: Random, count: int, *, least: int = 15, most: int = 90) -> None:
        """Add, change or remove an article, so many times; the archive keeps its size within bounds."""
        for _ in range(count):
            what = rng.random()
            if (what < 0.45 and len(self.state) < most) or len(self.state) < least:
                self.state[self.next] = 0
                self.next += 1
            elif what < 0.8:
                self.state[rng.choice(sorted(self.state))] += 1
            else:
                del self.state[rng.choice(sorted(self.state))]
        self.write()

    def write(self) -> None:
        """Write the pages of the state: new and changed ones, and none that are gone."""
        self.folder.mkdir(parents=True, exist_ok=True)
        pages = {
            self.folder / f"p{number}.txt": text(number, round_)
            for number, round_ in self.state.items()
            if not self.is_record(number)
        }
        records = [record(number, round_) for number, round_ in sorted(self.state.items()) if self.is_record(number)]
        pages[self.folder / "records.jsonl"] = "".join(json.dumps(one) + "\n" for one in records)
        for path in self.folder.iterdir():
            if path not in pages:
                path.unlink()
        for path, content in pages.items():
            if not path.exists() or path.read_text() != content:
                path.write_text(content)


def record(number: int, round_: int) -> dict[str, object]:
    """Return an article as a record of a JSONL file."""
    title, *paragraphs = _parts(number, round_)
    day = f"2024-{number % 12 + 1:02}-{number % 27 + 1:02}T10:00:00Z"
    related = [f"Earlier: number{number} round{round_} of the {WORDS[number % len(WORDS)]}"]
    return {
        "id": f"a{number}",
        "title": title,
        "body": "\n".join(paragraphs),
        "published": day,
        "outlet": "Post",
        "section": ("Sea", "Land")[number % 2],
        "related": related,
        "authors": [PEOPLE[number % len(PEOPLE)]],
    }


def text(number: int, round_: int) -> str:
    """Return an article as a page of plain text."""
    return "\n\n".join(_parts(number, round_)) + "\n"


def _parts(number: int, round_: int) -> list[str]:
    rng = Random(f"{number}:{round_}")
    mark = f"number{number} round{round_}"
    said = f"“The {rng.choice(WORDS)} of {mark} is a {rng.choice(WORDS)} for us,” said {rng.choice(PEOPLE)}."
    paragraphs = [
        " ".join(rng.choices(WORDS, k=rng.randrange(20, 60))).capitalize() + f", in round{round_}." for _ in range(3)
    ]
    return [f"The {rng.choice(WORDS)} and the {rng.choice(WORDS)}, {mark}", *paragraphs[:2], said, paragraphs[2]]


def look(index: str) -> None:
    """Print what searches of an index find, as JSON: called in a process of its own, as a command is."""
    engine = open_engine(engine_url(index))
    try:
        page = search_articles(engine, SearchRequest("", size=MAX_PAGE_SIZE))
        titles = [hit.head.title for hit in page.results]
        quotes = search_quotes(engine, SearchRequest("", size=MAX_PAGE_SIZE))
        found: dict[str, object] = {
            "total": page.total,
            "count": engine.count(),
            "titles": titles,
            "leads": [hit.head.lead or "" for hit in page.results],
            "quotes": [hit.quote.text for hit in quotes.results],
            "words": {
                round_: search_articles(engine, SearchRequest(f"title:round{round_}", size=1)).total
                for round_ in sorted(set(marks(titles).values()))
            },
        }
    except SearchsvcError as error:
        found = {"error": str(error)}
    print(json.dumps(found))


def marks(texts: Iterable[str]) -> State:
    """Return the articles and their rounds that texts name."""
    return {int(match[1]): int(match[2]) for text in texts if (match := _MARK.search(text))}


def state_of(commands: Commands, index: Path, what: str) -> State:
    """Return which articles an index holds, as a new process finds them.

    Args:
        commands: The launcher.
        index: Folder of the index.
        what: What happened before, for the message.

    Raises:
        Wrong: It cannot be searched, or its answers are not of one state: articles, words, quotations, number.

    """
    done = commands.run(index, function="soak.archive:look")
    require(done.code == 0 and not done.hung, f"{what}: a search ends so: {done}\n{done.err[-2000:]}")
    found = json.loads(done.out)
    require("error" not in found, f"{what}: a search says: {found.get('error')}")
    state = marks(found["titles"])
    require(len(found["titles"]) == found["total"] == found["count"] == len(state), f"{what}: {done.out[:300]}")
    quoted = marks(found["quotes"])
    require(quoted == state, f"{what}: articles are {describe(state)}, quotations are of {describe(quoted)}")
    words = {str(round_): sum(one == round_ for one in state.values()) for round_ in set(state.values())}
    require(found["words"] == words, f"{what}: titles have {words}, searches for their words find {found['words']}")
    return state


def describe(state: State) -> str:
    """Return a state in short: `3 articles: 1 4.2 7` (article 4 in round 2)."""
    names = " ".join(f"{number}.{round_}" if round_ else str(number) for number, round_ in sorted(state.items()))
    return f"{len(state)} articles: {names}"


def leftovers(index: Path) -> list[str]:
    """Return the names of what lies in an index and belongs to none of its states: unfinished, unlisted, too old."""
    left = [path.name for path in index.iterdir() if not _KNOWN.fullmatch(path.name)]
    # An empty folder keeps the number of a generation from being used again.
    generations = [path for path in index.iterdir() if path.name.startswith("generation-") and any(path.iterdir())]
    if len(generations) > MOST_GENERATIONS:
        left += [path.name for path in generations]
    for generation in generations:
        commits = sorted(generation.glob("_MAIN_*.toc"), key=lambda path: int(path.stem.rpartition("_")[2]))
        listed = commits[-1].read_bytes().decode("utf-8", "replace") if commits else ""
        for path in generation.iterdir():
            segment = path.suffix == ".arrays" and path.stem.removeprefix("MAIN_") in listed
            if not (segment or path in commits[-1:] or path.name == "MAIN_WRITELOCK"):
                left.append(f"{generation.name}/{path.name}")
    return left
