"""Style sheets, scripts and images → answers from memory, compressed once at the start."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import PurePosixPath

from flask import Response, abort, request

from searchsvc.web.compression import MIN_BYTES, chosen_coding, packed
from searchsvc.web.responses import unchanged
from searchsvc.web.script_words import with_words
from searchsvc.web.security_headers import REVALIDATE

#: Suffix → media type of the files that are served.
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
#: Media type that is compressed already.
_PNG = MEDIA_TYPES[".png"]
#: Cache-Control of a file whose address has the digest of the build: that address never gets another content.
IMMUTABLE = "public, max-age=31536000, immutable"
#: Seconds that a file whose address is written in pages of others is kept before it is asked for again.
SHARED_SECONDS = 3600
#: Cache-Control of such a file.
SHARED = f"public, max-age={SHARED_SECONDS}"


def packaged_files() -> dict[str, bytes]:
    """Return the files of the package by name, in the order of their names; scripts with their words."""
    folder = files("searchsvc.web").joinpath("static")
    return {file.name: with_words(file.read_bytes()) for file in sorted(folder.iterdir(), key=lambda file: file.name)}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file in memory."""

    content: bytes
    media_type: str
    #: Content coding → the content in it.
    coded: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        """Return the opaque part of the entity tag of the content as it is."""
        return hashlib.blake2b(self.content, digest_size=12).hexdigest()


class StaticFiles:
    """Answers requests for files by name; there are no folders."""

    def __init__(self, contents: Mapping[str, bytes], build: str, shared: frozenset[str] = frozenset()) -> None:
        """Compress the files.

        Args:
            contents: File name → bytes. The suffix is one of MEDIA_TYPES.
            build: The digest that addresses have as their parameter `v`.
            shared: Names of the files that pages of others use, by an address without `v`.

        """
        self._build = build
        self._shared = shared
        self._files = {name: _static_file(name, content) for name, content in contents.items()}

    def answer(self, filename: str) -> Response:
        """Return the file in the coding that the client accepts, or 304 if it has it; abort with 404 if there is none.

        Only an address with the `v` of this build is kept for good. An address with another one, of a page made before
        an update, gets the content of today, which is not kept.
        """
        file = self._files.get(filename)
        if file is None:
            abort(404)
        if request.args.get("v") == self._build:
            caching = IMMUTABLE
        else:
            caching = SHARED if filename in self._shared else REVALIDATE
        if (not_modified := unchanged(f'"{file.tag}"')) is not None:
            not_modified.headers["Cache-Control"] = caching
            return not_modified
        coding = chosen_coding(request.accept_encodings)
        headers = {"Cache-Control": caching, "ETag": f'"{file.tag}"'}
        if coding is None or coding not in file.coded:
            return Response(file.content, content_type=file.media_type, headers=headers)
        headers |= {"Content-Encoding": coding, "ETag": f'"{file.tag}:{coding}"'}
        return Response(file.coded[coding], content_type=file.media_type, headers=headers)


def _static_file(name: str, content: bytes) -> StaticFile:
    media_type = MEDIA_TYPES[PurePosixPath(name).suffix]
    coded = packed(content) if media_type != _PNG and len(content) >= MIN_BYTES else {}
    return StaticFile(content, media_type, coded)
