"""What a reader sees under a headline."""

import os
import subprocess
import sys
from dataclasses import replace
from html import escape
from html.parser import HTMLParser

import pytest

from searchsvc.highlighting import SNIPPET_LENGTH, HitHighlights, highlight, highlight_hits
from searchsvc.model.article import Block
from searchsvc.model.document import Passage
from searchsvc.model.fields import BODY, SECTION, TITLE, TextField
from searchsvc.model.query import (
    And,
    FacetFilter,
    Fuzzy,
    MatchAll,
    MinShouldMatch,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Word,
    positive_leaves,
)
from searchsvc.model.result import Snippet
from tests.highlighting.snippet_oracle import hit_of, make_snippets

LEAD = "The old lighthouse at Brackmouth will be lit again this winter."
STORY = [
    Block("paragraph", LEAD),
    Block("paragraph", "Its keeper, Mr. Odd Vane, is 81. He mended the lamp himself, “for the ships”."),
    Block("crosshead", "A lamp for the winter"),
    Block("bullet", "Ships have kept away from the reef since 1974."),
    Block("caption", "The keeper at his lamp."),
]


def bracketed(snippet: Snippet) -> str:
    return "".join(f"[{text}]" if mark else text for text, mark in snippet.parts())


def shown(root: Node, blocks: list[Block] = STORY, *, best: int | None = 0, count: int = 2) -> list[str]:
    return [bracketed(snippet) for snippet in make_snippets(hit_of(blocks, best=best), root, count=count)]


def marked(text: str, root: Node, language: str | None = "en") -> str:
    return bracketed(highlight(text, root, language))


def test_make_snippets_shows_whole_sentences_with_all_words() -> None:
    root = And((Word("keeper"), Word("lighthouse")))
    assert shown(root) == [
        "The old [lighthouse] at Brackmouth will be lit again this winter.",
        "Its [keeper], Mr. Odd Vane, is 81.",
    ]


def test_make_snippets_prefers_one_sentence_that_has_all_words() -> None:
    assert shown(And((Word("lamp"), Word("ships")))) == ["He mended the [lamp] himself, “for the [ships]”."]


def test_make_snippets_gives_one_mark_to_a_phrase() -> None:
    assert shown(Phrase(("the", "lamp"))) == ["He mended [the lamp] himself, “for the ships”."]


def test_words_of_one_sentence_or_paragraph_are_marked_there_alone() -> None:
    text = "The wall fell. Dr. Oar saw the harbour; the wall stood. No harbour."
    assert marked(text, Phrase(("harbour", "wall"), within="sentence")) == (
        "The wall fell. Dr. Oar saw the [harbour]; the [wall] stood. No harbour."
    )
    assert marked(text, Phrase(("fell", "stood"), within="sentence")) == text
    assert marked(text, Phrase(("stood", "fell"), within="paragraph")) == (
        "The wall [fell]. Dr. Oar saw the harbour; the wall [stood]. No harbour."
    )
    assert shown(Phrase(("ships", "lamp"), within="sentence")) == ["He mended the [lamp] himself, “for the [ships]”."]


def test_make_snippets_never_marks_what_is_excluded() -> None:
    root = And((Word("lamp"), Not(Word("keeper")), Not(Or((Word("ships"), Word("mended"))))))
    assert all("[keeper]" not in text and "[ships]" not in text for text in shown(root, count=4))


def test_make_snippets_shows_the_lead_where_the_title_matched() -> None:
    assert shown(Word("lit", TITLE)) == [LEAD]
    assert shown(Word("nowhere")) == [LEAD]
    assert shown(FacetFilter(SECTION, "Coast"), best=None) == [LEAD]
    assert shown(MatchAll(), best=None) == [LEAD]


def test_make_snippets_shows_nothing_of_nothing() -> None:
    assert shown(Word("lamp"), []) == []
    assert shown(Word("lamp"), [Block("paragraph", "  ")]) == []


