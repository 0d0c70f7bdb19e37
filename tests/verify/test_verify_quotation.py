"""A quotation is checked: one rule, one test."""

import pytest

from searchsvc.engines.memory import MemoryEngine
from searchsvc.errors import QueryError
from searchsvc.verify import Difference, LeftOutWords, SourcePassage, citation_of, verify_quotation
from tests.verify.verify_articles import ARTICLES, COUNCIL, ECHO, HARBOUR, SPOKEN, article, engine_of

TOO_FEW = "the 3 articles here; with fewer than 5 words nothing like them can be looked for."


@pytest.fixture(scope="module")
def engine() -> MemoryEngine:
    return engine_of(*ARTICLES)


def first(engine: MemoryEngine, quote: str) -> SourcePassage:
    verdict = verify_quotation(engine, quote)
    assert verdict.places, quote
    return verdict.places[0]


@pytest.mark.parametrize(
    "quote",
    [
        "We dredge or we close",
        '"We dredge or we close."',
        "»We dredge or we close«",
        "„We dredge or we close“",
        "We  dredge\u00a0or we close!",
        "the harbour's warden",
        "a well-lit path - now, not in ten years",
        "a well-lit path—now, not in ten years",
        "Cafe\u0301 owners on the quay",
        "[W]e dredge or we close",
        "Warden warns: 'Dredge or close'",
        "to the dredger".removeprefix("to ").replace("the", "The") + " Marit at low water",
        "Silt and silence",
        "charged $1,000 a day",
    ],
)
def test_verify_quotation_calls_exact_what_differs_in_the_typesetters_glyphs_alone(
    engine: MemoryEngine, quote: str
) -> None:
    assert verify_quotation(engine, quote).status == "exact"


@pytest.mark.parametrize(
    "quote",
    [
        "WE DREDGE OR WE CLOSE",
        "we dredge or we close",
        "We dredge, or we close",
        "Cafe owners on the quay",
        "The US firm that built the pier",
        "charged $1000 a day",
        "REMINDS US THAT THE TIDE",
        "The us firm that built",
        "the answer frightened us Asker said",
    ],
)
def test_verify_quotation_tells_punctuation_case_and_accents_apart(engine: MemoryEngine, quote: str) -> None:
    assert verify_quotation(engine, quote).status == "punctuation"


@pytest.mark.parametrize(
    ("quote", "diff"),
    [
        (
            "The tide does not mind our budgets",
            [("same", "The tide does not ", "The tide does not "), ("changed", "mind ", "read "),
             ("same", "our budgets", "our budgets")],
        ),
        (
            "The tide does not ever read our budgets",
            [("same", "The tide does not ", "The tide does not "), ("added", "ever ", ""),
             ("same", "read our budgets", "read our budgets")],
        ),
        (
            "Nobody in the council asked what a closed harbour would cost the town",
            [("same", "Nobody in the council ", "Nobody in the council "), ("missing", "", "has "),
             ("same", "asked what a closed harbour would cost the town",
              "asked what a closed harbour would cost the town")],
        ),
        (
            "or 3.5% more than Ostwick own",
            [("same", "or 3.5% more than ", "or 3.5% more than "), ("near", "Ostwick ", "Ostwick's "),
             ("same", "own", "own")],
        ),
        (
            "The U.S. firm that built the pier charged £1,000 a day",
            [("same", "The U.S. firm that built the pier charged ", "The U.S. firm that built the pier charged "),
             ("changed", "£", "$"), ("same", "1,000 a day", "1,000 a day")],
        ),
    ],
    ids=["changed", "added", "missing", "possessive", "currency"],
)  # fmt: skip
def test_verify_quotation_shows_which_words_differ(
    engine: MemoryEngine, quote: str, diff: list[tuple[str, str, str]]
) -> None:
    place = first(engine, quote)
    assert place.status == "words"
    assert [(one.kind, one.quoted, one.printed) for one in place.diff] == diff


