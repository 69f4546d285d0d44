"""Servers of examples/code_hosting: the API, the place for uploads, and a storage that must see no credential."""

import hashlib
import json
from typing import Any, Final
from urllib.parse import urlencode

from examples.serving import Answer, Asked, Refusal, Route, Server

TOKEN: Final = "ghx-test"
REPO: Final = "/repos/octo/cat"
DOCS: Final = "https://docs.example.com/errors"


class Storage(Server):
    """Holds the files of releases by number; an address to one is enough to read it, and a credential is refused."""

    def __init__(self) -> None:
        super().__init__([("GET", "/blobs/(\\d+)", self._blob)])
        self.blobs: dict[int, tuple[str, bytes]] = {}

    def _blob(self, asked: Asked, id: str) -> Answer:
        if asked.headers["Authorization"]:
            raise Refusal(400, {"message": "This place is to see no credential."})
        type, content = self.blobs[int(id)]
        return Answer(content, headers={"Content-Type": type})


class Hosting(Server):
    """The API; as `uploads` it takes files alone. `limited` answers everything with the end of a rate limit."""

    def __init__(self, storage: Storage, *, uploads: bool = False) -> None:
        api: list[Route] = [
            ("GET", "/orgs/octo/repos", lambda asked: self._page(asked, [_repo(one) for one in range(1, 6)])),
            ("GET", REPO, lambda asked: conditional(asked, _repo(1))),
            ("GET", f"{REPO}/contents/(.+)", self._content),
            (
                "GET",
                f"{REPO}/zipball/(.+)",
                lambda _, ref: Answer(status=302, headers={"Location": f"{DOCS}/{ref}.zip"}),
            ),
            ("GET", f"{REPO}/issues", self._issues),
            ("POST", f"{REPO}/issues", self._open),
            ("PATCH", f"{REPO}/issues/(\\d+)", self._change),
            ("GET", f"{REPO}/releases", lambda asked: self._page(asked, self.releases)),
            ("POST", f"{REPO}/releases", self._release),
            ("GET", f"{REPO}/releases/assets/(\\d+)", self._asset),
            ("DELETE", f"{REPO}/releases/assets/(\\d+)", self._delete),
        ]
        super().__init__([("POST", f"{REPO}/releases/1/assets", self._upload)] if uploads else api)
        self.storage = storage
        self.limited = False
        self.issues = [
            {"number": one, "title": f"Issue {one}", "labels": ["bug"] if one % 2 else []} for one in range(1, 8)
        ]
        self.releases: list[dict[str, Any]] = []

    def routed(self, asked: Asked) -> Answer:
        if asked.headers["Authorization"] != f"Bearer {TOKEN}":
            raise problem(401, "Bad credentials")
        if self.limited:
            raise problem(403, "API rate limit exceeded", headers={"Retry-After": "60", "X-RateLimit-Remaining": "0"})
        try:
            answer = super().routed(asked)
        except Refusal as refusal:
            if refusal.answer.status != 404:
                raise
            raise problem(404, "Not Found") from None
        answer.headers = {**answer.headers, "X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "59"}
        return answer

    def _page(self, asked: Asked, found: list[Any]) -> Answer:
        """A page, whose neighbours are in its Link header."""
        size, page = int(asked.query.get("per_page", 3)), int(asked.query.get("page", 1))
        pages = {"prev": page - 1, "next": page + 1}
        links = [
            f'<{self.url}{asked.path}?{urlencode({**asked.query, "page": number})}>; rel="{name}"'
            for name, number in pages.items()
            if number >= 1 and (number - 1) * size < len(found)
        ]
        answer = conditional(asked, found[(page - 1) * size : page * size])
        return Answer(answer.body, answer.status, {**answer.headers, **({"Link": ", ".join(links)} if links else {})})

    def _content(self, asked: Asked, path: str) -> Answer:
        assert asked.headers["Accept"] == "application/vnd.code-hosting.raw"
        said = f"{path} at {asked.query.get('ref', 'main')}".encode()
        return Answer(said, headers={"Content-Type": "application/vnd.code-hosting.raw; charset=utf-8"})

    def _issues(self, asked: Asked) -> Answer:
        wanted = set(asked.query.get("labels", "").split(",")) - {""}
        return self._page(asked, [one for one in self.issues if wanted <= set(one["labels"])])  # type: ignore[call-overload]

    def _open(self, asked: Asked) -> Answer:
        body = asked.json()
        if any(one["title"] == body["title"] for one in self.issues):
            errors = [{"resource": "Issue", "field": "title", "code": "already_exists"}]
            raise problem(422, "Validation Failed", errors)
        self.issues.append({"number": len(self.issues) + 1, "labels": [], **body})
        return Answer(self.issues[-1], 201)

    def _change(self, asked: Asked, number: str) -> Answer:
        self.issues[int(number) - 1].update(asked.json())
        return Answer(self.issues[int(number) - 1])

    def _release(self, asked: Asked) -> Answer:
        self.releases.insert(0, {"id": len(self.releases) + 1, "assets": [], **asked.json()})
        return Answer(self.releases[0], 201)

    def _upload(self, asked: Asked) -> Answer:
        id = len(self.storage.blobs) + 1
        self.storage.blobs[id] = (asked.headers["Content-Type"], asked.body)
        return Answer(self._told(id, asked.query["name"]), 201)

    def _told(self, id: int, name: str) -> dict[str, Any]:
        type, content = self.storage.blobs[id]
        return {"id": id, "name": name, "label": None, "size": len(content), "content_type": type}

    def _asset(self, asked: Asked, id: str) -> Answer:
        if int(id) not in self.storage.blobs:
            raise problem(404, "Not Found")
        if asked.headers["Accept"] == "application/octet-stream":
            return Answer(status=302, headers={"Location": f"{self.storage.url}/blobs/{id}"})
        return Answer(self._told(int(id), "file"))

    def _delete(self, _: Asked, id: str) -> Answer:
        del self.storage.blobs[int(id)]
        return Answer(status=204)


def _repo(id: int) -> dict[str, Any]:
    names = {"name": f"cat-{id}", "full_name": f"octo/cat-{id}"}
    return {
        "id": id,
        **names,
        "owner": {"login": "octo", "id": 1},
        "pushed_at": "2026-11-20T12:00:00Z",
        "private": False,
    }


def conditional(asked: Asked, value: Any) -> Answer:
    """The value with its ETag, or 304 where the client has it (RFC 9110 section 13.1.2)."""
    tag = f'"{hashlib.sha256(json.dumps(value).encode()).hexdigest()[:12]}"'
    if asked.headers["If-None-Match"] == tag:
        return Answer(status=304, headers={"ETag": tag})
    return Answer(value, headers={"ETag": tag})


def problem(status: int, message: str, errors: Any = None, headers: dict[str, str] | None = None) -> Refusal:
    """An error in the API's shape."""
    body = {"message": message, "documentation_url": f"{DOCS}/{status}", **({"errors": errors} if errors else {})}
    return Refusal(status, body, {"X-Request-Id": "req-1", **(headers or {})})
