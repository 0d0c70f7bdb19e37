"""Settings → the logo, and a style sheet with the colours of the operator; both are checked at the start."""

import os
import stat
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from searchsvc.errors import UsageError
from searchsvc.settings import Settings

#: Bytes of a logo, at most: every first visit loads it.
MAX_LOGO = 65_536
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SVG_ROOT = "{http://www.w3.org/2000/svg}svg"
#: Contrast of text with its background, at least (WCAG 2.2, success criterion 1.4.3, level AA).
MIN_CONTRAST = 4.5
#: Contrast of a bar with its background, at least (1.4.11).
MIN_BAR_CONTRAST = 3
#: Scheme of colours → the backgrounds on which links and buttons stand: `--paper` and `--sheet` of `site.css`.
BACKGROUNDS = {"light": ("#fbf8f1", "#fffdf8"), "dark": ("#171614", "#1f1d1a")}
#: Scheme of colours → the rule that sets the colours of links, buttons and bars. Printed pages keep theirs.
_RULES = {
    "light": "@media screen {{ :root {{ {colours} }} }}\n",
    "dark": "@media screen and (prefers-color-scheme: dark) {{ :root {{ {colours} }} }}\n",
}


def branded_files(settings: Settings) -> dict[str, bytes]:
    """Return `accent.css`, and `logo.svg` or `logo.png`, by name; only those that the settings ask for.

    Raises:
        UsageError: A colour is hard to read, or the logo is not there, too large or no image.

    """
    found = {}
    if settings.accent:
        found["accent.css"] = accent_sheet(settings.accent).encode()
    if settings.logo:
        content = _read(settings.logo)
        found[_logo_name(settings.logo, content)] = content
    return found


def accent_sheet(accents: Sequence[str]) -> str:
    """Return the style sheet that sets the colours of links, buttons and bars.

    Args:
        accents: For light pages, and for dark ones if there is a second. Without one these keep the service's own.

    Raises:
        UsageError: The contrast of a colour with a background is below MIN_CONTRAST.

    """
    rules = []
    for (scheme, grounds), colour in zip(BACKGROUNDS.items(), accents, strict=False):
        ground = min(grounds, key=lambda ground: contrast(colour, ground))
        if contrast(colour, ground) < MIN_CONTRAST:
            way_out = "a darker" if scheme == "light" else "a lighter"
            ratio = _floored(contrast(colour, ground))
            raise UsageError(
                f"SEARCHSVC_ACCENT: {colour} has a contrast of {ratio}:1 with the {scheme} "
                f"background {ground}, and text needs {MIN_CONTRAST}:1 (WCAG 2.2): give {way_out} colour"
            )
        bar = paler(colour, grounds[0])
        colours = f"--link: {colour}; --button: {colour}; --button-ink: {grounds[0]}; --bar: {bar};"
        rules.append(_RULES[scheme].format(colours=colours))
    if len(rules) == 1:
        # The rule for light pages would hold for dark ones, too.
        rules[0] = rules[0].replace("@media screen", "@media screen and (prefers-color-scheme: light)")
    return "".join(rules)


def paler(colour: str, ground: str) -> str:
    """Return the palest mixture of a colour with its background that a bar may have (WCAG 2.2, 1.4.11: 3:1)."""
    parts = [(int(colour[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5)]
    mixtures = (
        "#" + "".join(f"{(share * part + (20 - share) * other) // 20:02x}" for part, other in parts)
        for share in range(10, 20)
    )
    return next((mixed for mixed in mixtures if contrast(mixed, ground) >= MIN_BAR_CONTRAST), colour)


def contrast(colour: str, other: str) -> float:
    """Return the contrast ratio of two colours, `#rrggbb`, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    low, high = sorted((_luminance(colour), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    """Return the relative luminance of a colour, from 0 to 1 (WCAG 2.2, "relative luminance")."""
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4  # noqa: PLR2004  of the formula
        for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _floored(ratio: float) -> float:
    """Return a ratio with one decimal, rounded down: 4.49 is not shown as 4.5."""
    return int(ratio * 10) / 10


def _read(path: str) -> bytes:
    """Return the bytes of a file that is no pipe or device, MAX_LOGO at most."""
    try:
        with open(path, "rb", opener=_open_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UsageError(f"SEARCHSVC_LOGO={path!r} is no file: give the path of an SVG or PNG file")
            content = file.read(MAX_LOGO + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            f"SEARCHSVC_LOGO={path!r} cannot be read ({reason}): give the path of an SVG or PNG"
        ) from error
    if len(content) > MAX_LOGO:
        raise UsageError(f"SEARCHSVC_LOGO={path!r} has more than {MAX_LOGO:,} bytes: give a smaller image")
    return content


def _open_at_once(path: str, flags: int) -> int:
    """Open a file; a pipe without a writer is opened, too, instead of waited for."""
    return os.open(path, flags | os.O_NONBLOCK)


def _logo_name(path: str, content: bytes) -> str:
    """Return the name under which a logo is served; its content says which kind of image it is."""
    if content.startswith(_PNG_SIGNATURE):
        return "logo.png"
    try:
        root = ET.fromstring(content)  # noqa: S314  the operator's own file
    except (ET.ParseError, ValueError, LookupError) as error:
        raise UsageError(f"SEARCHSVC_LOGO={path!r} is neither PNG nor SVG ({error}): give one of these") from error
    if root.tag != _SVG_ROOT:
        raise UsageError(f'SEARCHSVC_LOGO={path!r} is no SVG: its root is not <svg xmlns="http://www.w3.org/2000/svg">')
    return "logo.svg"
