"""What a run says of its failures: a line a reason, and all of them in the report's values."""

import pytest

from searchsvc.reindex.report import FAILURES_PER_BLOCK, MAX_KINDS, OTHER_REASONS, Failure, Failures


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("4,812 elements; pages of up to 1,000 are read", "99,812 elements; pages of up to 1,000 are read"),
        ("not JSON: invalid character (byte 15)", "not JSON: invalid character (byte 7)"),
        ("`id` must be a string, not [1, 2", '`id` must be a string, not ["a"'),
        ("it cannot be read: KeyError: 'a b'", "it cannot be read: KeyError: 'it'"),
        ("holds no page any more: --drop /a/b c", "holds no page any more: --drop d/e c"),
        ("the record at #12 ends early", "the record at #4,000 ends early"),
    ],
)
def test_kind_leaves_out_what_is_a_page_s_own(first: str, second: str) -> None:
    assert Failure("a", first).kind == Failure("b", second).kind


def test_kind_tells_reasons_apart() -> None:
    reasons = ["permission denied", "no text in it", "gzip ends early: the file is cut off", "larger than 5 MB"]
    assert len({Failure("a", reason).kind for reason in reasons}) == len(reasons)


def test_kinds_say_one_line_for_each_reason() -> None:
    found = Failures(Failure(f"{n}.html", f"{n} elements") for n in range(13))
    found.append(Failure("x.html", "no text in it"))
    found.append(Failure("y.txt", "permission denied"))
    found.append(Failure("z.txt", "permission denied"))
    assert [str(kind) for kind in found.kinds] == [
        "13 pages: … elements: 0.html, 1.html, 2.html and 10 more",
        "x.html: no text in it",
        "2 pages: permission denied: y.txt, z.txt",
    ]


def test_kinds_are_bounded_whatever_stands_in_the_reasons() -> None:
    found = Failures(Failure(f"{n}", f"its encoding is {'abcdefgh'[n % 8]}{'klmnopqr'[n // 8 % 8]}") for n in range(64))
    assert len(found.kinds) == MAX_KINDS + 1
    assert (found.kinds[-1].kind, found.kinds[-1].count) == (OTHER_REASONS, 64 - MAX_KINDS)


def test_failures_keep_all_in_order() -> None:
    all_ = [Failure(f"pages/{n}.html", f"reason {n % 7}") for n in range(2 * FAILURES_PER_BLOCK + 5)]
    found = Failures(all_)
    assert len(found) == len(all_)
    assert found == all_
    assert (found[0], found[-1], found[FAILURES_PER_BLOCK]) == (all_[0], all_[-1], all_[FAILURES_PER_BLOCK])
    with pytest.raises(IndexError):
        found[len(all_)]
    assert found != all_[1:]
