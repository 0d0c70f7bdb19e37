"""Articles taken down leave every search at once, and every byte of every file that is kept."""

import random
import shutil
import string
from pathlib import Path

import pytest

from searchsvc.engines.takedowns import Takedown, Takedowns, digest_of
from searchsvc.engines.whoosh import WhooshEngine, erasure
from searchsvc.engines.whoosh.codec import stored_fields_writer
from searchsvc.engines.whoosh.codec.commit import LAYOUT
from searchsvc.engines.whoosh.codec.container import Container
from searchsvc.engines.whoosh.codec.snapshot import open_snapshot
from searchsvc.engines.whoosh.erasure import write_forgotten
from searchsvc.engines.whoosh.generations import Generations
from searchsvc.errors import EngineError, OutdatedIndexError
from searchsvc.model.article import Article, ArticleHead, Block, Provenance, Quote
from searchsvc.model.document import Document, chunk
from tests.engines.whoosh.tides import documents, rebuild, titles

#: Stands in no other article.
RARE = "Zyxomma"


def takedown(article_id: str = "secret", *, later: bool = False) -> Takedowns:
    return Takedowns((Takedown(digest_of(article_id), "2026-01-02T00:00:00+00:00", later),))


def secret(version: str = "") -> tuple[Document, ...]:
    """An article with a rare word in its title, its text and its quotation."""
    text = f"The {RARE}{version} was “a {RARE}{version} of ours”, said Ann Marlow of the pilot cutter."
    quote = Quote(
        f"a {RARE}{version} of ours", "partial", block=0, start=17, end=17 + len(f"a {RARE}{version} of ours")
    )
    head = ArticleHead("secret", f"{RARE}{version} found")
    return chunk(Article(head, (Block("paragraph", text),), Provenance("test/1", "x", "0"), (quote,)))


def holding(folder: Path, *words: str) -> list[str]:
    """Return the files in which some words stand, as written or in small letters."""
    probes = [form.encode() for word in words for form in (word, word.lower())]
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(probe in path.read_bytes() for probe in probes)
    ]


@pytest.fixture
def engine(tmp_path: Path) -> WhooshEngine:
    """Two generations with the article, in each a replaced version of it, and a build that was never finished."""
    engine = WhooshEngine(tmp_path)
    for number in range(2):
        with engine.writer(fresh=True) as writer:
            writer.put(secret("old"))
            for other in range(5):
                writer.put(documents(f"a{other}", f"Tide {number}"))
        with engine.writer() as writer:
            writer.put(secret())
    leftover = tmp_path / "generation-9"
    leftover.mkdir()
    (leftover / "half").write_text(RARE)
    assert {"generation-1", "generation-2", "generation-9"} == {name.split("/")[0] for name in holding(tmp_path, RARE)}
    return engine


def test_forget_leaves_no_word_in_any_file(engine: WhooshEngine, tmp_path: Path) -> None:
    reading = WhooshEngine(tmp_path)
    assert reading.count() == 6
    erasure = engine.forget(takedown())
    assert holding(tmp_path, RARE, f"{RARE}old") == []
    assert reading.article("secret") is None
    assert reading.count() == 5
    assert [step.generation for step in erasure.steps] == ["1", "2"]
    assert erasure.removed == {"9": "it was rolled back from, or never finished"}
    assert erasure.bytes > 0
    assert engine.verify() == []
    engine.rollback()
    assert titles(engine) == ["Tide 0"] * 5
    assert engine.erase().steps == (), "nothing is left to do"


def test_words_that_stand_within_those_of_others_are_no_remains(tmp_path: Path) -> None:
    """`coastguard` goes; `coastguards`, and an address with the word in it, stay."""
    engine = WhooshEngine(tmp_path)
    with engine.writer(fresh=True) as writer:
        writer.put(documents("gone", "The coastguard of Farrow landing: generation, documents, captions, language"))
        writer.put(documents("kept", "Two coastguards"))
        head = ArticleHead("other", "Tide", url="https://quay.example/landing-stage", authors=("Ann Farrowby",))
        writer.put(chunk(Article(head, (Block("paragraph", "Dawn."),), Provenance("test/1", "farrow/landing", "0"))))
    assert len(engine.forget(takedown("gone")).steps) == 1
    assert sorted(engine.ids()) == ["kept", "other"]


