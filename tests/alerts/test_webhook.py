"""A delivery is signed, sent again where that helps, and never waits for long or goes anywhere else."""

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from searchsvc.alerts import SavedSearch, Webhook, read_secret
from searchsvc.alerts.webhook import ATTEMPTS
from searchsvc.errors import UsageError
from tests.alerts.receivers import Receiver, drip, endless, hang_up, hold, receiver, status

KEY = b"0123456789abcdef0123456789abcdef"


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def webhook(pauses: list[float]) -> Webhook:
    return Webhook(KEY, pauses.append, attempt_seconds=1.0)


@pytest.mark.parametrize("host", ["hooks..example", f"{'a' * 64}.example"])
def test_a_host_that_can_be_no_name_is_refused_and_fails_its_delivery_alone(webhook: Webhook, host: str) -> None:
    with pytest.raises(UsageError):
        SavedSearch("x", f"https://{host}/x")
    assert (webhook.send(f"https://{host}/x", "msg_1", b"{}").failure or "").startswith("no connection")


def test_a_delivery_is_signed_over_id_time_and_body(server: Receiver, webhook: Webhook) -> None:
    done = webhook.send(server.url, "msg_1", b'{"a":1}')
    (got,) = server.requests
    assert (done.attempts, done.failure, got.path, got.body) == (1, None, "/hook?to=desk", b'{"a":1}')
    assert got.headers["webhook-id"] == "msg_1"
    assert abs(int(got.headers["webhook-timestamp"]) - time.time()) < 60
    signed = f"msg_1.{got.headers['webhook-timestamp']}.".encode() + got.body
    expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert got.headers["webhook-signature"] == f"v1,{expected}"
    assert got.headers["content-type"] == "application/json"


@pytest.mark.parametrize("behaviour", [status(500), status(503), status(429), status(408), hang_up])
def test_a_fault_that_passes_is_tried_again_under_the_same_id(
    server: Receiver, webhook: Webhook, pauses: list[float], behaviour: object
) -> None:
    server.behaviours = [behaviour, behaviour]  # type: ignore[list-item]
    done = webhook.send(server.url, "msg_1", b"{}")
    assert (done.attempts, done.failure) == (3, None)
    assert {one.headers["webhook-id"] for one in server.requests} == {"msg_1"}
    first, second = pauses
    assert 0.5 <= first <= 1 <= second <= 2


def test_attempts_end(server: Receiver, webhook: Webhook, pauses: list[float]) -> None:
    server.behaviours = [status(502)] * 9
    done = webhook.send(server.url, "msg_1", b"{}")
    assert (done.attempts, done.failure, len(server.requests), len(pauses)) == (ATTEMPTS, "answered 502", 4, 3)


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 413, 422])
def test_a_refusal_that_stays_is_not_tried_again(server: Receiver, webhook: Webhook, code: int) -> None:
    server.behaviours = [status(code)]
    done = webhook.send(server.url, "msg_1", b"{}")
    assert (done.attempts, done.failure) == (1, f"answered {code}")


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(server: Receiver, webhook: Webhook, code: int) -> None:
    with receiver() as elsewhere:
        server.behaviours = [status(code, Location=elsewhere.url)]
        done = webhook.send(server.url, "msg_1", b"{}")
        assert done.failure is not None
        assert "redirect" in done.failure
        assert elsewhere.requests == []
    assert len(server.requests) == 1


def test_what_the_other_side_asks_to_wait_is_waited(server: Receiver, webhook: Webhook, pauses: list[float]) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    server.behaviours = [status(429, Retry_After="17"), status(503, Retry_After=later), status(503, Retry_After="soon")]
    assert webhook.send(server.url, "msg_1", b"{}").failure is None
    assert pauses[0] == 17
    assert 30 < pauses[1] <= 40
    assert 2 <= pauses[2] <= 4


def test_a_long_wait_is_left_to_the_next_run(server: Receiver, webhook: Webhook, pauses: list[float]) -> None:
    server.behaviours = [status(429, Retry_After="3600")]
    done = webhook.send(server.url, "msg_1", b"{}")
    assert (done.attempts, done.failure, pauses) == (1, "answered 429", [])


@pytest.mark.parametrize("behaviour", [hold, drip])
def test_a_side_that_does_not_answer_is_left(server: Receiver, pauses: list[float], behaviour: object) -> None:
    server.behaviours = [behaviour]  # type: ignore[list-item]
    done = Webhook(KEY, pauses.append, attempt_seconds=0.4).send(server.url, "msg_1", b"{}")
    assert (done.attempts, done.failure) == (2, None)


def test_a_body_without_end_is_not_read(server: Receiver, webhook: Webhook) -> None:
    server.behaviours = [endless]
    assert webhook.send(server.url, "msg_1", b"{}").failure is None


def test_where_nobody_listens_a_reason_is_given(webhook: Webhook) -> None:
    with receiver() as gone:
        url = gone.url
    done = webhook.send(url, "msg_1", b"{}")
    assert done.attempts == ATTEMPTS
    assert done.failure is not None
    assert "no connection" in done.failure


def test_a_plain_server_is_no_safe_one(server: Receiver, webhook: Webhook) -> None:
    done = webhook.send(server.url.replace("http://", "https://"), "msg_1", b"{}")
    assert done.failure is not None
    assert "connection" in done.failure
    assert server.requests == []


def test_keys_are_read_as_text_or_base64(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(KEY + b"\n")
    assert read_secret(str(file)) == KEY
    file.write_text("whsec_" + base64.b64encode(KEY).decode())
    assert read_secret(str(file)) == KEY
    assert KEY.decode() not in repr(Webhook(KEY))


@pytest.mark.parametrize("text", ["", "short", "whsec_!!!", "x" * 5000])
def test_what_is_no_key_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    file = tmp_path / "key"
    file.write_text(text)
    with pytest.raises(UsageError) as refused:
        read_secret(str(file))
    assert not text or text not in str(refused.value)
    with pytest.raises(UsageError, match="SEARCHSVC_ALERTS_KEY"):
        read_secret("")
    with pytest.raises(UsageError, match="cannot be read"):
        read_secret(str(tmp_path / "none"))
