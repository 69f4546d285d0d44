"""Manifests at random that say all that a manifest can, in ways that may stand together; the same for the same seed."""

from typing import Any, Final

from tests.codegen.generated import Maker

TEXTS: Final = [
    "string",
    "integer",
    "boolean",
    {"enum": ["a", "b", 1, True]},
    {"const": "x"},
    {"type": "string", "format": "uuid"},
    {"type": "integer", "format": "int64", "maximum": 9},
    {"type": "string", "pattern": "^[a-z]+$", "minLength": 1},
    {"type": "string", "description": "Said.\n"},
]
"""What any parameter may be."""

MORE: Final = [
    {"type": "string", "format": "byte"},
    {"type": "string", "format": "decimal", "nullable": True},
    {"type": "string", "format": "duration"},
    {"type": "integer", "format": "int32", "nullable": True},
    {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5},
    {"type": ["string", "null"], "maxLength": 5},
    {"type": ["integer", "string", "array"], "items": "integer", "minimum": 2},
    {"type": ["array", "object", "null"], "additionalProperties": "boolean", "uniqueItems": True},
    {"type": "object", "minProperties": 1},
    {"enum": [None, 0, False]},
    {"properties": {"only": {"type": "integer", "default": 0, "name": "just"}, "class": "any"}, "required": ["class"]},
    {"properties": {}, "nullable": True},
]

DEFAULTED: Final = [
    {"type": "string", "default": ""},
    {"type": "integer", "minimum": 1, "default": 3},
    {"type": "boolean", "default": False},
    {"enum": ["a", "b"], "default": "b"},
    {"type": "array", "items": "string", "default": ["x"]},
    {"type": "object", "default": {"a": [1.5]}},
]

PLACES: Final[list[Any]] = ["a.b[0].c", "d[-1]", {"header": "X-There"}]

WHERE: Final = {"style": "cursor", "items": "data", "parameter": "after", "next": "data[-1].id"}

FUTURE: Final[dict[str, Any]] = {"ask": {"endpoint": "asked", "path_params": {"id": "{id}"}, "query": {"n": 1.0}}}


