"""No secret is in the file, whatever way it went; and what was masked is found again by what is masked the same way."""

import base64
import contextlib
import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pristine
from pristine.adapters.cassette import RecordTransport, ReplayTransport
from pristine.adapters.cassette.masks import JsonNames, json_spans, masked, occurrences
from pristine.adapters.cassette.redaction import Redactor, Rules
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.ports.errors import CassetteMismatch, ConfigurationError, ConnectFailed
from pristine.ports.messages import Request, Response

SECRET: Final = 's3cr"et/välue+'
TEXT: Final = {"content-type": "text/plain"}
JSON: Final = {"content-type": "application/json"}
GET: Final = Request("GET", "http://a.test/x")
ECHOES: Final = [
    SECRET.encode(),
    json.dumps({"echo": SECRET}).encode(),
    json.dumps({"echo": SECRET}, ensure_ascii=False).encode(),
    quote(SECRET, safe="").encode(),
    quote(SECRET).encode(),
]
Taped = Callable[..., str]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calls.jsonl"


@pytest.fixture
def taped(path: Path) -> Taped:
    """The file after one exchange."""

    def make(request: Request = GET, answer: Any = None, **options: Any) -> str:
        transport = RecordTransport(MemoryTransport([answer or Response(200)]), path, **options)
        with contextlib.suppress(ConnectFailed):
            transport.send(request)
        return path.read_text()

    return make


def recorded(path: Path) -> Any:
    return json.loads(path.read_text().splitlines()[1])


def body(path: Path) -> str:
    """The text of the recorded answer."""
    return "".join(chunk for _, chunk in recorded(path)["response"]["chunks"])


# -- nothing leaks -----------------------------------------------------------------------------------------------------

CARRIERS: Final = {
    "bearer": attrs.evolve(GET, headers={"Authorization": f"Bearer {SECRET}"}),
    "api key": attrs.evolve(GET, headers={"X-API-Key": SECRET}),
    "cookie": attrs.evolve(GET, headers={"Cookie": f"a=1; session={SECRET}; b=2"}),
    "query": attrs.evolve(GET, url=f"http://a.test/x?api_key={quote(SECRET, safe='')}"),
    "query without a path": attrs.evolve(GET, url=f"http://a.test?token={quote(SECRET, safe='')}"),
    "user information": attrs.evolve(GET, url=f"http://me:{quote(SECRET, safe='')}@a.test/x"),
    "basic": attrs.evolve(
        GET, headers={"Authorization": f"Basic {base64.b64encode(f'me:{SECRET}'.encode()).decode()}"}
    ),
}


@pytest.mark.parametrize("request_", CARRIERS.values(), ids=list(CARRIERS))
@pytest.mark.parametrize("echo", ECHOES, ids=["plain", "json", "json-utf8", "url", "url-path"])
def test_a_credential_and_its_echoes_are_masked(taped: Taped, request_: Request, echo: bytes) -> None:
    sent = attrs.evolve(request_, body=b"I say " + echo, method="POST")
    answer = Response(200, {**TEXT, "Location": f"/y?{echo.decode()}", "X-Request-Id": SECRET}, b"you say " + echo)
    text = taped(sent, answer)
    for spelling in (*ECHOES, base64.b64encode(f"me:{SECRET}".encode())):
        core = spelling.removeprefix(b'{"echo": "').removesuffix(b'"}').decode()
        assert core not in text
        assert json.dumps(core)[1:-1] not in text
    assert "you say" in text


def test_a_secret_in_two_chunks_is_found_and_the_chunks_stay(taped: Taped, path: Path) -> None:
    chunks = [b"data: ab", b"cd", b"ef\n\n", b"data: x\n\n"]
    taped(attrs.evolve(GET, headers={"X-Token": "abcdef"}), Scripted(chunks))
    assert [chunk for _, chunk in recorded(path)["response"]["chunks"]] == ["data: ***", "\n\n", "data: x\n\n"]


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "raw deflate", "two members"])
def test_a_secret_in_a_compressed_body_is_found(taped: Taped, path: Path, coding: str) -> None:
    plain = b'{"token is": "abcdef"}'
    raw = zlib.compressobj(wbits=-15)
    data = {
        "deflate": zlib.compress(plain),
        "raw deflate": raw.compress(plain) + raw.flush(),
        "two members": gzip.compress(plain[:9]) + b"\0\0" + gzip.compress(plain[9:]) + b"\0",
    }.get(coding, gzip.compress(plain))
    field = {"raw deflate": "deflate", "two members": "gzip"}.get(coding, coding)
    headers = {**JSON, "Content-Encoding": field, "Content-Length": str(len(data))}
    chunks = [data[:7], data[7:]]
    taped(attrs.evolve(GET, headers={"X-Token": "abcdef"}), Scripted([*chunks], 200, headers))
    assert body(path) == '{"token is": "***"}'
    fields = dict(recorded(path)["response"]["headers"])
    assert fields == {**JSON, "Content-Length": "19"}
    taped(GET, Scripted([*chunks], 200, headers))
    kept = ReplayTransport(path).send(GET)
    assert (kept.body, dict(kept.headers.multi_items())) == (data, headers), "what has no secret stays as it came"