@pytest.mark.parametrize(
    ("quote", "status"),
    [
        ("The ferry was painted green by the prisoners", "absent"),
        ("zzqqx", "too_short"),
        ("The tide reads", "too_short"),
        ("does our tide", "too_short"),
        ("$ 7 a day", "too_short"),
    ],
)
def test_verify_quotation_finds_nothing_where_nothing_like_it_is_printed(
    engine: MemoryEngine, quote: str, status: str
) -> None:
    verdict = verify_quotation(engine, quote)
    assert (verdict.status, verdict.total, verdict.places) == (status, 0, ())


@pytest.mark.parametrize("ellipsis", ["…", "...", " . . . ", " [...] ", " (…) ", " […] ", "...."])
def test_verify_quotation_lets_an_ellipsis_skip_words_and_says_which(engine: MemoryEngine, ellipsis: str) -> None:
    place = first(engine, f"The channel at Ostwick has lost two metres{ellipsis}since the winter storms")
    assert (place.status, place.left_out) == ("exact", (LeftOutWords("of depth", 2),))


def test_verify_quotation_lets_an_ellipsis_skip_paragraphs_but_only_forward(engine: MemoryEngine) -> None:
    place = first(engine, "The channel at Ostwick … We dredge or we close")
    assert (place.status, place.block, place.end_block) == ("exact", 0, 1)
    assert place.left_out[0].words > 20
    assert (
        verify_quotation(engine, "We dredge or we close … The channel at Ostwick has lost two metres").status != "exact"
    )


def test_verify_quotation_lets_a_bracket_stand_for_a_few_words(engine: MemoryEngine) -> None:
    place = first(engine, "Nobody in [that body] has asked what a closed harbour would cost")
    assert place.status == "exact"
    assert Difference("declared", "[that body] ", "the council ") in place.diff


def test_verify_quotation_lets_a_bracket_stand_for_nothing(engine: MemoryEngine) -> None:
    assert first(engine, "We dredge [sic] or we close").status == "exact"


def test_verify_quotation_takes_a_bracketed_letter_for_a_change_of_letter_only(engine: MemoryEngine) -> None:
    assert first(engine, "[n]obody in the council has asked").status == "exact"
    assert verify_quotation(engine, "[N]obody in the council asked [was] ").status != "exact"


def test_verify_quotation_joins_a_quotation_over_paragraphs_and_the_cross_head_between(engine: MemoryEngine) -> None:
    place = first(engine, "would cost the town. We have asked, and the answer frightened us")
    assert (place.status, place.block, place.end_block, place.anchor) == ("exact", 3, 5, "b3")
    assert place.text == "would cost the town.\n“We have asked, and the answer frightened us"


def test_verify_quotation_calls_a_quotation_split_that_a_reporting_clause_interrupts_in_print(
    engine: MemoryEngine,
) -> None:
    verdict = verify_quotation(engine, "The tide does not read our budgets. We dredge or we close.")
    assert verdict.status == "split"
    assert [one.kind for one in verdict.places[0].diff] == ["same", "clause", "same"]
    assert "said Runa Asker, the harbour’s warden" in verdict.answer


@pytest.mark.parametrize(
    "print_",
    [
        '"We wait," he said, "for the wind and for nothing else."',
        "“We wait,” said the warden of Ostwick, who had come on Monday. “For the wind and for nothing else.”",
        "‘We wait,’ he said, ‘for the wind and for nothing else.’",
    ],
)
def test_a_reporting_clause_between_marks_of_any_kind_is_no_difference(print_: str) -> None:
    engine = engine_of(article("wind", "Wind", ("paragraph", print_)))
    assert verify_quotation(engine, "We wait for the wind and for nothing else").status == "split"


def test_words_left_out_inside_of_the_marks_are_a_difference() -> None:
    text = "“We wait, he said, for the wind and for nothing else at all.”"
    verdict = verify_quotation(
        engine_of(article("wind", "Wind", ("paragraph", text))), "We wait for the wind and for nothing else at all"
    )
    assert verdict.status == "words"


