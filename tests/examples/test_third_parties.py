"""The manifests of the examples against servers that others wrote. Each is skipped where its server is missing.

python -m venv peers && peers/bin/pip install httpbin mock-ai-api
npm install --prefix peers json-server@0.17.4
PRISTINE_PEERS_PYTHON=peers/bin/python PRISTINE_PEERS_NODE=peers/node_modules pytest tests/examples
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

import pristine
from pristine.ports.errors import NotFound, ServerError, TooManyRequests
from tests.examples import peers
from tests.examples.conftest import EXAMPLES, Drive
from tests.examples.driving import Driven

HELLO: Final = [{"role": "user", "content": "Hello there, how are you?"}]

# -- mock-ai-api: an OpenAI-style server -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mock_ai() -> Iterator[str]:
    command = [peers.python_with("mock-ai-api"), "-m", "uvicorn", "app.openai_app:app", "--fd"]
    with peers.listening(command) as url:
        yield url


@pytest.fixture
def chat(drive: Drive, mock_ai: str) -> Driven:
    port = mock_ai.rpartition(":")[2]
    return drive("openai_style", None, server="local", server_variables={"port": port}, credentials={"key": "any"})


def test_it_answers(chat: Driven) -> None:
    answer = chat.value(chat.client.chat.completions(model="gpt-4.1:mock-text", messages=HELLO))
    assert answer.choices[0].message.content
    assert answer.usage.total_tokens > 0
    again = [*HELLO, answer.choices[0].message, *HELLO]
    assert chat.value(chat.client.chat.completions(model="gpt-4.1:mock-text", messages=again)).id != answer.id


def test_it_streams_the_same(chat: Driven) -> None:
    whole = chat.value(chat.client.chat.completions(model="gpt-4.1:mock-text", messages=HELLO))
    pieces = chat.streamed(chat.client.chat.completions_stream(model="gpt-4.1:mock-text", messages=HELLO))
    said = [piece.choices[0].delta.content or "" for piece in pieces if piece.choices]
    assert "".join(said) == whole.choices[0].message.content
    assert len(said) > 1


def test_it_calls_tools(chat: Driven) -> None:
    answer = chat.value(chat.client.chat.completions(model="gpt-4.1:mock-tool-call", messages=HELLO))
    assert answer.choices[0].finish_reason == "tool_calls"
    assert json.loads(answer.choices[0].message.tool_calls[0].function.arguments)
    pieces = chat.streamed(chat.client.chat.completions_stream(model="gpt-4.1:mock-tool-stream", messages=HELLO))
    deltas = [call for piece in pieces for call in piece.choices[0].delta.tool_calls or []]
    assert json.loads("".join(call.function.arguments or "" for call in deltas if call.function))


@pytest.mark.parametrize(("model", "error"), [("mock-429", TooManyRequests), ("mock-503", ServerError)])
def test_it_fails(model: str, error: type[pristine.StatusError], chat: Driven) -> None:
    for name in ("completions", "completions_stream"):
        with pytest.raises(error) as caught:
            chat.value(getattr(chat.client.chat, name)(model=f"gpt-4.1:{model}", messages=HELLO))
        assert caught.value.value.error.message in caught.value.message


def test_its_models_and_embeddings(chat: Driven) -> None:
    models = chat.value(chat.client.models.list())
    assert chat.value(chat.client.models.get(models[0].id)) == models[0]
    with pytest.raises(NotFound, match="not found"):
        chat.value(chat.client.models.get("none"))
    [found] = chat.value(chat.client.embeddings.create(model="any", input="text")).data
    assert len(found.embedding) == 1536


# -- httpbin: says back what was sent ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def httpbin() -> Iterator[str]:
    code = (
        "import sys; from httpbin import app; from werkzeug.serving import make_server\n"
        "make_server('127.0.0.1', 0, app, threaded=True, fd=int(sys.argv[1])).serve_forever()"
    )
    with peers.listening([peers.python_with("httpbin"), "-c", code]) as url:
        yield url


def said_back(driven: Driven, made: Any) -> Any:
    """What httpbin has read of a request; its answer is not of the declared type, and is taken as it is."""
    return json.loads(driven.value(made).body)


def test_a_form_is_read(drive: Drive, httpbin: str) -> None:
    api = drive("openai_style", f"{httpbin}/anything", credentials={"key": "sk"})
    made = api.client.with_raw_response.files.create(file=b"\x00{}", purpose="batch", organization="org")
    read = said_back(api, made)
    assert (read["files"], read["form"]) == (
        {"file": "\x00{}"},
        {"purpose": "batch"},
    )
    assert (read["headers"]["Authorization"], read["headers"]["Openai-Organization"]) == ("Bearer sk", "org")


def test_a_query_is_read(drive: Drive, httpbin: str) -> None:
    api = drive("code_hosting", f"{httpbin}/anything", credentials={"token": "t"})
    read = said_back(api, api.client.with_raw_response.issues.list("a b", "c", labels=["x", "ü&"], per_page=5))
    assert read["args"] == {"labels": "x,ü&", "per_page": "5", "state": "open"}
    assert read["url"].startswith(f"{httpbin}/anything/repos/a%20b/c/issues?")


def test_an_upload_is_read(drive: Drive, httpbin: str, tmp_path: Path) -> None:
    """Of known length: this server takes no chunks, and says so with 501."""
    place = f"{httpbin}/anything"
    api = drive("code_hosting", place, servers={"uploads": place}, credentials={"token": "t"})
    (tmp_path / "file").write_bytes(b"x" * 100_000)
    upload = api.client.with_raw_response.releases.upload
    read = said_back(api, upload("a", "b", 1, name="é.zip", payload=tmp_path / "file"))
    assert (read["data"], read["args"], read["method"]) == ("x" * 100_000, {"name": "é.zip"}, "POST")
    assert read["headers"]["Content-Type"] == "application/octet-stream"
    with pytest.raises(ServerError, match="501"):
        said_back(api, upload("a", "b", 1, name="x", payload=iter([b"x"])))


CACHED: Final = {
    "name": "cached",
    "endpoints": {
        "tagged": {
            "method": "GET",
            "path": "/etag/{tag}",
            "headers": {"If-None-Match": {"type": "string", "name": "etag"}},
        },
        "dated": {
            "method": "GET",
            "path": "/cache",
            "headers": {"If-Modified-Since": {"type": "string", "name": "since"}},
        },
    },
}


def test_its_304_is_an_error_with_the_tag(backend: str, httpbin: str) -> None:
    with Driven(backend, pristine.load_manifest(CACHED), httpbin) as api:
        assert api.value(api.client.tagged("abc"))["url"].endswith("/etag/abc")
        for name, arguments in {"tagged": {"tag": "abc", "etag": '"abc"'}, "dated": {"since": "x"}}.items():
            with pytest.raises(pristine.StatusError) as caught:
                api.value(getattr(api.client, name)(**arguments))
            assert (caught.value.status, caught.value.body) == (304, b"")
        assert api.value(api.client.dated())["url"].endswith("/cache")


# -- json-server: lists whose pages are linked, with ETags -------------------------------------------------------------

SERVER: Final = """
const jsonServer = require('json-server')
const repos = [1, 2, 3, 4, 5].map(id => ({ id, full_name: `octo/cat-${id}`, org: 'octo' }))
const server = jsonServer.create()
server.use(jsonServer.defaults({ logger: false }))
server.use((req, res, next) => {          // its names for what a page is
  if (req.query.per_page) { req.query._limit = req.query.per_page; req.query._page = req.query.page || '1' }
  delete req.query.per_page; delete req.query.page
  next()
})
server.use(jsonServer.rewriter({ '/orgs/:org/repos': '/repos', '/repos/octo/:id': '/repos/:id' }))
server.use(jsonServer.router({ repos }))
server.listen({ fd: Number(process.argv[1]) })
"""


@pytest.fixture(scope="module")
def json_server() -> Iterator[str]:
    node, environment = peers.node_with("json-server")
    with peers.listening([node, "-e", SERVER, "--"], environment) as url:
        yield url


def test_its_links_are_followed(drive: Drive, json_server: str) -> None:
    api = drive("code_hosting", json_server, credentials={"token": "t"})
    listing = api.client.repos.list("octo", page=1).sized(2)
    assert [repo.id for repo in api.listed(listing)] == [1, 2, 3, 4, 5]
    pages = api.listed(listing.pages())
    assert [len(page.items) for page in pages] == [2, 2, 1]
    assert [repo.id for repo in api.listed(listing.from_(pages[1].next))] == [5]


def test_its_304_has_a_weak_tag(drive: Drive, json_server: str) -> None:
    api = drive("code_hosting", json_server, credentials={"token": "t"})
    first = api.value(api.client.with_raw_response.repos.get("octo", "1"))
    assert first.parse().full_name == "octo/cat-1"
    assert first.headers["etag"].startswith('W/"')
    assert api.value(api.client.repos.get("octo", "1", etag=first.headers["etag"])) is None
    again = api.value(api.client.with_raw_response.repos.get("octo", "1", etag=first.headers["etag"]))
    assert (again.status, again.headers["etag"], again.parse()) == (304, first.headers["etag"], None)
    with pytest.raises(NotFound):
        api.value(api.client.repos.get("octo", "9"))


def test_the_examples_are_all_here() -> None:
    assert {path.name for path in EXAMPLES.iterdir() if (path / "manifest.yaml").exists()} == {
        "tinker",
        "openai_style",
        "code_hosting",
        "local_chat",  # the tutorial's
    }
