"""A real Chromium, headless, in front of the real application."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from playwright.sync_api import Browser, BrowserContext, Page  # noqa: E402  after the check that it is there

from searchsvc.settings import Settings  # noqa: E402  the same
from searchsvc.web import create_app  # noqa: E402  the same
from tests.servers import serving  # noqa: E402  the same
from tests.web.web_articles import filled_engine  # noqa: E402  the same

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}

Open = Callable[..., Page]


def chromium() -> str | None:
    """Return the browser: the one CHROMIUM names, else one on the path."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("no Chromium found: install it, or set CHROMIUM to its path")
    with playwright_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with serving(create_app(Settings(title="Tarn Archive"), filled_engine())) as served:
        yield served


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Open]:
    """A function that opens a path in a fresh context; what the page complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(path: str, **options: Any) -> Page:
        context = browser.new_context(viewport=options.pop("viewport", DESK), **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    # The browser tells of 4xx answers as errors; they are the subject of some tests.
    assert [text for text in complaints if "status of 4" not in text] == []
