"""The reference page: what it says of an API, that its links lead somewhere, and that its examples run."""

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

import pristine
from pristine.cli.docs import text_like
from pristine.codegen.reference import reference
from pristine.ports.errors import NotFound
from pristine.testing.mock import MockServer
from tests.codegen import pages
from tests.codegen.generated import some_manifest
from tests.support.offline import manifest

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
SOURCES: Final = {
    "shop": HERE / "shop.yaml",
    "rich": ROOT / "tests" / "testing" / "rich.yaml",
    "tinker": ROOT / "examples" / "tinker" / "manifest.yaml",
}
PAGES: Final = {
    name: reference(pristine.load_manifest_file(path), source=path.name, text_like=text_like)
    for name, path in SOURCES.items()
}
SHOP: Final = PAGES["shop"]


def page_of(endpoint: dict[str, Any] | None = None, **more: Any) -> str:
    return reference(pristine.load_manifest(manifest(endpoint, **more)), text_like=text_like)


# -- links -------------------------------------------------------------------------------------------------------------


def assert_links_lead_somewhere(page: str) -> None:
    rendered = pages.Rendered(page)
    anchors = rendered.attributes("id")
    assert len(set(anchors)) == len(anchors)
    assert {target.removeprefix("#") for target in rendered.attributes("href")} <= set(anchors)


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_to_an_anchor_that_is_there_once(name: str) -> None:
    assert_links_lead_somewhere(PAGES[name])
    links = pages.Rendered(PAGES[name]).attributes("href")
    endpoints = pristine.load_manifest_file(SOURCES[name]).endpoints
    assert sum(link.startswith("#call.") for link in links) >= len(endpoints)


@pytest.mark.parametrize("seed", range(20))
def test_links_of_generated_apis_lead_somewhere(seed: int) -> None:
    assert_links_lead_somewhere(reference(pristine.load_manifest(some_manifest(seed))))


def test_names_that_are_alike_have_anchors_of_their_own() -> None:
    types = {name: {"properties": {"a": "string"}} for name in ("A b", "A-b", "a.b", "ä", "ö")}
    assert_links_lead_somewhere(page_of(types=types))


# -- what is said ------------------------------------------------------------------------------------------------------

