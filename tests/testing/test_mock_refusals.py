"""Wrong requests, by a client that knows no manifest: each is refused in the API's shape, and told where."""

import base64
import gzip
import json
from random import Random
from typing import Any, Final

import httpx
import pytest

import pristine
from pristine.ports.errors import BadRequest, NotFound
from pristine.testing.mock import MockServer
from pristine.testing.mock.desk import Desk
from pristine.testing.mock.messages import Incoming
from pristine.testing.mock.state import State
from tests.testing.mocked import MANIFEST, THING, UUID, one_endpoint, plain, serving

JSON: Final = {"content-type": "application/json"}
FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
BEARER: Final = {"authorization": "Bearer x"}


def refused(method: str, path: str, manifest: pristine.Manifest = MANIFEST, **request: Any) -> tuple[int, str]:
    """The status, and the message in the API's shape, which the history has, too."""
    with MockServer(manifest) as server:
        headers = {**BEARER, **request.pop("headers", {})}
        answer = httpx.request(method, server.url + path, headers=headers, **request)
        told = answer.json()["error"]["message"]
        assert server.history[-1].refused == told
        assert server.history[-1].status == answer.status_code
        return answer.status_code, told


STYLED: Final = "/styled/.1,2/;k=v/PT5M"
LOW: Final = {"x-level": "low"}
LIMITS: Final = "query.limit: must be a whole number within its bounds (minimum 1, maximum 50)"
AN_OBJECT: Final = "must be an object of its declared type"
ALL_AT_ONCE: Final = (
    "path.a: must be a list, each item a whole number; path.c: must be a duration, such as PT1H30M; "
    "query.nope: unknown parameter; known: d, f, s; header.X-Level: is missing"
)
PARAMETERS: Final[list[tuple[str, dict[str, str], str]]] = [
    ("/things?limit=x", {}, LIMITS),
    ("/things?limit=51", {}, LIMITS),
    ("/things?limit=1&limit=2", {}, LIMITS),
    ("/things?limit[x]=1", {}, LIMITS),
    ("/things?kind=new&kind=old", {}, "query.kind: must be a list, each item one of new, used"),
    ("/things?limt=1", {}, "query.limt: unknown parameter; did you mean 'limit'?"),
    ("/things?after=nowhere", {}, "query.after: is no cursor of this list"),
    ("/things/7", {}, "path.id: must be a UUID"),
    ("/numbered?page=0", {}, "query.page: must be a whole number within its bounds (minimum 1)"),
    ("/numbered?per=0", {}, "query.per: is the size of a page: a whole number, 1 or greater"),
    ("/linked?_page=x", {}, "query._page: is of no link of this list"),
    (STYLED, {}, "header.X-Level: is missing"),
    (STYLED, {"x-level": "mid"}, "header.X-Level: must be one of low, high"),
    ("/styled/.1,x/;k=v/PT5M", LOW, "path.a: must be a list, each item a whole number"),
    ("/styled/.1/;k=v/5m", LOW, "path.c: must be a duration, such as PT1H30M"),
    (f"{STYLED}?f=x,a,y,b", LOW, f"query.f: {AN_OBJECT}"),
    (f"{STYLED}?d[on]=maybe", LOW, f"query.d: {AN_OBJECT}"),
    (f"{STYLED}?d[of]=true", LOW, f"query.d: {AN_OBJECT}"),
    ("/styled/.x/;k=v/5m?nope=1", {}, ALL_AT_ONCE),
]


