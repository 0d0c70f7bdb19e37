"""Hostile pages: the seeds and invented records, mutated; and small programs that write large ones."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

from soak.archive import record
from soak.commands import ROOT

SEEDS = ROOT / "seeds"
#: What is put into pages.
PIECES = tuple(
    piece.encode("utf-8", "surrogatepass")
    for piece in (
        "<",
        ">",
        "<!--",
        "-->",
        "</",
        "<p>",
        "</p>",
        "&#",
        "&#xd800;",
        "\0",
        "\ud7ff",
        "“",
        "”",
        '"',
        "'",
        "<div>",
        "</article>",
        "<script>",
        "</script>",
        "<table><tr>",
        "{",
        "}",
        "[",
        "\x85",
        "\u2028",
        "<h1>",
        "\ufffe",
        "<br/>",
        "<![CDATA[",
        "<?xml",
        "=",
        "]]>",
        "<style>",
        "<svg>",
        "<template>",
        "<plaintext>",
        "<title>",
        "<meta charset=utf-7>",
        "<base href='//x'>",
        "<time datetime='9999-99-99'>",
        "\u202e",
        "a\u0301" * 9,
        "12 Mar 2009 10:21",
        "said Ann Smith",
        ", ",
        "\r",
        "\n\n\n",
        "<a href='http://[::1'>",
        "<link rel=canonical href='x'>",
        " " * 300,
        "x" * 300,
        "&amp;" * 30,
    )
)
TAGS = (
    "div b i p span ul li table tr td a section article blockquote font center h2 q svg math select option template em"
).split()
ENCODINGS = ("utf-16", "utf-16-be", "utf-32", "cp1252", "latin-1", "utf-8-sig", "cp037", "koi8-r", "shift_jis")
#: Share of the pages that are large: each may take seconds.
LARGE = 0.01
#: Bytes of a large page: the readers refuse what is larger than 5 MB.
LARGE_BYTES = 4_000_000


def page(rng: Random) -> tuple[str, bytes]:
    """Return the ending of a page's name, and its bytes."""
    if rng.random() < LARGE:
        return rng.choice((_large_html, _large_html, _large_text, _large_record))(rng)
    ending = rng.choices((".html", ".txt", ".jsonl"), weights=(70, 20, 10))[0]
    data = bytearray(_whole(rng, ending))
    if rng.random() < 0.15:  # the end of another page
        other = _whole(rng, rng.choice((".html", ".txt")))
        data[rng.randrange(len(data)) :] = other[rng.randrange(len(other)) :]
    for _ in range(rng.choice((1, 3, 10, 60))):
        if data:
            rng.choice(MUTATIONS)(data, rng)
    if rng.random() < 0.1:
        encoded = data.decode("utf-8", "replace").encode(rng.choice(ENCODINGS), "replace")
        data = bytearray(encoded)
    if ending == ".jsonl":  # one record a file
        data = bytearray(bytes(data).replace(b"\n", b" "))
    return ending, bytes(data)


def _whole(rng: Random, ending: str) -> bytes:
    if ending == ".jsonl":
        return json.dumps(record(rng.randrange(1000), rng.randrange(9))).encode()
    return rng.choice(sorted(SEEDS.glob(f"*{ending}"))).read_bytes()


def _insert(data: bytearray, rng: Random) -> None:
    at = rng.randrange(len(data))
    data[at:at] = rng.choice(PIECES)


def _remove(data: bytearray, rng: Random) -> None:
    at = rng.randrange(len(data))
    del data[at : at + rng.randrange(1, 60)]


def _replace(data: bytearray, rng: Random) -> None:
    data[rng.randrange(len(data))] = rng.randrange(256)


def _repeat(data: bytearray, rng: Random) -> None:
    """Put a stretch of the page somewhere else, now and then fifty times."""
    at, start = rng.randrange(len(data)), rng.randrange(len(data))
    if len(data) < 500_000:
        data[at:at] = data[start : start + rng.randrange(200)] * rng.choice((1, 1, 1, 50))


def _nest(data: bytearray, rng: Random) -> None:
    at = rng.randrange(len(data))
    data[at:at] = f"<{rng.choice(TAGS)}>".encode() * rng.choice((1, 5, 40, 300))


def _attribute(data: bytearray, rng: Random) -> None:
    """Put an attribute into a tag, of some size."""
    at = data.find(b">", rng.randrange(len(data)))
    if at > 0:
        value = rng.choice(
            (b"x" * rng.choice((9, 2000)), b"{" * 50, b"display:none", b"&quot;" * 20, b"2024-13-40T99:99")
        )
        name = rng.choice((b"class", b"id", b"style", b"datetime", b"content", b"itemprop", b"a\0b", b"xml:lang"))
        data[at:at] = b" " + name + b"='" + value + b"'"


