"""The name, the logo and the colours of the operator; who may read the API and frame the pages."""

import gzip
import os
import re
import struct
import zlib
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from searchsvc.engines.memory import MemoryEngine
from searchsvc.errors import UsageError
from searchsvc.settings import Settings
from searchsvc.web import branding, create_app
from searchsvc.web.branding import BACKGROUNDS, MAX_LOGO, MIN_CONTRAST, contrast, paler

SHEET = Path(branding.__file__).with_name("static") / "site.css"
SVG = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0h4v4z"/></svg>'


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0\0"))
    + chunk(b"IEND", b"")
)


def client_with(engine: MemoryEngine, **environ: str) -> FlaskClient:
    return create_app(Settings.from_env(environ), engine).test_client()


def test_what_is_set_to_nothing_is_not_set() -> None:
    names = ("TITLE", "ENGINE", "LOGO", "ACCENT", "CORS_ORIGINS", "FRAME_ANCESTORS", "BASE_URL", "HOST", "WORKERS")
    for blank in ("", " "):
        environ = {f"SEARCHSVC_{name}": blank for name in names if blank == "" or name != "WORKERS"}
        assert Settings.from_env(environ) == Settings()


def test_a_page_whose_title_is_set_to_nothing_has_a_name(engine: MemoryEngine) -> None:
    page = BeautifulSoup(client_with(engine, SEARCHSVC_TITLE="").get("/").text, "lxml")
    assert page.title
    assert page.title.text == "News archive"
    assert page.select(".nameplate a")[0].text == "News archive"


@pytest.mark.parametrize(("name", "content"), [("logo.svg", SVG.encode()), ("logo.png", PNG)])
def test_a_logo_is_served_from_memory_with_its_type(
    engine: MemoryEngine, tmp_path: Path, name: str, content: bytes
) -> None:
    file = tmp_path / "whatever.bin"
    file.write_bytes(content)
    client = client_with(engine, SEARCHSVC_LOGO=str(file), SEARCHSVC_TITLE="The Tarn")
    file.unlink()
    for path in ("/", "/?q=station", "/a/mill", "/nothing"):
        (image,) = BeautifulSoup(client.get(path).text, "lxml").select(".nameplate a img")
        assert image["alt"] == "", "the name stands beside it"
    answer = client.get(str(image["src"]))
    assert str(image["src"]).startswith(f"/static/{name}?v=")
    assert answer.data == content
    assert answer.content_type == {"logo.svg": "image/svg+xml", "logo.png": "image/png"}[name]
    assert "immutable" in answer.headers["Cache-Control"]
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


BAD_LOGOS = {
    "nothing": None,
    "no image": b"GIF89a",
    "no bytes": b"",
    "half an image": SVG[:60].encode(),
    "another root": b"<html><svg xmlns='http://www.w3.org/2000/svg'/></html>",
    "no namespace": b"<svg/>",
    "an unknown encoding": b"<?xml version='1.0' encoding='x-none'?><svg/>",
    "a bomb": b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 9000 + b'"><!ENTITY b "' + b"&a;" * 9000 + b'">]><svg>&b;</svg>',
    "a large image": SVG.encode() + b" " * MAX_LOGO,
}


@pytest.mark.parametrize("content", BAD_LOGOS.values(), ids=BAD_LOGOS)
def test_what_is_no_logo_is_refused_at_the_start(engine: MemoryEngine, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "logo.svg"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=f"SEARCHSVC_LOGO='{file}'"):
        client_with(engine, SEARCHSVC_LOGO=str(file))