@pytest.mark.parametrize(("path", "headers", "told"), PARAMETERS)
def test_parameters_are_checked(path: str, headers: dict[str, str], told: str) -> None:
    assert refused("GET", path, headers=headers) == (400, told)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"secret": ""}, "body.name: is missing"),
        ({**THING, "kind": "newer"}, "body.kind: must be one of 'new', 'used'; did you mean 'new'?"),
        ({**THING, "name": ""}, "body.name: must have at least 1 characters, not 0"),
        ({**THING, "prize": "1"}, "body.prize: unknown field; did you mean 'price'?"),
        ({**THING, "id": UUID}, "body.id: is read-only: the server sets it"),
        ({**THING, "price": 1.5}, "body.price: must be a decimal number, as text"),
        ({**THING, "tags": ["a", 5]}, "body.tags[1]: must be a string, not a whole number"),
        ({**THING, "tags": ["a", "a"]}, "body.tags: must not have an item twice"),
        ({**THING, "parent": {**THING, "more": {"x": "y"}}}, "body.parent.more.x: must be a number, not a string"),
        ({**THING, "max-size": 10}, "body.max-size: must be at most 9"),
        ([THING], "body: must be an object, not an array"),
        (None, "body: must be an object, not null"),
    ],
)
def test_a_body_is_held_to_its_type(body: Any, told: str) -> None:
    status, message = (
        refused("POST", "/things", json=body)
        if body is not None
        else refused("POST", "/things", content=b"null", headers=JSON)
    )
    assert (status, message) == (400, told)


GZIP: Final = {**JSON, "content-encoding": "gzip"}
CONTENTS: Final[list[tuple[bytes, dict[str, str], int, str]]] = [
    (b"{", JSON, 400, "body: is not JSON: Expecting property name enclosed in double quotes"),
    (b'{"a": NaN}', JSON, 400, "body: is not JSON: NaN is not JSON (RFC 8259)"),
    (b"[" * 100_000, JSON, 400, "body: is nested too deeply"),
    (b"\xff", JSON, 400, "body: is not JSON"),
    (b"", {}, 400, "body: is missing"),
    (b"{}", {"content-type": "text/plain"}, 415, "header.Content-Type: must be application/json, not text/plain"),
    (b"{}", {}, 415, "header.Content-Type: must be application/json, not left out"),
    (b"x", GZIP, 415, "header.Content-Encoding: the gzip body is cut short"),
    (b"x", {**JSON, "content-encoding": "br"}, 415, "header.Content-Encoding: the body has Content-Encoding"),
    (gzip.compress(b"[]"), GZIP, 400, "body: must be an object, not an array"),
]


@pytest.mark.parametrize(("content", "headers", "status", "told"), CONTENTS, ids=range(len(CONTENTS)))
def test_content_is_what_its_head_says(content: bytes, headers: dict[str, str], status: int, told: str) -> None:
    found, message = refused("POST", "/things", content=content, headers=headers)
    assert (found, message[: len(told)]) == (status, told)


def test_forms_are_held_to_their_types() -> None:
    def post(body: bytes, headers: Any = FORM) -> tuple[int, str]:
        return refused("POST", "/form", content=body, headers=headers)

    assert post(b"b=true") == (400, "body.a: is missing")
    assert post(b"a=x") == (400, "body.a: must be a whole number, not a string")
    assert post(b"a=1&b=true&b=maybe") == (400, "body.b[1]: must be a boolean, not a string")
    assert post(b"a=1&c[x]=y") == (400, "body.c.x: must be a number, not a string")
    assert post(b"a=1&d=1")[1].startswith("body.d: unknown field")
    assert post(b"a=\xff") == (400, "body: holds what is not percent-encoded")
    assert post(b"a=1", JSON)[0] == 415


def upload(**parts: Any) -> tuple[int, str]:
    files = {name: one for name, one in parts.items() if isinstance(one, (bytes, tuple))}
    return refused("POST", "/upload", files=files, data={name: one for name, one in parts.items() if name not in files})


def test_multipart_forms_are_held_to_their_types() -> None:
    file = ("a.txt", b"x")
    assert upload(other=file, purpose="x") == (400, "body.file: a file is missing")
    assert upload(file=file) == (400, "body.purpose: is missing")
    assert upload(file=file, purpose="z")[1].startswith("body.purpose: must be one of 'x', 'y'")
    assert upload(file=file, purpose="x", meta=(None, b"{", "application/json")) == (400, "body.meta: must be JSON")
    assert upload(file=file, purpose="x", meta=(None, b'{"n": "1"}', "application/json"))[1].startswith(
        "body.meta.n: must"
    )
    assert upload(file=file, purpose=(None, b"\xff")) == (400, "body.purpose: must be text in UTF-8")
    assert upload(file=file, purpose="x", extra=file)[1].startswith(
        "body.extra: unknown file; the manifest declares one as"
    )
    broken = {"content-type": "multipart/form-data; boundary=b"}
    for body, told in (
        (b"--b\r\n\r\nx", "body: is no whole form"),
        (b"--b\r\nno head\r\n--b--", "body: has a part without a head"),
        (b"--b\r\nA: b\r\n\r\nx\r\n--b--", "body: has a part without a name"),
    ):
        assert refused("POST", "/upload", content=body, headers=broken)[1].startswith(told)
    no_boundary = {"content-type": "multipart/form-data"}
    assert refused("POST", "/upload", content=b"x", headers=no_boundary) == (
        400,
        "header.Content-Type: has no boundary",
    )