SAID: Final = {
    "shop 2.1": ("Bikes, and what people say of them.", r"A second paragraph: \`code\`, &lt;b&gt;markup"),
    "A client": (
        'manifest = pristine.load_manifest_file("shop.yaml")',
        'context = pristine.context(credentials={"key": os.environ["SHOP_KEY"]})',
    ),
    "Servers": (
        "| `main` | `https://{region}.shop.test/v1` | The shop. |",
        "| `main` | `region` | `eu`, `us` | `eu` | Where. |",
    ),
    "`key`": ("An API key, sent in the header `X-Key`.", "From the console."),
    "`token`": ("A token, sent as `Authorization: Bearer …`.",),
    "`login`": ("`user:password`, sent as `Authorization: Basic …`.",),
    "`session`": ("An API key, sent in the cookie `sid`.",),
    "What they carry": (
        "Unless an endpoint says otherwise:",
        "- `error.code`: `error.code` in the body",
        "- `error.request_id`: the header `X-Request-Id`",
        "- `error.documentation`, a link: `error.links[0].href` in the body",
        "| `no_money` | `InsufficientQuota` |",
        "| Code | What it comes to | Retried |",
        "| `sold_out` | `overloaded` | where it may be sent again |\n| `no_money` | `client_error` | no |",
        "| Status | What it comes to | Retried |\n| --- | --- | --- |\n| `409` | `overloaded` |",
    ),
    "Limits": ('`pristine.context(limiter="on", semaphores="on")`',),
    "`talk`": (
        "Of [`client.chat.completions`](#call.chat-completions), [`client.things.all`](#call.things-all).",
        "- Apart for each value of `model.name` in a payload\n- Under way at once: at most 4",
        "| `requests` | 60 in 60 s | 10 | 1 |  |",
        "| `tokens` | 90000 in 3600 s |  | 10, and 0.25 for each byte of its body, and `max-tokens` | `usage.tokens`",
    ),
    "<code>a &#124; b</code>": ("Of [`client.things.old`](#call.things-old).", "- Under way at once: at most 1"),
    "`backend`": (
        "- It opens after 3 failures in a row\n- It stays open for 10.5 s\n- Calls that may then try at once: 2",
    ),
    "`rated`": (
        "- It opens when a share of 0.5 of the calls fails\n- The share is that of the last 30 s",
        "- Of fewer than 20 calls there is no share",
    ),
    "`usual`": ("It opens as the context says.",),
    "What others carry, 1": ("Of [`client.things.all`](#call.things-all).", "`told` in the body"),
    "`client.chat.completions`": (
        "`POST /chat`",
        "| `max_tokens` | `max-tokens` | body | integer, at least 1 | optional | `100` |  |",
        "| required |  | The words &#124; of the question. |",
        "| optional, write-only, sensitive |",
        "- Always sent: `X-Version: 2`",
        "- Request: [`Question`](#type.question), as JSON",
        "- Response: [`Answer`](#type.answer)",
        '- Stream: `client.chat.completions_stream` sends `{"stream": True}` and gives server-sent events',
        "- Items of the stream: [`Answer`](#type.answer)",
        "- Events `usage`: [`Usage`](#type.usage)",
        "- The items end with `[DONE]`",
        "- It may be called `text/plain`, too",
        "- An event has at most 65536 bytes",
        "- Signed with [`key`](#scheme.key), or [`token`](#scheme.token) and [`login`](#scheme.login)",
        "- Time limits: total 30 s, read unlimited",
        "- Idempotent: each call carries a key in `X-Once`, and may be retried",
        "- An answer has at most 1000000 bytes",
        "- The server is told what is left of the total, where there is such a limit: `X-Time-Left`, in milliseconds",
        "- Retries: at most 5, the first after 0.5 s, no wait longer than 30 s, a share of 0.5 of each wait is random",
        ", the server may ask for up to 300 s",
        "- Limits: [`talk`](#limit.talk)",
        "- Circuit breaker: [`backend`](#breaker.backend)",
        "Example `short`:",
        'reply = client.chat.completions(prompt="Hello", note=pristine.NULL)',
        '  "odd-name": 5,\n',
        "The same as a stream:",
        'with client.chat.completions_stream(prompt="Hello", note=pristine.NULL) as response:',
        r'prompt="Say \"it\" again,\nand again ``` | <b>",',
    ),
    "`client.things.list`": (
        "| `tag` |  | query | list of strings | optional |  | Of these alone &#124; or those. |",
        "| `x_trace` | `X-Trace` | header | string | optional |  | To find it again. |",
        "- List: page by page, by a cursor as `after`; the items are at `data`",
        "- The next page: `next` in the body",
        "- Whether there is another: `has_more` in the body",
        "- The size of a page, `.sized(…)`: `limit` in the query",
        'for item in client.things.list(kind="new"):\n    print(item)',
    ),
    "`client.things.get`": (
        "- Response: [`Thing`](#type.thing), found at `data.thing`",
        "- With status `404`: [`Problem`](#type.problem)",
        "- With any other status: anything",
        "- Not signed: anybody may call it",
        'client.things.get(class_="class", ',
    ),
    "`client.things.put`": ("| `path` | path | string, may hold `/` | required |", '    colour="red",\n)'),
    "`client.things.all`": (
        "- The number of the first page: 1",
        "- Errors: [what they carry](#errors.2)",
        "- Twice is as once: it may be sent again",
        "- Not retried",
    ),
    "`client.things.old`": (
        "**Deprecated.** Use things.list.",
        "- Twice is not as once: it is sent again only where it was certainly not processed",
        "- Limits: [<code>a &#124; b</code>](#limit.a-b)",
    ),
    "`client.health`": (
        "- The server is told how long it may be silent, where there is such a limit: `X-Silence`, as gRPC",
    ),
    "`client.feeds.prices`": ("up to 2 connections without an event, the first after 0 s", "Events without data"),
    "`client.feeds.lines`": ("for line in response.lines():",),
    "`client.feeds.export`": ("for chunk in response.bytes():",),
    "`client.jobs.start`": (
        "- Finished later: `client.jobs.start_future` gives a handle",
        "[`Answer`](#type.answer), fetched from the URL at `link` in the body, else `data.value` in the body, or",
        '- Asked about by `jobs.get` with path_params `{"id": "{id}"}` and headers `{"X-Turn": "{iteration}"}`',
        '- Stopped by `jobs.stop` with path_params `{"id": "{id}"}`',
        '- It is done in the states: `"done"`, no state',
        "- With status `202` it is pending",
        "- How far the work is: `percent` in the body",
        "- Between questions: 0.5 s, times 2 each, up to 30 s; a share of 0.5 of each is random",
        "- The work takes at most: 3600 s",
    ),
    "`client.jobs.follow`": (
        "- Result of the handle: anything, the whole of the last answer",
        "- Asked about by a GET of the URL that is its id",
        "- The id of the work: the header `Location`",
    ),
    "`client.files.upload`": (
        "string, like `^[A-Z]{3}-\\d+$`",
        "| `file` | body | a file: bytes, or what is open for reading | required |",
        "as a form with files (multipart)",
        'file=b"the content of a file"',
    ),
    "`client.files.form`": ("| `class_` | `class` | body | string | required |", "as a form (URL-encoded)"),
    "`client.files.raw`": ("- Request: the bytes as they are, as `image/png`", 'payload=b"pixels"'),
    "`client.styled`": (
        "list of integers, written as `label`, exploded",
        "| `size` | `page[size]` | query | integer, at least 1 | optional |",
    ),
    "`made.createThing`": ('it is called as `pipeline.execute("made.createThing", …)`',),
    "`Kind`": ('`"new"`, `"used"` or `null`.',),
    "`Question`": (
        "What is asked.\n\nIn words.",
        "| `at` |  | date and time | required, read-only |  |  |",
        "| `tree` |  | [`Tree`](#type.tree) | optional |",
    ),
    "`Answer`": (
        "| `odd_name` | `odd-name` | integer (64 bits) | optional |",
        "| `usage` |  | [`Usage`](#type.usage) | required, nullable |",
    ),
    "`Usage`": ("integer, more than 0, a multiple of 5",),
    "`Tree`": ("list of [`Tree`](#type.tree), no item twice", "string or [`Usage`](#type.usage)"),
    "`Thing`": (
        "A request may hold other fields, too.",
        "map from names to (list of numbers, at least 1 item)",
        "| `kind` | [`Kind`](#type.kind) | required, nullable |",
    ),
    "`Pet`": ("told apart by `sort` (`cat` is [`Cat`](#type.cat), `dog` is [`Dog`](#type.dog))",),
    "`Empty`": ("It declares no fields.",),
    "`things_all_response_items`": ("| `why` | string | optional, sensitive |",),
}


