import codecs
import random

import pytest

from searchsvc.decoding import MAX_BYTES, decode_markup
from searchsvc.errors import RefusedError, SourceError
from searchsvc.parsing.html.clean_markup import MAX_TAGS, cleaned
from tests.parsing.html.page_makers import page, source

WORDS = "Café “Größe” costs £5"


@pytest.mark.parametrize(
    ("data", "charset", "encoding"),
    [
        (codecs.BOM_UTF8 + WORDS.encode(), None, "utf-8"),
        (codecs.BOM_UTF16_LE + WORDS.encode("utf-16-le"), None, "utf-16-le"),
        (WORDS.encode(), None, "utf-8"),
        (b'<meta charset="iso-8859-1">' + WORDS.encode(), None, "utf-8"),
        (b'<meta charset="iso-8859-1">' + WORDS.encode("cp1252"), None, "cp1252"),
        (
            b'<meta http-equiv="content-type" content="text/html; charset=windows-1252">' + WORDS.encode("cp1252"),
            None,
            "cp1252",
        ),
        (WORDS.encode("cp1252"), "ISO-8859-1", "cp1252"),
        (WORDS.encode("cp1252"), "no-such-thing", "cp1252"),
    ],
    ids=["bom", "utf-16", "plain utf-8", "stale meta", "latin-1 is cp1252", "http-equiv", "header", "unknown header"],
)
def test_decode_markup_reads_the_words(data: bytes, charset: str | None, encoding: str) -> None:
    decoded = decode_markup(source(data, charset=charset))
    assert WORDS in decoded.text
    assert decoded.encoding == encoding


def test_decode_markup_reads_a_wire_story_pasted_into_a_newer_page() -> None:
    data = b'<meta charset="utf-8">' + "größer".encode() + " – ".encode("cp1252") + "£5".encode()
    assert decode_markup(source(data)).text.endswith("größer – £5")


def test_decode_markup_refuses_what_is_too_large() -> None:
    with pytest.raises(RefusedError, match="bytes"):
        decode_markup(source(b" " * (MAX_BYTES + 1)))


def test_cleaned_refuses_too_many_elements() -> None:
    with pytest.raises(RefusedError, match="elements"):
        cleaned("<b>" * (MAX_TAGS + 1), source(""))


def test_cleaned_refuses_what_is_no_markup() -> None:
    with pytest.raises(SourceError, match=r"\.txt"):
        cleaned("Just words.", source(""))


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        ("<script>let a = '<p>no</p>';</script><p>yes</p>", "<p>yes</p>"),
        ("<SCRIPT src=x>no</SCRIPT ><p>yes</p>", "<p>yes</p>"),
        ('<script type="application/ld+json">{}</script>', '<script type="application/ld+json">{}</script>'),
        ("<!-- S BO --><p>yes</p>", "<!-- S BO --><p>yes</p>"),
        ("<!-- <script> --><p>yes</p><script>no</script>", "<!-- <script> --><p>yes</p>"),
        ("<script>let a<p>yes</p>", "<p>yes</p>"),
        ("<style>p{}</style><svg><title>no</title></svg>\x00<p>yes</p>", "<p>yes</p>"),
        ("<title>Lamp<p>yes</p>", "<title>Lamp</title><p>yes</p>"),
        ('<?xml version="1.0"?><p>yes</p>', "<p>yes</p>"),
    ],
)
def test_cleaned_cuts_what_holds_no_text(markup: str, kept: str) -> None:
    assert cleaned(markup, source("")) == kept


def test_cleaned_leaves_a_page_alone() -> None:
    assert cleaned(page(), source("")) == page()


def test_cleaned_refuses_what_is_no_text(capsys: pytest.CaptureFixture[str]) -> None:
    noise = source(b"<html>" + random.Random(5).randbytes(4000))  # noqa: S311  no secret
    with pytest.raises(SourceError, match="no text"):
        cleaned(decode_markup(noise).text, noise)
    assert capsys.readouterr().err == ""
