"""A bit that flipped on disk gives an error that names the file, or the answer that the whole file gives."""

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest

from searchsvc.engines.whoosh import WhooshEngine
from searchsvc.engines.whoosh.codec.container import Container
from searchsvc.errors import CorruptIndexError
from searchsvc.model.document import Document
from searchsvc.model.fields import (
    KIND,
    LANGUAGE,
    QUOTED,
    RELATED,
    SECTION,
    SPEAKER,
    SPEAKER_NAME,
    TEXT,
    TITLE,
    FacetField,
    TextField,
)
from searchsvc.model.query import And, FacetFilter, Fuzzy, LinksTo, MatchAll, Or, Phrase, Prefix, Query, Url, Word
from tests.engines.engine_articles import documents

pytestmark = pytest.mark.no_cover

Ask = Callable[[WhooshEngine], object]

ASKED: dict[str, Ask] = {
    "word": lambda e: e.search(Query(Word("storm")), limit=10),
    "words": lambda e: e.search(Query(Or((Word("storm"), Word("ferry"), Word("wall")))), limit=5),
    "all": lambda e: e.search(Query(And((Word("storm"), Word("wall")))), limit=10),
    "named fields": lambda e: [
        e.search(Query(Or((Word("storm", field), Word("quill", field)))), limit=10) for field in TEXT
    ],
    "phrases": lambda e: [
        e.search(Query(Phrase(("harbour", "wall"), slop, field)), limit=10)
        for slop in (0, 2)
        for field in (None, TITLE, QUOTED, TextField("crossheads"), TextField("captions"), TextField("kicker"), RELATED)
    ],
    "people": lambda e: [
        e.search(Query(Phrase(("edda", "quill"), 0, f)), limit=10)
        for f in (SPEAKER_NAME, TextField("author"), TextField("agency"))
    ],
    "prefix": lambda e: e.search(Query(Prefix("har")), limit=10),
    "fuzzy": lambda e: e.search(Query(Fuzzy("harbor")), limit=10),
    "newest": lambda e: e.search(Query(MatchAll(), (FacetFilter(SECTION, "Sea"),), "newest"), limit=10),
    "facets": lambda e: [
        e.search(Query(MatchAll(), (FacetFilter(field, value),)), limit=10)
        for field, value in (
            (FacetField("outlet"), "Post"),
            (FacetField("author"), "Edda Quill"),
            (SPEAKER, "Ned Farrow"),
            (LANGUAGE, "en"),
        )
    ],
    "address": lambda e: e.search(Query(Url("https://post.example/a3")), limit=10),
    "links": lambda e: e.search(Query(LinksTo(("https://post.example/a3",))), limit=10),
    "arrival": lambda e: e.search(Query(Word("storm"), sort="added"), limit=10),
    "page": lambda e: [e.article(f"a{number}") for number in range(12)],
    "suggest": lambda e: e.words("s", limit=10),
    "spelling": lambda e: e.similar_words("storn", limit=10),
    "grouped": lambda e: (
        e.search(Query(Word("storm"), grouped=True), limit=5),
        e.search_quotes(Word("storm"), (), limit=5, grouped=True),
        e.copies("a1"),
    ),
    "languages": lambda e: (e.count(), e.languages()),
    "quotes": lambda e: [
        e.search_quotes(root, (), limit=5, sort=sort)
        for root in (
            Word("storm"),
            Phrase(("broke", "the", "wall")),
            Word("farrow", SPEAKER_NAME),
            FacetFilter(KIND, "full"),
        )
        for sort in ("relevance", "newest")
    ],
    "quote people": lambda e: e.search_quotes(Phrase(("ned", "farrow"), field=SPEAKER_NAME), (), limit=5),
    "quotes of": lambda e: e.search_quotes(
        MatchAll(), (FacetFilter(FacetField("author"), "Edda Quill"), Word("ferry", TITLE)), limit=5
    ),
    "speakers": lambda e: e.search_speakers(Word("storm"), (), limit=10),
    "headlines": lambda e: [
        e.search_headlines(root, (FacetFilter(SECTION, "Sea"),), limit=5)
        for root in (Word("harbour"), Phrase(("harbour", "wall")), FacetFilter(FacetField("author"), "Edda Quill"))
    ],
}


def fill(folder: Path) -> None:
    engine = WhooshEngine(folder)

    def story(number: int, word: str = "storm") -> tuple[Document, ...]:
        return documents(
            f"a{number}",
            f"The {word} and the harbour wall {number}",
            f"A {word} came to the ferry.",
            f"The {word} broke the harbour wall of Lowmere, and x{number}y said so.",
            crossheads=("Harbour wall gone",),
            captions=("The harbour wall, by Edda Quill",),
            quotes=((f"the {word} broke the wall", "Ned Farrow"), ("harbour wall", "Edda Quill")),
            related=(f"Harbour wall {number}", "Ferry late"),
            day=f"2021-03-{number + 1:02}",
            section="Sea",
            outlet="Post",
            kicker="Harbour wall",
            agency="Edda Quill",
            authors=("Edda Quill", "Ned Farrow") if number % 2 else ("Edda Quill",),
            url=f"https://post.example/a{number}",
        )

    with engine.writer(fresh=True) as writer:
        for number in range(10):
            writer.put(story(number))
    with engine.writer() as writer:
        writer.put(story(3, "gale"))
        writer.put(story(10))


def answers(folder: Path, names: Sequence[str] = tuple(ASKED)) -> dict[str, object]:
    """Return what each search answers, or the message of the damage that it names."""
    engine = WhooshEngine(folder)
    found: dict[str, object] = {}
    for name in names:
        try:
            found[name] = ASKED[name](engine)
        except CorruptIndexError as error:
            found[name] = error
    engine.close()
    return found


def places(path: Path, random: Random) -> dict[str, int]:
    """Return a byte of each array that has any: the first, the last or another."""
    file = Container(path)
    spots = {name: file.where(name) for name in file.names()}
    return {
        name: at + random.choice((0, size - 1, random.randrange(size))) for name, (at, size) in spots.items() if size
    }


def test_a_search_answers_as_of_the_whole_file_or_names_it(tmp_path: Path) -> None:
    fill(tmp_path / "index")
    right = answers(tmp_path / "index")
    assert not [answer for answer in right.values() if isinstance(answer, CorruptIndexError)]
    random = Random(5)  # noqa: S311  # nothing secret
    flipped, told = set(), set()
    # The largest segment of each family.
    for path in sorted((tmp_path / "index").rglob("*.arrays"), key=lambda path: path.stat().st_size)[-3:]:
        whole = path.read_bytes()
        for name, at in places(path, random).items():
            flipped.add(name)
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << random.randrange(8)]) + whole[at + 1 :])
            for asked, answer in answers(tmp_path / "index").items():
                if isinstance(answer, CorruptIndexError):
                    assert path.name in str(answer), (name, asked, answer)
                    told.add(name)
                else:
                    assert answer == right[asked], (path.name, name, at, asked)
        path.write_bytes(whole)
    assert answers(tmp_path / "index") == right
    # What is in no answer is not read for any: nearly everything is.
    # Signatures are read by commits alone, and keys of links have no positions.
    assert flipped - told <= {"dense.term", "dense.rows", "copies.numbers", "copies.bands", "links.poff"}