def test_a_raw_body_has_its_media_type() -> None:
    told = (415, "header.Content-Type: must be image/png, not image/gif")
    assert refused("PUT", "/raw", content=b"x", headers={"content-type": "image/gif"}) == told
    with plain(one_endpoint({"body": "raw", "media_type": "image/*"})) as (_, http):
        assert http.post("/e", content=b"x", headers={"content-type": "image/gif"}).status_code == 200
        assert http.post("/e", content=b"x", headers={"content-type": "text/plain"}).status_code == 415
        assert http.post("/e").status_code == 200


def test_a_field_that_asks_for_a_stream_may_be_there_and_say_no() -> None:
    chat = {"messages": [{"role": "user", "text": "Hi"}]}
    with plain() as (_, http):
        assert http.post("/chat", json={**chat, "stream": True}).headers["content-type"] == "text/event-stream"
        assert http.post("/chat", json={**chat, "stream": False}).headers["content-type"] == "application/json"
    assert refused("POST", "/chat", json={**chat, "streem": True})[1].startswith("body.streem: unknown field")
    assert refused("POST", "/chat", json={"messages": []}) == (400, "body.messages: must have at least 1 items, not 0")


def test_a_form_may_ask_for_a_stream() -> None:
    streaming = {"when": {"stream": True, "how": "fast"}}
    request = {"properties": {"n": "integer"}}
    with plain(one_endpoint({"body": "form", "request": request, "streaming": streaming})) as (server, http):
        streamed = http.post("/e", data={"n": "1", "stream": "true", "how": "fast"})
        assert streamed.headers["content-type"] == "text/event-stream"
        assert http.post("/e", data={"n": "1", "stream": "false"}).headers["content-type"] == "application/json"
        assert [call.body["n"] for call in server.history] == [1, 1]


def test_a_hint_to_wait_is_in_its_usual_header_where_the_manifest_names_none() -> None:
    with plain(one_endpoint({})) as (server, http):
        server.expect("e").fail(429, retry_after=1.5)
        assert http.post("/e").headers["retry-after"] == "1.5"


def test_an_error_whose_type_has_no_value_is_told_all_the_same() -> None:
    endless = {"properties": {"cause": "Endless"}, "required": ["cause"]}
    endpoint = {"responses": {"4XX": "Endless"}, "request": "string"}
    with plain(one_endpoint(endpoint, types={"Endless": endless})) as (_, http):
        assert http.post("/e").json() == {"error": {"message": "body: is missing"}}


def test_an_unknown_path_or_method_is_told_in_the_api_s_shape() -> None:
    assert refused("GET", "/nothing") == (404, "path: no endpoint of the manifest has it")
    assert refused("GET", "/things/a/b")[0] == 404
    assert refused("GET", "/things/")[0] == 404
    with plain() as (_, http):
        answer = http.patch("/things")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
        assert answer.json()["error"]["message"] == "method: PATCH is not among GET, HEAD, POST"
        assert http.get("/nothing").json()["error"]["code"] == "not_found"
        assert http.get("/nothing").headers["x-request-id"].startswith("req-")


