"""Every endpoint of every example against the mock of its manifest: requests are right, and answers of their type."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

import pristine
from pristine.ports.errors import FutureExpired, FutureFailed, Unauthorized
from pristine.testing.mock import MockServer
from tests.examples.conftest import MANIFESTS, Drive
from tests.examples.driving import Driven
from tests.examples.tinker_calls import KEY, ROUTES

CAT: Final = ("octo", "cat")
HELLO: Final = [{"role": "user", "content": "Hello"}]

Call = Callable[[Any], Any]

CALLS: Final[dict[str, dict[str, tuple[str, Call]]]] = {
    "tinker": {name: (route.kind, route.make) for name, route in ROUTES.items()},
    "openai_style": {
        "chat.completions": ("value", lambda c: c.chat.completions(model="m", messages=HELLO, top_k=3)),
        "chat.completions_stream": ("stream", lambda c: c.chat.completions_stream(model="m", messages=HELLO)),
        "models.list": ("value", lambda c: c.models.list(organization="o")),
        "models.get": ("value", lambda c: c.models.get("maker/large")),
        "embeddings.create": ("value", lambda c: c.embeddings.create(model="m", input=["a", "b"])),
        "files.create": ("value", lambda c: c.files.create(file=b"{}", purpose="batch")),
        "files.list": ("list", lambda c: c.files.list(purpose="batch").sized(2)),
        "files.get": ("value", lambda c: c.files.get("f")),
        "files.delete": ("value", lambda c: c.files.delete("f")),
        "files.content": ("value", lambda c: c.files.content("f")),
    },
    "code_hosting": {
        "repos.list": ("list", lambda c: c.repos.list("octo", sort="pushed")),
        "repos.get": ("value", lambda c: c.repos.get(*CAT, etag='"x"')),
        "repos.archive": ("value", lambda c: c.repos.archive(*CAT, "main")),
        "repos.content": ("value", lambda c: c.repos.content(*CAT, "a/b.md")),
        "issues.list": ("list", lambda c: c.issues.list(*CAT, labels=["a", "b"]).sized(2)),
        "issues.create": ("value", lambda c: c.issues.create(*CAT, title="t")),
        "issues.update": ("value", lambda c: c.issues.update(*CAT, 3, milestone=pristine.NULL)),
        "releases.list": ("list", lambda c: c.releases.list(*CAT)),
        "releases.create": ("value", lambda c: c.releases.create(*CAT, tag_name="v1")),
        "releases.upload": ("value", lambda c: c.releases.upload(*CAT, 1, name="a.zip", payload=b"zip")),
        "releases.asset": ("value", lambda c: c.releases.asset(*CAT, 1)),
        "releases.download": ("value", lambda c: c.releases.download(*CAT, 1)),
        "releases.delete_asset": ("value", lambda c: c.releases.delete_asset(*CAT, 1)),
    },
}
ALL: Final = [(api, name) for api, calls in CALLS.items() for name in calls]
SECRETS: Final = {"tinker": {"key": KEY}, "openai_style": {"key": "sk"}, "code_hosting": {"token": "t"}}


@pytest.fixture(scope="module")
def mocks() -> Iterator[dict[str, MockServer]]:
    made = {name: MockServer(manifest) for name, manifest in MANIFESTS.items()}
    for one in made.values():
        one.start()
    _begin_work(made["tinker"])
    yield made
    for one in made.values():
        one.close()


def _begin_work(server: MockServer) -> None:
    """Work for whoever asks about it by the id that the calls have."""
    server.expect("models.unload").respond({"request_id": "req-1"})
    with pristine.Client(
        MANIFESTS["tinker"], pristine.context(base_url=server.url, credentials={"key": KEY})
    ) as client:
        client.models.unload(model_id="m")


@pytest.mark.parametrize("api", CALLS)
def test_every_endpoint_has_a_call(api: str) -> None:
    assert {name.removesuffix("_stream") for name in CALLS[api]} == MANIFESTS[api].endpoints.keys()


@pytest.mark.parametrize(("api", "name"), ALL, ids=[f"{api}-{name}" for api, name in ALL])
def test_route(api: str, name: str, drive: Drive, mocks: dict[str, MockServer]) -> None:
    driven = drive(api, mocks[api].url, servers=mocks[api].servers, credentials=SECRETS[api])
    kind, call = CALLS[api][name]
    found = _through(driven, kind, call)
    assert kind == "value" or found
    [*_, last] = mocks[api].history
    assert (last.endpoint, last.status in {200, 201, 204, 302}) == (_of(api, name), True)


def _through(driven: Driven, kind: str, call: Call) -> Any:
    return {"value": driven.value, "list": driven.listed, "stream": driven.streamed}[kind](call(driven.client))


def _of(api: str, name: str) -> str:
    """The endpoint that a route leads to: of two that differ in a header alone, the mock takes the first."""
    return {"releases.download": "releases.asset"}.get(name, name.removesuffix("_stream"))


@pytest.mark.parametrize("api", CALLS)
def test_a_mock_wants_the_key(api: str, drive: Drive, mocks: dict[str, MockServer]) -> None:
    driven = drive(api, mocks[api].url, servers=mocks[api].servers, auth=pristine.Basic("a", "b"))
    kind, call = CALLS[api][{"tinker": "models.info", "openai_style": "models.list", "code_hosting": "repos.get"}[api]]
    with pytest.raises(Unauthorized):
        _through(driven, kind, call)


LATER: Final = [name for name, endpoint in MANIFESTS["tinker"].endpoints.items() if endpoint.future is not None]


@pytest.mark.parametrize("name", LATER)
def test_work_of_tinker_comes_to_its_result(name: str, drive: Drive, mocks: dict[str, MockServer]) -> None:
    driven = drive("tinker", mocks["tinker"].url, credentials=SECRETS["tinker"])
    handle = driven.value(ROUTES[name].make(Later(driven.client)))
    assert (handle.state, handle.progress.said) == ("pending", None)
    states = [one.queue_state for one in driven.listed(handle)]
    assert set(states) <= {"active", "paused_rate_limit", "paused_capacity"}
    result = driven.value(handle.result())
    schema: Any = MANIFESTS["tinker"].endpoints[name].future.response  # type: ignore[union-attr]  # it has one
    assert isinstance(result, schema)


def test_work_of_tinker_fails(drive: Drive, mocks: dict[str, MockServer]) -> None:
    driven = drive("tinker", mocks["tinker"].url, credentials=SECRETS["tinker"])
    mocks["tinker"].expect("weights.save").later("failed").later("expired")
    with pytest.raises(FutureFailed, match="the mock's work has failed") as caught:
        driven.value(driven.value(driven.client.weights.save_future(model_id="m")).result())
    assert caught.value.category == "server"
    with pytest.raises(FutureExpired):
        driven.value(driven.value(driven.client.weights.save_future(model_id="m")).result())


class Later:
    """A client of which `later.models.create(…)` gives a handle."""

    def __init__(self, of: Any, suffix: str = "") -> None:
        self._of = of
        self._suffix = suffix

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._of, f"{name}{self._suffix}")
        return found if self._suffix else Later(found, "_future")