@pytest.mark.parametrize(
    ("coding", "data"), [("br", b"?"), ("gzip, gzip", b"?"), ("gzip", b"broken"), ("gzip", gzip.compress(bytes(10**7)))]
)
def test_what_cannot_be_searched_is_not_recorded(taped: Taped, path: Path, coding: str, data: bytes) -> None:
    taped(GET, Response(200, {"content-encoding": coding}, data))
    assert recorded(path)["response"]["chunks"] == []
    with pytest.raises(CassetteMismatch, match="compressed, and not readable"):
        ReplayTransport(path).send(GET)


def test_the_length_of_a_masked_body_is_its_length(taped: Taped, path: Path) -> None:
    answer = Response(200, {"Content-Length": "10"}, b"say abcdef")
    taped(attrs.evolve(GET, headers={"X-Token": "abcdef"}), answer)
    assert dict(recorded(path)["response"]["headers"]) == {"Content-Length": "7"}
    taped(attrs.evolve(GET, method="HEAD"), Response(200, {"Content-Length": "10"}))
    assert dict(recorded(path)["response"]["headers"]) == {"Content-Length": "10"}


def test_an_error_is_masked_too(taped: Taped, path: Path) -> None:
    error = ConnectFailed("no host abcdef", body=b"abcdef", told="abcdef")
    assert "abcdef" not in taped(attrs.evolve(GET, headers={"X-Token": "abcdef"}), error)
    with pytest.raises(ConnectFailed, match=r"no host \*\*\*"):
        ReplayTransport(path).send(GET)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Accept", True),
        ("Link", True),
        ("X-RateLimit-Remaining-Tokens", True),
        ("Idempotency-Key", True),
        ("X-Tenant", False),
        ("X-Anything", False),
        ("Set-Cookie", False),
        ("Proxy-Authorization", False),
    ],
)
def test_a_field_is_shown_only_if_it_is_known_to_be_harmless(taped: Taped, path: Path, name: str, shown: bool) -> None:
    taped(attrs.evolve(GET, headers={name: "some value"}), Response(200, {name: "some value"}))
    expected = [[name, "some value" if shown else "***"]]
    assert (recorded(path)["request"]["headers"], recorded(path)["response"]["headers"]) == (expected, expected)


def test_urls_in_fields_are_masked_as_urls(taped: Taped, path: Path) -> None:
    link = '<https://u:pw@a.test/x?page=2&access_token=t0ken&z=1>; rel="next"'
    taped(GET, Response(200, {"Link": link}))
    assert dict(recorded(path)["response"]["headers"]) == {
        "Link": '<https://***@a.test/x?page=2&access_token=***&z=1>; rel="next"'
    }


def test_what_a_server_sets_is_masked_in_its_body(taped: Taped, path: Path) -> None:
    headers = {**TEXT, "Set-Cookie": "sid=c00kie-value; Path=/; Secure", "X-Auth-Token": "t0ken-value"}
    taped(GET, Response(200, headers, b"c00kie-value t0ken-value Secure Path=/"))
    assert body(path) == "*** *** Secure Path=/"


def test_an_opaque_value_is_a_secret_whatever_its_field_is_called(taped: Taped, path: Path) -> None:
    opaque = "0123456789abcdef"
    fields = {"X-Odd": opaque, "X-Version": "2024-11-01", "X-Flag-Auth": "true", "X-Key-Id": "1234567"}
    taped(attrs.evolve(GET, headers=fields), Response(200, TEXT, f"{opaque} 2024-11-01 true 1234567".encode()))
    assert body(path) == "*** 2024-11-01 true 1234567"


