"""URL and environment → where a cluster is, and with which rights and limits it is asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from searchsvc.errors import UsageError

#: How URLs of this engine look, for messages.
FORM = "opensearch://HOST:9200,HOST:9200/NAME"
#: Port of a host that names none.
DEFAULT_PORT = 9200
#: Names of indices: OpenSearch allows lower case only, and 255 bytes; ours get endings.
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")
_HOST = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")
_HIGHEST_PORT = 65_535
_REPLICAS = re.compile(r"[0-9]{1,2}(?:-(?:[0-9]{1,2}|all))?")
#: Names of the variables that settings are read from.
USER, PASSWORD, API_KEY = "SEARCHSVC_OPENSEARCH_USER", "SEARCHSVC_OPENSEARCH_PASSWORD", "SEARCHSVC_OPENSEARCH_API_KEY"
TLS, CA = "SEARCHSVC_OPENSEARCH_TLS", "SEARCHSVC_OPENSEARCH_CA"
TIMEOUT, SHARDS, REPLICAS = (
    "SEARCHSVC_OPENSEARCH_TIMEOUT",
    "SEARCHSVC_OPENSEARCH_SHARDS",
    "SEARCHSVC_OPENSEARCH_REPLICAS",
)


@dataclass(frozen=True, slots=True)
class Access:
    """Where a cluster is, which index is meant, and how it is asked. Secrets are in no representation of it."""

    #: Host and port of each node that is asked.
    hosts: tuple[tuple[str, int], ...]
    #: Name of the index: an alias, and the beginning of the names of all indices that belong to it.
    name: str
    #: Whether connections are encrypted; certificates are always verified, by `ca` if a file is given.
    tls: bool = False
    ca: str | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)
    #: Seconds that one request may take before the next node is asked.
    timeout: float = 10.0
    #: Shards of a new index, and its replicas as in `index.auto_expand_replicas`.
    shards: int = 1
    replicas: str = "0-1"

    @property
    def where(self) -> str:
        """The URL of the index, for messages."""
        return f"opensearch://{','.join(f'{host}:{port}' for host, port in self.hosts)}/{self.name}"


def access_of(url: str, environ: Mapping[str, str]) -> Access:
    """Return what a URL and the environment say.

    Args:
        url: What follows `opensearch:` in the URL of the index.
        environ: Environment variables.

    Raises:
        UsageError: The URL has not the form FORM, or a variable cannot be used; no secret is in the message.

    """
    hosts, _, name = url.removeprefix("//").rpartition("/")
    if "@" in hosts:
        raise UsageError(f"the URL of a cluster is shown in messages: give user and password by {USER} and {PASSWORD}")
    if not url.startswith("//") or not _NAME.fullmatch(name):
        raise UsageError(f"{f'opensearch:{url}'!r} names no index of a cluster: use {FORM}, the name in lower case")
    user, password, api_key = (environ.get(variable) or None for variable in (USER, PASSWORD, API_KEY))
    if (user is None) != (password is None):
        raise UsageError(f"{USER} and {PASSWORD} belong together: only one of them is set")
    if user and api_key:
        raise UsageError(f"both {USER} and {API_KEY} are set: use one of them")
    ca = environ.get(CA) or None
    if ca and not Path(ca).is_file():
        raise UsageError(f"{CA}={ca!r}: there is no such file")
    return Access(
        hosts=tuple(_host(host) for host in hosts.split(",")),
        name=name,
        tls=_switch(environ, TLS, default=bool(ca)),
        ca=ca,
        user=user,
        password=password,
        api_key=api_key,
        timeout=float(_number(environ, TIMEOUT, 10, 1, 600)),
        shards=_number(environ, SHARDS, 1, 1, 1000),
        replicas=_replicas(environ),
    )


def _host(text: str) -> tuple[str, int]:
    found = _HOST.fullmatch(text)
    if found is None or not 0 < int(found["port"] or DEFAULT_PORT) <= _HIGHEST_PORT:
        raise UsageError(f"{text!r} is no host of a cluster: use {FORM}")
    return found["host"].strip("[]"), int(found["port"] or DEFAULT_PORT)


def _switch(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = environ.get(name, "").lower()
    if text not in {"", "0", "1"}:
        raise UsageError(f"{name}={text!r}: give 1 or 0")
    return text == "1" if text else default


def _number(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environ.get(name, "") or str(default)
    if not text.isdecimal() or len(text) > len(str(most)) or not least <= int(text) <= most:
        raise UsageError(f"{name}={text!r}: give a whole number from {least} to {most}")
    return int(text)


def _replicas(environ: Mapping[str, str]) -> str:
    text = environ.get(REPLICAS, "") or "0-1"
    if not _REPLICAS.fullmatch(text):
        raise UsageError(f"{REPLICAS}={text!r}: give a number, or a range as 0-1 or 1-all")
    return text if "-" in text else f"{text}-{text}"
