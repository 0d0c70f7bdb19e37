"""Every golden page comes out as the Article beside it. `tools/renew_golden.py` writes them anew; read its diff."""

from pathlib import Path

import pytest

from tests.parsing.html.golden_pages import pages, read


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_read_html_returns_the_golden_article(page: Path) -> None:
    assert read(page) == page.with_suffix(".json").read_text(encoding="utf-8")