@pytest.mark.parametrize("heading", SAID)
def test_a_section_says(heading: str) -> None:
    found = pages.section(SHOP, heading)
    for said in SAID[heading]:
        assert said in found


def test_endpoints_are_grouped_by_their_first_tag_or_by_resource_in_order() -> None:
    headings = [line.removeprefix("## ") for line in SHOP.splitlines() if line.startswith("## ")]
    assert headings == [
        "A client",
        "Servers",
        "Authentication",
        "Errors",
        "Limits",
        "Circuit breakers",
        "talk",
        "things",
        "client.feeds",
        "client.jobs",
        "client.files",
        "client",
        "client.made",
        "Types",
    ]


def test_a_query_that_may_hold_anything_is_told_once_and_its_defaults_where_they_are() -> None:
    page = page_of({"method": "GET"}, defaults={"query": {"v": {"type": "integer", "default": 3}}})
    assert "takes any parameters: `query={…}`." in page
    assert "any parameters, `v` (integer, sent as `3`)" in page
    assert "takes any parameters" not in page_of({"query": {}})


def test_what_is_not_shared_has_no_section() -> None:
    page = page_of({"safety": "safe"})
    assert "- It changes nothing, and may be sent again" in page
    assert "## Limits" not in page
    assert "## Circuit breakers" not in page
    assert "not processed, or with its key" in page_of({"method": "PUT", "safety": "unsafe", "idempotency": True})


def test_the_same_manifest_gives_the_same_page_in_every_process() -> None:
    code = "import sys; from pristine.cli import main; sys.exit(main(['docs', sys.argv[1]]))"
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", code, str(SOURCES["shop"])]
        ended = subprocess.run(command, capture_output=True, check=True, env=environment)
        assert ended.stdout.decode() == SHOP


# -- examples ----------------------------------------------------------------------------------------------------------


def run(page: str, names: dict[str, Any]) -> int:
    """Run the examples of a page in order; gives how many there were."""
    found = pages.blocks(page, "python")
    for number, source in enumerate(found):
        with warnings.catch_warnings(), no_such_work():
            warnings.filterwarnings("ignore", "things.old is deprecated", DeprecationWarning)
            exec(compile(source, f"example {number}:\n{source}", "exec"), names)
    return len(found) - 1


@contextmanager
def no_such_work() -> Iterator[None]:
    """An example that asks for work names none that the mock has begun, and is told so."""
    try:
        yield
    except NotFound as error:
        if "there is no such work" not in str(error):
            raise


@pytest.mark.parametrize("name", PAGES)
def test_the_examples_run_against_a_server_that_holds_requests_to_the_manifest(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = SOURCES[name]
    monkeypatch.chdir(path.parent)
    loaded = pristine.load_manifest_file(path)
    real = pristine.context
    for scheme in loaded.schemes:
        monkeypatch.setenv(f"{loaded.name}_{scheme}".upper(), "user:sekrit")
    names: dict[str, Any] = {}
    with MockServer(loaded) as server:
        monkeypatch.setattr(pristine, "context", lambda **said: real(**{**said, "base_url": server.url}))
        try:
            number = run(PAGES[name], names)
        finally:
            if "client" in names:
                names["client"].close()
    called = {call.endpoint for call in server.history}
    assert not [call.refused for call in server.history if call.refused]
    unreachable = {"made.createThing"} if name == "shop" else set[str]()
    assert called == loaded.endpoints.keys() - unreachable
    assert number >= len(called)


def test_what_has_no_small_value_has_no_example_and_says_why() -> None:
    endless = {"Endless": {"properties": {"next": "Endless"}, "required": ["next"]}}
    page = page_of({"request": "Endless"}, types=endless)
    assert "There is no example: an object must hold another of its kind, without end." in page
    assert page.count("```python") == 1


def test_without_servers_and_schemes_the_client_says_where() -> None:
    [client, _] = pages.blocks(page_of(), "python")
    assert client.splitlines() == [
        "import pristine",
        "",
        'manifest = pristine.load_manifest_file("manifest.json")',
        'context = pristine.context(base_url="https://api.example.com")',
        "client = pristine.Client(manifest, context)",
    ]
