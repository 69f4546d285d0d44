"""What it costs before anything is fast: the import, the first client and the next, the first call; of fresh processes.

Each measurement is a bare interpreter that is given a few lines of code, as a user would write them. "Cold" is the CPU
of that whole process up to its first decoded answer, the interpreter's own start included.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Final

import attrs

from benchmarks.suite.areas.meter import Figures
from benchmarks.suite.contestants import FLOOR, OURS
from benchmarks.suite.contestants.asked import ASKED, PATH, PROMPT

KEPT: Final = 10
"""How many more clients are made to see what one of them keeps in memory."""

TEMPLATE: Final = """
import time
marks = [time.process_time()]
mark = lambda: marks.append(time.process_time())
{imports}
mark()
import asyncio, json
ROOT, ASKED, PROMPT = {root!r}, {asked!r}, {prompt!r}
async def main():
    mark()
    {first}
    mark()
    text = {call}
    mark()
    assert len(text) > 300, text
    {next}
    mark()
    import gc, tracemalloc
    gc.collect()
    tracemalloc.start()
    kept = []
    for _ in range({kept}):
        {next}
        kept.append(another)
    size = tracemalloc.get_traced_memory()[0]
    print(json.dumps(marks + [size]), flush=True)
asyncio.run(main())
import os
os._exit(0)
"""
"""The answer is read before the next client is made, so that nothing of that is in the figure "cold"."""


@attrs.frozen
class Code:
    """How a library is used, as lines of code; `another` is the next client."""

    imports: str
    first: str
    call: str
    next: str


_HTTPX: Final = "(await client.post(ROOT + {path!r}, json=ASKED)).json()['choices'][0]['message']['content']"
_OPENAI: Final = "openai.AsyncOpenAI(api_key='k', base_url=ROOT + '/v1', max_retries=0)"
_ANTHROPIC: Final = "anthropic.AsyncAnthropic(api_key='k', base_url=ROOT, max_retries=0)"
_GENAI: Final = "genai.Client(api_key='k', http_options=genai.types.HttpOptions(base_url=ROOT)).aio"
_FLOOR: Final = (
    "reader, writer = await asyncio.open_connection(*ROOT[7:].split('/')[0].split(':')); body = json.dumps(ASKED);"
    " writer.write(f'POST /call{path} HTTP/1.1\\r\\nContent-Length: {{len(body)}}\\r\\n\\r\\n{{body}}'.encode());"
    " head = await reader.readuntil(b'\\r\\n\\r\\n'); size = head.split(b'Content-Length: ')[1].split(b'\\r\\n')[0]"
)

CODES: Final[Mapping[str, Code]] = {
    FLOOR: Code(
        "",
        _FLOOR.format(path=PATH),
        "json.loads(await reader.readexactly(int(size)))['choices'][0]['message']['content']",
        "another = None",
    ),
    **{
        name: Code(
            f"import {name}",
            f"client = {name}.AsyncClient()",
            _HTTPX.format(path=PATH),
            f"another = {name}.AsyncClient()",
        )
        for name in ("httpx", "httpx2")
    },
    "aiohttp": Code(
        "import aiohttp",
        "client = aiohttp.ClientSession()",
        f"(await (await client.post(ROOT + {PATH!r}, json=ASKED)).json())['choices'][0]['message']['content']",
        "another = aiohttp.ClientSession()",
    ),
    "pyreqwest": Code(
        "from pyreqwest.client import ClientBuilder",
        "client = ClientBuilder().build()",
        f"(await (await client.post(ROOT + {PATH!r}).body_json(ASKED).build().send()).json())"
        "['choices'][0]['message']['content']",
        "another = ClientBuilder().build()",
    ),
    "openai": Code(
        "import openai",
        f"client = {_OPENAI}",
        "(await client.chat.completions.create(**ASKED)).choices[0].message.content",
        f"another = {_OPENAI}",
    ),
    "anthropic": Code(
        "import anthropic",
        f"client = {_ANTHROPIC}",
        "(await client.messages.create(**ASKED)).content[0].text",
        f"another = {_ANTHROPIC}",
    ),
    "google-genai": Code(
        "from google import genai",
        f"client = {_GENAI}",
        "(await client.models.generate_content(model='m', contents=PROMPT)).candidates[0].content.parts[0].text",
        f"another = {_GENAI}",
    ),
}

_MANIFEST: Final = {
    "name": "chat",
    "endpoints": {"create": {"method": "POST", "path": PATH, "response": "Completion"}},
    "types": {
        "Completion": {"properties": {"choices": {"type": "array", "items": "Choice"}}, "required": ["choices"]},
        "Choice": {"properties": {"message": "Message"}, "required": ["message"]},
        "Message": {"properties": {"content": "string"}, "required": ["content"]},
    },
}


def _ours(adapter: str) -> Code:
    return Code(
        "import pristine",
        f"context = pristine.context(base_url=ROOT, transport={adapter!r});"
        f" api = pristine.AsyncPipeline(pristine.load_manifest({_MANIFEST!r}), context)",
        "(await api.execute('create', ASKED)).choices[0].message.content",
        f"another = pristine.context(base_url='http://other.test', transport={adapter!r})",
    )


def measured(name: str, root: str, effort: float) -> dict[str, Figures]:
    """Milliseconds of CPU, and the KiB that a further client keeps."""
    code = _ours(name.removeprefix("pristine on ")) if name in OURS else CODES[name]
    program = TEMPLATE.format(**attrs.asdict(code), root=f"{root}/call", asked=ASKED, prompt=PROMPT, kept=KEPT)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    if ended.returncode:
        raise RuntimeError(ended.stderr.strip().splitlines()[-1])
    return {"fixed": _figures(json.loads(ended.stdout))}


def _figures(marks: list[Any]) -> Figures:
    start, imported, running, opened, answered, again, size = marks
    steps = {
        "import": imported - start,
        "first": opened - running,
        "call": answered - opened,
        "next": again - answered,
        "cold": answered,
    }
    return {key: 1000 * seconds for key, seconds in steps.items()} | {"kept": size / 1024 / KEPT}
