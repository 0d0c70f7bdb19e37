"""The pages with a logo and the palest colours that the settings take, in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from playwright.sync_api import Browser, expect  # noqa: E402  after the check that it is there

from searchsvc.settings import Settings  # noqa: E402  the same
from searchsvc.web import create_app  # noqa: E402  the same
from searchsvc.web.branding import BACKGROUNDS, MIN_CONTRAST, contrast  # noqa: E402  the same
from tests.servers import serving  # noqa: E402  the same
from tests.web.web_articles import filled_engine  # noqa: E402  the same

pytestmark = pytest.mark.browser

CHECKS = Path(__file__).with_name("checks.js").read_text(encoding="utf-8")
PATHS = [
    "/",
    "/?q=station&section=Weather&size=5&page=2",
    "/?q=zzqqx",
    "/quotes",
    "/speakers",
    "/verify",
    "/a/mill?q=mill",
]
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><rect width="120" height="40" fill="#00457c"/></svg>'
)
PHONE = {"width": 320, "height": 640}


def palest(scheme: str) -> str:
    """Return the grey nearest to the backgrounds that can be read on both of them."""
    greys = [f"#{value:02x}{value:02x}{value:02x}" for value in range(256)]
    readable = [grey for grey in greys if all(contrast(grey, ground) >= MIN_CONTRAST for ground in BACKGROUNDS[scheme])]
    return readable[-1] if scheme == "light" else readable[0]


@pytest.fixture(scope="module")
def branded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    logo = tmp_path_factory.mktemp("look") / "logo.svg"
    logo.write_text(LOGO)
    settings = Settings(title="The Tarn", logo=str(logo), accent=(palest("light"), palest("dark")))
    with serving(create_app(settings, filled_engine())) as served:
        yield served


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_read_in_the_palest_colours(
    browser: Browser, branded: str, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(viewport=PHONE, color_scheme=scheme)  # type: ignore[arg-type]  # a size
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    complaints = {}
    for path in PATHS:
        page.goto(branded + path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        if found := page.evaluate(CHECKS):
            complaints[path] = found
        assert page.locator(".logo").evaluate("(image) => image.naturalWidth > 0 && image.clientHeight > 20")
    assert (complaints, told) == ({}, [])
    red, green, blue = (int(palest(scheme)[at : at + 2], 16) for at in (1, 3, 5))
    page.goto(branded)
    expect(page.locator(".hit a").first).to_have_css("color", f"rgb({red}, {green}, {blue})")
    page.emulate_media(media="print")
    expect(page.locator(".hit a").first).to_have_css("color", re.compile(r"rgb\(0, 0, 0\)"))
    context.close()
