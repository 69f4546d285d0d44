"""What is imported is called: by a client of its names, over HTTP, against a mock that holds it to its manifest."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import pytest

import pristine
from pristine.config import import_openapi_file
from pristine.ports.errors import InvalidPayload, NotFound
from pristine.testing.mock import MockServer
from tests.manifest.openapi.importing.documents import imported
from tests.manifest.openapi.importing.shop import PATH, SHOP

MADE: Final = imported(SHOP).manifest
MANIFEST: Final = pristine.load_manifest(MADE)
ID: Final = "6f1c2a4e-0d39-4c1b-9a53-7a51d5b4a111"


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(MANIFEST) as mock:
        yield mock


@pytest.fixture(scope="module")
def shop(server: MockServer) -> Iterator[Any]:
    credentials = {"key": "k", "token": "t"}
    servers = {"pictures_shop_test": server.url}
    context = pristine.context(
        transport="httpx", base_url=server.url, credentials=credentials, servers=servers, retry="off"
    )
    with pristine.Client(MANIFEST, context) as client:
        yield client


def test_a_list_goes_on(shop: Any, server: MockServer) -> None:
    page = next(iter(shop.things.find(kinds=["a", "b"], limit=2, x_trace="t1").pages()))
    assert {type(one).__name__ for one in page.items} <= {"Thing"}
    last = server.history[-1]
    assert last.query == {"kinds": ["a", "b"], "limit": 2}
    assert last.headers["x-trace"] == "t1"


def test_a_thing_is_made_and_typed(shop: Any, server: MockServer) -> None:
    made = shop.things.make(name="lamp", price=3.5)
    assert isinstance(made.id, UUID)
    assert isinstance(made.made_at, datetime | None)
    assert made.colour in ("red", "blue", None)
    assert server.history[-1].headers["authorization"] == "Bearer t"
    with pytest.raises(InvalidPayload, match="name"):
        shop.things.make(name="")
    with pytest.raises(InvalidPayload, match="price"):
        shop.things.make(name="lamp", price=0)


def test_a_path_has_its_parameter(shop: Any, server: MockServer) -> None:
    with pytest.warns(DeprecationWarning, match="things.read is deprecated"):
        shop.things.read(ID)
    assert server.history[-1].path == f"/things/{ID}"


def test_a_file_is_sent_to_where_files_go(shop: Any, server: MockServer) -> None:
    shop.pictures.send(picture=b"PNG", title="Me")
    assert server.history[-1].headers["content-type"].startswith("multipart/form-data")


def test_an_answer_may_be_plain_or_a_stream(shop: Any) -> None:
    assert isinstance(shop.chat.ask(text="Why?").text, str)
    with shop.chat.ask_stream(text="Why?") as response:
        assert [type(item).__name__ for item in response.items()]


def test_an_error_is_of_its_type(shop: Any, server: MockServer) -> None:
    server.expect("things.read").respond({"error": "gone"}, status=404)
    with pytest.warns(DeprecationWarning, match="deprecated"), pytest.raises(NotFound) as caught:
        shop.things.read(ID)
    assert caught.value.value.error == "gone"


async def test_the_async_face_is_the_same(server: MockServer) -> None:
    context = pristine.context(transport="httpx", base_url=server.url, credentials={"token": "t"}, retry="off")
    async with pristine.AsyncClient(MANIFEST, context) as client:
        made = await client.things.make(name="lamp")
        assert isinstance(made.id, UUID)


def test_a_file_is_imported_as_its_content_is() -> None:
    seen: list[tuple[int, int]] = []
    found = import_openapi_file(PATH, name="other", progress=lambda done, total: seen.append((done, total)))
    assert found.manifest == {**MADE, "name": "other"}
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert found.paths == 4
