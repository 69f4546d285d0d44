"""What a process loads up to its first typed answer: what that call does not need, nobody waits for."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Final

import pytest

from pristine.testing import Received, Wire, WireServer, each_request

PROGRAM: Final = """
import asyncio, json, sys
import pristine

SOURCE = {{
    "name": "chat",
    "endpoints": {{"create": {{"method": "POST", "path": "/create", "response": "Completion"}}}},
    "types": {{
        "Completion": {{"properties": {{"choices": {{"type": "array", "items": "Choice"}}}}, "required": ["choices"]}},
        "Choice": {{"properties": {{"text": "string"}}, "required": ["text"]}},
    }},
}}

async def main():
    context = pristine.context(base_url={url!r}, transport={adapter!r})
    async with pristine.AsyncPipeline(pristine.load_manifest(SOURCE), context) as api:
        return await api.execute("create", {{"prompt": "Hello", "more": [{{"deep": 1}}]}})

assert asyncio.run(main()).choices[0].text == "Hi"
print(json.dumps(sorted(sys.modules)))
"""

AT_MOST: Final = {"httpx": 147, "httpx2": 147, "aiohttp": 142, "pyreqwest": 140}
"""Adapter -> so many modules of pristine. Each takes a tenth of a millisecond and more, whatever is in it."""

FOR_OTHERS: Final = (
    *("cattrs", "difflib", "fractions", "yaml", "tomllib", "structlog", "opentelemetry", "msgspec", "email.utils"),
    *("pristine.config.files", "pristine.config.listing", "pristine.config.openapi", "pristine.config.deadlines"),
    *("pristine.core.bodies.sources", "pristine.core.bodies.multipart", "pristine.core.requests.forms"),
    *("pristine.core.streams", "pristine.core.futures", "pristine.streaming.sse", "pristine.streaming.content_coding"),
    *(
        "pristine.adapters.limits",
        "pristine.adapters.breaker",
        "pristine.adapters.semaphores",
        "pristine.adapters.auth",
    ),
    *("pristine.adapters.httpcore.clients", "pristine.client", "pristine.reporter", "pristine.futures"),
)
"""Modules that such a call must not load; those of the vendors' own that a vendor loads by itself are not told."""

VENDORS_LOAD: Final = {"httpx": {"email.utils"}, "httpx2": {"email.utils"}, "aiohttp": {"email.utils"}}


def answer(wire: Wire, received: Received) -> None:
    wire.json(b'{"choices": [{"text": "Hi"}]}')


@pytest.mark.parametrize("adapter", AT_MOST)
def test_a_first_call_loads_what_it_needs(adapter: str, serve: Callable[..., WireServer]) -> None:
    program = PROGRAM.format(url=serve(each_request(answer)).url, adapter=adapter)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    loaded: set[Any] = set(json.loads(ended.stdout))
    ours = sorted(name for name in loaded if name.partition(".")[0] == "pristine")
    assert loaded & set(FOR_OTHERS) <= VENDORS_LOAD.get(adapter, set())
    assert len(ours) <= AT_MOST[adapter], ours
    assert not loaded & ({"httpx", "httpx2", "aiohttp", "pyreqwest"} - {adapter})
    assert not loaded & {"httpx", "httpx2"}, "the core below it is all that is used"
    assert ("importlib.metadata" in loaded) <= (adapter != "pyreqwest"), "entry points are for adapters of others"
