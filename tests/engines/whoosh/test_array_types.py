"""The arrays that the engine's functions take and give have the types that their signatures name."""

import dataclasses
import importlib
import inspect
import pkgutil
import sys
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from inspect import signature
from itertools import islice
from pathlib import Path
from types import FrameType, UnionType
from typing import Any, Union, get_type_hints

import numpy as np
import pytest

from searchsvc.analysis.links import address_key
from searchsvc.engines import whoosh
from searchsvc.engines.takedowns import Takedown, Takedowns, digest_of
from searchsvc.engines.whoosh import WhooshEngine, term_dictionary
from searchsvc.engines.whoosh.array_ops import DocIds, Scored, Scores, Tiers
from searchsvc.engines.whoosh.codec.container import Integers, Unsigned
from searchsvc.engines.whoosh.codec.index_writer import IndexWriter
from searchsvc.engines.whoosh.codec.snapshot import open_snapshot, without
from searchsvc.engines.whoosh.codec.whoosh_reader import open_in_whoosh
from searchsvc.engines.whoosh.copy_groups import GroupedDocs
from searchsvc.engines.whoosh.searcher import Searcher
from searchsvc.model.article import Article, ArticleHead, Block, Provenance, Quote, RelatedHeadline
from searchsvc.model.document import Document, chunk
from searchsvc.model.fields import BODY, LEAD, SECTION, SPEAKER, TITLE
from searchsvc.model.query import (
    AddedRange,
    And,
    DateRange,
    DrillSidewaysFilter,
    FacetFilter,
    FacetSelection,
    Fuzzy,
    LinksTo,
    MatchAll,
    MinShouldMatch,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Sort,
    Url,
    Word,
)

WORDS = ["harbour", "ferry", "jetty", "storm", "pilot", "buoy", "keel", "anchor", "rope", "mast"]
NAMES = ["Ana Ruiz", "Ana Ruíz", "Edda Quill", "a spokesman"]
#: Identity of a function's code → its name and the types in its signature that name arrays. (Code is slow to hash.)
Signatures = dict[int, tuple[str, dict[str, Any]]]
#: Numbers of articles; those of the second commit replace a few of the first.
FIRST, SECOND, LAST_ENGLISH = range(50), range(45, 75), 70
#: Items of a list that are looked at.
FEW = 40


def story(number: int, printed: str = "", more: str = "") -> tuple[Document, ...]:
    """Return an article with quotes and headlines; the last ones are German, every fifth is undated.

    Those that differ in `printed` are copies, some of them with `more` text.
    """
    words = [WORDS[(number * step) % len(WORDS)] for step in range(1, 40)]
    text = " ".join([*words, f"only{number}", f"pair{number // 2}"])
    head = ArticleHead(
        f"a{number:03}{printed}",
        f"The {words[0]} of {words[1]}",
        url=f"https://example.org/{number}",
        section=WORDS[number % 3],
        authors=("Ned Farrow", "Una Brandt")[: number % 3],
        published=None if number % 5 == 0 else datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=number),
        language="de" if number > LAST_ENGLISH else "en",
        lead=f"A {words[2]} came.",
    )
    blocks = [Block("paragraph", f"A {words[2]} came."), Block("crosshead", words[3]), Block("paragraph", text)]
    quotes = (Quote(f"the {words[4]} was there", "full", NAMES[number % 4], NAMES[number % 4], block=0),)
    related = (RelatedHeadline(f"The {words[0]} of {words[1]}", "see_also", f"https://example.org/{number + 1}"),)
    blocks = blocks * 3 + [Block("paragraph", more)] * bool(more)
    return chunk(Article(head, tuple(blocks), Provenance("test/1", "a.html", "0" * 64), quotes, related))


