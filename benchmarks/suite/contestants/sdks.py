"""The SDKs of three vendors, pointed at the load server: their own models, their own pools, and no retries."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.suite.contestants.asked import ASKED, PROMPT

Seen = Callable[[str], object]


class OpenAIAsync:
    """AsyncOpenAI."""

    def __init__(self, root: str) -> None:
        import openai

        self._client = openai.AsyncOpenAI(api_key="k", base_url=f"{root}/v1", max_retries=0)

    async def call(self) -> str:
        answer = await self._client.chat.completions.create(**ASKED)
        return str(answer.choices[0].message.content)

    async def stream(self, seen: Seen) -> None:
        async for piece in await self._client.chat.completions.create(**ASKED, stream=True):
            seen(piece.choices[0].delta.content)

    async def save(self, path: Path) -> None:
        async with self._client.files.with_streaming_response.content("f") as response:
            await response.stream_to_file(path)

    async def close(self) -> None:
        await self._client.close()


class OpenAIBlocking:
    """OpenAI."""

    def __init__(self, root: str) -> None:
        import openai

        self._client = openai.OpenAI(api_key="k", base_url=f"{root}/v1", max_retries=0)

    def call(self) -> str:
        return str(self._client.chat.completions.create(**ASKED).choices[0].message.content)

    def save(self, path: Path) -> None:
        with self._client.files.with_streaming_response.content("f") as response:
            response.stream_to_file(path)

    def close(self) -> None:
        self._client.close()


class AnthropicAsync:
    """AsyncAnthropic."""

    def __init__(self, root: str) -> None:
        import anthropic

        self._client = anthropic.AsyncAnthropic(api_key="k", base_url=root, max_retries=0)

    async def call(self) -> str:
        return str((await self._client.messages.create(**ASKED)).content[0].text)

    async def stream(self, seen: Seen) -> None:
        async for event in await self._client.messages.create(**ASKED, stream=True):
            if event.type == "content_block_delta":
                seen(event.delta.text)

    async def close(self) -> None:
        await self._client.close()


class AnthropicBlocking:
    """Anthropic."""

    def __init__(self, root: str) -> None:
        import anthropic

        self._client = anthropic.Anthropic(api_key="k", base_url=root, max_retries=0)

    def call(self) -> str:
        return str(self._client.messages.create(**ASKED).content[0].text)

    def close(self) -> None:
        self._client.close()


def _gemini(root: str) -> Any:
    from google import genai

    return genai.Client(api_key="k", http_options=genai.types.HttpOptions(base_url=root))


class GenAIAsync:
    """The `aio` of a Client of google-genai."""

    def __init__(self, root: str) -> None:
        self._client = _gemini(root)
        self._models = self._client.aio.models
        self._config: Any = {"max_output_tokens": ASKED["max_tokens"]}

    async def call(self) -> str:
        answer = await self._models.generate_content(model="m", contents=PROMPT, config=self._config)
        return str(answer.candidates[0].content.parts[0].text)

    async def stream(self, seen: Seen) -> None:
        asked = self._models.generate_content_stream(model="m", contents=PROMPT, config=self._config)
        async for piece in await asked:
            seen(piece.candidates[0].content.parts[0].text)

    async def close(self) -> None:
        await self._client.aio.aclose()


class GenAIBlocking:
    """A Client of google-genai."""

    def __init__(self, root: str) -> None:
        self._client = _gemini(root)
        self._config: Any = {"max_output_tokens": ASKED["max_tokens"]}

    def call(self) -> str:
        answer = self._client.models.generate_content(model="m", contents=PROMPT, config=self._config)
        return str(answer.candidates[0].content.parts[0].text)

    def close(self) -> None:
        self._client.close()
