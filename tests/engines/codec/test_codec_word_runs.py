"""Words and ids that were put aside on disk are those that a table in memory would hold."""

import gc
from pathlib import Path
from random import Random
from weakref import ref

import numpy as np
import pytest

from searchsvc.engines.whoosh.codec import word_runs
from searchsvc.engines.whoosh.codec.pending_segments import SORT_EVERY, ArticleNumbers
from searchsvc.engines.whoosh.codec.word_ids import WordTable
from searchsvc.engines.whoosh.codec.word_runs import StringRun, WordRuns, merged_run


def test_a_run_gives_back_its_strings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_runs, "STRINGS_TOGETHER", 3)
    texts = [b"", b"tide", b"", b"wall" * 50, *(str(n).encode() for n in range(20))]
    run = StringRun(tmp_path)
    run.extend(texts)
    assert (list(run), list(run), len(run)) == (texts, texts, len(texts))
    run.append(b"late")
    assert list(run) == [*texts, b"late"]
    run.close()


def test_merged_runs_hold_each_string_once(tmp_path: Path) -> None:
    runs = []
    for texts in (["a", "c", "e"], ["b", "c"], [], ["a", "z"]):
        runs.append(StringRun(tmp_path))
        runs[-1].extend([text.encode() for text in texts])
    whole, places = merged_run(runs, tmp_path)
    assert list(whole) == [b"a", b"b", b"c", b"e", b"z"]
    assert [place.tolist() for place in places] == [[0, 2, 3], [1, 2], [], [0, 4]]


def test_tables_that_were_put_aside_have_the_words_of_one(tmp_path: Path) -> None:
    rng = Random(3)  # noqa: S311  nothing secret
    texts = [[f"{rng.choice('abc')}{rng.randrange(40)}ing" for _ in range(30)] for _ in range(5)]
    words, one = WordRuns(tmp_path), WordTable()
    ids = []
    for number, spoken in enumerate(texts):
        language = "de" if number == 3 else None
        ids.append((words.table.words(spoken, language), one.words(spoken, language)))
        assert words.put_aside() == number
    merged = words.merged()
    forms, stems = list(merged.forms), list(merged.stems)
    assert (forms, stems) == (sorted(one.forms), sorted(one.stems))
    for map_, (own, wanted) in zip(merged.maps, ids, strict=True):
        assert [forms[i] for i in map_[own].tolist()] == [one.forms[i] for i in wanted]
    by_form = dict(zip(one.forms, zip(one.stem_of, one.scored, strict=True), strict=True))
    for form, stem, scored in zip(forms, merged.stem_of.tolist(), merged.scored.tolist(), strict=True):
        assert (stems[stem], scored) == (one.stems[by_form[form][0]], bool(by_form[form][1]))
    assert merged.maps[0].dtype == np.uint32
    words.close()


def test_a_table_that_was_put_aside_is_free_at_once(tmp_path: Path) -> None:
    words = WordRuns(tmp_path)
    table = ref(words.table)
    words.table.read(["The ferry waits."], "en")
    gc.disable()  # a cycle would be found some time later
    try:
        words.put_aside()
        assert table() is None
    finally:
        gc.enable()
    words.close()


def test_articles_are_found_by_the_number_they_were_put_under_last() -> None:
    numbers, wanted = ArticleNumbers(), dict[str, int]()
    rng = Random(4)  # noqa: S311  nothing secret
    for place in range(2 * SORT_EVERY + 100):
        name = f"a{rng.randrange(SORT_EVERY)}"
        wanted[name] = place
        assert numbers.put(name) == place
    assert [numbers.find(name) for name in wanted] == list(wanted.values())
    assert (numbers.find("b"), len(numbers)) == (None, 2 * SORT_EVERY + 100)