def test_a_folder_a_pipe_and_a_device_are_no_logo(engine: MemoryEngine, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (str(tmp_path), str(tmp_path / "pipe"), "/dev/zero", "a\0b"):
        with pytest.raises(UsageError, match="SEARCHSVC_LOGO"):
            client_with(engine, SEARCHSVC_LOGO=path)


def test_colours_come_in_a_style_sheet_of_their_own(engine: MemoryEngine) -> None:
    plain = client_with(engine)
    assert "accent.css" not in plain.get("/").text
    assert plain.get("/static/accent.css").status_code == 404
    client = client_with(engine, SEARCHSVC_ACCENT="#00457C, #9ecbff")
    html = client.get("/").text
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', html)
    assert [sheet.partition("?")[0] for sheet in sheets] == ["/static/site.css", "/static/accent.css"]
    assert " style=" not in html
    css = client.get(sheets[1]).text
    assert "--link: #00457c" in css
    assert "--link: #9ecbff" in css.split("prefers-color-scheme: dark")[1]
    one = client_with(engine, SEARCHSVC_ACCENT="#00457c").get("/static/accent.css").text
    assert "dark" not in one


def test_another_look_is_another_build(engine: MemoryEngine, tmp_path: Path) -> None:
    (tmp_path / "logo").write_text(SVG)
    looks: list[dict[str, str]] = [
        {},
        {"SEARCHSVC_ACCENT": "#00457c"},
        {"SEARCHSVC_ACCENT": "#00457d"},
        {"SEARCHSVC_LOGO": str(tmp_path / "logo")},
        {"SEARCHSVC_TITLE": "Tarn"},
    ]
    tags = {client_with(engine, **look).get("/").headers["ETag"] for look in looks}
    assert len(tags) == len(looks), "else browsers would go on showing the old one"


def test_the_backgrounds_are_those_of_the_style_sheet() -> None:
    found = re.findall(r"--(paper|sheet): (#[0-9a-f]{6})", SHEET.read_text())
    assert [colour for _, colour in found[:4]] == [*BACKGROUNDS["light"], *BACKGROUNDS["dark"]]


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("colour", ["#000000", "#00457c", "#7a1f12", "#6d6d6d"])
def test_bars_are_paler_than_links_and_still_seen(colour: str) -> None:
    ground = BACKGROUNDS["light"][0]
    assert 3 <= contrast(paler(colour, ground), ground) < contrast(colour, ground)


UNREADABLE = {"#ffcc00": "#fbf8f1", "#787878": "#fbf8f1", "#00457c #1d3f6e": "#1f1d1a", "#00457c #7a1f12": "#1f1d1a"}


@pytest.mark.parametrize(("colours", "ground"), UNREADABLE.items())
def test_a_colour_that_is_hard_to_read_is_refused_with_the_figure(
    engine: MemoryEngine, colours: str, ground: str
) -> None:
    with pytest.raises(UsageError, match=r"SEARCHSVC_ACCENT: #.* has a contrast of \d\.\d:1 .*") as refused:
        client_with(engine, SEARCHSVC_ACCENT=colours)
    assert ground in str(refused.value)
    assert "4.5:1" in str(refused.value)
    assert contrast(colours.rsplit(maxsplit=1)[-1], ground) < MIN_CONTRAST


@pytest.mark.parametrize(
    "text", ["red", "#fff", "#12345g", "7a1f12", "#7a1f12;}", "#000000 #ffffff #000000", "#٠٠٠٠٠٠"]
)
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"SEARCHSVC_ACCENT=.*give a colour as #7a1f12"):
        Settings.from_env({"SEARCHSVC_ACCENT": text})


ORIGINS = {
    "https://paper.example": ("https://paper.example",),
    "https://Paper.example:443/ http://paper.example:80": ("https://paper.example", "http://paper.example"),
    "http://127.0.0.1:8080,https://[::1]:8443": ("http://127.0.0.1:8080", "https://[::1]:8443"),
    "https://a.example, https://a.example": ("https://a.example",),
    "https://xn--bcher-kva.example": ("https://xn--bcher-kva.example",),
    "*": ("*",),
    "none": (),
}
NO_ORIGINS = [
    "paper.example", "https://", "ftp://paper.example", "https://paper.example/path", "https://paper.example?a",
    "https://me@paper.example", "https://a.example; script-src *", "'self'", "null", "https://bücher.example",
    "https://a.example:port", "https://a.example:99999", "https://*.a.example", "* https://a.example", "https://[::1",
    "https://a.example\nX: y", "https://a'b.example", "none https://a.example",
]  # fmt: skip


@pytest.mark.parametrize("name", ["SEARCHSVC_CORS_ORIGINS", "SEARCHSVC_FRAME_ANCESTORS"])
def test_origins_are_read_as_browsers_write_them(name: str) -> None:
    field = name.removeprefix("SEARCHSVC_").lower()
    for text, origins in ORIGINS.items():
        assert getattr(Settings.from_env({name: text}), field) == origins
    for text in NO_ORIGINS:
        with pytest.raises(UsageError, match=f"{name}: .* is no origin: give addresses without a path"):
            Settings.from_env({name: text})


