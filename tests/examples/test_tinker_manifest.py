"""The Tinker manifest says what was observed: tests/data/tinker_endpoints.json, a table of routes and their fields."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, get_args

import attrs
import pytest

import pristine
from pristine.adapters.json import JsonSerializer
from pristine.manifest.model import Endpoint
from tests.examples import notation
from tests.examples.conftest import MANIFESTS

TABLE: Final = Path(__file__).parents[1] / "data" / "tinker_endpoints.json"
OBSERVED: Final = {one["name"]: one for one in json.loads(TABLE.read_text()) if one["in_seed"]}
MANIFEST: Final = MANIFESTS["tinker"]
ENDPOINTS: Final = {(one.method, one.path): one for one in MANIFEST.endpoints.values()}
NEEDED_UNTIL_NEWER: Final = {("load_weights", "model_id")}
"""Not required any more, because something newer than the manifest can stand in its place."""


def of_seed(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, one) for name, one in fields.items() if "official_only_since" not in one)


def endpoint_of(name: str) -> Endpoint:
    return ENDPOINTS[OBSERVED[name]["method"], OBSERVED[name]["path"]]


def test_the_routes_are_those_that_were_observed() -> None:
    assert ENDPOINTS.keys() == {(one["method"], one["path"]) for one in OBSERVED.values()}
    assert len(MANIFEST.endpoints) == len(OBSERVED) == 30


@pytest.mark.parametrize("name", OBSERVED)
def test_requests_agree(name: str) -> None:
    endpoint, differences = endpoint_of(name), list[str]()
    for field, told in of_seed(OBSERVED[name]["request_fields"]):
        required = told["required"] or (name, field) in NEEDED_UNTIL_NEWER
        if "(query" in told["type"]:
            differences += _of_query(endpoint, field, told)
        else:
            differences += _of_field(endpoint.request, field, {**told, "required": required})
    assert differences == []


def test_nothing_is_asked_that_was_not_observed() -> None:
    for name, one in OBSERVED.items():
        endpoint = endpoint_of(name)
        body = [field.name for field in attrs.fields(endpoint.request)] if endpoint.request else []
        assert {*body, *(endpoint.query or ())} == dict(of_seed(one["request_fields"])).keys()


@pytest.mark.parametrize("name", [name for name in OBSERVED if name not in {"retrieve_future", "sample_stream"}])
def test_answers_agree(name: str) -> None:
    response, differences = endpoint_of(name).response, list[str]()
    for field, told in of_seed(OBSERVED[name]["response_fields"]):
        if field == "<body>":
            differences += notation.differences(told["type"], response, name)
        else:
            differences += _of_field(response, field, told)
    assert differences == []


def _of_query(endpoint: Endpoint, name: str, told: Mapping[str, Any]) -> list[str]:
    parameter = (endpoint.query or {})[name]
    assert (parameter.required, parameter.default) == (told["required"], told.get("default"))
    return list(notation.differences(told["type"], parameter.schema, name))


def _of_field(model: Any, name: str, told: Mapping[str, Any]) -> list[str]:
    field = notation.field_of(model, name)
    if field is None:
        return [f"{name}: is not there"]
    return list(notation.field_differences(field, told["type"], told["required"], told.get("default"), name))


def test_streams_agree() -> None:
    [(_, told)] = of_seed(OBSERVED["sample_stream"]["response_fields"])
    streaming = endpoint_of("sample_stream").streaming
    assert streaming is not None
    assert list(notation.differences(notation.cut(told["type"], "|")[0], streaming.items, "item")) == []


MARKS: Final = ("TryAgain", "CompleteMetadata", "RequestFailed", "Pending", "Completed", "Failed")


def test_what_a_future_says_agrees() -> None:
    told = re.findall(r"\{[^{}]*\}", OBSERVED["retrieve_future"]["response_fields"]["union"]["type"])
    assert len(told) == len(MARKS)
    pairs = zip(told, MARKS, strict=True)
    differences = [one for text, name in pairs for one in notation.differences(text, MANIFEST.types[name], name)]
    # A failure without its category must not be taken for a result.
    assert differences == ["RequestFailed.category: required is True"]


@pytest.mark.parametrize("name", [name for name, one in OBSERVED.items() if "future_result" in one])
def test_results_agree(name: str) -> None:
    told = OBSERVED[name]["future_result"]
    if isinstance(told, str):
        differences = notation.differences(told, MANIFEST.types[told.partition("{")[0]], name)
        assert [one for one in differences if one != f"{name}.type: required is True"] == []  # older servers say none
        return
    fields = attrs.fields_dict(MANIFEST.types[RESULTS[name]])
    for field, type in told.items():
        kind = f"'{type}'" if field == "type" else type
        assert list(notation.differences(kind, fields[field].type, field)) == []


RESULTS: Final = {
    "create_model": "CreateModelResponse",
    "unload_model": "UnloadModelResponse",
    "optim_step": "OptimStepResponse",
    "save_weights": "SaveWeightsResponse",
    "save_weights_for_sampler": "SaveWeightsForSamplerResponse",
    "load_weights": "LoadWeightsResponse",
}


def test_what_is_finished_later_is_followed_to_its_observed_result() -> None:
    later = {name: one["future_result"] for name, one in OBSERVED.items() if "future_result" in one}
    assert {name for name in OBSERVED if endpoint_of(name).future} == later.keys()
    for name, told in later.items():
        future = endpoint_of(name).future
        assert future is not None
        assert future.response is MANIFEST.types[told.partition("{")[0] if isinstance(told, str) else RESULTS[name]]
        assert (future.ask.endpoint, future.ask.body) == ("futures.retrieve", {"request_id": "{id}"})
        assert future.ask.headers["X-Tinker-Request-Type"] == KINDS[name]


KINDS: Final = {
    "create_model": "CreateModel",
    "unload_model": "UnloadModel",
    "forward": "Forward",
    "forward_backward": "ForwardBackward",
    "optim_step": "OptimStep",
    "save_weights": "SaveWeights",
    "save_weights_for_sampler": "SaveWeightsForSampler",
    "load_weights": "LoadWeights",
    "sample": "Sample",
}


def test_a_future_may_be_any_result() -> None:
    members = {one.__name__ for one in get_args(MANIFEST.types["FutureAnswer"])}
    assert members == {*MARKS, *RESULTS.values(), "ForwardBackwardOutput", "SampleResponse"}


ANSWERS: Final = {
    '{"type": "try_again", "request_id": "r", "queue_state": "paused_by_magic"}': "TryAgain",
    '{"status": "complete_metadata", "response_payload_size": 7}': "CompleteMetadata",
    '{"error": "no", "category": "server"}': "RequestFailed",
    '{"status": "pending"}': "Pending",
    '{"status": "completed", "result": {"path": "x"}}': "Completed",
    '{"status": "failed", "error": "no"}': "Failed",
    '{"sequences": [{"tokens": [1], "logprobs": null, "stop_reason": "tired"}], "type": "sample"}': "SampleResponse",
    '{"loss_fn_output_type": "x", "loss_fn_outputs": [], "metrics": {"a": 1}}': "ForwardBackwardOutput",
    '{"metrics": {"a": 1.5}}': "OptimStepResponse",
    '{"metrics": null}': "OptimStepResponse",
    '{"model_id": "m", "type": "create_model"}': "CreateModelResponse",
    '{"model_id": "m"}': "CreateModelResponse",
    '{"model_id": "m", "type": "unload_model"}': "UnloadModelResponse",
    '{"path": "p", "type": "save_weights"}': "SaveWeightsResponse",
    '{"path": "p"}': "SaveWeightsResponse",
    '{"path": "p", "type": "save_weights_for_sampler", "sampling_session_id": null}': "SaveWeightsForSamplerResponse",
    '{"path": null, "sampling_session_id": "s"}': "SaveWeightsForSamplerResponse",
    '{"path": "p", "model_id": "m", "type": "load_weights"}': "LoadWeightsResponse",
    '{"path": "p", "model_id": "m"}': "LoadWeightsResponse",
    '{"state": "of a newer server"}': "dict",
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_future_is_told_apart(answer: str) -> None:
    found = JsonSerializer().decode(answer.encode(), MANIFEST.types["FutureAnswer"])
    assert type(found).__name__ == ANSWERS[answer]


# -- the comparison itself: what differs must be seen ------------------------------------------------------------------

TYPES: Final = pristine.load_manifest(
    {
        "name": "x",
        "endpoints": {},
        "types": {
            "T": {
                "properties": {
                    "a": "string",
                    "b": {"type": "integer", "default": 1},
                    "c": {"type": "array", "items": {"properties": {"d": "boolean"}}},
                    "e": {"enum": ["x", "y"]},
                    "f": {"type": "object", "additionalProperties": "number"},
                },
                "required": ["a"],
            }
        },
    }
).types


@pytest.mark.parametrize(
    ("told", "count"),
    [
        ("T{a,b=1,c?:list[{d?:bool}],e?:'x'|'y',f?:dict[str,float]|null}", 0),
        ("{a:str,b?:int}", 0),
        ("{a:int}", 1),
        ("{a?}", 1),
        ("{b=2}", 1),
        ("{b:int}", 1),
        ("{g?}", 1),
        ("{c?:list[{d?:str}]}", 1),
        ("{c?:list[{d:bool}]}", 1),
        ("{c?:dict[str,any]}", 1),
        ("{e?:'z'}", 1),
        ("{e?:str}", 0),
        ("{f?:dict[str,str]}", 1),
        ("{f?:list[float]}", 1),
        ("list[T]", 1),
        ("str|null and so on", 1),
    ],
)
def test_the_notation_is_compared(told: str, count: int) -> None:
    assert len(list(notation.differences(told, TYPES["T"], "T"))) == count
