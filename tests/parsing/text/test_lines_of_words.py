"""Words that a hyphen parts at the end of a line."""

from searchsvc.model.source import Source
from searchsvc.parsing import explain

TEXT = """Harbour board to be elected

By Tom Holt

The towns will choose their represen-
tatives on the harbour board by bal-
lot for the first time in June, the well-
known county clerk said on Tuesday.

All representatives serve for a year.
"""


def test_a_parted_word_is_one_where_it_stands_so_elsewhere() -> None:
    article = explain(Source("board.txt", "board.txt", TEXT.encode(), "text/plain", "0" * 64)).article
    text = " ".join(block.text for block in article.blocks)
    assert "choose their representatives on" in text
    assert "by bal-lot for" in text
    assert "the well-known county" in text
