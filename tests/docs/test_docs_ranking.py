"""docs/ranking.md: its tables are those of the code, and its example is what a search answers."""

import re
from pathlib import Path

from searchsvc.engines import open_engine
from searchsvc.engines.ranking_rules import (
    FUZZY_FORMS,
    K1,
    PASSAGE_WEIGHT,
    PASSAGE_WINDOW,
    PASSAGE_WORDS,
    RECORD_LENGTH_NORM,
)
from searchsvc.model.fields import TEXT_FIELDS
from searchsvc.reindex import reindex_places
from searchsvc.search import SearchRequest, search_articles
from tests.docs.documents import DOCS, fenced, section

RANKING = DOCS / "ranking.md"
TEXT = " ".join(RANKING.read_text().split())


def test_the_table_of_fields_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", RANKING.read_text(), re.MULTILINE)
    wanted = [
        (row.name, "by name" if row.weight is None else f"{row.weight:g}", f"{row.length_norm:g}")
        for row in TEXT_FIELDS
    ]
    assert rows == wanted


def test_the_constants_are_those_of_the_code() -> None:
    assert f"| $k_1$ | weighted frequency at which a term has earned half of its idf | {K1:g} |" in TEXT
    assert f"| $p$ | share of the best passage's score that is added | {PASSAGE_WEIGHT:g} |" in TEXT
    assert f"about {PASSAGE_WORDS} words" in TEXT
    assert f"the {PASSAGE_WINDOW} best articles" in TEXT
    assert f"$k_1 = {K1:g}$ and $b = {RECORD_LENGTH_NORM:g}$" in TEXT
    assert f"at most {FUZZY_FORMS} of the collection's words" in TEXT


def test_the_worked_example_is_what_a_search_answers(tmp_path: Path) -> None:
    (records,) = fenced(RANKING, "json")
    (tmp_path / "three.jsonl").write_text(records)
    index = f"whoosh:{tmp_path / 'index'}"
    reindex_places([str(tmp_path / "three.jsonl")], index=index)
    (found,) = search_articles(open_engine(index), SearchRequest("ferry")).results
    told = re.search(
        r"Score of `a`, of numbers that are not rounded: [\d.]+ \+ [\d.]+ = ([\d.]+)\.",
        section(RANKING, "A worked example"),
    )
    assert told
    assert (found.head.id, f"{found.score:.4f}") == ("a", told.group(1))