def test_make_snippets_looks_everywhere_where_the_passage_has_no_word() -> None:
    far = [
        Block("paragraph", "Plain words here. " * 40),
        Block("crosshead", "More"),
        Block("paragraph", "A buoy sank."),
    ]
    assert shown(Word("buoy"), far, best=0) == ["A [buoy] sank."]
    assert shown(Word("buoy"), far, best=None) == ["A [buoy] sank."]


@pytest.mark.parametrize("best", [None, 0])
def test_make_snippets_looks_into_a_lead_that_stands_behind_the_first_passage(best: int | None) -> None:
    opened_by_bullets = [
        Block("bullet", "The buoy sank. " * 100),
        Block("crosshead", "In full"),
        Block("paragraph", "A buoy and a ferry sank."),
    ]
    assert "A [buoy] and a [ferry] sank." in shown(And((Word("buoy"), Word("ferry"))), opened_by_bullets, best=best)


def test_make_snippets_marks_captions_only_for_who_asks_for_them() -> None:
    assert shown(Word("keeper", TextField("captions"))) == ["The [keeper] at his lamp."]
    assert shown(Word("lamp", TextField("crossheads"))) == ["A [lamp] for the winter"]
    assert shown(Word("winter", BODY)) == ["The old lighthouse at Brackmouth will be lit again this [winter]."]


def test_make_snippets_names_the_block() -> None:
    found = make_snippets(hit_of(STORY, best=0), Word("reef"))
    assert [(snippet.anchor, snippet.cut_before, snippet.cut_after) for snippet in found] == [("b3", False, False)]


def test_make_snippets_cuts_a_long_sentence_between_words_around_the_match() -> None:
    text = "sail " * 200 + "harbour " + "anchor " * 200 + "buoy"
    (snippet,) = make_snippets(hit_of([Block("paragraph", text)], best=0), Word("harbour"))
    assert snippet.cut_before
    assert snippet.cut_after
    assert SNIPPET_LENGTH / 2 < len(snippet.text) <= SNIPPET_LENGTH
    assert bracketed(snippet).count("[harbour]") == 1
    assert set(snippet.text.split()) == {"sail", "harbour", "anchor"}