@pytest.mark.parametrize(
    "request_",
    [
        attrs.evolve(GET, headers={"Authorization": f"Basic {base64.b64encode(b'sk_live_0123456789:').decode()}"}),
        attrs.evolve(GET, url="http://sk_live_0123456789@a.test/"),
    ],
    ids=["basic", "url"],
)
def test_a_key_in_the_place_of_a_name_is_a_secret(taped: Taped, path: Path, request_: Request) -> None:
    taped(request_, Response(200, TEXT, b"you are sk_live_0123456789"))
    assert body(path) == "you are ***"
    named = attrs.evolve(GET, url="http://anna:pass@a.test/")
    taped(named, Response(200, TEXT, b"you are anna, pass"))
    assert body(path) == "you are anna, ***"


@pytest.mark.parametrize("name", ["access_token", "refreshToken", "id-token", "client_secret", "Password", "apiKey"])
def test_tokens_in_json_are_masked_unasked(taped: Taped, path: Path, name: str) -> None:
    taped(GET, Response(200, JSON, json.dumps({"a": [{name: "abcdef"}], "token": "kept"}).encode()))
    assert json.loads(body(path)) == {"a": [{name: "***"}], "token": "kept"}


def test_a_form_is_masked_by_its_names(taped: Taped, path: Path) -> None:
    form = b"grant_type=client_credentials&client_secret=abc&client_assertion=x&api%5Fkey=d&code=e+f&page=1"
    taped(Request("POST", GET.url, {"content-type": "application/x-www-form-urlencoded"}, form), redact_query=["code"])
    assert recorded(path)["request"]["body"]["data"] == (
        "grant_type=client_credentials&client_secret=***&client_assertion=***&api%5Fkey=***&code=***&page=1"
    )


# -- options -----------------------------------------------------------------------------------------------------------


def test_redact_headers(taped: Taped, path: Path) -> None:
    request = attrs.evolve(GET, headers={"User-Agent": "robot-7", "X-Ratelimit-A": "limit-8"})
    answer = Response(200, {**TEXT, "X-Ratelimit-A": "limit-9"}, b"robot-7 limit-8 limit-9")
    taped(request, answer)
    assert body(path) == "robot-7 limit-8 limit-9"
    text = taped(request, answer, redact_headers=["user-AGENT", "x-ratelimit-*"])
    assert "robot-7" not in text
    assert body(path) == "*** *** ***"


def test_keep_headers(taped: Taped, path: Path) -> None:
    request = attrs.evolve(GET, headers={"X-Tenant": "acme", "X-Page-1": "a", "Authorization": "Bearer abcdef"})
    taped(request, Response(200, {"X-Tenant": "acme"}), keep_headers=["X-Tenant", "x-page-*", "*"])
    assert recorded(path)["request"]["headers"] == [["X-Tenant", "acme"], ["X-Page-1", "a"], ["Authorization", "***"]]
    with pytest.raises(CassetteMismatch, match="header x-tenant is another"):
        ReplayTransport(path, match_headers=["x-tenant"]).send(attrs.evolve(GET, headers={"X-Tenant": "emca"}))


def test_redact_query(taped: Taped, path: Path) -> None:
    request = attrs.evolve(GET, url="http://a.test/x?email=me%40b&page=2&Email=c@d")
    answer = Response(200, {**TEXT, "Link": "</x?email=e@f>"}, b"c@d me@b me%40b")
    assert "me%40b" in taped(request, answer)
    taped(request, answer, redact_query=["eMail"])
    assert recorded(path)["request"]["url"] == "http://a.test/x?email=***&page=2&Email=***"
    assert dict(recorded(path)["response"]["headers"])["Link"] == "</x?email=***>"
    assert body(path) == "c@d *** ***", "what is shorter than four letters stays"
    asked = attrs.evolve(GET, url="http://a.test/x?email=other&page=2&Email=x")
    assert ReplayTransport(path).send(asked).status == 200


def test_redact_json(taped: Taped, path: Path) -> None:
    sent = {"user": {"email": "me@a", "id": 7}, "items": [{"id": 1, "n": 1.5}, {"id": 2}], "email": "top", "ssn": None}
    request = Request("POST", GET.url, JSON, json.dumps(sent).encode())
    text = taped(request, Response(200, JSON, b'{"ssn": {"a": [true, "x", -1e5]}}'), redact_json=["items[].id", "ssn"])
    assert json.loads(recorded(path)["request"]["body"]["data"]) == {
        **sent,
        "items": [{"id": 0, "n": 1.5}, {"id": 0}],
    }
    assert body(path) == '{"ssn": {"a": [false, "***", 0]}}'
    assert "me@a" in text
    taped(request, redact_json=["$.user.email", "items[1]"])
    masked_ = json.loads(recorded(path)["request"]["body"]["data"])
    assert masked_ == {**sent, "user": {"email": "***", "id": 7}, "items": [{"id": 1, "n": 1.5}, {"id": 0}]}
    other = json.dumps({**sent, "user": {"email": "you@b", "id": 7}}).encode()
    assert ReplayTransport(path).send(attrs.evolve(request, body=other)).status == 200