def test_remains_are_named(engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a file of a commit hold a word that nothing in it accounts for."""
    look = erasure._look

    def find_one(file: Container, words: list[str]) -> tuple[int, list[str]]:
        return look(file, words)[0], [word for word in words if word == RARE.lower()]

    monkeypatch.setattr(erasure, "_look", find_one)
    with pytest.raises(EngineError, match="still holds words"):
        engine.forget(takedown())


def test_forget_trains_the_dictionary_of_stored_texts_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_fields_writer, "TRAIN_AT", 64)
    monkeypatch.setattr(stored_fields_writer, "TRAIN_FROM", 64)
    monkeypatch.setitem(stored_fields_writer.TRAINING, "dict_size", 2048)
    chance = random.Random(3)  # noqa: S311  no secret
    engine = WhooshEngine(tmp_path)
    words = ["".join(chance.choices(string.ascii_lowercase, k=9)) for _ in range(40)]
    with engine.writer(fresh=True) as writer:
        for number in range(80):
            text = " ".join([RARE, *words] if number < 40 else chance.choices(words[:20], k=40))
            article = Article(
                ArticleHead(f"s{number}", f"Title {number}"),
                (Block("paragraph", text),),
                Provenance("test/1", "x", "0"),
            )
            writer.put(chunk(article))
    (segment,) = open_snapshot(tmp_path / "generation-1").articles
    assert segment.arrays.stored_fields is not None
    assert RARE.encode() in segment.arrays.stored_fields.dictionary
    for number in range(40):
        engine.forget(takedown(f"s{number}"))
    assert holding(tmp_path, RARE, *words[20:]) == []
    assert engine.count() == 40


def test_forget_later_leaves_every_search_and_waits_for_the_files(engine: WhooshEngine, tmp_path: Path) -> None:
    engine.forget(takedown(later=True))
    assert engine.article("secret") is None
    assert [name for name in holding(tmp_path, RARE) if name.startswith("generation-2")] != []
    engine.forget(takedown("another"))
    assert holding(tmp_path, RARE) == []


def test_readers_do_not_see_what_is_on_the_list_whatever_the_files_hold(engine: WhooshEngine, tmp_path: Path) -> None:
    """As after a kill between list and files, or where files of an earlier time were put back."""
    shutil.copytree(tmp_path / "generation-2", tmp_path / "backup")
    reading = WhooshEngine(tmp_path)
    before = reading.info()
    write_forgotten(tmp_path, takedown())
    assert reading.article("secret") is None
    assert (reading.count(), len(reading.ids())) == (5, 5)
    assert reading.info().commit != before.commit
    engine.erase()
    shutil.rmtree(tmp_path / "generation-2")
    (tmp_path / "backup").rename(tmp_path / "generation-2")
    assert reading.article("secret") is None
    engine.erase()
    assert holding(tmp_path, RARE) == []


def test_a_writer_takes_out_what_is_on_the_list(engine: WhooshEngine, tmp_path: Path) -> None:
    write_forgotten(tmp_path, takedown())
    with engine.writer() as writer:
        writer.put(documents("b", "Other tide"))
    assert engine.count() == 6
    assert holding(tmp_path / "generation-2", RARE) == []


def test_a_generation_that_cannot_be_read_is_removed(engine: WhooshEngine, tmp_path: Path) -> None:
    for file in (tmp_path / "generation-1").glob("*.toc"):
        file.write_bytes(file.read_bytes()[:-1] + b"x")
    assert engine.forget(takedown()).removed["1"] == "it could not be read"
    assert holding(tmp_path, RARE) == []
    with pytest.raises(EngineError, match="no generation"):
        engine.rollback()


def test_files_that_cannot_be_removed_are_named(engine: WhooshEngine, tmp_path: Path) -> None:
    stray = tmp_path / "generation-2" / "stray"
    stray.mkdir()
    with pytest.raises(EngineError, match="stray"):
        engine.forget(takedown())
    assert engine.article("secret") is None


def test_rollback_takes_out_before_it_switches(engine: WhooshEngine, tmp_path: Path) -> None:
    shutil.copytree(tmp_path / "generation-1", tmp_path / "backup")
    engine.forget(takedown())
    shutil.rmtree(tmp_path / "generation-1")
    (tmp_path / "backup").rename(tmp_path / "generation-1")
    assert engine.rollback().articles == 5
    assert holding(tmp_path / "generation-1", RARE) == []


def test_rollback_to_what_is_damaged_is_refused(engine: WhooshEngine, tmp_path: Path) -> None:
    (segment, *_) = sorted((tmp_path / "generation-1").glob("*.arrays"), key=lambda path: -path.stat().st_size)
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 1
    segment.write_bytes(data)
    with pytest.raises(EngineError, match="cannot be gone back to"):
        engine.rollback()
    assert Generations(tmp_path).current() == 2


def test_an_index_of_another_layout_is_left_to_its_own_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of the version before reads on where its own `current` file points."""
    engine = WhooshEngine(tmp_path)
    rebuild(engine, "First tide")
    older = Generations(tmp_path).pointer
    monkeypatch.setattr("searchsvc.engines.whoosh.codec.commit.LAYOUT", LAYOUT + 1)
    newer = WhooshEngine(tmp_path)
    for do in (newer.count, lambda: newer.forget(takedown("nowhere"))):
        with pytest.raises(OutdatedIndexError, match="another version"):
            do()
    rebuild(newer, "Second tide")
    assert titles(newer) == ["Second tide"]
    assert older.read_text() == "generation-1\n"
    for table in (tmp_path / "generation-1").glob("*.toc"):
        table.write_bytes(b"written in another way")
    write_forgotten(tmp_path, takedown())
    newer.erase()
    assert (tmp_path / "generation-1").is_dir(), "it is not ours to look into"
    rebuild(newer, "Third tide")
    assert Generations(tmp_path).all() == [2, 3]
    assert not older.exists()
