"""The real server below a path, behind a proxy with a login: nginx where it is there, and Werkzeug's proxy."""

import base64
import getpass
import re
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPResponse
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import pytest
from werkzeug.middleware.http_proxy import ProxyMiddleware
from werkzeug.wrappers import Request, Response

from searchsvc.engines import open_engine
from tests.engines.engine_articles import HARBOUR
from tests.servers import free_port, running, serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOGIN = ("reader", "harbour")
NGINX = """
user {user}; pid {folder}/nginx.pid; daemon off; error_log stderr; events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port};
    location /archive/ {{
      auth_basic "The archive"; auth_basic_user_file {folder}/users;
      proxy_pass http://127.0.0.1:{inner}; proxy_http_version 1.1;
      proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header Connection "";
    }}
  }}
}}
"""


class Login:
    """WSGI middleware that asks for a name and a password, as a proxy does."""

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
        given = Request(environ).authorization
        if given is None or (given.username, given.password) != LOGIN:
            refused = Response("", 401, {"WWW-Authenticate": 'Basic realm="The archive"'})
            return refused(environ, start_response)
        return self._application(environ, start_response)


@contextmanager
def werkzeug_proxy(port: int, inner: int, _folder: Path) -> Iterator[None]:
    target = {"/archive/": {"target": f"http://127.0.0.1:{inner}/", "remove_prefix": False, "host": None}}
    with serving(Login(ProxyMiddleware(Response(status=404), target)), port):
        yield


@contextmanager
def nginx(port: int, inner: int, folder: Path) -> Iterator[None]:
    path = shutil.which("nginx")
    if path is None:
        pytest.skip("no nginx here")
    (folder / "users").write_text(f"{LOGIN[0]}:{{PLAIN}}{LOGIN[1]}\n")
    (folder / "nginx.conf").write_text(
        # Started by root, nginx gives its workers to another user, who may not read what only root may.
        NGINX.format(folder=folder, port=port, inner=inner, user=getpass.getuser())
    )
    with running([path, "-p", folder, "-c", folder / "nginx.conf"], {}, port):
        yield


@pytest.fixture(scope="module", params=[werkzeug_proxy, nginx], ids=["werkzeug", "nginx"])
def outside(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the archive as readers know it."""
    folder = tmp_path_factory.mktemp("proxied")
    with closing(open_engine(f"whoosh:{folder / 'index'}")) as engine, engine.writer() as writer:
        for documents in HARBOUR:
            writer.put(documents)
    port, inner = free_port(), free_port()
    base = f"http://127.0.0.1:{port}/archive"
    script = shutil.which("searchsvc", path=str(Path(sys.executable).parent)) or "searchsvc"
    serve: list[str | Path] = [script, "serve", "--index", str(folder / "index"), "--port", str(inner)]
    with ExitStack() as stack:
        stack.enter_context(running(serve, {"SEARCHSVC_BASE_URL": base, "SEARCHSVC_WORKERS": "1"}, inner))
        stack.enter_context(request.param(port, inner, folder))
        yield base


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


NONE: Mapping[str, str] = MappingProxyType({})
OPENER = urllib.request.build_opener(NoRedirect)


def asked(
    address: str, data: bytes | None = None, headers: Mapping[str, str] = NONE, *, login: bool = True
) -> HTTPResponse | Any:
    request = urllib.request.Request(address, data, dict(headers))  # noqa: S310  our own server
    if login:
        request.add_header("Authorization", f"Basic {base64.b64encode(':'.join(LOGIN).encode()).decode()}")
    try:
        return OPENER.open(request, timeout=30)
    except urllib.error.HTTPError as error:
        return error


def test_without_the_login_nothing_is_shown(outside: str) -> None:
    assert asked(f"{outside}/", login=False).status == 401
    assert asked(f"{outside}/api/search", login=False).status == 401


def test_every_link_of_every_page_stays_below_the_path_and_leads_somewhere(outside: str) -> None:
    seen: dict[str, int] = {}
    waiting = [f"{outside}/", f"{outside}/?q=harbour", f"{outside}/help", f"{outside}/collection"]
    while waiting and len(seen) < 60:
        address = waiting.pop(0)
        if address in seen:
            continue
        answer = asked(address)
        seen[address] = answer.status
        if answer.status == 302:
            waiting.append(urljoin(address, answer.headers["Location"]))
        if "text/html" not in answer.headers.get("Content-Type", ""):
            continue
        for link in re.findall(r'(?:href|src|action|data-suggest)="([^"#]+)', answer.read().decode()):
            if link.startswith(("http", "data:")):
                continue
            assert link.startswith(("/archive/", "?")), (address, link)
            waiting.append(urljoin(address, link.replace("&amp;", "&")))
    assert set(seen.values()) <= {200, 302}, seen


def test_answers_name_the_address_that_readers_use(outside: str) -> None:
    feed = asked(f"{outside}/search.atom?q=harbour").read().decode()
    assert f'href="{outside}/a/' in feed
    assert f"{outside}/" in asked(f"{outside}/opensearch.xml").read().decode()
    body = asked(f"{outside}/api/search?q=harbour&size=1").read().decode()
    assert '"next":"/archive/api/search?q=harbour&size=1&page=2"' in body
    problem = asked(f"{outside}/api/search?size=0")
    assert problem.status == 400
    assert '"type":"/archive/problems/bad-parameter"' in problem.read().decode()


def test_bodies_and_cached_copies_pass_the_proxy(outside: str) -> None:
    batch = asked(
        f"{outside}/api/search/batch", b'{"searches": [{"q": "harbour"}]}', {"Content-Type": "application/json"}
    )
    assert batch.status == 200
    assert b'"answers":[{' in batch.read()
    first = asked(f"{outside}/?q=harbour")
    assert asked(f"{outside}/?q=harbour", headers={"If-None-Match": first.headers["ETag"]}).status == 304
    assert "default-src 'none'" in first.headers["Content-Security-Policy"]


def test_forged_headers_of_a_client_change_no_link(outside: str) -> None:
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil", "X-Script-Name": "/evil"}
    for path in ("/?q=harbour", "/search.atom", "/opensearch.xml", "/help"):
        assert b"evil" not in asked(outside + path, headers=forged).read(), path