@pytest.mark.parametrize(
    ("quote", "told", "agrees"),
    [
        ("“We dredge or we close,” said Runa Asker.", "said Runa Asker.", True),
        ("“We dredge or we close,” said Ms Asker", "said Ms Asker", True),
        ("“We dredge or we close,” said Jo Pike", "said Jo Pike", False),
        ("“We dredge or we close,” she said", "she said", None),
        ("Jo Pike said: “We dredge or we close.”", "Jo Pike said:", False),
        ("We dredge or we close - Jo Pike", "Jo Pike", False),
        ("We dredge or we close, said Jo Pike", "said Jo Pike", False),
        ("We dredge or we close said Runa Asker", "said Runa Asker", True),
    ],
)
def test_an_attribution_that_is_pasted_along_is_told_and_compared(
    engine: MemoryEngine, quote: str, told: str, agrees: bool | None
) -> None:
    verdict = verify_quotation(engine, quote)
    assert verdict.status == "exact"
    assert verdict.attribution is not None
    assert (verdict.attribution.text, verdict.attribution.agrees) == (told, agrees)
    assert "was not checked as part of it" in verdict.answer


def test_what_goes_on_after_a_dash_is_no_attribution(engine: MemoryEngine) -> None:
    verdict = verify_quotation(engine, "We dredge or we close - Don't let them")
    assert (verdict.status, verdict.attribution) == ("absent", None)


def test_a_quotation_pasted_with_the_attribution_that_is_printed_has_none_told(engine: MemoryEngine) -> None:
    verdict = verify_quotation(engine, "“The tide does not read our budgets,” said Runa Asker")
    assert (verdict.status, verdict.attribution) == ("exact", None)


def test_the_longest_printed_stretch_is_found_where_the_rest_is_invented(engine: MemoryEngine) -> None:
    stretch = "Nobody in the council has asked what a closed harbour would"
    verdict = verify_quotation(engine, f"{stretch} do to us all one day when it comes")
    assert verdict.status == "stretch"
    assert [(one.kind, one.printed) for one in verdict.places[0].diff] == [("same", stretch), ("added", "")]
    assert verdict.places[0].kept == 11
    assert "11 on end are printed" in verdict.answer


def test_a_few_words_beside_the_stretch_are_shown_against_the_printed_ones(engine: MemoryEngine) -> None:
    verdict = verify_quotation(engine, "The tide does not read our ledgers")
    assert verdict.status == "stretch"
    place = verdict.places[0]
    assert [(one.kind, one.quoted, one.printed) for one in place.diff] == [
        ("same", "The tide does not read our ", "The tide does not read our "),
        ("changed", "ledgers", "budgets"),
    ]
    assert (place.kept, place.text) == (6, "The tide does not read our budgets")
    assert "6 on end are printed" in verdict.answer


@pytest.mark.parametrize(
    ("quote", "answer"),
    [
        ("The tide does not mind our budgets", "6 of your 7 words are printed so, in this order; “mind” is “read”."),
        (
            "The tide does not read our budget",
            "6 of your 7 words are printed so, in this order; “budget” is “budgets”, another form of the same.",
        ),
        ("We dredge or we close", "All 5 words are printed exactly so."),
        ("we dredge, or we close", "All 5 words are printed in this order; punctuation, capitals or accents differ."),
        ("lantern", f"The word is not printed so in {TOO_FEW}"),
        ("The ferry was green", f"These 4 words are not printed so in {TOO_FEW}"),
    ],
)  # fmt: skip
def test_the_answer_is_one_sentence(engine: MemoryEngine, quote: str, answer: str) -> None:
    assert verify_quotation(engine, quote).answer == answer


def test_a_passage_is_written_as_text_with_its_source(engine: MemoryEngine) -> None:
    place = first(engine, "The tide does not read our budgets. We dredge or we close.")
    assert citation_of(place) == (
        "“The tide does not read our budgets,’ said Runa Asker, the harbour’s warden. ‘We dredge or we close” - "
        "Runa Asker, “Warden warns: ‘Dredge or close’”, 5 May 2024"
    ).replace("“The", "“‘The", 1).replace("close” -", "close’” -")


def test_verify_quotation_says_who_said_it(engine: MemoryEngine) -> None:
    place = next(place for place in verify_quotation(engine, "tide does not read our budgets").places if place.quoted)
    assert place.head.id == "harbour"
    assert place.quote is not None
    assert (place.quote.speaker, place.quote.method, place.quote.confidence) == ("Runa Asker", "after", 0.9)


