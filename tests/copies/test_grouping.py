"""Groups of copies: the same from scratch and step by step, and those that comparing every pair gives."""

import random
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.copies import (
    NO_LINKS,
    ComparedText,
    CopyLinks,
    Fingerprints,
    are_copies,
    fingerprint_of,
    stacked,
    update_links,
)
from tests.engines.engine_articles import documents

WORDS = [
    f"{a}{b}{c}" for a in ("ba", "do", "fi", "gu") for b in ("la", "me", "ni", "ro") for c in ("s", "t", "k", "nd")
]
SENTENCE = "a surveyor from the coast board will look at both boats in the morning before the tide comes in again"


def story(number: int, changes: Sequence[int]) -> str:
    """Return a text of 90 words, with a sentence more for each change."""
    words = random.Random(number).choices(WORDS, k=90)  # noqa: S311  no secret
    lines = [" ".join(words[i : i + 15]) for i in range(0, 90, 15)]
    for change in changes:
        lines.insert(change % (len(lines) + 1), f"{SENTENCE} {WORDS[change]}")
    return "\n".join(lines)


def prints(texts: Sequence[str]) -> Fingerprints:
    return stacked([fingerprint_of(documents("a", "Title", text, lead=False)[0]) for text in texts])  # type: ignore[arg-type]


def step(old: CopyLinks, texts: Sequence[str], known: Sequence[str]) -> CopyLinks:
    new = np.array([text not in known for text in texts], np.bool_)
    return update_links(old, prints(texts), new, lambda row: ComparedText(texts[row], "en"))


def groups(links: CopyLinks, texts: Sequence[str]) -> set[frozenset[str]]:
    found: dict[int, set[str]] = {}
    for text, group in zip(texts, links.groups_of(prints(texts).text).tolist(), strict=True):
        found.setdefault(group, set()).add(text)
    return {frozenset(group) for group in found.values()}


TEXTS = st.lists(
    st.builds(story, st.integers(0, 3), st.lists(st.integers(0, 5), max_size=3)), min_size=1, max_size=12, unique=True
)


@given(TEXTS, st.data())
def test_steps_give_what_one_run_gives(texts: list[str], data: st.DataObject) -> None:
    links, known = NO_LINKS, list[str]()
    for _ in range(3):
        now = data.draw(st.lists(st.sampled_from(texts), min_size=1, unique=True))
        links, known = step(links, now, known), now
    links = step(links, texts, known)
    assert groups(links, texts) == groups(step(NO_LINKS, texts, ()), texts)


@given(TEXTS)
def test_each_text_of_a_group_resembles_its_longest(texts: list[str]) -> None:
    for group in groups(step(NO_LINKS, texts, ()), texts):
        longest = max(len(text.split()) for text in group)
        leaders = [ComparedText(text, "en") for text in group if len(text.split()) == longest]
        members = [ComparedText(text, "en") for text in group]
        assert any(all(are_copies(leader, one) for one in members) for leader in leaders)


@given(TEXTS)
def test_no_pair_that_resembles_stays_apart_unless_one_has_another_leader(texts: list[str]) -> None:
    found = groups(step(NO_LINKS, texts, ()), texts)
    group_of = {text: group for group in found for text in group}
    for one, other in combinations(texts, 2):
        if are_copies(ComparedText(one, "en"), ComparedText(other, "en")) and group_of[one] != group_of[other]:
            assert len(group_of[one]) + len(group_of[other]) > 2


def test_what_is_gone_leaves_its_group() -> None:
    short, middle, long = (story(1, range(count)) for count in (0, 2, 4))
    links = step(NO_LINKS, [short, middle, long], ())
    assert groups(step(links, [short, long], [short, middle, long]), [short, long]) == groups(
        step(NO_LINKS, [short, long], ()), [short, long]
    )


def test_where_there_are_no_texts_there_are_no_links() -> None:
    assert not len(step(NO_LINKS, [], []).text)
