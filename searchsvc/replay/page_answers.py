"""What the process that reads saved pages is asked, and what it answers."""

from typing import Literal, NamedTuple

import msgspec

#: Kinds of frames: what is asked, and what is answered.
LOOK, PAGE, PICTURE, SHOWN, FAILED = b"L", b"P", b"I", b"S", b"F"
#: Why a saved page, or a picture of it, cannot be shown: its file is not there, is not as it was read, takes more time
#: or memory than a page may, or the page has no such picture.
ReplayFailure = Literal["missing", "changed", "costly", "no-picture"]


class PageRequest(NamedTuple):
    """Which page is asked for."""

    #: Real paths of the folders that may be shown.
    folders: tuple[str, ...]
    #: `path` and `sha256` of the article's provenance, and its address.
    path: str
    sha256: str
    url: str | None
    #: Key of a picture of the page; empty where the page itself is asked for.
    picture: str = ""


class ShownPage(NamedTuple):
    """A saved page as it is shown: markup of ours, in UTF-8.

    Between two parts stands a link: the whole is `parts[0]`, the link to `links[0]`, `parts[1]` … Who writes it decides
    where each leads.
    """

    #: Attributes of the root, as markup; what the head holds beside title and character set, as markup.
    root: str
    head: str
    title: str
    parts: tuple[str, ...]
    #: Addresses that the page links to, http or https.
    links: tuple[str, ...]
    #: Whether the page began with a declaration of its type: browsers lay out others in another way.
    declared: bool = True


class ShownPicture(NamedTuple):
    """A picture of a saved page."""

    media_type: str
    data: bytes


encode = msgspec.msgpack.Encoder().encode
decode_request = msgspec.msgpack.Decoder(PageRequest).decode
decode_page = msgspec.msgpack.Decoder(ShownPage).decode
decode_picture = msgspec.msgpack.Decoder(ShownPicture).decode