def test_a_credential_must_be_there() -> None:
    with MockServer(MANIFEST) as server:

        def get(**headers: str) -> httpx.Response:
            return httpx.get(f"{server.url}/things", headers=headers)

        def remove(query: str = "", **headers: str) -> httpx.Response:
            return httpx.delete(f"{server.url}/things/1{query}", headers=headers)

        told = get()
        assert (told.status_code, told.headers["www-authenticate"]) == (401, "Bearer")
        assert told.json()["error"]["message"].startswith(
            "header.Authorization: a credential is needed: token; there is none"
        )
        assert [get(authorization=one).status_code for one in ("Bearer", "Basic x", "x", "")] == [401] * 4
        assert get(authorization="bearer y").status_code == 200
        basic = f"Basic {base64.b64encode(b'user:pass').decode()}"
        assert remove().headers["www-authenticate"] == 'Basic realm="mock"'
        assert "login+key or cookie" in remove().json()["error"]["message"]
        assert [remove(authorization=basic).status_code, remove("?api_key=k").status_code] == [401, 401]
        assert remove("?api_key=k", authorization=basic).status_code == 204
        assert remove("?api_key=", authorization=basic).status_code == 401
        assert remove("?api_key=k", authorization="Basic bm8=").status_code == 401
        assert remove("?api_key=k", authorization="Basic no").status_code == 401
        assert remove(cookie="a=1; session=s").status_code == 204
        assert httpx.get(f"{server.url}/open").status_code == 200


def test_a_repeated_key_is_answered_the_same_and_another_request_with_it_is_refused() -> None:
    with plain() as (server, http):

        def post(body: Any, key: str = "k") -> httpx.Response:
            return http.post("/things", json=body, headers={"idempotency-key": key})

        server.expect("things.create").respond({**THING, "id": UUID}, status=201)
        first = post(THING)
        assert first.json()["id"] == UUID
        assert post(THING).content == first.content
        assert post(THING, "other").json() != first.json()
        assert [call.repeated for call in server.history] == [False, True, False]
        told = post({**THING, "name": "else"})
        assert (told.status_code, told.json()["error"]["message"]) == (
            422,
            "header.Idempotency-Key: is the key of another request",
        )
        server.expect("things.create").fail(503)
        assert [post(THING, "third").status_code for _ in range(2)] == [503, 201]


def test_no_key_is_no_fault() -> None:
    with plain() as (_, http):
        assert http.post("/things", json=THING).status_code == 201


def test_a_refusal_reaches_the_client_as_the_api_s_own_error() -> None:
    with serving("sync") as (server, api):
        server.expect("open").fail(400, message="no", retry_after=2).fail(404, code="not_found")
        with pytest.raises(BadRequest) as caught:
            api.client.open()
        error = caught.value
        assert (type(error).__name__, error.code, error.retry_after) == ("BadRequest", "invalid_request", 2)
        assert error.request_id is not None
        with pytest.raises(NotFound) as missing:
            api.client.open()
        assert type(missing.value).__name__ == "Missing"


def test_an_error_is_of_the_type_that_is_declared_for_its_status() -> None:
    with plain() as (_, http):
        told = http.post("/things", json={}).json()["error"]
        assert told["code"] == "bad_input"  # the nearest that the type of a 4XX allows
        assert set(told) <= {"message", "code", "wait"}
        assert told.get("wait", 0) == 0


TOLD: Final = "body: is missing"
CODED: Final = {"properties": {"detail": "string", "code": {"const": 7}}, "required": ["detail", "code"]}
TITLED: Final = {"properties": {"code": "integer", "title": "string"}, "required": ["code", "title"]}
USUAL: Final = {"message": TOLD, "code": "invalid_request", "faults": [{"where": "body", "message": "is missing"}]}
DETAILED: Final = {"msg": TOLD, "detail": {"code": "invalid_request"}}
DOCUMENTED: Final = {"a": TOLD, "b": "invalid_request", "c": "https://docs.example.com/errors/invalid_request"}
SHAPES: Final[list[tuple[dict[str, Any], Any]]] = [
    ({}, {"error": USUAL}),
    ({"errors": {"message": "msg"}}, {"msg": TOLD}),
    ({"errors": {"message": {"header": "X-Told"}}}, {}),
    ({"errors": {"message": ["msg", "detail"], "code": ["detail.code", "c"]}}, DETAILED),
    ({"errors": {"message": ["n.msg", "msg"]}, "responses": {"4XX": {"properties": {"n": "string"}}}}, {"msg": TOLD}),
    ({"errors": {"code": "errors[0].code"}}, {"errors": [{"code": "invalid_request"}], "error": {"message": TOLD}}),
    ({"errors": {"message": "a", "code": "b", "documentation": "c"}}, DOCUMENTED),
    ({"responses": {"400": CODED}}, {"detail": TOLD, "code": 7}),
    ({"errors": {"code": "code"}, "responses": {"400": TITLED}}, {"code": 400, "title": TOLD}),
    ({"responses": {"4XX": "string"}}, "an example"),
]


