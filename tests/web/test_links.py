"""Addresses of stored pages are followed only where they lead into the web."""

import pytest

from searchsvc.web.article_view import safe_link


@pytest.mark.parametrize("url", ["http://a.example/", "https://a.example/x?y#z", "HTTPS://A.example"])
def test_safe_link_passes_the_web(url: str) -> None:
    assert safe_link(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//a.example/",
        "a.example",
        "http:",
        "https:///x",
        "http://[broken",
        "https://a.example/\u0000",
    ],
)
def test_safe_link_refuses_everything_else(url: str | None) -> None:
    assert safe_link(url) is None
