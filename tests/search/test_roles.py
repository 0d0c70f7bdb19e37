"""What an article says that a person is."""

import pytest

from searchsvc.model.article import Block
from searchsvc.search import role_of


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("“No,” said Runa Asker, the harbour’s warden.", "harbour’s warden"),
        ("Runa Asker, chief executive of Sound Ferries, said no.", "chief executive of Sound Ferries"),
        ("The head of the delegation, Deputy Foreign Minister Runa Asker, said no.", "Deputy Foreign Minister"),
        ("Harbour master Runa Asker said no.", "Harbour master"),
        ("On Monday the company's spokeswoman Runa Asker said no.", "company's spokeswoman"),
        ("Labour MP Runa\xa0Asker said no.", "Labour MP"),
        ("Runa Asker, 41, said no.", None),
        ("Runa Asker, 41, a retired teacher on her way home, said no.", "retired teacher on her way home"),
        ("Runa Asker, who said no, left.", None),
        ("Ms Runa Asker said no.", None),
        ("Runa Asker, said the warden, left.", None),
        ("Ostwick, where Runa Asker lives, is small.", None),
        ("Runa Askerson, the warden, said no.", None),
        ("Asker, the warden, said no.", None),
    ],
)
def test_role_of_reads_the_apposition_and_the_occupation(text: str, role: str | None) -> None:
    found = role_of([Block("paragraph", text)], "Runa Asker")
    assert (found and found.text) == role


def test_role_of_returns_the_commonest_with_its_block() -> None:
    blocks = [
        Block("paragraph", "Runa Asker, a sailor, spoke."),
        Block("paragraph", "Harbour master Runa Asker left."),
        Block("caption", "Runa Asker, harbour master"),
    ]
    found = role_of(blocks, "Runa Asker")
    assert found is not None
    assert (found.text.lower(), found.block) == ("harbour master", 1)


@pytest.mark.parametrize("name", ["Asker", "", "(", "Runa (Asker"])
def test_role_of_half_a_name_or_none_is_nothing(name: str) -> None:
    assert role_of([Block("paragraph", "Harbour master Runa Asker left. Asker, the warden, too.")], name) is None
