"""The generated client of every example runs: each of its methods, over both faces, against the mock server."""

import inspect
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

import pristine
from pristine.codegen.sdk.naming import argument_name
from pristine.manifest.model import Endpoint, Manifest
from pristine.ports.errors import ConfigurationError
from pristine.ports.model import Model, is_model, place_of
from pristine.sdk import manifest_of
from pristine.testing.mock import MockServer
from tests.codegen.sdk.calls import FACES, Tour, visits
from tests.codegen.sdk.packages import EXAMPLES

PACKAGES = (*EXAMPLES, "kitchen")


BEGUN = {"tinker": ("models.unload", {"request_id": "request_id"}), "kitchen": ("dishes.bake", {"id": "ticket"})}
"""What begins the work that a method asks about by the id that it is given."""


@pytest.fixture(scope="module")
def servers(importable: Path) -> Iterator[dict[str, MockServer]]:
    with ExitStack() as stack:
        found = {name: MockServer(manifest_of(f"{name}_sdk"), polls=0) for name in PACKAGES}
        for one in found.values():
            stack.enter_context(one)
        yield found


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("name", PACKAGES)
def test_every_method_of_a_client_works(name: str, face: str, servers: dict[str, MockServer]) -> None:
    server, manifest = servers[name], manifest_of(f"{name}_sdk")
    with Tour(f"{name}_sdk", face, server) as tour, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        begin(name, tour, server)
        seen = []
        for visit in visits(manifest):
            found = tour.make(visit)
            if visit.way == "value":
                assert called(server, manifest, visit.endpoint), visit.path
                assert_models_are_its_own(found, f"{name}_sdk")
            seen.append(visit.endpoint.id)
    assert set(seen) == set(manifest.endpoints)


def begin(name: str, tour: Tour, server: MockServer) -> None:
    """Begin the work of which a method asks."""
    if name in BEGUN:
        endpoint, answer = BEGUN[name]
        server.expect(endpoint).respond(answer)
        [visit] = [one for one in visits(manifest_of(f"{name}_sdk")) if one.path == endpoint]
        tour.make(visit)


def called(server: MockServer, manifest: Manifest, endpoint: Endpoint) -> bool:
    """Whether the last call was of an endpoint, or one at the same place, and went well."""
    [*_, last] = server.history
    one = manifest.endpoints[last.endpoint or ""]
    return (one.method, one.path) == (endpoint.method, endpoint.path) and (last.status or 500) < 400


def assert_models_are_its_own(value: Any, package: str) -> None:
    """Every typed object of an answer is of a class that the package has."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, Model):
            models = import_module(f"{package}.models")
            assert type(one) is getattr(models, type(one).__name__)
            assert type(one).__module__.startswith(f"{package}.models.")
            waiting += [getattr(one, field) for field in type(one).__slots__ if not field.startswith("_")]


@pytest.mark.parametrize("face", FACES)
def test_responses_are_given_instead_of_values(face: str, servers: dict[str, MockServer]) -> None:
    server = servers["kitchen"]
    with Tour("kitchen_sdk", face, server) as tour:
        begin("kitchen", tour, server)
        raw = tour.value(tour.client.with_raw_response.tickets.get("ticket"))
        assert (raw.status, type(raw.parse()).__name__) == (200, "Ticket")
        page = tour.value(tour.client.with_raw_response.dishes.list(page=2))
        assert page.parse()["dishes"] is not None
        again = tour.value(tour.client.with_raw_response.dishes.serve(text="x"))
        assert (again.status, server.history[-1].endpoint) == (200, "dishes.serve")
        with pytest.raises(ConfigurationError, match="gives the open response by itself"):
            tour.value(tour.client.with_raw_response.dishes.serve(text="x", stream=True))


@pytest.mark.parametrize("face", FACES)
def test_a_deprecated_method_warns(face: str, servers: dict[str, MockServer]) -> None:
    with (
        Tour("kitchen_sdk", face, servers["kitchen"]) as tour,
        pytest.warns(DeprecationWarning, match="Ask for recipes"),
    ):
        tour.value(tour.client.dishes.get("soup", 1))


@pytest.mark.parametrize("serializer", ["json", "msgspec"])
def test_options_and_serializers_are_the_clients_own(serializer: str, servers: dict[str, MockServer]) -> None:
    server = servers["kitchen"]
    with Tour("kitchen_sdk", "Client", server, serializer=serializer) as tour:
        client = tour.client.with_options(headers={"X-Extra": "1"}, timeout=5)
        dish = client.dishes.cook(dish={"name": "Soup", "token": "t"}, table=pristine.NULL)
        assert type(dish).__module__ == "kitchen_sdk.models.dish"
        [*_, last] = server.history
        assert (last.headers["x-extra"], last.body["table"]) == ("1", None)


def test_every_named_type_has_its_class(importable: Path) -> None:
    for name in PACKAGES:
        manifest, models = manifest_of(f"{name}_sdk"), import_module(f"{name}_sdk.models")
        for said, schema in manifest.types.items():
            if is_model(schema) and place_of(schema) == ("types", said):
                assert models.PLACES[f"/types/{said}"] in models.__all__
                assert getattr(models, models.PLACES[f"/types/{said}"]) is schema


@pytest.mark.parametrize("name", PACKAGES)
def test_a_method_takes_what_the_client_without_generated_code_takes(name: str, importable: Path) -> None:
    """By position, by name, and whether it must be given; what asks for a stream is said to a generated one, too."""
    manifest = manifest_of(f"{name}_sdk")
    plain = pristine.Client(manifest, pristine.context(transport="memory", base_url="https://a.example.com"))
    written = import_module(f"{name}_sdk").Client(context=plain._context)
    for visit in visits(manifest):
        path = visit.path.removesuffix(".__call__")
        if path in NOT_THERE:
            continue
        mine, theirs = (inspect.signature(attrgetter(path)(client)).parameters for client in (written, plain))
        assert {one: mine[argument_name(one)].kind for one in theirs} == {one: theirs[one].kind for one in theirs}
        asked = set(visit.endpoint.streaming.when) if visit.endpoint.streaming is not None else set()
        assert set(mine) - {argument_name(one) for one in theirs} <= asked
        for one, said in theirs.items():
            by_name = said.kind is said.KEYWORD_ONLY
            assert not by_name or (said.default is said.empty) == (mine[argument_name(one)].default is said.empty)


NOT_THERE = {"create_thing2"}
"""What the client without generated code has no method of: another endpoint has its name."""
