"""The OpenAI-style manifest against a small server of its own, both faces."""

import json
import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pytest

import pristine
from pristine.adapters.clock import ManualClock
from pristine.ports.errors import Conflict, InvalidPayload, NotFound, StreamFailed, TooManyRequests, Unauthorized
from tests.examples.conftest import MANIFESTS, Drive
from tests.examples.driving import Driven
from tests.examples.openai_server import KEY, OpenAIServer, form_of
from tests.support.admitting import NotingLimiter

MANIFEST: Final = MANIFESTS["openai_style"]
HELLO: Final = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello to all of you"}]


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def api(drive: Drive, server: OpenAIServer) -> Driven:
    return drive("openai_style", f"{server.url}/v1", credentials={"key": KEY})


def test_the_base_url_is_a_server_of_the_manifest(backend: str, server: OpenAIServer) -> None:
    port = server.url.rpartition(":")[2]
    settings = {"server": "local", "server_variables": {"port": port}, "credentials": {"key": KEY}}
    with Driven(backend, MANIFEST, None, **settings) as api:
        assert [model.id for model in api.value(api.client.models.list())] == ["small", "maker/large"]


# -- chat --------------------------------------------------------------------------------------------------------------


def test_an_answer_at_once(api: Driven, server: OpenAIServer) -> None:
    answer = api.value(api.client.chat.completions(model="small", messages=HELLO, temperature=0))
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("Hello to all of you", "stop")
    assert (answer.usage.total_tokens, answer["system_fingerprint"]) == (10, "x")
    assert json.loads(server.requests[-1].body) == {"model": "small", "messages": HELLO, "temperature": 0}


def test_an_answer_in_pieces(api: Driven, server: OpenAIServer) -> None:
    pieces = api.streamed(
        api.client.chat.completions_stream(model="small", messages=HELLO, stream_options={"include_usage": True})
    )
    assert "".join(piece.choices[0].delta.content or "" for piece in pieces[:-1]) == "Hello to all of you"
    assert (pieces[-2].choices[0].finish_reason, pieces[-1].choices, pieces[-1].usage.total_tokens) == ("stop", [], 10)
    sent = server.requests[-1]
    assert (json.loads(sent.body)["stream"], sent.headers["Accept"]) == (True, "text/event-stream")


def test_a_stream_that_cannot_begin_is_the_error_that_it_would_be(api: Driven) -> None:
    with pytest.raises(NotFound, match=r"404 There is no model none\. \[model_not_found\]") as caught:
        api.value(api.client.chat.completions_stream(model="none", messages=HELLO))
    assert type(caught.value).__name__ == "NoSuchModel"


def test_an_error_in_a_stream(api: Driven, server: OpenAIServer) -> None:
    server.breaks_after = 2
    with pytest.raises(StreamFailed, match=r"The model is gone\. \[gone\]") as caught:
        api.streamed(api.client.chat.completions_stream(model="small", messages=HELLO))
    assert (caught.value.code, caught.value.request_id) == ("gone", "req-1")


def test_content_may_be_parts_and_an_answer_tool_calls(api: Driven, server: OpenAIServer) -> None:
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA==", "detail": "low"}},
    ]
    tools = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]
    asked: dict[str, Any] = {"model": "small", "messages": [{"role": "user", "content": parts}], "tools": tools}
    asked["logit_bias"] = {"1": 2}  # not in the manifest: the type of the request is open
    answer = api.value(api.client.chat.completions(**asked))
    call = answer.choices[0].message.tool_calls[0]
    assert (call.function.name, json.loads(call.function.arguments)) == ("look", {"at": "x"})
    assert json.loads(server.requests[-1].body) == asked
    told = [
        asked["messages"][0],
        answer.choices[0].message,
        {"role": "tool", "content": "seen", "tool_call_id": call.id},
    ]
    api.value(api.client.chat.completions(model="small", messages=told))
    again = json.loads(server.requests[-1].body)["messages"][1]
    assert (again["content"], again["tool_calls"][0]["id"]) == (None, "call-1")


@pytest.mark.parametrize(
    ("message", "where"),
    [
        ({"role": "robot", "content": "x"}, r"messages\[0\]\.role"),
        ({"role": "user"}, r"messages\[0\]\.content: is missing"),
        ({"role": "tool", "content": "x"}, r"messages\[0\]\.tool_call_id"),
        ({"role": "user", "content": [{"type": "sound"}]}, r"messages\[0\]\.content"),
    ],
)
def test_a_message_that_is_none_is_not_sent(message: Any, where: str, api: Driven, server: OpenAIServer) -> None:
    with pytest.raises(InvalidPayload, match=where):
        api.value(api.client.chat.completions(model="small", messages=[message]))
    assert server.requests == []


