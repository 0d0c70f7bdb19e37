"""Style sheets of strangers → style sheets that load nothing but what the archive has, and cannot end their element.

The text is read as tokens (CSS Syntax Module Level 3 §4), so that no escape, comment or string hides an address. Every
address becomes that of a picture of the archive, or `none`-like: a `data:` of nothing. `@import` is left out, since the
style sheets of the page are inlined by who calls this. What is no address is kept as it is: what a browser does not
know it passes over.
"""

import re
from collections.abc import Callable

#: Most characters of a style sheet; the rest is left out.
LONGEST_STYLE = 2_000_000
#: A picture that the page itself holds. Drawings (SVG) are left out: they are documents.
EMBEDDED_PICTURE = re.compile(
    r"data:image/(?:png|jpe?g|pjpeg|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon)\s*(?:;[\w=-]{1,40})?;base64,[\w+/=\s%-]*\Z",
    re.IGNORECASE,
)
#: A font that the page itself holds.
_EMBEDDED_FONT = re.compile(
    r"data:(?:font/|application/(?:x-)?font-|application/octet-stream)[\w.+-]{0,40}(?:;[\w=-]{1,40})*;base64,[\w+/=\s-]*\Z",
    re.IGNORECASE,
)
#: In place of an address that is left out.
NOTHING = "data:,"
#: Functions whose bare strings are addresses, too, also by way of variables (CSS Images Module Level 4), program code
#: of old browsers, and one that makes a value of an attribute: browsers pass over the name that is put in their place.
_LEFT_OUT = frozenset(
    {"image-set", "-webkit-image-set", "image", "cross-fade", "-webkit-cross-fade", "src", "attr", "expression"}
)

_ESCAPE = r"\\(?:[0-9A-Fa-f]{1,6}(?:\r\n|[ \t\r\n\f])?|[^\r\n\f0-9A-Fa-f])"
# Possessive throughout: an escape can be read in one way only, and nothing is tried again.
_NAME = rf"(?:[\w\u0080-\U0010ffff-]|{_ESCAPE})++"
_STRING = "|".join(rf"{mark}(?:[^{mark}\\\r\n\f]|\\(?:\r\n|.))*+(?:{mark}|(?=[\r\n\f])|\Z)" for mark in "\"'")
_TOKEN = re.compile(
    rf"(?P<comment>/\*.*?(?:\*/|\Z))|(?P<string>{_STRING})|(?P<function>{_NAME}\()|(?P<at>@{_NAME})|(?P<name>{_NAME})"
    r"|(?P<open>[({\[])|(?P<close>[)}\]])|(?P<semicolon>;)|(?P<space>\s+)|(?P<other>.)",
    re.DOTALL,
)
#: An address without quotation marks, from behind `url(` to its closing bracket.
_BARE_ADDRESS = re.compile(rf"\s*((?:[^\"'()\\\s]|{_ESCAPE})*+)\s*(?:\)|\Z)")
_BAD_ADDRESS = re.compile(rf"(?:[^)\\]|{_ESCAPE}|\\)*+(?:\)|\Z)", re.DOTALL)
_ESCAPED = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})(?:\r\n|[ \t\r\n\f])?|(\r\n|[\s\S]))")
_LAST_CODE_POINT = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)

#: Address in a style sheet → the address that stands in its place; None where there is none.
Resolve = Callable[[str], str | None]


def rewritten_style(text: str, resolve: Resolve) -> str:
    """Return a style sheet, or the declarations of a `style` attribute, without addresses of others.

    Linear time.

    Args:
        text: The style sheet.
        resolve: Returns what stands in place of an address; of `data:` it is not asked.

    """
    return _StyleReader(text[:LONGEST_STYLE].replace("\x00", "\ufffd"), resolve).read()


def unescaped(text: str) -> str:
    r"""Return a name or string without the escapes of CSS.

    >>> unescaped(r"u\72 l")
    'url'
    """
    return _ESCAPED.sub(_meant, text) if "\\" in text else text


def _meant(match: re.Match[str]) -> str:
    if match[1] is None:
        return "" if match[2].isspace() and match[2] not in " \t" else match[2]
    point = int(match[1], 16)
    return chr(point) if 0 < point <= _LAST_CODE_POINT and point not in _SURROGATES else "\ufffd"


class _StyleReader:
    """Reads tokens from the front, and keeps those that may stay."""

    def __init__(self, text: str, resolve: Resolve) -> None:
        self._text, self._resolve = text, resolve
        self._at = 0
        self._kept: list[str] = []

    def read(self) -> str:
        while self._at < len(self._text):
            match = _TOKEN.match(self._text, self._at)
            if match is None:  # no text has such a place
                break
            self._at = match.end()
            self._take(match.lastgroup or "", match[0])
        # Nothing may end the element: an escaped stroke is one in strings, and elsewhere no browser reads either.
        return "".join(self._kept).replace("</", "<\\/")

    def _take(self, kind: str, text: str) -> None:
        if kind == "comment":
            self._kept.append(" ")
        elif kind == "function":
            self._function(unescaped(text[:-1]).lower(), text)
        elif kind == "string":
            self._kept.append(f'"{_escaped(_inner(text))}"')
        elif kind == "at" and unescaped(text[1:]).lower() in {"import", "charset"}:
            self._skip_statement()
        else:
            self._kept.append(text)

    def _function(self, name: str, text: str) -> None:
        if name in {"url", "url-prefix", "domain"}:
            self._kept.append(f"url({self._quoted(self._address())})")
            return
        self._kept.append("left-out(" if name in _LEFT_OUT else text)

    def _address(self) -> str:
        """Return the address that stands here, and go behind its closing bracket."""
        if bare := _BARE_ADDRESS.match(self._text, self._at):
            self._at = bare.end()
            return unescaped(bare[1])
        space = re.compile(r"\s*").match(self._text, self._at)
        at = space.end() if space else self._at
        token = _TOKEN.match(self._text, at)
        string = _inner(token[0]) if token and token.lastgroup == "string" else ""
        rest = _BAD_ADDRESS.match(self._text, token.end() if token and string else self._at)
        self._at = rest.end() if rest else len(self._text)
        return string

    def _quoted(self, address: str) -> str:
        """Return what stands in place of an address, as a string."""
        address = address.strip()
        if EMBEDDED_PICTURE.match(address) or _EMBEDDED_FONT.match(address):
            return f'"{_escaped(address)}"'
        is_fragment = address.startswith("#")
        found = None if not address or is_fragment or address[:5].lower() == "data:" else self._resolve(address)
        return f'"{_escaped(found or NOTHING)}"'

    def _skip_statement(self) -> None:
        """Go behind the end of a statement without a block."""
        depth = 0
        while self._at < len(self._text):
            match = _TOKEN.match(self._text, self._at)
            if match is None or (depth == 0 and match[0] in {"{", "}"}):
                return
            self._at = match.end()
            if match.lastgroup == "function" or match[0] in {"(", "["}:
                depth += 1
            elif match.lastgroup == "close":
                depth = max(0, depth - 1)
            elif match.lastgroup == "semicolon" and depth == 0:
                return


def _inner(string: str) -> str:
    """Return what a string token means."""
    end = -1 if len(string) > 1 and string[-1] == string[0] else len(string)
    return unescaped(string[1:end])


def _escaped(text: str) -> str:
    """Return a text as it stands between quotation marks: quotes, strokes, `<` and line ends as escapes."""
    return re.sub(r"[\"\\<\x00-\x1f\x7f]", lambda match: f"\\{ord(match[0]):x} ", text)
