"""Speech in whole, in part, and words in marks that are no speech."""

import pytest

from searchsvc.model.article import Block
from searchsvc.quotes import find_quotes


def kinds(text: str) -> list[tuple[str, str]]:
    return [(quote.text, quote.kind) for quote in find_quotes([Block("paragraph", text)])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('"We sail at dawn," Venn said.', [("We sail at dawn,", "full")], id="full"),
        pytest.param('Venn said it was "sound and dry".', [("sound and dry", "partial")], id="partial"),
        pytest.param('Venn said the talks had been "fruitful".', [("fruitful", "partial")], id="one word under a verb"),
        pytest.param('They sail under the "dry dock" rule.', [("dry dock", "term")], id="scare quotes"),
        pytest.param(
            'This "dry dock" policy "brings ruin", a Velan statement said.',
            [("dry dock", "term"), ("brings ruin", "partial")],
            id="a term beside speech",
        ),
        pytest.param(
            'Venn told Velan TV\'s "Harbour Today" it was "fine".',
            [("Harbour Today", "term"), ("fine", "partial")],
            id="programme",
        ),
        pytest.param('The "dry dock" phrase Venn cited is old.', [("dry dock", "term")], id="label before a noun"),
        pytest.param(
            '"Dry docks fill up," by the Courier\'s Ada Marr',
            [("Dry docks fill up,", "term")],
            id="headline and author",
        ),
        pytest.param('Orla "Gull" Venn said it was "fine".', [("Gull", "term"), ("fine", "partial")], id="nickname"),
        pytest.param('They saw the storm as a "gift".', [("gift", "partial")], id="what somebody calls a thing"),
        pytest.param('They heard songs including "dry land ahoy".', [("dry land ahoy", "term")], id="an example"),
        pytest.param('They met with chants of "Venn, Venn, Venn".', [("Venn, Venn, Venn", "partial")], id="shouts"),
        pytest.param('They used the term "dry dock".', [("dry dock", "partial")], id="a term somebody used"),
        pytest.param('They saw her as "sound".', [("sound", "partial")], id="as what somebody is seen"),
        pytest.param('The hacker known as "Gull" left.', [("Gull", "term")], id="as what somebody is known"),
        pytest.param('"Related:"', [("Related:", "term")], id="a heading"),
        pytest.param('"DRY DOCK AHEAD"', [("DRY DOCK AHEAD", "term")], id="a cross-head"),
        pytest.param(
            '"Fine," said Orla Venn, author of "Dry Dock".', [("Fine,", "partial"), ("Dry Dock", "term")], id="author"
        ),
        pytest.param(
            'Venn said the songs, including "dry land", were long.', [("dry land", "term")], id="an example said"
        ),
        pytest.param(
            'Despite his "long and dry tone," captain Orla Venn wrote, he sails.',
            [("long and dry tone,", "partial")],
            id="no label before a pause",
        ),
        pytest.param('She wrote a book called "Dry Dock".', [("Dry Dock", "term")], id="book"),
    ],
)
def test_find_quotes_tells_speech_from_terms(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("市長は「港は来週から再開します。」と述べた。", "full"),
        ("市長は「港は来週から再開します」と述べた。", "partial"),
        ("市長は「再開」と述べた。", "term"),
        ("市长说：“港口下周重新开放，”然后离开。", "full"),
        ("وقال المدير: «سنعيد فتح الميناء غدا.» ثم غادر.", "full"),
        ("وقال المدير «سنعيد فتح الميناء» ثم غادر.", "partial"),
    ],
)
def test_in_scripts_without_capitals_the_end_tells_whether_speech_is_whole(text: str, kind: str) -> None:
    assert [found for _, found in kinds(text)] == [kind]


def test_find_quotes_gives_a_term_no_speaker() -> None:
    (quote,) = find_quotes([Block("paragraph", 'They sail under the "dry dock" rule.')])
    assert (quote.speaker, quote.mention, quote.method, quote.confidence) == (None, None, None, None)


def test_find_quotes_leaves_out_single_scare_quotes_in_a_paper_of_double_marks() -> None:
    blocks = [Block("paragraph", '"We sail," Venn said.'), Block("paragraph", "The ‘dry dock’ rule holds.")]
    assert [quote.text for quote in find_quotes(blocks)] == ["We sail,"]


def test_find_quotes_does_not_count_what_a_cross_head_repeats() -> None:
    blocks = [
        Block("paragraph", '"We sail," Venn said.'),
        Block("crosshead", "'Sound and dry'"),
        Block("paragraph", 'The boats were "sound and dry", she said.'),
    ]
    assert [quote.block for quote in find_quotes(blocks)] == [0, 2]


@pytest.mark.parametrize(
    ("pulled", "kept"),
    [
        pytest.param("“We sail at dawn and it will be cold”", 0, id="repeats the body"),
        pytest.param("We sail at dawn…", 0, id="shortens the body"),
        pytest.param("“We sail at dawn” – Orla Venn Harbour Master", 0, id="repeats the body, signed"),
        pytest.param("“Nobody ever asked the gulls”", 1, id="new"),
    ],
)
def test_find_quotes_keeps_pull_quotes_the_body_lacks(pulled: str, kept: int) -> None:
    blocks = [Block("paragraph", '"We sail at dawn and it will be cold," Venn said.'), Block("pullquote", pulled)]
    found = [quote for quote in find_quotes(blocks) if quote.kind == "pullquote"]
    assert len(found) == kept
    assert all(blocks[1].text[quote.start : quote.end] == quote.text.strip("“”") for quote in found)


def test_find_quotes_reads_the_signature_of_a_pull_quote() -> None:
    (quote,) = find_quotes([Block("pullquote", "“Nobody ever asked the gulls” – Orla Venn")])
    assert (quote.text, quote.kind, quote.speaker) == ("Nobody ever asked the gulls", "pullquote", "Orla Venn")
