"""FORMAT.md names every array that is written, and none that is not."""

import re
from collections.abc import Callable
from pathlib import Path

from searchsvc.engines.whoosh.codec import container
from searchsvc.engines.whoosh.codec.commit import LAYOUT
from searchsvc.engines.whoosh.codec.container import Container
from tests.engines.codec.codec_stories import make_stories

FORMAT = (Path(container.__file__).parent / "FORMAT.md").read_text()


def test_every_array_is_described(fill: Callable[..., Path]) -> None:
    rows = re.findall(r"^\| (`[^|]+`) \| ", FORMAT, flags=re.MULTILINE)
    patterns = {
        name: re.sub(r"<\w+>", "[a-z_]+", name.replace(".", r"\.")) for row in rows for name in row[1:-1].split("`, `")
    }
    written = {name for path in fill(make_stories(40)).glob("*.arrays") for name in Container(path).names()}
    assert not [name for name in written if not any(re.fullmatch(pattern, name) for pattern in patterns.values())]
    assert not [row for row, pattern in patterns.items() if not any(re.fullmatch(pattern, name) for name in written)]


def test_the_layout_is_that_of_the_files() -> None:
    assert f"`commit.LAYOUT` ({LAYOUT})" in FORMAT
    assert f"current-{LAYOUT} " in FORMAT
