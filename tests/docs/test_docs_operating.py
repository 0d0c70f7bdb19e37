"""docs/operating.md: its units are read by systemd, its proxies stand in front of a real service."""

import base64
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path

import brotli
import pytest

from searchsvc.settings import Settings
from searchsvc.web import create_app
from tests.docs.documents import DOCS, fenced, section
from tests.servers import SECONDS, free_port, running

OPERATING = DOCS / "operating.md"
BIN = Path(sys.executable).parent
#: Its workers run as root where it does: else they could not read in a folder of the tests.
NGINX = """
{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}
http {{ access_log off; {paths} {server} }}
"""
#: Folders that nginx would have where its package has them.
SCRATCH = ("client_body_temp_path", "proxy_temp_path", "fastcgi_temp_path", "uwsgi_temp_path", "scgi_temp_path")


@pytest.fixture(scope="module")
def service(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The service as its unit starts it: it tells systemd's socket when it is ready."""
    port, told = free_port(), tmp_path_factory.mktemp("notify") / "socket"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(told))
        notify.settimeout(SECONDS)
        (address,) = re.findall(r"Environment=SEARCHSVC_BASE_URL=(.+)", units()["searchsvc.service"])
        environ = {"SEARCHSVC_BASE_URL": address, "NOTIFY_SOCKET": str(told), "PORT": str(port)}
        with running([BIN / "searchsvc", "serve", "--index", seeds], environ, port):
            assert notify.recv(1000).startswith(b"READY=1")
            yield port


def units() -> dict[str, str]:
    """Each unit by its name, which stands before it."""
    names = re.findall(r"`/etc/systemd/system/([\w.-]+)`", OPERATING.read_text())
    return dict(zip(names, fenced(OPERATING, "ini"), strict=True))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_reads_the_units_without_a_complaint(tmp_path: Path) -> None:
    for name, text in units().items():
        (tmp_path / name).write_text(text.replace("/srv/searchsvc/venv/bin/searchsvc", str(BIN / "searchsvc")))
    paths = [tmp_path / name for name in units()]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *paths], capture_output=True, text=True, check=False
    )
    about = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert (done.returncode, about) == (0, []), done.stderr


def test_units_start_commands_that_there_are() -> None:
    for started in re.findall(r"^ExecStart=\S+/(searchsvc .+)$", "\n".join(units().values()), re.MULTILINE):
        words = [word for word in started.split() if not word.startswith("/")]
        done = subprocess.run([BIN / words[0], *words[1:2], "--help"], capture_output=True, text=True, check=True)
        assert all(option in done.stdout for option in words[2:])