@pytest.mark.parametrize("filler", ["Nothing to see. ", "nothing ", "x", "a. ", '"'])
def test_make_snippets_finds_a_word_after_32_kilobytes(filler: str) -> None:
    blocks = [Block("paragraph", filler * (40_000 // len(filler)) + " The buoy sank. Then night fell.")]
    (snippet,) = make_snippets(hit_of(blocks, best=0), Word("buoy"))
    assert "[buoy]" in bracketed(snippet)


def test_make_snippets_shows_a_sentence_once_that_a_caption_repeats() -> None:
    repeated = [Block("paragraph", "A storm came. It left."), Block("caption", "A storm came.")]
    assert shown(And((Word("storm", BODY), Word("storm", TextField("captions")))), repeated) == ["A [storm] came."]


def test_make_snippets_shows_a_repeated_sentence_once() -> None:
    twice = [Block("paragraph", "The buoy sank. " * 5), Block("paragraph", "The buoy sank.")]
    assert shown(And((Word("buoy"), Word("sank"))), twice, count=3) == ["The [buoy] [sank]."]


@pytest.mark.parametrize(
    ("text", "root", "wanted"),
    [
        ("Migrants and migration", Word("migrants"), "[Migrants] and migration"),
        ("Migrants and migration", Prefix("migra"), "[Migrants] and [migration]"),
        ("The harbor wall", Fuzzy("harbour"), "The [harbor] wall"),
        ("U.S. and US; join us", Word("u.s."), "[U.S.] and [US]; join us"),
        ("Cafe\u0301s of the keeper’s", Word("cafe"), "[Cafe\u0301s] of the keeper’s"),
        ("The keeper’s lamp", Word("keeper"), "The [keeper’s] lamp"),
        ("sea wall, sea, wall", Phrase(("sea", "wall")), "[sea wall], [sea, wall]"),
        ("wall of the sea", Phrase(("sea", "wall"), 4), "[wall] of the [sea]"),
        ("sea sea sea", Phrase(("sea", "sea")), "[sea sea sea]"),
        ("the lamp", And((Word("the"), Word("lamp"))), "the [lamp]"),
        ("the who", Word("the"), "[the] who"),
        ("to be or not", Phrase(("to", "be")), "[to be] or not"),
        ("lamp and ship", MinShouldMatch((Word("lamp"), Word("reef"), Word("ship")), 2), "[lamp] and [ship]"),
        ("lamp", Not(Word("lamp")), "lamp"),
        ("lamp", MatchAll(), "lamp"),
        ("", Word("lamp"), ""),
    ],
)
def test_highlight_marks(text: str, root: Node, wanted: str) -> None:
    assert marked(text, root) == wanted


def test_highlight_stems_by_the_language_of_the_text() -> None:
    assert marked("Die Häuser am Meer", Word("haus"), "de") == "Die [Häuser] am Meer"
    assert marked("Die Häuser am Meer", Word("haus"), "en") == "Die Häuser am Meer"
    assert marked("Ships", Word("ship"), "xx") == "[Ships]"


def test_positive_leaves_are_in_order_and_without_what_is_excluded() -> None:
    root = And(
        (Word("a"), Or((Prefix("abc"), Word("a"))), Not(Word("b")), MinShouldMatch((Fuzzy("word"),), 1), MatchAll())
    )
    assert positive_leaves(root) == [Word("a"), Prefix("abc"), Word("a"), Fuzzy("word")]


class Tags(HTMLParser):
    """Collects the elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not attrs
        self.names.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert('buoy')</script> buoy",
        'buoy" onmouseover="x <img src=x> &amp; &lt;b&gt; buoy',
        "buoy\u2028<b>buoy</b>\u202e yoube \u202c]]> <!-- buoy -->",
    ],
)
def test_snippets_rendered_hold_marks_and_nothing_else(text: str) -> None:
    for snippet in (
        *make_snippets(hit_of([Block("paragraph", text)], best=0), Word("buoy")),
        highlight(text, Word("buoy"), "en"),
    ):
        page = Tags()
        page.feed("".join(f"<mark>{escape(t)}</mark>" if mark else escape(t) for t, mark in snippet.parts()))
        page.close()
        assert page.names == {"mark"}
        assert page.text == snippet.text


SCRIPT = """
from tests.highlighting.snippet_oracle import hit_of, make_snippets
from searchsvc.model.article import Block
from searchsvc.model.query import Or, Phrase, Prefix, Word
texts = [f"The lamp of keeper {i} met the ships. A reef, a sail and a lamp {i}." for i in range(40)]
hit = hit_of([Block("paragraph", text) for text in texts], best=1)
root = Or((Word("lamp"), Word("reef"), Word("sail"), Prefix("kee"), Phrase(("the", "ships"))))
print(ascii(make_snippets(hit, root, count=3)))
"""


def test_make_snippets_does_not_hang_on_the_hash_seed() -> None:
    paths = os.pathsep.join(sys.path)
    answers = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "77")
    }
    assert len(answers) == 1
    assert "Snippet" in answers.pop()


def test_a_fuzzy_word_whose_forms_are_known_marks_these_alone() -> None:
    text = "A harbor, the harbour and one harbours; Harbor’s lights."

    marked = highlight(text, Fuzzy("harbour", forms=("harbor", "harbours")), "en")

    assert [text[mark.start : mark.end] for mark in marked.marks] == ["harbor", "harbours", "Harbor’s"]


LONG = "The ferry company said on Sunday that the harbour wall had stood for a hundred years and more."
APART = [
    Block("paragraph", LONG),
    Block("paragraph", "The buoy sank. Nobody had looked at it since the winter, the harbour master said on the quay."),
    Block("crosshead", "Later"),
    Block("paragraph", "A reef was found in the summer, by two divers, where none is drawn on the old charts of it."),
    Block("paragraph", "Apart from that it promises:"),
    Block("bullet", "a lamp for the pier, which was announced in each of the years before, and never came at all."),
]


def highlights(root: Node, *, title: str = "", wanted: tuple[Node, ...] = (), count: int = 2) -> HitHighlights:
    """What is shown of an article of three passages, of which the first is the best, with a title that matches."""
    hit = hit_of(APART, best=0)
    hit = replace(hit, head=replace(hit.head, title=title), passages=(Passage(0, 2), Passage(2, 4), Passage(4, 6)))
    (shown,) = highlight_hits([replace(hit, matched_in=(TITLE,))], root, wanted, count=count)
    return shown


def words(*texts: str) -> tuple[Word, ...]:
    return tuple(map(Word, texts))


def test_a_short_sentence_is_shown_with_the_next_one() -> None:
    (snippet,) = highlights(Word("buoy")).snippets
    assert bracketed(snippet) == f"The [buoy] {APART[1].text.removeprefix('The buoy ')}"
    assert snippet.anchor == "b1"


def test_a_short_last_sentence_is_shown_with_the_one_before() -> None:
    blocks = [Block("paragraph", f"{LONG} The buoy sank.")]
    (shown_now,) = highlight_hits([hit_of(blocks, best=0)], Word("buoy"))
    assert [bracketed(one) for one in shown_now.snippets] == [f"{LONG} The [buoy] sank."]


def test_a_short_paragraph_goes_on_in_the_next_block_and_is_found_by_its_own_anchor() -> None:
    (snippet,) = highlights(And(words("promises"))).snippets
    assert bracketed(snippet) == f"Apart from that it [promises]:\n{APART[5].text}"
    assert snippet.anchor == "b4"


def test_words_of_a_neighbour_sentence_are_marked_too() -> None:
    (snippet,) = highlights(And(words("promises", "pier"))).snippets
    assert "[promises]:\na lamp for the [pier]" in bracketed(snippet)


def test_a_caption_borrows_no_sentence_of_the_story() -> None:
    blocks = [Block("caption", "The buoy."), Block("paragraph", LONG)]
    (shown_now,) = highlight_hits([hit_of(blocks, best=0)], Word("buoy"))
    assert [one.text for one in shown_now.snippets] == ["The buoy."]


def test_a_neighbour_that_is_too_long_is_cut_between_words() -> None:
    blocks = [Block("paragraph", "The buoy sank. " + "and on " * 80)]
    (shown_now,) = highlight_hits([hit_of(blocks, best=0)], Word("buoy"))
    (snippet,) = shown_now.snippets
    assert snippet.cut_after
    assert len(snippet.text) <= SNIPPET_LENGTH
    assert snippet.text.split()[-1] in {"and", "on"}


def test_neighbours_that_are_both_chosen_become_one_snippet() -> None:
    blocks = [Block("paragraph", "The buoy sank. The reef was near.")]
    (shown_now,) = highlight_hits([hit_of(blocks, best=0)], And(words("buoy", "reef")))
    assert [bracketed(one) for one in shown_now.snippets] == ["The [buoy] sank. The [reef] was near."]


def test_the_second_snippet_goes_to_words_that_the_title_does_not_show() -> None:
    root = And(words("harbour", "ferry", "reef"))
    shown_now = highlights(root, title="Ferry, harbour and wall", wanted=root.children)
    assert [snippet.anchor for snippet in shown_now.snippets] == ["b0", "b3"]
    assert bracketed(shown_now.title) == "[Ferry], [harbour] and wall"
    assert not shown_now.missing


def test_one_more_snippet_shows_a_word_that_would_be_left_out() -> None:
    root = And(words("years", "buoy", "reef"))
    assert [snippet.anchor for snippet in highlights(root, wanted=root.children).snippets] == ["b0", "b1", "b3"]
    assert len(highlights(root).snippets) == 2


def test_what_stands_nowhere_is_missing() -> None:
    root = MinShouldMatch((*words("ferry", "lighthouse"), Phrase(("ferry", "reef"))), 1)
    shown_now = highlights(root, wanted=root.children)
    assert shown_now.missing == (Word("lighthouse"), Phrase(("ferry", "reef")))


def test_of_alternatives_one_is_enough_and_what_is_excluded_is_not_missing() -> None:
    wanted = (Or(words("ferry", "lighthouse")), Not(Word("gull")))
    assert highlights(And(wanted), wanted=wanted).missing == ()