PAPER = "https://paper.example"
OPEN_PATHS = ["/api/search?q=station", "/api/search?size=x", "/openapi.json", "/feed.atom", "/api/nothing"]


@pytest.mark.parametrize("path", OPEN_PATHS)
def test_only_scripts_of_listed_origins_read_the_api(engine: MemoryEngine, path: str) -> None:
    client = client_with(engine, SEARCHSVC_CORS_ORIGINS=f"{PAPER} https://b.example")
    for origin in (PAPER, "https://b.example"):
        headers = client.get(path, headers={"Origin": origin}).headers
        assert headers["Access-Control-Allow-Origin"] == origin
        assert "ETag" in headers["Access-Control-Expose-Headers"]
        assert headers.getlist("Vary") == ["Accept-Encoding, Origin"]
    for origin in ("https://evil.example", f"{PAPER}.evil.example", "http://paper.example", "null", "*", ""):
        headers = client.get(path, headers={"Origin": origin}).headers
        assert not [name for name in headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118  no mapping
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers.getlist("Vary") == ["Accept-Encoding, Origin"], "or a cache would serve it to the others"


def test_preflights_are_answered_for_listed_origins_only(engine: MemoryEngine) -> None:
    client = client_with(engine, SEARCHSVC_CORS_ORIGINS=PAPER)
    allowed = client.options("/api/verify", headers={"Origin": PAPER}).headers
    assert allowed["Access-Control-Allow-Origin"] == PAPER
    assert "POST" in allowed["Access-Control-Allow-Methods"]
    refused = client.options("/api/verify", headers={"Origin": "https://evil.example"}).headers
    assert "Access-Control-Allow-Origin" not in refused
    assert "Access-Control-Allow-Methods" not in refused


def test_unless_a_setting_says_otherwise_all_read_the_api_and_none_frames_a_page(client: FlaskClient) -> None:
    headers = client.get("/api/search?q=station", headers={"Origin": PAPER}).headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Vary"] == "Accept-Encoding"
    assert "frame-ancestors 'none'" in client.get("/").headers["Content-Security-Policy"]


def test_scripts_of_no_other_origin_read_an_api_that_is_closed(engine: MemoryEngine) -> None:
    client = client_with(engine, SEARCHSVC_CORS_ORIGINS="none")
    assert "Access-Control-Allow-Origin" not in client.get("/api/search", headers={"Origin": PAPER}).headers


@pytest.mark.parametrize("path", ["/", "/?q=station", "/nothing", "/api/search", "/static/site.css"])
def test_pages_of_listed_origins_may_frame_ours(engine: MemoryEngine, path: str) -> None:
    client = client_with(engine, SEARCHSVC_FRAME_ANCESTORS=f"{PAPER} https://b.example:8443")
    policy = client.get(path).headers["Content-Security-Policy"]
    assert policy.endswith(f"; frame-ancestors {PAPER} https://b.example:8443")
    anybody = client_with(engine, SEARCHSVC_FRAME_ANCESTORS="*")
    assert anybody.get(path).headers["Content-Security-Policy"].endswith("; frame-ancestors *")


def test_the_script_for_other_pages_is_small(client: FlaskClient) -> None:
    answer = client.get("/static/news-search.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < 10_000
    script = gzip.decompress(answer.data).decode()
    assert not re.search(r"^\s*import |import\(|https?://(?!archive\.example)", script, re.MULTILINE), (
        "it needs nothing else"
    )
    assert not re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie|innerHTML|eval", script)


def test_one_file_may_be_loaded_by_every_page_and_is_kept_for_an_hour(engine: MemoryEngine) -> None:
    client = client_with(engine, SEARCHSVC_CORS_ORIGINS="none")
    answer = client.get("/static/news-search.js", headers={"Origin": PAPER})
    assert answer.content_type == "text/javascript; charset=utf-8"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    again = client.get("/static/news-search.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.headers["Cache-Control"]) == (304, "public, max-age=3600")
    assert again.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    for other in ("/static/site.js", "/static/site.css", "/", "/favicon.svg"):
        assert client.get(other).headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in client.get(other).headers
