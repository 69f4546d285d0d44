"""What operations are called: by stated rules, each its own, the same every time."""

from typing import Any

import pytest

from pristine.manifest.openapi.importing.naming import Names, camel, snake, words
from tests.manifest.openapi.importing.documents import OK, imported, whole

NAMES: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "parts": ("get", "/x", {"operationId": "repos/list-for-org", "tags": ["z"]}, "repos.list_for_org"),
    "dots": ("get", "/x", {"operationId": "chat.completions.createNew"}, "chat.completions.create_new"),
    "a tag": ("get", "/x", {"operationId": "listPets", "tags": ["Pets"]}, "pets.list"),
    "a tag in one": ("post", "/x", {"operationId": "createPet", "tags": ["Pets"]}, "pets.create"),
    "a tag of words": (
        "get",
        "/x",
        {"operationId": "listCoreV1NamespacedPod", "tags": ["core_v1"]},
        "core_v1.list_namespaced_pod",
    ),
    "a tag that is not in it": (
        "post",
        "/x",
        {"operationId": "createSpeech", "tags": ["Audio"]},
        "audio.create_speech",
    ),
    "nothing beside the tag": ("get", "/x", {"operationId": "pets", "tags": ["Pets"]}, "pets.pets"),
    "no tag": ("get", "/api/v1/customers/{id}", {"operationId": "GetCustomersCustomer"}, "customers.get_customer"),
    "nothing": ("get", "/v2/things", {}, "things.list"),
    "nothing, of one": ("get", "/things/{id}", {}, "things.get"),
    "nothing, inside": ("delete", "/things/{id}/parts/{n}", {}, "things.parts.delete"),
    "nothing but a tag": ("put", "/things/{id}", {"tags": ["Shop"]}, "shop.things.replace"),
    "nothing at the root": ("post", "/", {}, "root.create"),
    "only an id": ("get", "/{id}", {"operationId": "getAll"}, "get_all"),
    "a word of Python": ("get", "/x", {"operationId": "import", "tags": ["class"]}, "class_.import_"),
    "another alphabet": ("get", "/ж", {"operationId": "ж", "tags": ["ж"]}, ""),
}


@pytest.mark.parametrize("case", NAMES)
def test_an_operation_is_called_by_rules(case: str) -> None:
    method, path, said, expected = NAMES[case]
    found = list(imported(whole(paths={path: {method: {**OK, **said}}})).manifest["endpoints"])
    assert found == ([expected] if expected else [])


def test_two_of_a_name_are_told_apart_by_method_or_number() -> None:
    paths: Any = {
        "/a": {"get": {**OK, "operationId": "pets.do"}, "put": {**OK, "operationId": "pets/do"}},
        "/b": {"get": {**OK, "operationId": "pets.Do"}, "post": {**OK, "operationId": "pets.do_stream"}},
        "/c": {"get": {**OK, "operationId": "pets.do"}},
    }
    first = list(imported(whole(paths=paths)).manifest["endpoints"])
    assert first == ["pets.do", "pets.do_put", "pets.do_get", "pets.do_stream_post", "pets.do_get_2"]
    assert list(imported(whole(paths=paths)).manifest["endpoints"]) == first


def test_words_are_told_apart() -> None:
    assert words("GetHTTPResponse-v2 OfX") == ["get", "http", "response", "v2", "of", "x"]
    assert [snake("2fa"), snake("class"), snake("---")] == ["f_2fa", "class_", "unnamed"]
    assert [camel("io.k8s.Pod"), camel("True"), camel("4th"), camel("")] == ["IoK8sPod", "True_", "T4th", "Unnamed"]


def test_names_are_free_with_all_their_ends() -> None:
    names = Names(["a_stream"])
    assert [names.free("a", ("", "_stream"), mark="_") for _ in range(2)] == ["a_2", "a_3"]
    assert "a_3_stream" in names