SORTS: tuple[Sort, ...] = ("newest", "oldest", "added")
#: Ids of the copies of the seventh story.
COPIES = ("a007again", "a007longer")
QUERIES: list[Node] = [
    Word("ferry"),
    Or(tuple(map(Word, WORDS))),
    And((Word("ferry"), Word("storm"), Word("harbour"))),
    And((Word("only7"), Word("pair3"))),
    MinShouldMatch((Word("ferry"), Word("storm"), Word("nowhere")), 1),
    Phrase(("ferry", "jetty")),
    Phrase(("ferry", "jetty", "pilot"), 4),
    Phrase(("harbour", "harbour"), 3),
    Phrase(("jetty", "ferry"), within="sentence"),
    Phrase(("only7", "ferry"), within="paragraph"),
    Prefix("only"),
    Fuzzy("stormy"),
    Or((Word("ferry", BODY), Phrase(("storm", "buoy"), 1, LEAD), Prefix("mast", TITLE))),
    And((MatchAll(), Not(Word("ferry")), DateRange(datetime(2020, 2, 1, tzinfo=UTC)))),
    Url("https://example.org/3"),
    AddedRange(datetime(2020, 2, 1, tzinfo=UTC)),
    LinksTo(address_key("https://example.org/3")),
    FacetFilter(SECTION, "harbour"),
]


