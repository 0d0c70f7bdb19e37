"""Captures in a row that say the same are one version; of the versions the last ones are kept."""

from datetime import UTC, datetime, timedelta
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from searchsvc.versions import Capture, article_of, text_states, version_ids

MORNING = datetime(2026, 6, 3, 10, 15, tzinfo=UTC)


@given(st.lists(st.sampled_from("abc"), max_size=40), st.integers(0, 6))
def test_versions_are_runs_of_captures_with_one_text(texts: list[str], keep: int) -> None:
    captures = [Capture(text, number) for number, text in enumerate(texts)]
    found = text_states(reversed(captures), keep)
    runs = [[capture.page for capture in run] for _, run in groupby(captures, key=lambda capture: capture.text)]
    wanted = runs[::-1][: keep + 1]
    assert [(state.first, state.last, state.captures) for state in found.kept] == [
        (run[0], run[-1], len(run)) for run in wanted
    ]
    assert found.left_out == len(runs) - len(wanted)


@given(
    st.text(min_size=1),
    st.lists(st.none() | st.integers(0, 3).map(lambda n: MORNING + timedelta(seconds=n)), max_size=6),
)
def test_ids_of_versions_differ_and_name_their_article(article: str, since: list[datetime | None]) -> None:
    ids = version_ids(article, sorted(since, key=lambda at: (at is not None, at or MORNING)))
    assert len(set(ids)) == len(since)
    assert {article_of(one) for one in ids} <= {article}


def test_other_ids_are_of_no_article() -> None:
    assert [article_of(one) for one in ("a", "a@b", "@20260603101500", "a@2026", "a@20260603101500x")] == [None] * 5