# -- errors, limits, who asks ------------------------------------------------------------------------------------------


def test_an_error_says_what_the_gateway_says(api: Driven, server: OpenAIServer) -> None:
    server.closed = True
    with pytest.raises(NotFound) as caught:
        api.value(api.client.models.get("small"))
    assert str(caught.value) == "models.get: 404 The gateway knows no such place. [no_route]"


def test_an_error_says_what_the_api_says(api: Driven) -> None:
    long = [{"role": "user", "content": "word " * 30}]
    with pytest.raises(pristine.StatusError) as caught:
        api.value(api.client.chat.completions(model="small", messages=long))
    error = caught.value
    assert (type(error).__name__, error.status, error.code) == ("ContextTooLong", 400, "context_length_exceeded")
    assert (error.request_id, error.value.error.param) == ("req-failed", "messages")
    assert str(error) == "chat.completions: 400 That is too long. [context_length_exceeded]"


def test_a_wrong_key(drive: Drive, server: OpenAIServer) -> None:
    api = drive("openai_style", f"{server.url}/v1", credentials={"key": "sk-secret"})
    with pytest.raises(Unauthorized) as caught:
        api.value(api.client.models.list())
    assert (type(caught.value).__name__, "sk-secret" in repr(vars(caught.value))) == ("WrongKey", False)


@pytest.mark.parametrize("stream", [False, True], ids=["at once", "stream"])
def test_a_limit_is_waited_for_as_the_server_says(stream: bool, drive: Drive, server: OpenAIServer) -> None:
    waits: list[float] = []
    clock = Waiting(waits)
    api = drive(
        "openai_style",
        f"{server.url}/v1",
        credentials={"key": KEY},
        retry={"name": "exponential", "jitter": 0},
        clock=clock,
    )
    server.busy = 1
    if stream:
        assert len(api.streamed(api.client.chat.completions_stream(model="small", messages=HELLO))) == 7
    else:
        assert api.value(api.client.chat.completions(model="small", messages=HELLO)).id == "chat-1"
    keys = {asked.headers["Idempotency-Key"] for asked in server.requests}
    assert (waits, len(server.requests), len(keys)) == ([2.0], 2, 1)
    server.busy = 3
    with pytest.raises(
        TooManyRequests, match=r"Slow down\. \[rate_limit_exceeded\] \(gave up after 3 attempts\)"
    ) as caught:
        api.value(api.client.models.list())
    assert (caught.value.retry_after, len(caught.value.attempts)) == (2, 3)


def test_what_waiting_does_not_help_is_not_waited_for(drive: Drive, server: OpenAIServer) -> None:
    waits: list[float] = []
    api = drive("openai_style", f"{server.url}/v1", credentials={"key": KEY}, retry="on", clock=Waiting(waits))
    server.spent = True
    with pytest.raises(TooManyRequests, match="Add money first") as caught:
        api.value(api.client.chat.completions(model="small", messages=HELLO))
    assert (type(caught.value).__name__, len(server.requests), waits) == ("QuotaUsedUp", 1, [])


def test_a_lock_is_waited_for(drive: Drive, server: OpenAIServer) -> None:
    waits: list[float] = []
    api = drive("openai_style", f"{server.url}/v1", credentials={"key": KEY}, retry="on", clock=Waiting(waits))
    server.locked = 2
    assert api.value(api.client.embeddings.create(model="any", input="text")).data
    assert (len(waits), max(waits) <= 8) == (2, True)
    server.locked = 1
    with pytest.raises(Conflict):
        api.value(api.client.files.create(file=b"x", purpose="batch"))


def test_tokens_are_limited_by_model_and_corrected_by_the_answer(drive: Drive, server: OpenAIServer) -> None:
    limiter = NotingLimiter()
    api = drive("openai_style", f"{server.url}/v1", credentials={"key": KEY}, limiter=limiter)
    api.value(api.client.chat.completions(model="small", messages=HELLO, max_completion_tokens=50))
    api.value(api.client.embeddings.create(model="large", input="text"))
    api.value(api.client.models.list())
    asked = limiter.noted.asked
    assert [(one.scope.group, one.scope.key) for one in asked] == [("chat", "small"), ("embeddings", "large"), ("", "")]
    assert asked[0].costs["tokens"] == 50 + asked[0].costs["bytes"] / 4
    settled = [said.costs for word, said in limiter.noted.told if word == "settle"]
    assert [set(one) for one in settled] == [{"tokens"}, {"tokens"}, set()]


class Waiting(ManualClock):
    """A clock that is wound on by whoever waits."""

    def __init__(self, waits: list[float]) -> None:
        super().__init__()
        self.waits = waits

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def asleep(self, seconds: float) -> None:
        self.waits.append(seconds)


