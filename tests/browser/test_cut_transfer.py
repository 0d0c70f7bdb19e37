"""A browser tells that a file was cut while it was sent: it keeps none that looks whole."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.web.failing_server import failing_server

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_download_that_was_cut_has_failed(browser: Browser, tmp_path: Path, script: bool) -> None:
    with failing_server(tmp_path) as port:
        context = browser.new_context(java_script_enabled=script)
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/help")
        failures = []
        for query in ("ferry", "storm"):
            page.set_content(f'<a href="http://127.0.0.1:{port}/search.csv?q={query}&columns=id">CSV</a>')
            with page.expect_download() as started:
                page.get_by_role("link", name="CSV").click()
            failures.append(started.value.failure())
        assert failures[0] is None
        assert failures[1]
        context.close()