@pytest.mark.parametrize(("endpoint", "expected"), SHAPES)
def test_an_error_has_the_shape_that_the_manifest_says(endpoint: dict[str, Any], expected: Any) -> None:
    with plain(one_endpoint({"request": {"type": "object"}, **endpoint})) as (_, http):
        answer = http.post("/e")
        assert answer.status_code == 400
        found = answer.json()
        assert found == expected if not isinstance(expected, str) else isinstance(found, str)
        if expected == {}:
            assert answer.headers["x-told"] == "body: is missing"


def test_the_secrets_of_a_refused_request_are_not_repeated() -> None:
    secret = {"authorization": "Bearer sekrit", "cookie": "session=sekrit"}
    with MockServer(MANIFEST) as server:
        answer = httpx.post(f"{server.url}/things?api_key=sekrit", json={**THING, "secret": 5}, headers=secret)
        assert answer.status_code == 400
        assert "sekrit" not in answer.text + str(answer.headers) + repr(server.history)


def test_what_is_declared_nowhere_is_taken_as_it_comes() -> None:
    with plain(one_endpoint({})) as (server, http):
        http.post("/e?a=1&b=2&b=3&c[d]=4", content=b"\x00", headers={"content-type": "image/png"})
        http.post("/e", json={"x": [1]})
        http.post("/e", content=json.dumps(5))
        first, second, third = server.history
    assert (first.query, first.body) == ({"a": "1", "b": ["2", "3"], "c": {"d": "4"}}, b"\x00")
    assert (second.body, third.body) == ({"x": [1]}, b"5")


PIECES: Final[dict[str, list[Any]]] = {
    "method": ["GET", "POST", "PUT", "DELETE", "HEAD"],
    "path": ["/things", f"/things/{UUID}", "/things/search", "/numbered", "/linked", "/chat", "/form", "/upload"],
    "name": ["limit", "after", "kind", "page", "_page", "n", "f", "d[on]", "kind[0]", "x[", "[", "", "%", "api_key"],
    "value": ["1", "-1", "9" * 3000, "", "true", "1e999", "NaN", "a%2Cb", "%ff", "%00", "new", "+", "٣"],
    "type": [*JSON.values(), *FORM.values(), "multipart/form-data; boundary=b", "text/plain", ""],
    "content": [
        *(b"", b"{}", b"null", b'"\\ud800"', b'{"offset": 1e400, "size": true}', b"a[b][c]=1&a=2&c=1", b"\xff"),
        b'{"\\ud800": 1}',
        b"[" * 5000,
        json.dumps(THING).encode(),
        b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--',
    ],
}  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_whatever_comes_is_refused_or_answered(seed: int) -> None:
    random = Random(seed)
    desk = Desk(MANIFEST, seed, State())

    def any_of(what: str) -> Any:
        return random.choice(PIECES[what])

    for _ in range(400):
        path = any_of("path")
        place = random.randrange(len(path))
        if random.random() < 0.2:
            path = f"{path[:place]}{random.choice(['%', '%2F', '/', '..', ';', '%E0'])}{path[place:]}"
        query = "&".join(f"{any_of('name')}={any_of('value')}" for _ in range(random.randrange(3)))
        headers = {**BEARER, "content-type": any_of("type"), "last-event-id": any_of("value")}
        outcome = desk.handle(Incoming(any_of("method"), f"{path}?{query}", headers, any_of("content")))
        assert outcome.answer.status < 500, outcome.call.refused
        assert repr(outcome.call)