@pytest.mark.parametrize("secrets", ["p@th", ["p@th", "other"]])
def test_secrets(taped: Taped, path: Path, secrets: Any) -> None:
    request = attrs.evolve(GET, url="http://p@th.test/bot/p@th?x=p%40th", body=b"p@th")
    text = taped(request, Response(200, TEXT, b"p@th"), secrets=secrets)
    assert "bot/***?x=***" in text
    assert "/p@th" not in text
    other = attrs.evolve(GET, url="http://p@th.test/bot/0ther?x=0ther", body=b"0ther")
    assert ReplayTransport(path, secrets="0ther").send(other).body == b"***"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"redact_headers": "x"}, "redact_headers: give a list of names"),
        ({"redact_query": 5}, "redact_query: give a list of names"),
        ({"redact_json": [5]}, "redact_json: each name is a string"),
        ({"keep_headers": [""]}, "keep_headers: each name is a string"),
        ({"keep_headers": ["Set-Cookie"]}, "keep_headers: set-cookie is a credential"),
        ({"secrets": [SECRET, 5]}, "secrets: each is a string"),
        ({"secrets": ""}, "secrets: each is a string"),
        ({"secrets": None}, "secrets: give a string"),
    ],
)
def test_a_wrong_option_is_refused_and_shows_no_secret(path: Path, options: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        RecordTransport(MemoryTransport(), path, **options)
    assert told in str(caught.value)
    assert caught.value.setting == next(iter(options))
    assert SECRET not in f"{caught.value!r}{vars(caught.value)}"
    assert not path.exists()


def test_secrets_may_come_from_the_environment(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "abcdef")
    choice = {"name": "record", "inner": "memory", "path": str(path), "secrets": {"env": "KEY"}}
    context = pristine.Context.from_config({"transport": choice})
    assert "abcdef" not in f"{context!r}{context.transport!r}{path.read_text()}"


def test_replay_redacts_by_the_rules_of_the_recording(taped: Taped, path: Path) -> None:
    def request(value: str) -> Request:
        headers = {**JSON, "Authorization": f"Bearer {value}"}
        sent = {"password": value, "email": value, "say": f"I am {value}"}
        return Request("POST", f"http://a.test/x?sig={value}&q={value}", headers, json.dumps(sent).encode())

    taped(request("one-secret"), redact_json=["email"], redact_query=["q"])
    assert ReplayTransport(path).send(request("another-one")).status == 200


# -- the masks themselves ----------------------------------------------------------------------------------------------


def json_masked(text: str, *names: str, media_type: str = "application/json") -> str:
    data = text.encode()
    return b"".join(masked([data], json_spans(data, media_type, JsonNames.of(names)))).decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a":"x","b":"a"}', '{"a":"***","b":"a"}'),
        ('{ "a" : "x\\"y" , "b" : ["a"] }', '{ "a" : "***" , "b" : ["a"] }'),
        ('{"\\u0061": "x"}', '{"\\u0061": "***"}'),
        ('[[{"a": 12.5e3}], null, {"b": {"a": true}}]', '[[{"a": 0}], null, {"b": {"a": false}}]'),
        ('{"a": null, "a": {}, "a": []}', '{"a": null, "a": {}, "a": []}'),
        ('{"a": {"b": "x", "c": ["y", 1]}, "d": "z"}', '{"a": {"b": "***", "c": ["***", 0]}, "d": "z"}'),
        ('{"a": "cut sho', '{"a": "***'),
        ('{"a": "cut\\', '{"a": "***'),
        ('{"a": 12', '{"a": 0'),
        ('{"a": wrong wrong, "b": ]}}} {"a": "x"}', '{"a": 0 0, "b": ]}}} {"a": "***"}'),
        ('{"a":"x"}\n{"a":"y"}\n', '{"a":"***"}\n{"a":"***"}\n'),
        ('{"\\x": {"a": "x"}}', '{"\\x": {"a": "***"}}'),
        (', : "a"', ', : "a"'),
        ('"a"', '"a"'),
        ("", ""),
    ],
)
def test_json_is_masked_where_a_name_stands_and_nowhere_else(text: str, expected: str) -> None:
    assert json_masked(text, "a") == expected


