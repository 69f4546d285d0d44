"""What holds for a whole API: how a client of it is made, where it is served, who may call it, and how it says no."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from pristine.codegen.docs.markdown import block, bullets, code, heading, line, link, page, paragraphs, table
from pristine.codegen.docs.names import Called, Names
from pristine.codegen.literals import Code, call, literal
from pristine.manifest.model import ErrorShape, Manifest, Scheme, Server, Where
from pristine.ports.outcome import Kind

EXAMPLE_URL: Final = "https://api.example.com"


def title(manifest: Manifest) -> str:
    """What the API is."""
    name = " ".join(filter(None, (manifest.name, manifest.version)))
    return page([heading(1, line(name)), paragraphs(manifest.description)]).rstrip()


# -- a client ----------------------------------------------------------------------------------------------------------


def client(manifest: Manifest, source: str) -> str:
    """How a client is made: the examples of the page go on from there."""
    context = call("pristine.context", _settings(manifest), beside=len("context = "))
    lines = (
        "import os\n" if "os.environ" in context else "",
        "import pristine\n",
        f"manifest = pristine.load_manifest_file({literal(source)})",
        f"context = {context}",
        "client = pristine.Client(manifest, context)",
    )
    told = (
        "The examples of this page go on from here. `client.close()` lets go of the connections, as the end of a "
        "`with` block does. `pristine.AsyncClient` has the same methods: its calls are awaited, its lists read with "
        "`async for`, its streams entered with `async with`."
    )
    if any(endpoint.query is None for endpoint in manifest.endpoints.values()):
        told += "\n\nA method that lists no arguments in the query takes any parameters: `query={…}`."
    return page([heading(2, "A client"), block("python", "\n".join(filter(None, lines))), told]).rstrip()


def _settings(manifest: Manifest) -> dict[str, object]:
    found: dict[str, object] = {} if manifest.servers else {"base_url": EXAMPLE_URL}
    if names := _needed(manifest):
        secrets = {name: Code(f"os.environ[{literal(_variable(manifest.name, name))}]") for name in names}
        found["credentials"] = secrets
    return found


def _needed(manifest: Manifest) -> list[str]:
    """The schemes with which every endpoint can be called, by its first alternative."""
    first = [endpoint.security[0] for endpoint in manifest.endpoints.values() if endpoint.security]
    return list(dict.fromkeys(name for names in first for name in names))


def _variable(*words: str) -> str:
    """The name of an environment variable."""
    return re.sub(r"\W+", "_", "_".join(words), flags=re.ASCII).strip("_").upper() or "SECRET"


# -- servers -----------------------------------------------------------------------------------------------------------


def servers(manifest: Manifest) -> str:
    """Where the API is served."""
    if not manifest.servers:
        told = "The manifest names none: say where the API is with `base_url=` of `pristine.context`."
        return page([heading(2, "Servers"), told]).rstrip()
    rows = [(code(one.name) if one.name else "", code(one.url), line(one.description)) for one in manifest.servers]
    variables = [row for server in manifest.servers for row in _variables(server)]
    ways = ["the first one is called"]
    if any(one.name for one in manifest.servers):
        ways.append("`pristine.context(server=…)` chooses one by name")
    if any(endpoint.server for endpoint in manifest.endpoints.values()):
        ways.append("endpoints that name a server are there in any case, unless `servers={…}` has another URL for it")
    if variables:
        ways.append("`server_variables={…}` fills in what stands in braces")
    told = f"{'; '.join(ways)}.".replace("the first", "The first", 1)
    columns = ("Server", "Variable", "Values", "Default", "Description")
    return page(
        [heading(2, "Servers"), told, table(("Name", "URL", "Description"), rows), table(columns, variables)]
    ).rstrip()


def _variables(server: Server) -> Iterator[tuple[str, ...]]:
    for name, one in server.variables.items():
        allowed = ", ".join(map(code, one.allowed)) or "letters, digits and `. _ ~ -`"
        yield code(server.name or server.url), code(name), allowed, code(one.default), line(one.description)


# -- authentication ----------------------------------------------------------------------------------------------------


def authentication(manifest: Manifest, anchors: Mapping[str, str]) -> str:
    """The schemes, each with what its credential is and where it goes."""
    if not manifest.schemes:
        return ""
    told = "A context has the secrets by scheme: `pristine.context(credentials={…})`."
    parts = [heading(2, "Authentication"), told]
    for name, scheme in manifest.schemes.items():
        parts += [heading(3, code(name), anchors[name]), f"{_goes(scheme)}.", paragraphs(scheme.description)]
    return page(parts).rstrip()


def _goes(scheme: Scheme) -> str:
    if scheme.kind == "bearer":
        return "A token, sent as `Authorization: Bearer …`"
    if scheme.kind == "basic":
        return "`user:password`, sent as `Authorization: Basic …`"
    place = {"header": "header", "query": "query parameter", "cookie": "cookie"}[scheme.location]
    return f"An API key, sent in the {place} {code(scheme.name)}"


# -- errors ------------------------------------------------------------------------------------------------------------

_FACTS: Final[Mapping[str, str]] = {
    "message": "the text of the exception",
    "code": "`error.code`",
    "request_id": "`error.request_id`",
    "retry_after": "`error.retry_after`, in seconds; retries heed it",
    "documentation": "`error.documentation`, a link",
}


def shapes_of(names: Names) -> list[tuple[ErrorShape, str, list[Called]]]:
    """The ways in which errors are spelled, each with its anchor and the endpoints that spell them so."""
    found: dict[int, tuple[ErrorShape, str, list[Called]]] = {}
    for called in names.calls:
        shape = called.endpoint.errors
        if shape is not None and id(shape) not in found:
            found[id(shape)] = shape, names.anchor("errors", str(len(found) + 1)), []
        if shape is not None:
            found[id(shape)][2].append(called)
    return sorted(found.values(), key=lambda one: -len(one[2]))


def errors(shapes: list[tuple[ErrorShape, str, list[Called]]]) -> str:
    """What an error carries, and which codes have a class."""
    told = (
        "A status of 400 or more, and one of 3xx that is no answer, raises a `pristine.StatusError`, or its subclass "
        "for the status, with `status`, `headers`, `body` and `value`."
    )
    parts = [heading(2, "Errors"), told]
    for number, (shape, anchor, users) in enumerate(shapes, 1):
        parts.append(heading(3, "What they carry" if number == 1 else f"What others carry, {number - 1}", anchor))
        listed = ", ".join(link(code(one.name or one.endpoint.id), one.anchor) for one in users)
        parts.append(f"Of {listed}." if number > 1 else "Unless an endpoint says otherwise:" * (len(shapes) > 1))
        parts += _shape(shape)
    return page(parts).rstrip()


def _shape(shape: ErrorShape) -> Iterator[str]:
    said = ((name, getattr(shape, name)) for name in _FACTS)
    yield bullets(f"{_FACTS[name]}: {', or '.join(map(place, places))}" for name, places in said if places)
    rows = ((code(found), code(cls.__name__)) for found, cls in shape.classes.items())
    yield table(("Code", "Class of the error"), rows)
    for title, kinds in (("Code", shape.kinds), ("Status", shape.statuses)):
        yield table(
            (title, "What it comes to", "Retried"), ((code(of), code(one), _RETRIED[one]) for of, one in kinds.items())
        )


_RETRIED: Final[Mapping[Kind, str]] = {
    **dict.fromkeys(Kind, "where it may be sent again"),
    Kind.CLIENT_ERROR: "no",
}


def place(where: Where) -> str:
    """A place in an answer, in words."""
    if where.header:
        return f"the header {code(where.header)}"
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in where.path)
    return f"{code(steps.removeprefix('.'))} in the body" if steps else "the body"