def work(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do once what an index can do: write, replace, delete, search, count, merge, check."""
    engine = WhooshEngine(folder)
    for fresh, numbers in ((True, FIRST), (False, SECOND)):
        with engine.writer(fresh=fresh) as writer:
            (known,) = writer.stored(["a001"])
            assert (known.newest is None) == fresh
            for number in numbers:
                writer.put(story(number))
            writer.delete("a004")
            writer.put(story(7, "again"))
            writer.put(story(7, "longer", " ".join(WORDS * 2)))
    search(engine)
    monkeypatch.setattr(term_dictionary, "MANY_FORMS", 2)
    assert engine.search(Query(Prefix("only")), limit=3).total == len({*FIRST, *SECOND}) - 1 + len(COPIES)
    generation = folder / f"generation-{engine.generation()}"
    taken_down = Takedowns.of([Takedown(digest_of("a003"), "2024-01-01")])
    assert (
        without(open_snapshot(generation), taken_down).articles[0].count
        == len(engine.ids()) - len(SECOND) - len(COPIES) - 1
    )
    with IndexWriter(generation, optimize=True) as joining:
        joining.put(story(200))
    assert engine.verify() == []
    assert [len(segment.arrays.main.xbase) for segment in open_snapshot(generation).articles] == [len(engine.ids()) + 1]
    with open_in_whoosh(generation).searcher() as searcher:
        assert searcher.search(whoosh_query(), limit=3).scored_length()
        assert {"harbour", "ferri"} <= set(searcher.reader().field_terms("title"))
        assert "ferri" in [reader.cursor("title").find("ferri") for reader, _ in searcher.reader().leaf_readers()]
        assert ("title", b"harbour") in list(searcher.reader().all_terms())


def whoosh_query() -> Any:
    """Return a query of Whoosh's own that reads positions and lengths."""
    query = importlib.import_module("whoosh.query")
    return query.Or([query.Phrase("body", ["ferri", "jetti"], slop=3), query.Term("title", b"harbour")])


def search(engine: WhooshEngine) -> None:
    """Ask each question in each order, and what else an engine answers."""
    narrowed = DrillSidewaysFilter(SECTION, FacetFilter(SECTION, "ferry"))
    for root in QUERIES:
        for query in (Query(root), Query(root, (narrowed,)), *(Query(root, sort=sort) for sort in SORTS)):
            engine.search(query, limit=3)
        engine.search(Query(root), limit=3, offset=1000)
        engine.search(Query(root), limit=3, facets=False)
        engine.search(Query(root, versions=True), limit=3)
        engine.search(Query(root, explain=True), limit=3, selection=FacetSelection(days_of="2020-02"))
        state = engine._now()
        Searcher(state.articles, state.term_dictionary.expand, Query(root)).ids(3, passages=False)
        engine.search_quotes(root, (), limit=3, sort="oldest")
        engine.search_headlines(root, (narrowed,), limit=3)
        engine.search(Query(root, (narrowed,), grouped=True), limit=3)
        engine.search_quotes(root, (), limit=3, grouped=True)
        engine.histograms([Query(root), Query(root, grouped=True)], "month")
    assert [head.id for head in engine.copies("a007")] == list(COPIES)
    assert engine.search(Query(MatchAll(), grouped=True), limit=3).total == len(engine.ids()) - len(COPIES)
    engine.totals([Query(MatchAll(), grouped=True)])
    said = FacetFilter(SPEAKER, "Edda Quill")
    quoted = Or((Word("harbour"), Word("pilot")))
    assert engine.search_quotes(quoted, (DrillSidewaysFilter(SPEAKER, said),), limit=3).hits
    assert engine.search_speakers(MatchAll(), (), limit=3).hits
    assert engine.quote_words((), limit=3)
    assert engine.similar_words("ferri")
    assert engine.words("only", limit=3)
    assert any(engine.locate([RelatedHeadline("The ferry of jetty", "see_also")]))
    assert any(engine.locate([RelatedHeadline("Elsewhere", "see_also", "https://example.org/3")]))
    engine.frequencies([Word("ferry"), Phrase(("ferry", "jetty"))])
    engine.totals([Query(MatchAll())], of="quotes")


def has_arrays(hint: object) -> bool:
    """Return whether a type names an array."""
    if get_origin(hint) is np.ndarray or hint is np.ndarray:
        return True
    return any(map(has_arrays, get_args(hint))) if get_origin(hint) is not Callable else False


def get_origin(hint: object) -> Any:
    """Return the origin of a type; that of what it stands for, where it is a lazy alias (`NDArray` of numpy 2.5)."""
    origin: Any = typing.get_origin(hint)
    return get_origin(origin.__value__[typing.get_args(hint)]) if hasattr(origin, "__value__") else origin


def get_args(hint: object) -> tuple[Any, ...]:
    """Return the arguments of a type, in the same way."""
    origin: Any = typing.get_origin(hint)
    arguments = typing.get_args(hint)
    return get_args(origin.__value__[arguments]) if hasattr(origin, "__value__") else arguments


def fits(value: object, hint: object) -> bool:  # noqa: PLR0911 - one return a kind of type
    """Return whether a value is of a type, as far as the type names arrays."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return any(fits(value, one) for one in arguments)
    if hint is type(None):
        return value is None
    if origin is np.ndarray:
        wanted = get_args(arguments[1])[0]
        wanted = get_origin(wanted) or wanted
        return isinstance(value, np.ndarray) and (wanted is Any or issubclass(value.dtype.type, wanted))
    if isinstance(hint, type) and (dataclasses.is_dataclass(hint) or hasattr(hint, "_fields")):
        if not isinstance(value, hint):
            return False
        return all(fits(getattr(value, name), one) for name, one in fields_of(hint).items())
    if origin is tuple and Ellipsis not in arguments and isinstance(value, tuple) and len(value) == len(arguments):
        return all(map(fits, value, arguments))
    if origin in {list, Sequence, tuple} and isinstance(value, list | tuple):
        return all(fits(one, arguments[0]) for one in value[:FEW])
    if origin in {dict, Mapping} and isinstance(value, Mapping):
        return all(fits(one, arguments[1]) for one in islice(value.values(), FEW))
    return True


@cache
def fields_of(kind: type) -> dict[str, Any]:
    """Return the types of a class's fields that name arrays."""
    return {name: hint for name, hint in get_type_hints(kind).items() if has_arrays(hint)}


def functions() -> Iterator[tuple[str, Callable[..., object]]]:
    """Yield every function and method of the engine with its full name."""
    for found in pkgutil.walk_packages(whoosh.__path__, f"{whoosh.__name__}."):
        module = importlib.import_module(found.name)
        owners = [module, *(c for c in vars(module).values() if inspect.isclass(c) and c.__module__ == module.__name__)]
        for owner in owners:
            for member in vars(owner).values():
                function = member.func if isinstance(member, cached_property) else member
                function = function.fget if isinstance(function, property) else function
                function = getattr(function, "__func__", function)
                function = inspect.unwrap(function) if callable(function) else function
                if inspect.isfunction(function) and function.__module__ == module.__name__:
                    yield f"{module.__name__.removeprefix('searchsvc.engines.')}.{function.__qualname__}", function


@pytest.fixture(scope="module")
def hints() -> Signatures:
    """The signatures of all functions that take or give arrays."""
    found = {}
    for name, function in functions():
        of_arrays = {key: hint for key, hint in get_type_hints(function).items() if _deep(hint)}
        if of_arrays:
            found[id(function.__code__)] = name, of_arrays
    return found


def _deep(hint: object) -> bool:
    """Return whether a type, or the fields of one of its classes, name arrays."""
    if isinstance(hint, type) and (dataclasses.is_dataclass(hint) or hasattr(hint, "_fields")):
        return bool(fields_of(hint))
    return has_arrays(hint) or any(map(_deep, get_args(hint)))


#: What `__init__` of a dataclass gets for a field that it makes itself.
MADE = signature(GroupedDocs).parameters["members"].default


def test_arrays_are_what_signatures_say(hints: Signatures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: set[str] = set()
    wrong: set[str] = set()

    def look(frame: FrameType, event: str, value: object) -> None:
        if event not in {"call", "return"} or id(frame.f_code) not in hints:
            return
        name, types = hints[id(frame.f_code)]
        called.add(name)
        generates = bool(frame.f_code.co_flags & inspect.CO_GENERATOR)
        if event == "call" and not generates:
            values = frame.f_locals
            given = {key: values[key] for key in types if values.get(key, MADE) is not MADE}
            wrong.update(f"{name}({key})" for key, value in given.items() if not fits(value, types[key]))
        elif event == "return" and "return" in types and value is not None:
            hint = get_args(types["return"])[0] if generates else types["return"]
            if not fits(value, hint):
                wrong.add(f"{name} -> {getattr(value, 'dtype', value)!r:.80}")

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        work(tmp_path, monkeypatch)
    finally:
        sys.setprofile(before)
    assert not wrong
    every = {name for name, _ in hints.values()}
    assert sorted(every - called) == [], "the work of this test reaches every function with arrays"


def test_the_comparison_tells_dtypes_apart() -> None:
    docs, scores = np.zeros(1, np.intp), np.zeros(1, np.float32)
    assert fits((docs, [scores]), tuple[DocIds, list[Scores]])
    assert fits(None, Tiers | None)
    assert fits(docs, Integers)
    assert not fits((docs, [docs]), tuple[DocIds, list[Scores]])
    assert not fits(docs, Tiers | None)
    assert not fits(docs, Unsigned)
    assert not fits([0], DocIds)
    assert fits(Scored(docs, scores), Scored)
    assert not fits(Scored(docs, docs.astype(np.float64)), Scored)


def test_no_signature_leaves_the_dtype_open() -> None:
    """`Any` as a dtype is for what is of any dtype by its nature: reading and writing files."""
    open_ones = {
        name
        for name, function in functions()
        for hint in get_type_hints(function).values()
        if get_origin(hint) is np.ndarray and get_args(get_args(hint)[1])[0] is Any
    }
    assert open_ones == {
        "whoosh.codec.container.Container.array",
        "whoosh.codec.container.end_to_end",
        "whoosh.codec.container_writer.ContainerWriter.view",
        "whoosh.codec.spool.Spool.read",
    }
