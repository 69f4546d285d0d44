"""Types are behaviour too: each snippet is checked by mypy and fails exactly where it says `# error: code`."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final, TypeAlias

import pytest

Found: TypeAlias = dict[str, dict[int, str]]

HEAD: Final = """
import pristine
from pristine.ports.messages import Request, Response, StreamHead, Timeout

manifest = pristine.load_manifest({})

class OnlyBlocking:
    def send(self, request: Request) -> Response: return Response(200)
    def close(self) -> None: ...

class OnlyAsync:
    async def asend(self, request: Request) -> Response: return Response(200)
    async def aclose(self) -> None: ...
"""

SNIPPETS: Final[dict[str, str]] = {
    "a_named_transport_has_both_faces": """
context = pristine.context(transport="httpx")
pristine.Pipeline(manifest, context)
pristine.AsyncPipeline(manifest, context)
pristine.Pipeline(manifest, pristine.context())
pristine.AsyncPipeline(manifest, pristine.context(transport={"name": "httpx", "max_connections": 5}))
pristine.AsyncPipeline(manifest, pristine.Context.from_config("pristine.toml"))
""",
    "a_transport_of_one_face_serves_its_pipeline": """
blocking = pristine.context(transport=OnlyBlocking())
asynchronous = pristine.context(transport=OnlyAsync())
pristine.Pipeline(manifest, blocking)
pristine.AsyncPipeline(manifest, asynchronous)
pristine.Pipeline(manifest, blocking.with_(timeout=5))
""",
    "a_transport_of_one_face_does_not_serve_the_other": """
blocking = pristine.context(transport=OnlyBlocking())
asynchronous = pristine.context(transport=OnlyAsync())
pristine.Pipeline(manifest, asynchronous)  # error: arg-type
pristine.AsyncPipeline(manifest, blocking)  # error: arg-type
pristine.Pipeline(manifest, asynchronous.with_(timeout=5))  # error: arg-type
pristine.Pipeline(manifest, pristine.context(transport=5))  # error: arg-type
""",
    "a_context_of_no_particular_transport_is_refused": """
def serve(context: pristine.Context[object]) -> None:
    pristine.Pipeline(manifest, context)  # error: arg-type
""",
    "options_of_a_call_are_known": """
with pristine.Pipeline(manifest, pristine.context()) as api:
    api.execute("e", {"a": 1}, query={"q": 1}, path_params={"x": 1}, headers={"X": "1"}, timeout=5)
    api.execute("e", timeout=Timeout(read=1), idempotency_key="k", headers=[("X", "1")])
    api.execute("e", path_parms={"x": 1})  # error: call-arg
    api.execute("e", timeout="5")  # error: arg-type
    api.execute("e", headers={"X": 1})  # error: arg-type
    api.execute_stream("e", idempotency="k")  # error: call-arg

async def main() -> None:
    async with pristine.AsyncPipeline(manifest, pristine.context()) as api:
        await api.execute("e", path_parms={"x": 1})  # error: call-arg
        await api.execute("e", query={"q": 1})
        api.execute("e")  # error: unused-coroutine
""",
    "settings_of_a_context_are_known": """
pristine.context(base_url="http://a.test", auth=pristine.Bearer("t"), timeout={"read": None}, retry="off")
pristine.context(base_ulr="http://a.test")  # error: call-overload
pristine.context(timeout="5")  # error: call-overload
pristine.context(auth=5)  # error: call-overload
pristine.context(retry=pristine.Bearer("t"))  # error: call-overload
""",
    "a_stream_is_read_in_its_colour": """
with pristine.Pipeline(manifest, pristine.context()) as api:
    with api.execute_stream("e") as response:
        for event in response:
            data: str = event.data
        async_for = [event async for event in response]  # error: attr-defined

async def main(api: pristine.AsyncPipeline) -> None:
    async with api.execute_stream("e") as response:
        async for event in response:
            data: str = event.data
        for event in response:  # error: attr-defined
            pass
    with api.execute_stream("e"):  # error: attr-defined
        pass
""",
    "many_handles_are_waited_for_in_their_colour": """
from pristine.futures import as_completed, combine, gather, race

def blocking(api: pristine.Pipeline) -> None:
    handles = [api.execute_future("e"), api.resume_future("t")]
    results: list[object] = gather(handles, timeout=5)
    number: int = combine(handles, len).result()
    text: str = combine(handles, len).result()  # error: assignment
    for handle in as_completed(handles):
        handle.result()
    race([combine(handles, len), handles[0]], remotely=True).done

