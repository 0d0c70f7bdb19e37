"""How far apart two words are: what the textbook's table says, cell by cell."""

from hypothesis import given
from hypothesis import strategies as st

from searchsvc.analysis import edit_distance

#: Few letters, so that words are often close; of one, two, three and four bytes, and half a surrogate pair.
LETTERS = "abжひ\U0001f600\ud800"


def textbook_distance(first: str, second: str) -> int:
    """Return the optimal string alignment distance, by the recurrence of the definition."""
    table = {(i, 0): i for i in range(len(first) + 1)} | {(0, j): j for j in range(len(second) + 1)}
    for i, letter in enumerate(first, 1):
        for j, other in enumerate(second, 1):
            table[i, j] = min(
                table[i - 1, j] + 1,
                table[i, j - 1] + 1,
                table[i - 1, j - 1] + (letter != other),
                table[i - 2, j - 2] + 1 if first[i - 2 : i] == second[j - 2 : j][::-1] and i > 1 < j else i + j,
            )
    return table[len(first), len(second)]


@given(st.text(LETTERS, max_size=8), st.text(LETTERS, max_size=8), st.integers(0, 3))
def test_edit_distance_is_that_of_the_textbook_up_to_the_limit(first: str, second: str, limit: int) -> None:
    distance = textbook_distance(first, second)
    assert edit_distance(first, second, limit) == (distance if distance <= limit else None)


@given(st.text(LETTERS, min_size=60, max_size=70), st.data())
def test_edit_distance_of_words_longer_than_a_machine_word_is_that_of_the_textbook(
    word: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(word) - 2))
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    assert edit_distance(word, swapped + "z", 3) == textbook_distance(word, swapped + "z")


def test_edit_distance_does_not_edit_between_two_letters_that_are_swapped() -> None:
    """With that allowed it would be 2: swap, then put in."""
    assert edit_distance("ca", "abc", 3) == 3