@pytest.mark.parametrize(
    ("path_", "expected"),
    [
        ("a.b", '{"a":{"b":"***","c":{"b":2}},"b":[{"b":3},[4]]}'),
        ("$.a.c.b", '{"a":{"b":"x","c":{"b":0}},"b":[{"b":3},[4]]}'),
        ("b[].b", '{"a":{"b":"x","c":{"b":2}},"b":[{"b":0},[4]]}'),
        ("b[*].b", '{"a":{"b":"x","c":{"b":2}},"b":[{"b":0},[4]]}'),
        ("b[1][0]", '{"a":{"b":"x","c":{"b":2}},"b":[{"b":3},[0]]}'),
        ("b[0]", '{"a":{"b":"x","c":{"b":2}},"b":[{"b":0},[4]]}'),
        ("c.b", '{"a":{"b":"x","c":{"b":2}},"b":[{"b":3},[4]]}'),
    ],
)
def test_a_path_begins_at_the_root(path_: str, expected: str) -> None:
    assert json_masked('{"a":{"b":"x","c":{"b":2}},"b":[{"b":3},[4]]}', path_) == expected


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_events_are_masked_each_for_itself(end: str) -> None:
    text = 'event: a\ndata: {"a":\ndata:"x"}\n\n: {"a": "comment"}\ndata: {"a": "cut\n\ndata: {"a": 1}\n\n'
    expected = 'event: a\ndata: {"a":\ndata:"***"}\n\n: {"a": "comment"}\ndata: {"a": "***\n\ndata: {"a": 0}\n\n'
    found = json_masked(text.replace("\n", end), "a", media_type="text/event-stream")
    assert found == expected.replace("\n", end)


def test_text_that_is_no_json_is_left() -> None:
    assert json_masked('say {"a": 1}', "a", media_type="text/plain") == 'say {"a": 1}'


def test_searching_takes_a_time_that_grows_with_the_length() -> None:
    """Each of these would take minutes if it grew with its square."""
    long, many = "?" * 30_000, 30_000
    request = Request("GET", f"http://a.test/{long}", {"Link": f"<//{'/' * 30_000}{long}>", "Cookie": long})
    redactor = Redactor(Rules(redact_json=["a"]), ())
    secrets = redactor.of_request(request)
    redactor.url(request.url, secrets)
    redactor.headers(request.headers, secrets)
    for body in (b'"' * many, b'{"a":' * many, b'"\\' * many, b"data:" * many, b"data: {\n" * many, b"=" * many):
        for media_type in ("application/json", "text/event-stream", "application/x-www-form-urlencoded"):
            redactor.chunks([body], media_type, secrets)


JSONS: Final[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["a", "b", '"', "\\", "é", ""]), inner),
    max_leaves=20,
)


def replaced(value: Any, *, hidden: bool = False) -> Any:
    """What a value is to be where the fields "a" are masked."""
    if isinstance(value, dict):
        return {key: replaced(part, hidden=hidden or key == "a") for key, part in value.items()}
    if isinstance(value, list):
        return [replaced(part, hidden=hidden) for part in value]
    if not hidden or value is None:
        return value
    return False if isinstance(value, bool) else "***" if isinstance(value, str) else 0


@given(JSONS, st.booleans(), st.sampled_from([None, 2]))
def test_any_json_is_masked_as_if_it_were_read(value: Any, ascii_: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_, indent=indent).encode("utf-8", "surrogatepass")
    spans = json_spans(text, "application/json", JsonNames.of(["a"]))
    assert json.loads(b"".join(masked([text], spans)).decode("utf-8", "surrogatepass")) == replaced(value)


@given(st.lists(st.binary(min_size=1, max_size=6), max_size=8), st.lists(st.sampled_from([b"a", b"ab", b"bc", b"\0"])))
def test_masking_does_not_depend_on_the_chunks(chunks: list[bytes], values: list[bytes]) -> None:
    whole = b"".join(chunks)
    apart = masked(chunks, occurrences(values, whole))
    assert len(apart) == len(chunks)
    together = masked([whole], occurrences(values, whole))
    assert b"".join(apart) == b"".join(together)
    assert not any(value in b"".join(together).replace(b"***", b"|") for value in values)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=5))
def test_spans_that_overlap_are_one(pairs: list[tuple[int, int]]) -> None:
    body = bytes(range(20))
    covered = {place for start, end in pairs for place in range(start, min(end, 20))}
    left = b"".join(masked([body[:7], body[7:]], [(start, min(end, 20), b"") for start, end in pairs]))
    assert left == bytes(place for place in range(20) if place not in covered)
