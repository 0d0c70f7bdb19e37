"""An operator's synonyms are looked for beside the words typed, and told."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.engines.memory import MemoryEngine
from searchsvc.errors import UsageError
from searchsvc.model.query import Node, Or, Word, positive_leaves
from searchsvc.search import (
    SearchRequest,
    load_synonyms,
    search_articles,
    search_headlines,
    search_quotes,
    using_synonyms,
)
from searchsvc.search.synonyms import MAX_ADDED, NO_SYNONYMS, Synonyms
from searchsvc.settings import Settings
from searchsvc.web import create_app
from tests.engines.engine_articles import documents
from tests.examples import examples

FILE = """
# of the desk
car, automobile, motor car   # and no others
UK => United Kingdom, Great Britain
ferry → boat
"""
TEXTS = {
    "car": "A car stood there.",
    "automobile": "Automobiles stood there.",
    "motor": "The motor car is old, the motor of the tram too.",
    "uk": "Rain fell on the UK.",
    "kingdom": "Rain fell on the United Kingdom.",
    "united": "They stood united in the kingdom.",
    "ferry": "The ferry sails.",
    "boat": "The boat sails.",
}


@pytest.fixture
def synonyms(tmp_path: Path) -> Synonyms:
    return loaded(tmp_path, FILE)


def loaded(folder: Path, text: str | bytes) -> Synonyms:
    path = folder / "synonyms.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_synonyms(path)


@pytest.fixture(scope="module")
def engine() -> MemoryEngine:
    engine = MemoryEngine()
    with engine.writer() as writer:
        for name, text in TEXTS.items():
            writer.put(documents(name, "t", text, quotes=((text, "Ann Oar"),), related=(text,)))
    return engine


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("car", {"car", "automobile", "motor"}),
        ("cars", {"car", "automobile", "motor"}),
        ("motor-car", {"car", "automobile", "motor"}),
        ('"motor car"', {"motor"}),
        ("motor car", {"car", "automobile", "motor"}),
        ("automobile stood", {"car", "automobile"}),
        ("title:car", set()),
        ("lead:car", {"car", "automobile", "motor"}),
        ("(car OR zeppelin) old", {"motor"}),
        ("stood -car", {"automobile", "united"}),
        ("+car", {"car", "motor"}),
        ('"car"', {"car", "motor"}),
        ("car*", {"car", "motor"}),
        ("uk", {"uk", "kingdom"}),
        ("united kingdom", {"kingdom", "united"}),
        ("ferry", {"ferry", "boat"}),
        ("boat", {"boat"}),
        ("+ferry sails", {"ferry"}),
    ],
)
def test_words_find_their_synonyms(engine: MemoryEngine, synonyms: Synonyms, query: str, ids: set[str]) -> None:
    request = SearchRequest(query, match="all", synonyms=synonyms)
    page = search_articles(engine, request)
    assert {result.head.id for result in page.results} == ids
    assert page.total_all_words == len(ids)
    told = [notice.text for notice in page.notices if notice.code == "synonyms"]
    widened = ids != {r.head.id for r in search_articles(engine, replace(request, synonyms=NO_SYNONYMS)).results}
    assert bool(told) >= widened


def test_the_notice_names_what_was_looked_for_and_the_way_out(engine: MemoryEngine, synonyms: Synonyms) -> None:
    page = search_articles(engine, SearchRequest("cars sails uk", synonyms=synonyms))
    (notice,) = [notice for notice in page.notices if notice.code == "synonyms"]
    assert notice.text == (
        "Also searched: automobile, motor car (for cars); united kingdom, great britain (for uk). "
        "+cars means the word alone."
    )
    assert page.understood == "cars sails uk"


def test_quotes_and_headlines_have_synonyms_too(engine: MemoryEngine, synonyms: Synonyms) -> None:
    request = SearchRequest("automobile", synonyms=synonyms)
    assert search_quotes(engine, request).total == 3
    assert search_headlines(engine, request).total == 3
    assert [notice.code for notice in search_quotes(engine, request).notices] == ["synonyms"]


def test_mere_words_and_marks(engine: MemoryEngine, synonyms: Synonyms) -> None:
    plain = search_articles(engine, SearchRequest("ferry", plain=True, synonyms=synonyms))
    assert [result.head.id for result in plain.results] == ["ferry"]
    page = search_articles(engine, SearchRequest("car old", match="all", synonyms=synonyms))
    marked = [text for text, mark in page.results[0].snippets[0].parts() if mark]
    assert marked == ["motor car", "old"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("car", "line 1: a group needs two entries at least"),
        ("a, b\n\ncar, , van", "line 3: an entry without a word"),
        ("car =>", "line 1: an entry without a word"),
        ("a => b => c", "line 1: more than one =>"),
        ("car, one two three four five six seven", "line 1: 50 entries of 6 words"),
        (b"ok, fine\n\xff, x", "line 2: these bytes are not UTF-8"),
        (b"a, b\n" * 300_000, "are not read"),
    ],
)
def test_faults_are_named_with_file_and_line(tmp_path: Path, text: str | bytes, reason: str) -> None:
    with pytest.raises(UsageError, match=r"synonyms\.txt") as caught:
        loaded(tmp_path, text)
    assert reason in str(caught.value)
    with pytest.raises(UsageError, match="cannot be read"):
        load_synonyms(tmp_path / "nowhere")


def test_groups_that_share_a_word_do_not_join(tmp_path: Path, engine: MemoryEngine) -> None:
    shared = loaded(tmp_path, "\ufeffcar, boat\r\nboat, ferry\r\n")
    ids = [
        {r.head.id for r in search_articles(engine, SearchRequest(q, synonyms=shared)).results}
        for q in ("car", "boat", "ferry")
    ]
    assert ids == [{"car", "motor", "boat"}, {"boat", "car", "motor", "ferry"}, {"ferry", "boat"}]


def test_the_cost_is_bounded(tmp_path: Path) -> None:
    many = loaded(tmp_path, "\n".join(f"w{i}, {', '.join(f'x{i}y{j}' for j in range(40))}" for i in range(10)))
    root = SearchRequest(" ".join(f"w{i}" for i in range(10)), synonyms=many).searched.root
    assert sum(isinstance(node, Word) for node in _nodes(root)) == 10 + MAX_ADDED


def _nodes(node: Node) -> list[Node]:
    return [node, *(inner for child in getattr(node, "children", ()) for inner in _nodes(child))]


PIECES = ["car", "cars", "+car", "automobile", "motor", "OR", "-", "(", ")", '"car"', "title:", "AND", "the", "us"]


@examples(300)
@given(st.lists(st.sampled_from(PIECES)))
def test_synonyms_only_widen_and_the_text_stays_as_it_is(words: list[str]) -> None:
    widening = Synonyms({("car",): (("automobile",), ("motor", "car")), ("motor", "car"): (("car",),)}, 2)
    request = SearchRequest(" ".join(words), synonyms=widening)
    searched = request.searched
    assert searched.text == request.understood.text
    again = SearchRequest(searched.text, synonyms=widening).searched
    assert {*positive_leaves(again.root)} == {*positive_leaves(searched.root)}
    assert replace(request, synonyms=NO_SYNONYMS).searched.notices == request.understood.notices


def test_the_service_reads_the_file_once_at_its_start(tmp_path: Path, engine: MemoryEngine) -> None:
    path = tmp_path / "s.txt"
    path.write_text("ferry, boat\n")
    client = create_app(Settings.from_env({"SEARCHSVC_SYNONYMS": str(path)}), engine).test_client()
    other = create_app(Settings(), engine).test_client()
    path.unlink()
    answer = client.get("/api/search?q=ferry")
    assert [hit["id"] for hit in answer.get_json()["hits"]] == ["boat", "ferry"]
    assert "Also searched: boat (for ferry)" in client.get("/?q=ferry").text
    assert other.get("/api/search?q=ferry").get_json()["total"] == 1
    assert client.get("/?q=ferry").headers["ETag"] != other.get("/?q=ferry").headers["ETag"]
    with pytest.raises(UsageError, match=r"s\.txt"):
        create_app(Settings.from_env({"SEARCHSVC_SYNONYMS": str(path)}), engine)


def test_requests_take_the_synonyms_in_use(synonyms: Synonyms) -> None:
    with using_synonyms(synonyms):
        inside = SearchRequest("ferry")
    assert inside.synonyms is synonyms
    assert inside.searched.root == Or((Word("ferry"), Word("boat")))
    assert SearchRequest("ferry").searched.root == Word("ferry")
