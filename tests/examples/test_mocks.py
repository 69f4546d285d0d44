"""Every endpoint of every example against the mock of its manifest: requests are right, and answers of their type."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

import pristine
from pristine.ports.errors import Unauthorized
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
    yield made
    for one in made.values():
        one.close()


@pytest.mark.parametrize("api", CALLS)
def test_every_endpoint_has_a_call(api: str) -> None:
    assert {name.removesuffix("_stream") for name in CALLS[api]} == MANIFESTS[api].endpoints.keys()


@pytest.mark.parametrize(("api", "name"), ALL, ids=[f"{api}-{name}" for api, name in ALL])
def test_route(api: str, name: str, drive: Drive, mocks: dict[str, MockServer]) -> None:
    driven = drive(api, mocks[api].url, credentials=SECRETS[api])
    kind, call = CALLS[api][name]
    found = _through(driven, kind, call)
    assert kind == "value" or found
    [*_, last] = mocks[api].history
    assert (last.endpoint, last.status in {200, 201, 204}) == (_of(api, name), True)


def _through(driven: Driven, kind: str, call: Call) -> Any:
    return {"value": driven.value, "list": driven.listed, "stream": driven.streamed}[kind](call(driven.client))


def _of(api: str, name: str) -> str:
    """The endpoint that a route leads to: of two that differ in a header alone, the mock takes the first."""
    return {"releases.download": "releases.asset"}.get(name, name.removesuffix("_stream"))


@pytest.mark.parametrize("api", CALLS)
def test_a_mock_wants_the_key(api: str, drive: Drive, mocks: dict[str, MockServer]) -> None:
    driven = drive(api, mocks[api].url, auth=pristine.Basic("a", "b"))
    kind, call = CALLS[api][{"tinker": "models.info", "openai_style": "models.list", "code_hosting": "repos.get"}[api]]
    with pytest.raises(Unauthorized):
        _through(driven, kind, call)