def _swap(data: bytearray, rng: Random) -> None:
    """Exchange two stretches."""
    size = rng.randrange(1, 200)
    one, other = sorted((rng.randrange(len(data)), rng.randrange(len(data))))
    if one + size <= other:
        data[one : one + size], data[other : other + size] = data[other : other + size], data[one : one + size]


def _bits(data: bytearray, rng: Random) -> None:
    at = rng.randrange(len(data))
    data[at : at + 30] = rng.randbytes(30)


Mutation = Callable[[bytearray, Random], None]
MUTATIONS: tuple[Mutation, ...] = (
    _insert,
    _insert,
    _insert,
    _remove,
    _remove,
    _replace,
    _replace,
    _repeat,
    _repeat,
    _nest,
    _attribute,
    _swap,
    _bits,
)


def _large_html(rng: Random) -> tuple[str, bytes]:
    """Return a page that repeats one or two pieces of markup until it is large."""
    size = rng.randrange(LARGE_BYTES // 20, LARGE_BYTES)
    tag = rng.choice(TAGS)
    unit = rng.choice(
        (
            f"<{tag}>",
            f"<{tag}><{rng.choice(TAGS)}>",
            f"<{tag}>x</{tag}>",
            f"<{tag} a=b ",
            "<!--",
            "<!--x-->",
            "&amp;",
            "&#x1F600",
            "&#xD800;",
            "“a” ",
            '"said ',
            "“‘",
            "A. ",
            "Ann Smith said Bob Jones said ",
            "<p>“x y z”, said Ann Smith.</p>",
            "x",
            "\0",
            "<h2>Harbour</h2>",
            "<time>3 March 2024 at 10:00 GMT</time>",
            "<meta property='og:title' content='H'>",
            "\u0301",
            " ",
            '<script type=\'application/ld+json\'>{"@type":"NewsArticle"}</script>',
            "<a href='http://[x'>Harbour wall story</a>",
            "x<br>",
            "<![CDATA[",
            "\u202e\u2066",
            "港口",
            "<li><a href=/x>Gulls | Terns</a>",
            "[",
            '{"@graph":[',
            "<style>a{}",
        )
    )
    text = unit * (size // len(unit.encode("utf-8", "surrogatepass")) + 1)
    if rng.random() < 0.3:
        text = f"<script type='application/ld+json'>{text}</script>"
    whole = _whole(rng, ".html").decode("utf-8", "replace")
    cut = whole.find(">", rng.randrange(len(whole))) + 1
    return ".html", (whole[:cut] + text + whole[cut:]).encode("utf-8", "surrogatepass")


def _large_text(rng: Random) -> tuple[str, bytes]:
    size = rng.randrange(LARGE_BYTES // 20, LARGE_BYTES)
    unit = rng.choice(
        (
            "gull ",
            "x\n",
            "Gulls return to the wall\n18 Apr 09 | Harbour\n",
            "Aldry Post\u00a0Gulls\u00a0-\u00a07 hrs ago\n",
            "  • gull\n",
            "Gulls | Terns | ",
            "15 July 2009 10:21 GMT\n",
            "1 2 3 4:5 ",
            "© (c) copyright ",
            '"said ',
            " \t",
            "A. ",
            "\0",
            "“",
            "\n\n",
        )
    ).encode()
    return ".txt", _whole(rng, ".txt") + unit * (size // len(unit))


def _large_record(rng: Random) -> tuple[str, bytes]:
    size = rng.randrange(LARGE_BYTES // 20, LARGE_BYTES)
    unit = rng.choice(("[", "9", '"Terns",', "\\\\ud800", "“a” ", '{\\"a\\":', "x "))
    key = rng.choice(("title", "body", "related", "authors", "published"))
    text = unit * (size // len(unit))
    form = rng.choice(
        ('{"title": "Gulls", "%s": %s}', '{"title": "Gulls", "%s": "%s"}', '{"title": "Gulls", "%s": [%s"Auks"]}')
    )
    return ".jsonl", (form % (key, text)).encode()


def write(folder: Path, count: int, rng: Random) -> dict[str, bytes]:
    """Write so many pages into an empty folder; return them by their names."""
    folder.mkdir(parents=True)
    pages = {}
    for number in range(count):
        ending, data = page(rng)
        name = f"{number:03}{ending}"
        (folder / name).write_bytes(data)
        pages[name] = data
    return pages
