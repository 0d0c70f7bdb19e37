"""The URL of a cluster, and what the environment says of it; no secret is ever shown."""

import pytest

from searchsvc.engines import open_engine
from searchsvc.engines.opensearch.access import Access, access_of
from searchsvc.errors import UsageError

SECRET = "hunter2-of-the-tests"  # noqa: S105 - it opens nothing


def test_hosts_and_name_are_read_from_the_url() -> None:
    access = access_of("//one.example,two.example:9201,[::1]:9202/news-2009", {})
    assert access.hosts == (("one.example", 9200), ("two.example", 9201), ("::1", 9202))
    assert (access.name, access.tls, access.shards, access.replicas) == ("news-2009", False, 1, "0-1")
    assert access.where == "opensearch://one.example:9200,two.example:9201,::1:9202/news-2009"


@pytest.mark.parametrize(
    "url",
    ["", "news", "//", "//host", "//host/", "//host/News", "///news", "//ho st/news", "//host:99999/news", "//a,,b/n",
     "//host/../news", "//host/_news", "//host/news?x=1"],
)  # fmt: skip
def test_other_urls_are_refused_with_the_form_that_works(url: str) -> None:
    with pytest.raises(UsageError, match="opensearch://HOST:9200"):
        open_engine(f"opensearch:{url}")


def test_a_password_in_the_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError, match="SEARCHSVC_OPENSEARCH_PASSWORD") as refused:
        access_of(f"//reader:{SECRET}@host:9200/news", {})
    assert SECRET not in str(refused.value)


def test_secrets_are_in_no_representation() -> None:
    for environ in (
        {"SEARCHSVC_OPENSEARCH_USER": "reader", "SEARCHSVC_OPENSEARCH_PASSWORD": SECRET},
        {"SEARCHSVC_OPENSEARCH_API_KEY": SECRET},
    ):
        access = access_of("//host/news", environ)
        assert SECRET in {access.password, access.api_key}
        assert SECRET not in f"{access} {access!r} {access.where}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SEARCHSVC_OPENSEARCH_USER", "reader"),
        ("SEARCHSVC_OPENSEARCH_PASSWORD", SECRET),
        ("SEARCHSVC_OPENSEARCH_TLS", "yes"),
        ("SEARCHSVC_OPENSEARCH_CA", "/no/such/file.pem"),
        ("SEARCHSVC_OPENSEARCH_TIMEOUT", "0"),
        ("SEARCHSVC_OPENSEARCH_TIMEOUT", "soon"),
        ("SEARCHSVC_OPENSEARCH_SHARDS", "-1"),
        ("SEARCHSVC_OPENSEARCH_REPLICAS", "many"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=name) as refused:
        access_of("//host/news", {name: value})
    assert SECRET not in str(refused.value)


def test_settings_reach_the_access() -> None:
    environ = {
        "SEARCHSVC_OPENSEARCH_TLS": "1",
        "SEARCHSVC_OPENSEARCH_TIMEOUT": "5",
        "SEARCHSVC_OPENSEARCH_SHARDS": "3",
        "SEARCHSVC_OPENSEARCH_REPLICAS": "2",
    }
    assert access_of("//host/news", environ) == Access(
        (("host", 9200),), "news", tls=True, timeout=5.0, shards=3, replicas="2-2"
    )
