"""A chat API of the usual kind on this machine, for the tutorial. Standard library only.

`python -m examples.local_chat.server` runs it. It says back what it is told, word by word where that is asked for, and
falls over at the word “crash” in the middle of a stream. It ends at Ctrl-C, or when its stdin is closed.
"""

import argparse
import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from time import sleep
from typing import Final

from examples.serving import Answer, Asked, Refusal, Server

PORT: Final = 8017
URL: Final = f"http://127.0.0.1:{PORT}"
KEY: Final = "sk-local"
MODELS: Final = ("tiny", "small", "medium", "large", "huge")
PAGE: Final = 2
"""How many models a page of the list has, where the request does not say."""


class LocalChat(Server):
    """The server, for a `with` block; `pause` is how many seconds pass before each word of a stream."""

    def __init__(self, port: int = 0, pause: float = 0.0) -> None:
        super().__init__([("POST", "/v1/chat/completions", self._chat), ("GET", "/v1/models", self._models)], port)
        self.pause = pause
        self._replies, self._requests = count(1), count(1)

    def answer(self, asked: Asked) -> Answer:
        """The answer, with the id of the request; what is no stream is laid out for people."""
        answer = super().answer(asked)
        headers = {"x-request-id": f"req-{next(self._requests)}"}
        if answer.events is not None:
            return Answer(status=answer.status, headers=headers, events=answer.events)
        laid_out = f"{json.dumps(answer.body, ensure_ascii=False, indent=2)}\n".encode()
        return Answer(laid_out, answer.status, {**headers, "Content-Type": "application/json"})

    def routed(self, asked: Asked) -> Answer:
        """The answer of the route, to whoever has the key."""
        if asked.headers["Authorization"] != f"Bearer {KEY}":
            raise refused(401, "That key is not known here.", "invalid_api_key")
        return super().routed(asked)

    def _chat(self, asked: Asked) -> Answer:
        body = asked.json()
        try:
            model, prompt = body["model"], str(body["messages"][-1]["content"])
            limit = int(body.get("max_tokens") or 1_000_000)
        except (TypeError, KeyError, IndexError, ValueError):
            raise refused(400, "A model and at least one message are needed.", "invalid_request") from None
        if model not in MODELS:
            raise refused(404, f"There is no model {model!r}.", "model_not_found")
        words = f"You said “{prompt}”. I am a {model} model on your own machine.".split(" ")
        reason = "length" if limit < len(words) else "stop"
        id = f"chatcmpl-{next(self._replies)}"
        if body.get("stream"):
            return Answer(events=self._chunks(id, words[:limit], reason, crashes="crash" in prompt))
        choice = {"index": 0, "message": message(" ".join(words[:limit])), "finish_reason": reason}
        return Answer({"id": id, "object": "chat.completion", "model": model, "choices": [choice]})

    def _chunks(self, id: str, words: list[str], reason: str, *, crashes: bool) -> Iterator[str]:
        for at, word in enumerate(words):
            sleep(self.pause)
            if crashes and at == 3:
                yield json.dumps(problem("The model fell over.", "model_crashed"))
                return
            yield chunk(id, {"content": word if at == 0 else f" {word}"}, None)
        yield chunk(id, {}, reason)
        yield "[DONE]"

    def _models(self, asked: Asked) -> Answer:
        after, limit = asked.query.get("after"), asked.query.get("limit", str(PAGE))
        if after not in {None, *MODELS} or not limit.isdecimal():
            raise refused(400, "'after' is the id of a model, and 'limit' a number.", "invalid_request")
        begin = MODELS.index(after) + 1 if after else 0
        page = MODELS[begin : begin + int(limit)]
        more = begin + len(page) < len(MODELS)
        last = page[-1] if page else None
        return Answer({"data": [{"id": id} for id in page], "has_more": more, "last_id": last})


def message(text: str) -> dict[str, str]:
    """What the model says."""
    return {"role": "assistant", "content": text}


def chunk(id: str, delta: dict[str, str], reason: str | None) -> str:
    """The data of an event: a piece of the reply."""
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return json.dumps({"id": id, "choices": [choice]}, ensure_ascii=False)


def problem(message: str, code: str) -> dict[str, dict[str, str]]:
    """An error as this API spells it."""
    return {"error": {"message": message, "code": code}}


def refused(status: int, message: str, code: str) -> Refusal:
    """An answer that is such an error."""
    return Refusal(status, problem(message, code))


def main() -> None:
    """Serve until stdin is closed, or Ctrl-C."""
    options = argparse.ArgumentParser(description="A small chat API. Ctrl-C or Ctrl-D ends it.")
    options.add_argument("--port", type=int, default=PORT, help=f"default: {PORT}; 0 is any free port")
    options.add_argument("--pause", type=float, default=0.1, help="seconds before each word of a stream")
    given = options.parse_args()
    try:
        server = LocalChat(given.port, given.pause)
    except OSError as error:
        options.error(f"port {given.port}: {error.strerror}; choose another with --port")
    with suppress(KeyboardInterrupt):
        server.serve_until_stdin_closes()


if __name__ == "__main__":
    main()