async def main(api: pristine.AsyncPipeline) -> None:
    handles = [await api.execute_future("e"), api.resume_future("t")]
    results: list[object] = await gather(handles, return_exceptions=True)
    number: int = await combine(handles, len)
    gather(handles)  # error: unused-coroutine
    async for handle in as_completed(handles):
        await handle.result()
    for handle in as_completed(handles):  # error: attr-defined
        pass
    gather([api.execute_future("e")])  # error: list-item
""",
    "items_are_of_the_type_that_is_given": """
class Chunk:
    text: str

with pristine.Pipeline(manifest, pristine.context()) as api, api.execute_stream("e") as response:
    for chunk in response.items(Chunk):
        text: str = chunk.text
        number: int = chunk.text  # error: assignment
    listed: list[list[int]] = list(response.items(list[int]))
    for one in response.items(int | None):
        one.whatever
    for item in response.items():
        item.whatever

async def main(api: pristine.AsyncPipeline) -> None:
    async with api.execute_stream("e") as response:
        async for chunk in response.items(Chunk):
            text: str = chunk.text
            chunk.nothing  # error: attr-defined
        async for item in response.items():
            item.whatever
""",
    "every_adapter_is_of_its_protocols": """
from pristine.adapters.auth import ApiKey, Basic, Bearer, StaticHeaders
from pristine.adapters.clock import ManualClock, SystemClock
from pristine.adapters.httpx import HttpxTransport
from pristine.adapters.json import JsonSerializer
from pristine.adapters.memory import MemoryTransport
from pristine.adapters.msgspec import MsgspecSerializer
from pristine.adapters.retry import ExponentialRetry, NoRetry
from pristine.adapters.telemetry import NoTelemetry, RecordingTelemetry
from pristine.ports.auth import Auth
from pristine.ports.clock import AsyncClock, Clock
from pristine.ports.retry import Retry
from pristine.ports.serializer import Serializer
from pristine.ports.telemetry import Telemetry
from pristine.ports.transport import BothFaces

transports: list[BothFaces] = [HttpxTransport(), MemoryTransport()]
serializers: list[Serializer] = [JsonSerializer(), MsgspecSerializer()]
clocks: list[Clock] = [SystemClock(), ManualClock()]
async_clocks: list[AsyncClock] = [SystemClock(), ManualClock()]
retries: list[Retry] = [ExponentialRetry(), NoRetry()]
telemetry: list[Telemetry] = [NoTelemetry(), RecordingTelemetry()]
auth: list[Auth] = [Bearer("t"), ApiKey("k"), Basic("u", "p"), StaticHeaders({})]
for transport in transports:
    pristine.Pipeline(manifest, pristine.context(transport=transport, clock=ManualClock(), auth=Bearer("t")))
    pristine.AsyncPipeline(manifest, pristine.context(transport=transport))
""",
    "values_are_frozen": """
Timeout(read=5).read = 6  # error: misc
Request("GET", "http://a.test").url = ""  # error: misc
pristine.Headers({"X": "1"})["X"] = "2"  # error: index
pristine.context().base_url = ""  # error: misc
""",
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What mypy says of each snippet, by line."""
    folder = tmp_path_factory.mktemp("typing")
    for name, body in SNIPPETS.items():
        (folder / f"{name}.py").write_text(HEAD + body)
    options = ["--strict", "--config-file=", f"--cache-dir={folder / 'cache'}", f"--python-executable={sys.executable}"]
    files = [str(folder / f"{name}.py") for name in SNIPPETS]
    command = [sys.executable, "-m", "mypy", *options, "--no-pretty", *files]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # apart: it changes the interpreter
    assert not ended.stderr
    errors: Found = {name: {} for name in SNIPPETS}
    for line in ended.stdout.splitlines():
        if match := re.match(r"(?P<file>.*\.py):(?P<line>\d+): error: .*\[(?P<code>[\w-]+)\]$", line):
            errors[Path(match["file"]).stem][int(match["line"])] = match["code"]
    return errors


@pytest.mark.parametrize("name", SNIPPETS)
def test_types(name: str, found: Found) -> None:
    lines = enumerate((HEAD + SNIPPETS[name]).splitlines(), 1)
    expected = {number: line.partition("# error: ")[2] for number, line in lines if "# error: " in line}
    assert found[name] == expected
