"""A server of examples/openai_style: it says back what it is told, word by word. It holds files in memory."""

import base64
import json
import struct
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from itertools import count
from typing import Any, Final

from examples.serving import Answer, Asked, Refusal, Server

KEY: Final = "sk-test"
MODELS: Final = ("small", "maker/large")


class OpenAIServer(Server):
    """`busy` is how many calls are answered 429 before one is answered; `breaks_after` ends a stream in an error.

    `closed`: a gateway before it refuses everything, in a form of its own. `spent`: the money is used up. `locked` is
    how many calls are answered 409 before one is answered.
    """

    def __init__(self) -> None:
        super().__init__(
            [
                ("POST", "/v1/chat/completions", self._chat),
                ("GET", "/v1/models", lambda _: Answer({"object": "list", "data": [{"id": one} for one in MODELS]})),
                ("GET", "/v1/models/([^/]+)", self._model),
                ("POST", "/v1/embeddings", self._embed),
                ("POST", "/v1/files", self._upload),
                ("GET", "/v1/files", self._list),
                ("GET", "/v1/files/([^/]+)", lambda _, name: Answer(self._file(name)[0])),
                ("DELETE", "/v1/files/([^/]+)", self._delete),
                ("GET", "/v1/files/([^/]+)/content", self._content),
            ]
        )
        self.busy = 0
        self.closed = self.spent = False
        self.locked = 0
        self.breaks_after: int | None = None
        self.files: dict[str, tuple[dict[str, Any], bytes]] = {}
        self._numbers, self._uploads = count(1), count(1)
        self._done: dict[str, Answer] = {}

    def routed(self, asked: Asked) -> Answer:
        if asked.headers["Authorization"] != f"Bearer {KEY}":
            raise failed(401, "That key is not known.", code="invalid_api_key")
        if self.closed:
            raise Refusal(404, {"detail": "The gateway knows no such place.", "code": "no_route"})
        if self.spent:
            raise failed(429, "Add money first.", "insufficient_quota", "insufficient_quota")
        if self.locked:
            self.locked -= 1
            raise failed(409, "Somebody else has it.")
        if self.busy:
            self.busy -= 1
            raise failed(429, "Slow down.", "rate_limit_error", "rate_limit_exceeded", headers={"Retry-After": "2"})
        answer = super().routed(asked)
        answer.headers = {
            **answer.headers,
            "x-request-id": f"req-{next(self._numbers)}",
            "x-ratelimit-remaining-requests": "9",
        }
        return answer

    def _chat(self, asked: Asked) -> Answer:
        body = asked.json()
        if body["model"] not in MODELS:
            raise failed(404, f"There is no model {body['model']}.", code="model_not_found", param="model")
        words = _text(body["messages"][-1]).split(" ")
        if len(words) > 20:
            raise failed(400, "That is too long.", code="context_length_exceeded", param="messages")
        if body.get("stream"):
            return Answer(events=self._pieces(body, words))
        key = asked.headers["Idempotency-Key"]
        return self._done.setdefault(key, Answer(self._whole(body, words)))

    def _whole(self, body: Any, words: list[str]) -> Any:
        message: dict[str, Any] = {"role": "assistant", "content": " ".join(words), "refusal": None, "annotations": []}
        if "tools" in body:
            call = {"id": "call-1", "type": "function", "function": {"name": "look", "arguments": '{"at": "x"}'}}
            message |= {"content": None, "tool_calls": [call]}
        reason = "tool_calls" if "tools" in body else "stop"
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}
        return {
            "id": f"chat-{next(self._numbers)}",
            "choices": [choice],
            "usage": _usage(words),
            "system_fingerprint": "x",
        }

    def _pieces(self, body: Any, words: list[str]) -> Iterator[str]:
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{"content": word if at == 0 else f" {word}"} for at, word in enumerate(words)]
        for at, delta in enumerate(deltas):
            if at == self.breaks_after:
                yield json.dumps({"error": {"message": "The model is gone.", "type": "server_error", "code": "gone"}})
                return
            yield json.dumps(
                {"id": "chat-1", "choices": [{"index": 0, "delta": delta, "finish_reason": None}], "usage": None}
            )
        yield json.dumps({"id": "chat-1", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        if body.get("stream_options", {}).get("include_usage"):
            yield json.dumps({"id": "chat-1", "choices": [], "usage": _usage(words)})
        yield "[DONE]"

    def _model(self, _: Asked, id: str) -> Answer:
        if id not in MODELS:
            raise failed(404, f"There is no model {id}.", code="model_not_found", param="model")
        return Answer({"id": id, "object": "model", "owned_by": "nobody"})

    def _embed(self, asked: Asked) -> Answer:
        body = asked.json()
        texts = (
            body["input"] if isinstance(body["input"], list) and isinstance(body["input"][0], str) else [body["input"]]
        )
        vectors = [[float(len(text)), 0.5] for text in texts]
        coded = [base64.b64encode(struct.pack("<2f", *one)).decode() for one in vectors]
        said = coded if body["encoding_format"] == "base64" else vectors
        data = [{"object": "embedding", "index": at, "embedding": one} for at, one in enumerate(said)]
        return Answer({"object": "list", "data": data, "model": body["model"], "usage": _usage(texts)})

    # -- files ---------------------------------------------------------------------------------------------------------

    def _upload(self, asked: Asked) -> Answer:
        parts = form_of(asked)
        content, name = parts["file"].get_payload(decode=True), parts["file"].get_filename()
        assert isinstance(content, bytes)
        id = f"file-{next(self._uploads)}"
        purpose = str(parts["purpose"].get_payload())
        self.files[id] = ({"id": id, "bytes": len(content), "filename": name, "purpose": purpose}, content)
        return Answer(self.files[id][0])

    def _file(self, id: str) -> tuple[dict[str, Any], bytes]:
        if id not in self.files:
            raise failed(404, f"There is no file {id}.", param="id")
        return self.files[id]

    def _list(self, asked: Asked) -> Answer:
        query = asked.query
        known = [one for one, _ in self.files.values() if query.get("purpose") in {None, one["purpose"]}]
        ids = [one["id"] for one in known]
        begin = ids.index(query["after"]) + 1 if "after" in query else 0
        limit = int(query.get("limit", 2))
        data = known[begin : begin + limit]
        return Answer({"object": "list", "data": data, "has_more": len(known) > begin + limit})

    def _delete(self, _: Asked, id: str) -> Answer:
        self._file(id)
        del self.files[id]
        return Answer({"id": id, "object": "file", "deleted": True})

    def _content(self, _: Asked, id: str) -> Answer:
        return Answer(self._file(id)[1], headers={"Content-Type": "application/octet-stream"})


def _text(message: Any) -> str:
    content = message["content"]
    return content if isinstance(content, str) else " ".join(part.get("text", "(image)") for part in content)


def _usage(words: list[str]) -> dict[str, int]:
    return {"prompt_tokens": len(words), "completion_tokens": len(words), "total_tokens": 2 * len(words)}


def failed(
    status: int,
    message: str,
    type: str = "invalid_request_error",
    code: str | None = None,
    *,
    param: str | None = None,
    headers: dict[str, str] | None = None,
) -> Refusal:
    """An error in the API's shape."""
    body = {"error": {"message": message, "type": type, "param": param, "code": code}}
    return Refusal(status, body, {"x-request-id": "req-failed", **(headers or {})})


def form_of(asked: Asked) -> dict[str, Message]:
    """The parts of a multipart form by name (RFC 7578), read by the standard library's parser of mail."""
    whole = message_from_bytes(f"Content-Type: {asked.headers['Content-Type']}\r\n\r\n".encode() + asked.body)
    return {str(part.get_param("name", header="content-disposition")): part for part in list(whole.walk())[1:]}
