"""Whatever the article and the query: what is shown, what is marked, where it is cut."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from searchsvc.analysis import tokenize
from searchsvc.highlighting import SNIPPET_LENGTH, highlight
from searchsvc.model.article import Block
from searchsvc.model.query import And, Fuzzy, Node, Not, Or, Phrase, Prefix, Word
from searchsvc.model.result import Hit, Snippet
from tests.examples import examples
from tests.highlighting.snippet_oracle import (
    STORY,
    best_sentence,
    block_of,
    hit_of,
    make_snippets,
    matching,
    near,
    shown,
    starts,
    wanted_leaves,
)

WORDS = (
    "storm storms ferry ferries harbour Harbour the of wall walls sea U.S. US us café CAFÉ cafe\u0301 keeper’s "
    "migrants migration 1,000 AT&T Straße x\U0001f1e8\U0001f1fa \u202bعاصفة\u202c l’eau harbour-wall 🚢 <b> & "
)
ENDS = [". ", "! ", "… ", ".” ", "? “", ", ", " – ", "\u2028", " "]
PROSE = st.lists(
    st.one_of(st.sampled_from(WORDS.split()), st.sampled_from(WORDS.split()).map(lambda w: w * 25)),
    max_size=60,
)
TEXTS = st.builds(
    lambda words, ends: "".join(word + ends[i % len(ends)] for i, word in enumerate(words)),
    PROSE,
    st.lists(st.sampled_from([*ENDS, *[" "] * 20]), min_size=1, max_size=40),
)
BLOCKS = st.lists(
    st.builds(Block, st.sampled_from(["paragraph", "paragraph", "bullet", "crosshead", "caption"]), TEXTS),
    max_size=6,
)
FIELDS = st.sampled_from([None, None, None, None, "title", "body", "captions"])
FORMS = st.sampled_from(["storm", "ferry", "harbour", "the", "of", "wall", "sea", "u.s.", "us", "cafe", "migration"])
LEAVES = st.one_of(
    st.builds(Word, FORMS, FIELDS),
    st.builds(Phrase, st.lists(FORMS, min_size=1, max_size=3).map(tuple), st.just(0), FIELDS),
    st.builds(Prefix, st.sampled_from(["har", "migra", "fer"]), FIELDS),
    st.builds(Fuzzy, st.sampled_from(["storn", "harbuor"]), st.sampled_from([1, 2]), FIELDS),
)
ROOTS: st.SearchStrategy[Node] = st.recursive(
    LEAVES,
    lambda nodes: st.one_of(
        st.builds(And, st.lists(nodes, min_size=2, max_size=4).map(tuple)),
        st.builds(Or, st.lists(nodes, min_size=2, max_size=3).map(tuple)),
        st.builds(Not, nodes),
    ),
    max_leaves=5,
)


@st.composite
def hits(draw: st.DrawFn) -> Hit:
    blocks = draw(BLOCKS)
    language = draw(st.sampled_from(["en", "de", None]))
    hit = hit_of(blocks, language=language)
    best = draw(st.none() | st.integers(0, len(hit.passages) - 1)) if hit.passages else None
    return hit_of(blocks, best=best, language=language)


def marked(snippet: Snippet) -> set[tuple[int, int]]:
    """The words inside the marks; every mark begins and ends with one."""
    words: set[tuple[int, int]] = set()
    tokens = list(tokenize(snippet.text))
    for mark in snippet.marks:
        inside = [token for token in tokens if mark.start <= token.start and token.end <= mark.end]
        assert inside
        assert (inside[0].start, inside[-1].end) == (mark.start, mark.end)
        words.update((token.start, token.end) for token in inside)
    return words


@examples(400)
@given(hits(), ROOTS, st.integers(1, 3))
def test_make_snippets_cuts_stored_text_between_words(hit: Hit, root: Node, count: int) -> None:
    snippets = make_snippets(hit, root, count=count)
    assert len(snippets) <= count
    for snippet in snippets:
        text = hit.blocks[block_of(snippet)].text
        assert snippet.text
        assert snippet.text == snippet.text.strip()
        assert starts(hit, snippet)
        assert len(snippet.text) <= SNIPPET_LENGTH or len(snippet.marks) == 1 or len(snippet.text.split()) == 1
        assert any(whole(text, at, at + len(snippet.text)) for at in starts(hit, snippet))


def whole(text: str, start: int, end: int) -> bool:
    """No word, and no letter with its accents, lies across the ends."""
    across = any(token.start < edge < token.end for token in tokenize(text) for edge in (start, end))
    return not across and not any(unicodedata.combining(c) for c in (text[start : start + 1], text[end : end + 1]) if c)


@examples(400)
@given(hits(), ROOTS)
def test_make_snippets_marks_the_querys_words_and_no_others(hit: Hit, root: Node) -> None:
    for snippet in make_snippets(hit, root):
        block = hit.blocks[block_of(snippet)]
        wanted = []
        for start in starts(hit, snippet):
            found = matching(root, block, start, start + len(snippet.text), hit.head.language)
            wanted.append({(a - start, b - start) for spans in found.values() for a, b in spans})
        assert marked(snippet) in wanted


@examples(400)
@given(hits(), ROOTS, st.integers(1, 3))
def test_make_snippets_shows_as_many_words_as_the_best_sentence(hit: Hit, root: Node, count: int) -> None:
    snippets = make_snippets(hit, root, count=count)
    covered = set().union(*(shown(hit, root, snippet) for snippet in snippets))
    best = best_sentence(hit, root, near(hit), SNIPPET_LENGTH)
    assert len(covered) >= best
    if not best:
        assert bool(covered) >= bool(best_sentence(hit, root, range(len(hit.blocks)), SNIPPET_LENGTH))


@examples(300)
@given(hits(), ROOTS)
def test_make_snippets_repeats_nothing(hit: Hit, root: Node) -> None:
    snippets = make_snippets(hit, root, count=3)
    assert len({snippet.text for snippet in snippets}) == len(snippets)
    spots = [(block_of(s), len(s.text), starts(hit, s)) for s in snippets]
    for i, (block, size, here) in enumerate(spots):
        for other, other_size, there in spots[:i]:
            apart = any(a + size <= b or b + other_size <= a for a in here for b in there)
            assert block != other or apart
    assert make_snippets(hit, root, count=3) == snippets


@examples(300)
@given(hits(), ROOTS)
def test_short_sentences_are_shown_with_neighbours_in_reading_order_and_no_text_twice(hit: Hit, root: Node) -> None:
    alone = make_snippets(hit, root)
    together = make_snippets(hit, root, shortest=80)
    whole = "\n".join(block.text for block in hit.blocks)
    assert len(together) <= len(alone)
    for snippet in together:
        assert snippet.text in whole
        assert len(snippet.text) <= SNIPPET_LENGTH or any(snippet == one for one in alone)
    # In reading order from the front, each snippet stands somewhere behind the one before.
    places = [whole.find(snippet.text) for snippet in together]
    assert len(together) < 2 or places[0] + len(together[0].text) <= whole.rfind(together[1].text)
    assert {text for one in alone for text, mark in one.parts() if mark} <= {
        text for one in together for text, mark in one.parts() if mark
    }


@examples(300)
@given(TEXTS, ROOTS, st.sampled_from(["en", None]))
def test_highlight_marks_a_whole_text(text: str, root: Node, language: str | None) -> None:
    snippet = highlight(text, root, language)
    assert snippet.text == text
    assert "".join(piece for piece, _ in snippet.parts()) == text
    assert all(a.end <= b.start for a, b in zip(snippet.marks, snippet.marks[1:], strict=False))
    if all(leaf.field in STORY for leaf in wanted_leaves(root, language)):
        found = matching(root, Block("paragraph", text), 0, len(text), language)
        assert marked(snippet) == {span for spans in found.values() for span in spans}


@examples(300)
@given(st.lists(st.builds(Block, st.just("paragraph"), st.text(max_size=900)), max_size=4), ROOTS)
def test_make_snippets_takes_any_text(blocks: list[Block], root: Node) -> None:
    hit = hit_of(blocks, best=0 if blocks else None)
    for snippet in make_snippets(hit, root):
        assert starts(hit, snippet)
