"""Pieces as integers: tables that find what was put into them, and strings in byte order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.engines.whoosh.codec.pieces import EMPTY, PieceTable, cut, in_order
from tests.examples import examples

TEXTS = st.lists(st.binary(max_size=3) | st.text("ab", max_size=40).map(str.encode), unique=True, max_size=60)


@given(TEXTS)
@examples(200)
def test_in_order_sorts_as_python_does(texts: list[bytes]) -> None:
    assert [texts[i] for i in in_order(texts).tolist()] == sorted(texts)


def test_a_table_finds_what_was_added_and_nothing_else_while_it_grows() -> None:
    table, rng = PieceTable(2), np.random.default_rng(4)
    keys = np.unique(rng.integers(0, 1 << 20, (9000, 2)).astype(np.uint64), axis=0)
    known, unknown = keys[::2], keys[1::2]
    numbers = np.arange(len(known), dtype=np.uint32)
    for first in range(0, len(known), 500):
        table.add(known[first : first + 500], numbers[first : first + 500])
        assert table.find(known)[: first + 500].tolist() == numbers[: first + 500].tolist()
    assert table.count == len(known)
    assert (table.find(unknown) == EMPTY).all()


def test_cut_leaves_no_piece_out_whatever_its_length() -> None:
    texts = ["a", "b" * 8 + " " + "c" * 9, "", "d" * 33 + "\n" + "e" * 64, "f" * 500]
    pieces = cut(texts)
    found = [places for _, places in pieces.by_width()]
    assert sorted(np.concatenate(found).tolist()) == list(range(len(pieces.start)))
    assert (
        b" ".join(pieces.texts())
        == "\n".join([*texts, ""]).encode().replace(b"\n", b" \x01 ").replace(b"  ", b" ")[:-1]
    )