class Author(Maker):
    """Says one thing or another, each key of the language now and then."""

    def type(self, depth: int = 2) -> Any:
        return self.one(MORE) if self.random.random() < 0.2 else super().type(depth)

    def field(self, depth: int) -> Any:
        if self.random.random() < 0.15:
            return {**self.one(DEFAULTED), **self.one([{}, {"description": "Of its own."}, {"sensitive": True}])}
        return super().field(depth)

    def one(self, choices: list[Any]) -> Any:
        return self.random.choice(choices)

    def maybe(self, **said: Any) -> dict[str, Any]:
        """Each of the keys, or not."""
        return {key: value for key, value in said.items() if self.random.random() < 0.3}

    # -- requests ------------------------------------------------------------------------------------------------------

    def parameter(self, kind: str) -> dict[str, Any]:
        said = self.one(TEXTS)
        said = dict(said) if isinstance(said, dict) else {"type": said}
        said |= self.maybe(description="Which.", name=f"named_{self.random.randint(0, 10**9)}")
        return {**said, **self.maybe(required=True)} if kind != "path" else said

    def query(self) -> dict[str, Any]:
        array = {"type": "array", "items": self.one(TEXTS)}
        return self.maybe(
            plain=self.parameter("query"),
            other=self.parameter("query"),
            default=self.one(DEFAULTED),
            array={**array, "style": "form", "explode": self.one([True, False])},
            piped={**array, "style": "pipeDelimited"},
            repeated=array,
            nested=self.one(["Told", {"type": "object"}]),
            deep={"type": "object", "style": "deepObject"},
            either={"oneOf": ["string", {"type": "array", "items": "integer"}]},
            null={"type": "integer", "nullable": True},
        )

    def headers(self) -> dict[str, Any]:
        return self.maybe(
            **{
                "X-A": "always",
                "x-b": self.parameter("header"),
                "Accept": "text/csv",
                "X-C": {"type": "array", "items": "string", "style": "simple"},
            }
        )

    def body(self) -> Any:
        file = {"type": "string", "format": "binary"}
        form = self.object(1)
        form["properties"] |= self.maybe(file=file, cover=file)
        form["required"] += [name for name in ("file",) if name in form["properties"] and self.random.random() < 0.5]
        return self.one(
            [
                {},
                {"request": self.type()},
                {"request": self.type()},
                {"request": "any"},
                {"body": "form", **self.maybe(request=self.object())},
                {"body": "multipart", "request": form},
                {"body": "multipart", "request": self.one(self.names)},
                {"body": "raw", **self.maybe(media_type="image/png")},
            ]
        )

    # -- answers -------------------------------------------------------------------------------------------------------

    def answers(self) -> dict[str, Any]:
        said = self.maybe(**{status: self.type() for status in ("200", "201", "2XX", "304", "404", "4XX", "default")})
        return {
            **self.maybe(response=self.type(), unwrap="data.inner", responses=said),
            **self.maybe(errors={"code": self.one(PLACES), "classes": {"c": "One"}, "statuses": {"409": "overloaded"}}),
        }

    def stream(self) -> dict[str, Any]:
        format = self.one(["sse", "ndjson", "json_array", "lines", "bytes"])
        said: dict[str, Any] = {"format": format}
        if format in ("sse", "ndjson", "json_array"):
            said |= self.maybe(items=self.type(), max_event_bytes=None, media_types=["text/*"])
        if format == "sse":
            said |= self.maybe(events={"a": self.type()}, reconnect={"delay": 0.5}, dispatch_empty=True)
        return {**said, **(self.maybe(done="[DONE]") if format != "bytes" else {})}

    def later(self) -> dict[str, Any]:
        preset = self.one(["tinker", "google", "azure", "location", "status"])
        more = self.maybe(response=self.type(), progress=self.one(PLACES), poll_timeout=60, pace={"first": 2.5})
        pending = {"pending": ["done"]} if preset == "status" and self.random.random() < 0.5 else {}
        return {"preset": preset, **FUTURE, **more, **pending}

    # -- endpoints -----------------------------------------------------------------------------------------------------

    def endpoint(self, index: int) -> dict[str, Any]:
        method = self.one(["GET", "POST", "PUT", "DELETE", "PATCH"])
        path = self.one([f"/e{index}", f"/e{index}/{{id}}", "/same/{id}", "/same/{other}", f"/e{index}/{{a}}/{{b}}"])
        said = {
            "method": method,
            "path": path,
            **self.maybe(query=self.query(), headers=self.headers()),
            **self.policies(),
        }
        names = [one[:-1] for one in path.split("{")[1:] for one in [one.split("}")[0] + "}"]]
        if declared := self.maybe(**{name: self.parameter("path") for name in names}):
            said["path_params"] = declared
        if method != "GET":
            said |= {**self.body(), **self.maybe(idempotency=self.one([True, {"header": "X-Once"}]))}
        kind = self.random.random()
        if kind < 0.25:
            return {**said, "streaming": self.stream()}
        said |= self.answers()
        if kind < 0.4 and method == "POST" and said.get("body") != "raw":
            return {**said, "streaming": {**self.stream(), "when": {"stream": 1.0}}}
        said |= {"pagination": WHERE} if kind < 0.5 else {"future": self.later()} if kind < 0.6 else {}
        return said

    def policies(self) -> dict[str, Any]:
        example = self.maybe(request={"a": 1.0}, response=[None], path_params={"id": "x"}, query={"plain": True})
        return self.maybe(
            description="Does it.\n",
            timeout=self.one([5, {"total": None, "read": 0.5}]),
            deadline={"header": "X-Left", "format": "grpc", "limit": "read"},
            retry=self.one(["slow", "fast", False]),
            limit="usual",
            breaker="one",
            max_response_bytes=5,
            redirects=self.one([True, 2]),
            security=self.one([[], ["key"], [["key", "a token"]]]),
            server="up",
            tags=["a", "b"],
            deprecated=self.one([True, "use another"]),
            examples={"one": example, "two": {"request": 5}},
        )

    def document(self) -> dict[str, Any]:
        told = {
            "oneOf": ["Told", "Told too"],
            "discriminator": {"propertyName": "kind", "mapping": {"t": "Told"}},
            **self.maybe(nullable=True),
        }
        alias = self.one([self.one(self.names), {"type": "array", "items": "Told"}, {"enum": ["x", "y"]}])
        units = {"tokens": {"limit": 90, "per": 0.5, "per_byte": 0.25, "fields": ["a[0]"], "actual": self.one(PLACES)}}
        return {
            "name": "made up",
            **self.maybe(version="2", description="All of it.", security=["key"], errors={"message": PLACES}),
            "servers": [
                {"url": "https://{r}.test", "name": "a", "variables": {"r": {"default": "eu", "enum": ["eu", "us"]}}},
                {"url": "http://up.test/v1", "name": "up", "description": "For files."},
            ],
            "security_schemes": {"key": {"type": "apiKey", "in": "cookie", "name": "k"}, "a token": {"type": "bearer"}},
            "retries": {"slow": {"base": 2.5}, "fast": {"max_retries": 9, "jitter": 0}},
            "limits": {"usual": {"key": "model", "concurrency": 2, "units": units}},
            "breakers": {"one": {"error_rate": 0.5, "window": 10}},
            **self.maybe(defaults={"query": {"v": "integer"}, "headers": {"X-D": "1"}, "timeout": 60}),
            "endpoints": {
                "asked": {"method": "GET", "path": "/asked/{id}"},
                **{f"r{n % 2}.e{n}": self.endpoint(n) for n in range(self.random.randint(1, 5))},
            },
            "types": {
                **{name: self.object(2) for name in self.names},
                "Told": {"properties": {"kind": "string", "a-b": "integer"}, "description": "Told."},
                "Told too": {"properties": {"kind": {"const": "u"}}, "required": ["kind"]},
                "Either": told,
                "Alias": alias,
            },
        }


def authored(seed: int) -> dict[str, Any]:
    """A manifest that the loader accepts."""
    return Author(seed).document()