def test_an_organisation_is_an_argument_or_an_option(api: Driven, drive: Drive, server: OpenAIServer) -> None:
    api.value(api.client.models.list(organization="org-1"))
    api.value(api.client.with_options(headers={"OpenAI-Organization": "org-2"}).models.list(project="p"))
    api.value(api.client.models.list())
    always = drive(
        "openai_style", f"{server.url}/v1", credentials={"key": KEY}, headers={"OpenAI-Organization": "org-3"}
    )
    always.value(always.client.models.list())
    always.value(always.client.models.list(organization="org-4"))
    said = [(asked.headers["OpenAI-Organization"], asked.headers["OpenAI-Project"]) for asked in server.requests]
    assert said == [("org-1", None), ("org-2", "p"), (None, None), ("org-3", None), ("org-4", None)]


def test_headers_can_be_looked_at(api: Driven) -> None:
    raw = api.value(api.client.with_raw_response.models.get("maker/large"))
    assert (raw.parse().id, raw.headers["x-request-id"]) == ("maker/large", "req-1")
    assert raw.headers["x-ratelimit-remaining-requests"] == "9"


def test_a_slash_in_an_id_stays_in_it(api: Driven, server: OpenAIServer) -> None:
    assert api.value(api.client.models.get("maker/large")).id == "maker/large"
    assert server.requests[-1].target == "/v1/models/maker%2Flarge"


# -- embeddings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "length"), [("four", 1), (["a", "bc"], 2), ([1, 2, 3], 1)])
def test_embeddings(given: Any, length: int, api: Driven) -> None:
    found = api.value(api.client.embeddings.create(model="small", input=given)).data
    assert len(found) == length
    assert found[-1].embedding == [float(len(given) if length == 1 else 2), 0.5]


def test_embeddings_as_base64_are_bytes(api: Driven) -> None:
    [found] = api.value(api.client.embeddings.create(model="small", input="four", encoding_format="base64")).data
    assert struct.unpack("<2f", found.embedding) == (4.0, 0.5)


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_file_there_and_back(api: Driven, server: OpenAIServer, tmp_path: Path) -> None:
    content = bytes(range(256)) * 100
    (tmp_path / "data.jsonl").write_bytes(content)
    made = api.value(api.client.files.create(file=tmp_path / "data.jsonl", purpose="batch"))
    assert (made.filename, made.bytes, made.purpose) == ("data.jsonl", len(content), "batch")
    assert list(form_of(server.requests[-1])) == ["purpose", "file"]
    assert api.value(api.client.files.get(made.id)) == made
    assert api.value(api.client.files.content(made.id)) == content
    target = tmp_path / "again"
    response = api.value(api.client.with_streaming_response.files.content(made.id))
    api.value(response.to_file(target))
    assert target.read_bytes() == content
    assert api.value(api.client.files.delete(made.id)).deleted
    with pytest.raises(NotFound, match=r"There is no file file-1\."):
        api.value(api.client.files.get(made.id))


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: b"abc", "blob"),
        (lambda: BytesIO(b"abc"), "blob"),
        (lambda: pristine.body_of(lambda: iter([b"a", b"bc"])), "blob"),
        (lambda: pristine.Part(b"abc", filename="x.txt", content_type="text/plain"), "x.txt"),
    ],
    ids=["bytes", "open file", "iterator", "part"],
)
def test_a_file_of_any_kind(make: Any, name: str, api: Driven, server: OpenAIServer) -> None:
    made = api.value(api.client.files.create(file=make(), purpose="user_data"))
    assert (made.filename, made.bytes) == (name, 3)
    assert form_of(server.requests[-1])["file"].get_payload(decode=True) == b"abc"


def test_a_file_must_be_there(api: Driven, server: OpenAIServer) -> None:
    for file in (None, "text"):
        with pytest.raises(InvalidPayload, match="file: "):
            api.value(api.client.files.create(file=file, purpose="batch"))
    with pytest.raises(InvalidPayload, match="purpose: must be one of"):
        api.value(api.client.files.create(file=b"", purpose="none"))
    assert server.requests == []


def test_files_are_listed_from_page_to_page(api: Driven, server: OpenAIServer) -> None:
    for number in range(5):
        api.value(api.client.files.create(file=bytes([number]), purpose="batch" if number else "evals"))
    server.requests.clear()
    assert [file.bytes for file in api.listed(api.client.files.list(purpose="batch"))] == [1] * 4
    assert [asked.query.get("after") for asked in server.requests] == [None, "file-3"]
    assert {asked.query["purpose"] for asked in server.requests} == {"batch"}
    assert len(api.listed(api.client.files.list().sized(5).items(3))) == 3
    assert server.requests[-1].query == {"limit": "5"}
