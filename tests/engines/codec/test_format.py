"""FORMAT.md names every array that is written, with its dtype, and none that is not."""

import re
from collections import Counter
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

from searchsvc.engines.whoosh.codec import container
from searchsvc.engines.whoosh.codec.commit import LAYOUT
from searchsvc.engines.whoosh.codec.container import Container, narrowest
from tests.engines.codec.codec_stories import make_stories

#: Arrays as wide as the number of documents or slots asks for; so are all `doc` and `pos` of text fields.
BY_POSSIBLE_VALUE = {"side.key", "side.left"}
FORMAT = (Path(container.__file__).parent / "FORMAT.md").read_text()


def test_every_array_is_described(fill: Callable[..., Path]) -> None:
    rows = re.findall(r"^\| (`[^|]+`) \| ", FORMAT, flags=re.MULTILINE)
    patterns = {
        name: re.sub(r"<\w+>", "[a-z_]+", name.replace(".", r"\.")) for row in rows for name in row[1:-1].split("`, `")
    }
    written = {name for path in fill(make_stories(40)).glob("*.arrays") for name in Container(path).names()}
    assert not [name for name in written if not any(re.fullmatch(pattern, name) for pattern in patterns.values())]
    assert not [row for row, pattern in patterns.items() if not any(re.fullmatch(pattern, name) for name in written)]


def test_every_dtype_is_that_of_the_table(fill: Callable[..., Path]) -> None:
    """`u` is an unsigned type, and no wider than the largest value of such an array needs, or may need."""
    rows = re.findall(r"^\| (`[^|]+`) \| (.+?) \| ", FORMAT.replace(r"\|", "/"), flags=re.MULTILINE)
    dtypes = {
        re.sub(r"<\w+>", "[a-z_]+", name.replace(".", r"\.")): dtype
        for names, column in rows
        for name, dtype in zip(
            names[1:-1].split("`, `"), cycle(column.replace("`", "").replace("/", "|").split(", ")), strict=False
        )
    }
    of_row = {"u": {"|u1", "<u2", "<u4", "<u8"}, "bytes": {"|u1"}}
    segments = [Container(path) for path in fill(make_stories(40)).glob("*.arrays")]
    seen: Counter[str] = Counter()
    for name, values in ((name, segment.array(name)) for segment in segments for name in segment.names()):
        (dtype,) = {dtype for pattern, dtype in dtypes.items() if re.fullmatch(pattern, name)}
        assert values.dtype.str in of_row.get(dtype, {dtype}), name
        seen[dtype] += 1
        if dtype == "u" and name not in BY_POSSIBLE_VALUE and not name.endswith((".doc", ".pos")):
            assert values.dtype == narrowest(int(values.max(initial=0))), name
    assert seen.keys() == {"u", "bytes", "<u2", "<u4", "<u8", "<i4", "<i8", "|u1"}


def test_the_layout_is_that_of_the_files() -> None:
    assert f"`commit.LAYOUT` ({LAYOUT})" in FORMAT
    assert f"current-{LAYOUT} " in FORMAT
