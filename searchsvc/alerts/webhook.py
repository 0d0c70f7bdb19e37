"""Deliveries → POST requests, signed, tried again where that may help; nothing that answers can make it wait for long.

Headers and signature are those of Standard Webhooks 1.0 (standardwebhooks.com): `webhook-id` is the same each time that
a delivery is sent, and `webhook-signature` is `v1,` with HMAC-SHA256, in base64, of id, timestamp and body, with a full
stop between them. A redirect is not followed: it could lead the results anywhere.
"""

import base64
import binascii
import hashlib
import hmac
import http.client
import random
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from threading import Timer
from urllib.parse import urlsplit

from searchsvc import __version__
from searchsvc.errors import UsageError

#: Attempts of a run to send one delivery, and the seconds before the second one; each further pause is twice as long.
ATTEMPTS, FIRST_PAUSE = 4, 1.0
#: Seconds that one attempt may take, and that another side may ask to wait; if it asks for more, the next run tries.
ATTEMPT_SECONDS, MAX_PAUSE = 20.0, 60.0
#: Bytes of a key at least, and of the file that has it at most.
LEAST_SECRET, MAX_SECRET = 16, 4096
#: Before a key that is written in base64.
_ENCODED = "whsec_"
#: Statuses after which a further attempt may succeed, beside those of 500 and more.
_AGAIN = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_FAULTS = 500


@dataclass(frozen=True, slots=True)
class Attempted:
    """How it ended to send a delivery."""

    attempts: int
    #: Why it was not taken, in words that tell nothing of the delivery; None: it was taken.
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one attempt led to: a status, or the reason why there is none; seconds to wait, if the other side says."""

    status: int | None
    reason: str
    wait: float | None = None

    @property
    def is_taken(self) -> bool:
        return self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def may_help(self) -> bool:
        """Whether to try again."""
        return self.status is None or self.status >= _FAULTS or self.status in _AGAIN


def read_secret(path: str) -> bytes:
    """Return the key of the signatures that a file has, `whsec_` with base64 or any text, without space around it.

    Raises:
        UsageError: It cannot be read, or is too short to be a secret.

    """
    if not path:
        raise UsageError(
            "deliveries are signed: name a file with a key in SEARCHSVC_ALERTS_KEY, "
            "made for example by `openssl rand -hex 32`"
        )
    try:
        with Path(path).open("rb") as file:
            text = file.read(MAX_SECRET + 1).strip()
        encoded = text.startswith(_ENCODED.encode())
        key = base64.b64decode(text[len(_ENCODED) :], validate=True) if encoded else text
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}: the key of the signatures cannot be read") from error
    except binascii.Error as error:
        raise UsageError(f"{path}: behind {_ENCODED} stands no base64") from error
    if not LEAST_SECRET <= len(key) <= MAX_SECRET:
        raise UsageError(f"{path}: a key of signatures has {LEAST_SECRET} to {MAX_SECRET} bytes")
    return key


def signature(key: bytes, delivery_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of `webhook-signature`."""
    signed = f"{delivery_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Sends deliveries to addresses.

    Args:
        key: Key of the signatures.
        sleep: Waits so many seconds.

    """

    key: bytes = field(repr=False)
    sleep: Callable[[float], None] = time.sleep
    attempt_seconds: float = ATTEMPT_SECONDS
    first_pause: float = FIRST_PAUSE

    def send(self, url: str, delivery_id: str, body: bytes) -> Attempted:
        """Send a delivery until it is taken, or a further attempt cannot help or would come too late."""
        for attempt in range(1, ATTEMPTS + 1):
            answer = self._attempt(url, delivery_id, body)
            if answer.is_taken:
                return Attempted(attempt)
            pause = self._pause(attempt, answer)
            if attempt == ATTEMPTS or not answer.may_help or pause > MAX_PAUSE:
                return Attempted(attempt, answer.reason)
            self.sleep(pause)
        raise AssertionError("the last attempt returns")

    def _pause(self, attempt: int, answer: _Answer) -> float:
        """Return the seconds before the next attempt: half to all of a pause that doubles, or what is asked for."""
        whole: float = self.first_pause * 2 ** (attempt - 1)
        jittered = whole * (0.5 + random.random() / 2)  # noqa: S311  no secret
        return max(jittered, answer.wait or 0.0)

    def _attempt(self, url: str, delivery_id: str, body: bytes) -> _Answer:
        timestamp = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"searchsvc/{__version__}",
            "Connection": "close",
            "webhook-id": delivery_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self.key, delivery_id, timestamp, body),
        }
        try:
            with _connected(url, self.attempt_seconds) as (connection, target):
                connection.request("POST", target, body, headers)
                answer = connection.getresponse()
                return _Answer(answer.status, _reason(answer.status), _wait(answer.headers.get("Retry-After")))
        except TimeoutError:
            return _Answer(None, f"no answer within {self.attempt_seconds:g} seconds")
        except ssl.SSLError as error:
            return _Answer(None, f"no safe connection: {error.reason or 'refused'}")
        except OSError as error:
            return _Answer(None, f"no connection: {error.strerror or error}")
        except UnicodeError:
            return _Answer(None, "no connection: its host can be no name")
        except http.client.HTTPException as error:
            return _Answer(None, f"no answer of HTTP: {type(error).__name__}")


@contextmanager
def _connected(url: str, seconds: float) -> Iterator[tuple[http.client.HTTPConnection, str]]:
    """Hold a connection, which is cut after so many seconds whatever arrives, and give the target of the request."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(host, port, timeout=seconds)
    cut_off: list[bool] = []

    def cut() -> None:
        cut_off.append(True)
        if connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield connection, f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        if cut_off:  # what is cut in the middle of a head reads as its end
            raise TimeoutError
    except (OSError, http.client.HTTPException) as error:
        if cut_off:
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()
        connection.close()


def _reason(status: int) -> str:
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return f"answered {status}, a redirect, which is not followed: give the address that it leads to"
    return f"answered {status}"


def _wait(text: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks for, as a number or until a date; None: it asks for none."""
    if not text:
        return None
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
