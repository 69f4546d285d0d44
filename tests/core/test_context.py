"""A Context is one immutable value: checked when it is made, changed by copying, silent about credentials."""

import math
from typing import Any

import attrs
import pytest

import pristine
from pristine import ConfigurationError, Timeout
from pristine.adapters.auth import Basic
from pristine.adapters.memory import MemoryTransport
from pristine.ports.errors import InvalidHeader
from tests.support.offline import answer, manifest

SECRET = "sekrit-value"
MANIFEST = pristine.load_manifest(manifest())


class Closing(MemoryTransport):
    """Counts how often it was closed."""

    closed = 0

    def close(self) -> None:
        self.closed += 1


def make(**settings: Any) -> pristine.Context[Any]:
    return pristine.context(**{"transport": MemoryTransport(), **settings})


def test_a_context_cannot_be_changed() -> None:
    context = make()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        context.base_url = "http://other.test"  # type: ignore[misc]  # that it is frozen is the point


def test_with_gives_a_copy_that_shares_the_rest() -> None:
    context = make(base_url="http://a.test", headers={"X": "1"})
    other = context.with_(base_url="http://b.test/", timeout=5, headers={"Y": "2"})
    assert context.base_url == "http://a.test"
    assert context.headers == {"X": "1"}
    assert (other.base_url, other.timeout) == ("http://b.test", Timeout(total=5))
    assert other.headers == {"Y": "2"}
    assert other.transport is context.transport
    assert type(other) is type(context)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"base_url": "nonsense"}, ConfigurationError),
        ({"headers": {"X": "a\nb"}}, InvalidHeader),
        ({"timeout": -1}, ConfigurationError),
        ({"max_event_bytes": 0}, ConfigurationError),
        ({"base_ulr": "x"}, ConfigurationError),
    ],
)
def test_with_checks_as_strictly(change: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        make().with_(**change)


def test_with_an_unknown_name_tells_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'base_url'"):
        make().with_(base_ulr="x")


@pytest.mark.parametrize(
    "url",
    ["http://a.test", "HTTPS://a.test:8443/v1/", "http://[::1]:80", "http://127.0.0.1", "http://a.test/p@q", None],
)
def test_a_base_url_is_absolute_http(url: str | None) -> None:
    assert make(base_url=url).base_url == (url and url.rstrip("/"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.test",
        "/v1",
        "ftp://a.test",
        "http://",
        "http:///v1",
        "http://a.test?q=1",
        "http://a.test/#f",
        5,
        b"http://a",
        f"http://user:{SECRET}@a.test",
        f"http://{SECRET}@a.test/",
        "http://a\\@b",
        "http://a.test\n",
        "http://a.test\x00",
        "http://a .test",
        "http://a.test/a b",
        "http://grüße.test",
        "http://a.test/grüße",
    ],
)
def test_any_other_base_url_is_refused_and_not_shown(url: Any) -> None:
    with pytest.raises(ConfigurationError, match="base_url must be an absolute") as caught:
        make(base_url=url)
    assert SECRET not in f"{caught.value!r}{vars(caught.value)}"


def test_a_timeout_is_taken_in_every_form() -> None:
    for given in (5, 5.0, {"total": 5}, Timeout(total=5)):
        assert make(timeout=given).timeout == Timeout(total=5)
    assert make(timeout={"read": None, "connect": 1}).timeout == Timeout(read=None, connect=1)
    assert make(timeout=None).timeout == make().timeout == Timeout()


@pytest.mark.parametrize(
    ("timeout", "told"),
    [
        (0, "timeout total=0: give seconds greater than 0"),
        (math.nan, "timeout total=nan"),
        ("5", "timeout total='5'"),
        ({"raed": 5}, "timeout has no limit 'raed'; did you mean 'read'"),
        ({"read": -1}, "timeout read=-1"),
        ({5: 1}, "timeout has no limit 5"),
    ],
)
def test_any_other_timeout_is_refused(timeout: Any, told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        make(timeout=timeout)
    assert str(caught.value).startswith(told)


@pytest.mark.parametrize("bound", [0, -1, 1.5, "1", True])
def test_the_bound_of_an_event_is_a_whole_number_or_none(bound: Any) -> None:
    assert make(max_event_bytes=None).max_event_bytes is None
    with pytest.raises(ConfigurationError, match="max_event_bytes="):
        make(max_event_bytes=bound)


@pytest.mark.parametrize(
    "auth",
    [
        pristine.Bearer(SECRET),
        pristine.ApiKey(SECRET),
        pristine.Basic(SECRET, SECRET),
        pristine.StaticHeaders({"X-Token": SECRET}),
    ],
)
def test_nothing_prints_a_credential(auth: Any) -> None:
    context = make(base_url="http://a.test", auth=auth, headers={"Authorization": SECRET, "X-Any": SECRET})
    with pristine.Pipeline(MANIFEST, context) as api:
        assert SECRET not in f"{auth!r} {auth} {context!r} {context} {api!r}"
    assert type(auth).__name__ in repr(context)


def test_a_transport_that_is_given_is_the_caller_s_to_close() -> None:
    transport = Closing([answer(1)])
    for context in (make(transport=transport), make(transport="memory").with_(transport=transport)):
        with pristine.Pipeline(MANIFEST, context):
            pass
    assert transport.closed == 0


def test_a_transport_that_is_named_is_closed_with_its_last_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pristine.adapters.memory.MemoryTransport", Closing)
    for context in (make(transport="memory"), make(transport={"name": "memory"})):
        copy = context.with_(auth=Basic("a", "b"))
        first, second = pristine.Pipeline(MANIFEST, context), pristine.Pipeline(MANIFEST, copy)
        first.close()
        assert context.transport.closed == 0
        second.close()
        second.close()
        assert context.transport.closed == 1