def test_verify_quotation_says_where_the_words_are_nobodys_quotation(engine: MemoryEngine) -> None:
    place = first(engine, "lost two metres of depth since the winter storms")
    assert (place.quoted, place.quote) == (False, None)


def test_verify_quotation_finds_all_places_the_most_faithful_first(engine: MemoryEngine) -> None:
    verdict = verify_quotation(engine, "The tide does not read our budgets")
    assert [(place.head.id, place.status) for place in verdict.places] == [
        ("harbour", "exact"),
        ("echo", "punctuation"),
    ]
    assert verdict.total == 2


def test_verify_quotation_puts_the_oldest_of_equal_places_first() -> None:
    late = article("a", "Late", ("paragraph", "The bell of Ostwick rang twice."), day=9)
    early = article("b", "Early", ("paragraph", "The bell of Ostwick rang twice."), day=2)
    places = verify_quotation(engine_of(late, early), "bell of Ostwick rang twice").places
    assert [place.head.id for place in places] == ["b", "a"]


def test_verify_quotation_names_ten_places_and_counts_all() -> None:
    copies = [article(f"c{i:02}", "Copy", ("paragraph", "The bell of Ostwick rang twice.")) for i in range(30)]
    verdict = verify_quotation(engine_of(*copies), "The bell of Ostwick rang twice.")
    assert (len(verdict.places), verdict.total) == (10, 30)


def test_verify_quotation_reads_on_until_it_finds_the_very_characters() -> None:
    copies = [article(f"c{i:02}", "Copy", ("paragraph", "the bell rang")) for i in range(30)]
    last = article("z", "Last", ("paragraph", "The bell rang. " + "So it was. " * 40))
    verdict = verify_quotation(engine_of(*copies, last), "The bell rang")
    assert (verdict.status, verdict.places[0].head.id) == ("exact", "z")


def test_verify_quotation_works_where_all_words_are_stop_words(engine: MemoryEngine) -> None:
    assert first(engine, "to be or not to be").head.id == "echo"


def test_verify_quotation_places_a_headline_without_a_block(engine: MemoryEngine) -> None:
    place = first(engine, "Council meets behind closed doors")
    assert (place.block, place.end_block, place.anchor, place.text) == (None, None, None, COUNCIL.head.title)


def test_verify_quotation_shortens_what_a_long_ellipsis_skips() -> None:
    long = "It began. " + " ".join(f"word{i}" for i in range(500)) + " It ended there."
    place = verify_quotation(
        engine_of(article("long", "Long", ("paragraph", long))), "It began … It ended there"
    ).places[0]
    (left,) = place.left_out
    assert left.words == 500
    assert left.text.startswith("word0 ")
    assert left.text.endswith(" word499")
    assert len(left.text.split()) == 61
    assert len(place.text) < 700


@pytest.mark.parametrize("quote", ["", "   ", "…", "?!", "“”", "[the minister]", "$ % &", "[...] [h]"])
def test_verify_quotation_refuses_what_has_no_words(engine: MemoryEngine, quote: str) -> None:
    with pytest.raises(QueryError, match="no words"):
        verify_quotation(engine, quote)


@pytest.mark.parametrize(
    ("quote", "limit"),
    [("word " * 1201, "1,200"), ("w" * 8_001, "8,000"), ("word … " * 61, "60")],
    ids=["words", "letters", "pieces"],
)
def test_verify_quotation_refuses_what_is_too_long_and_says_the_limit(
    engine: MemoryEngine, quote: str, limit: str
) -> None:
    with pytest.raises(QueryError, match=limit) as refused:
        verify_quotation(engine, quote)
    assert refused.value.too_costly


def test_verify_quotation_takes_as_many_words_as_it_says() -> None:
    text = " ".join(f"w{i}" for i in range(1_200))
    assert verify_quotation(engine_of(article("long", "Long", ("paragraph", text))), text).status == "exact"


def test_verify_quotation_gives_the_offsets_of_what_it_shows(engine: MemoryEngine) -> None:
    place = first(engine, "We dredge or we close")
    assert (place.block, SPOKEN[place.start : place.end]) == (1, place.text)
    assert ECHO.head.id != HARBOUR.head.id == place.head.id
