"""Two texts: the same story printed again, or another one in the same words."""

import pytest

from searchsvc.copies import ComparedText, are_copies

STORY = (
    "The ferry to Lowmere stopped at noon when the wind tore a hatch from its bow, the harbour office wrote. "
    "Nobody was hurt, and the crew closed the gap with boards from the jetty before the tide turned. "
    "Pilots had asked for 2 new hatches since spring, but the town council put the matter off each time. "
    "Passengers waited in the fish hall, where the choir of Overby sang for them until buses came from the valley. "
    "The line will run again as soon as a surveyor has seen the repair and the weather has calmed."
)
MORE = "A surveyor from the coast board is expected at 9 in the morning, and will look at the two other boats too."


def copies(one: str, other: str, language: str | None = "en") -> bool:
    first, second = ComparedText(one, language), ComparedText(other, language)
    answer = are_copies(first, second)
    assert are_copies(second, first) == answer
    return answer


@pytest.mark.parametrize(
    "other",
    [
        STORY,
        STORY.upper(),
        STORY.replace(", ", " ").replace(". ", ".\n"),
        f"{STORY}\n{MORE}",
        f"{MORE}\n{STORY}",
        STORY.rpartition("hurt, and")[0] + f"hurt. {MORE} And" + STORY.rpartition("hurt, and")[2],
        STORY.replace("closed the gap", "shut the gap"),
        STORY.replace("Lowmere", "Lowmeer"),
        STORY.partition("\n")[0].rpartition(" The line")[0],
        STORY.replace("harbour office", "harbour office (LOWM.X)"),
        STORY.replace("town council", "Lowmere council"),
        f"{STORY} Reporting by Ada Holm.",
        f"{STORY} See also id ov20381533.",
        STORY.replace("with boards", "with boards (27 pounds)"),
    ],
    ids=[
        *("same", "capitals", "signs", "added last", "added first", "added within", "a word", "a misprint", "cut"),
        *("the code of a share", "a name for a noun", "who reported", "a code", "a sum"),
    ],
)
def test_a_story_printed_again_is_a_copy(other: str) -> None:
    assert copies(STORY, other)


@pytest.mark.parametrize("sentence", ["The lifeboat was not called.", "The ferry did not sail.", "Nobody won."])
@pytest.mark.parametrize("place", range(6))
def test_a_whole_sentence_that_is_put_in_may_be_short_and_say_no(sentence: str, place: int) -> None:
    sentences = [f"{one}." for one in STORY.rstrip(".").split(". ")]
    assert copies(STORY, " ".join([*sentences[:place], sentence, *sentences[place:]]))
    assert copies("\n".join(sentences), "\n".join([*sentences[:place], sentence, *sentences[place:]]))


@pytest.mark.parametrize(
    "other",
    [
        STORY.replace("2 new", "3 new"),
        STORY.replace("Lowmere", "Aldous"),
        STORY.replace("will run", "will not run"),
        STORY.replace("Nobody was hurt", "Seven were hurt"),
        STORY.replace("choir of Overby", "choir of Aldous"),
        f"{STORY} {MORE} {STORY.lower()}",
        MORE * 4,
        STORY.replace("2 new", "3 new") + MORE,
    ],
    ids=["a number", "a name", "a negation", "a word for a number", "another name", "twice as long", "other", "both"],
)
def test_a_story_that_differs_in_substance_is_none(other: str) -> None:
    assert not copies(STORY, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("At the regatta Overby beat Aldous by a length.", "At the regatta Aldous beat Overby by a length."),
        ("Overby beat Aldous.", "Aldous beat Overby and Lowmere."),
        ("The line isn't safe.", "The line is safe."),
        ("The line rose.", "The line rose and fell."),
        ("Boats: Ada 12 30.", "Boats: Ada 12 30, Brisa 14 28, Clio 9 31, Dorn 11 27, Erik 10 33."),
    ],
    ids=["names exchanged", "and one put in", "a negation in one word", "a word of sense put in", "rows of a table"],
)
def test_a_sentence_of_it_that_says_something_else_is_told(one: str, other: str) -> None:
    assert not copies(f"{STORY} {one}", f"{STORY} {other}")
    assert not copies(f"{one} {STORY}", f"{other} {STORY}")


def test_who_reported_and_edited_does_not_count() -> None:
    assert copies(f"{STORY} (Reporting by Ada Holm; editing by Ib Roe)", f"{STORY} (By Cleo Marsh; editing by Ib Roe).")
    assert copies(f"{STORY}\n(Reporting by Ada Holm)", f"{STORY}\n(Additional reporting by Cleo Marsh in Aldous)")
    assert not copies(f"{STORY} (Ada Holm) sails.", f"{STORY} (Cleo Marsh) sails.")
    assert not copies(f"(Ada Holm {STORY} (Ib) Roe)", f"(Cleo Marsh {STORY} (Ib) Roe)")


def test_a_negation_is_the_same_in_one_word_or_two() -> None:
    assert copies(f"{STORY} The boat won't sail.", f"{STORY} The boat will not sail.")


def test_scripts_without_capitals_keep_every_word() -> None:
    text = "渡轮今天中午停航因为大风损坏了船头港口办公室说没有人受伤船员用木板补上了缺口" * 3
    assert copies(text, text)
    assert not copies(text, text.replace("中午", "早上", 1))
    assert not copies(text, text.replace("有人", "没有人", 1))


def test_texts_without_words_are_copies_of_none() -> None:
    assert not copies("", "")
    assert not copies("...", "!")