def test_the_look_of_the_example_can_be_had(tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    (lines,) = fenced(OPERATING, "env")
    environ = dict(line.split("=", 1) for line in lines.replace("/srv/searchsvc/logo.svg", str(logo)).splitlines())
    settings = Settings.from_env(environ)
    assert settings.cors_origins == ("https://paper.example", "https://www.paper.example")
    assert create_app(settings).test_client().get("/static/logo.svg").data == logo.read_bytes()


def ask(connection: HTTPConnection, path: str, login: str | None = None, coding: str = "identity") -> HTTPResponse:
    headers = {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"} if login else {}
    while True:
        connection.request("GET", path, headers={"Host": "news.example", "Accept-Encoding": coding, **headers})
        answer = connection.getresponse()
        if answer.status != 429:
            return answer
        answer.read()
        time.sleep(0.2)  # the proxy lets a reader ask ten times a second


def read(connection: HTTPConnection, path: str, login: str | None = None) -> tuple[int, str, HTTPResponse]:
    answer = ask(connection, path, login)
    return answer.status, answer.read().decode(), answer


def check_readers_view(connection: HTTPConnection, login: str) -> None:
    """What a reader gets of the service behind a proxy, in a path, after a login."""
    assert read(connection, "/archive/")[0] == 401
    assert read(connection, "/archive/", "reader:wrong")[0] == 401
    status, page, _ = read(connection, "/archive/?q=ferry", login)
    assert status == 200
    links = re.findall(r'(?:href|src|action)="(/[^"]*)"', page)
    assert links
    assert all(link.startswith("/archive/") for link in links)
    for link in dict.fromkeys(link.partition("#")[0].replace("&amp;", "&") for link in links):
        assert read(connection, link, login)[0] == 200, link
    assert "https://news.example/archive/a/" in read(connection, "/archive/search.atom?q=ferry", login)[1]
    status, body, answer = read(connection, "/archive/api/search?q=ferry&size=1", login)
    assert (status, len(json.loads(body)["hits"])) == (200, 1)
    assert answer.headers["Access-Control-Allow-Origin"] is None
    assert answer.headers["Content-Security-Policy"]
    for path in ("/archive/?q=ferry", "/archive/api/search?q=ferry", "/archive/static/news-search.js"):
        plain, answer = read(connection, path, login)[1], ask(connection, path, login, "gzip, br")
        assert (answer.status, answer.headers["Content-Encoding"]) == (200, "br")
        assert "Accept-Encoding" in answer.headers["Vary"]
        coded = answer.read()
        assert len(coded) < len(plain.encode()) / 2
        assert brotli.decompress(coded).decode()[:200] == plain[:200]
    assert read(connection, "/archive", login)[2].headers["Location"].endswith("/archive/")


@pytest.mark.skipif(not shutil.which("nginx") or not shutil.which("openssl"), reason="nginx is not installed")
def test_nginx_in_front(service: int, tmp_path: Path) -> None:
    port, login = free_port(), "reader:a secret"
    certificate, key, users = tmp_path / "cert.pem", tmp_path / "cert.key", tmp_path / "archive.users"
    make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=news.example"]
    subprocess.run(["openssl", *make, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    (printf,) = fenced(OPERATING, "sh")[-3:-2]
    made = printf.replace("openssl passwd -6", "openssl passwd -6 'a secret'").replace(
        "/etc/nginx/archive.users", str(users)
    )
    subprocess.run(["bash", "-euc", made], check=True)
    (server,) = fenced(OPERATING, "nginx")
    for ours, here in (
        ("listen 443", f"listen 127.0.0.1:{port}"),
        ("/etc/ssl/news.example.pem", str(certificate)),
        ("/etc/ssl/news.example.key", str(key)),
        ("/etc/nginx/archive.users", str(users)),
        ("127.0.0.1:8000", f"127.0.0.1:{service}"),
    ):
        assert ours in server
        server = server.replace(ours, here)
    paths = "\n".join(f"{name} {tmp_path}/{name};" for name in SCRATCH)
    settings = tmp_path / "nginx.conf"
    user = "" if os.geteuid() else "user root;"
    settings.write_text(NGINX.format(user=user, folder=tmp_path, paths=paths, server=server))
    with running(["nginx", "-c", settings, "-p", tmp_path, "-e", tmp_path / "error.log"], {}, port):
        trusted = ssl.create_default_context(cafile=str(certificate))
        trusted.check_hostname = False
        connection = HTTPSConnection("127.0.0.1", port, timeout=SECONDS, context=trusted)
        check_readers_view(connection, login)
        connection.close()


@pytest.mark.skipif(not shutil.which("caddy"), reason="caddy is not installed")
def test_caddy_in_front(service: int, tmp_path: Path) -> None:
    port = free_port()
    (site,) = fenced(OPERATING, "caddy")
    version = subprocess.run(["caddy", "version"], capture_output=True, text=True, check=True).stdout
    numbers = [int(number) for number in re.findall(r"\d+", version)[:2]]
    if numbers < [2, 8]:
        site = site.replace("basic_auth", "basicauth")
    site = site.replace("news.example {", f"http://127.0.0.1:{port}, http://news.example:{port} {{")
    settings = tmp_path / "Caddyfile"
    settings.write_text("{\n admin off\n}\n" + site.replace("127.0.0.1:8000", f"127.0.0.1:{service}"))
    environ = {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    with running(["caddy", "run", "--config", settings, "--adapter", "caddyfile"], environ, port):
        connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        check_readers_view(connection, "reader:change me")
        connection.close()


def test_health_checks_need_no_path(service: int) -> None:
    for line in section(OPERATING, "Watch").splitlines():
        if line.startswith("curl "):
            subprocess.run(line.replace(":8000/", f":{service}/").split(), check=True, capture_output=True)
