"""The top of a package: its table of contents, its clients, its errors."""

from collections.abc import Iterator, Mapping
from typing import Final

from pristine.codegen.sdk.expressions import NONE, Expression, Name, Of, One, Scope, either
from pristine.codegen.sdk.layout import (
    Group,
    Piece,
    docstring,
    imports,
    listed,
    literal,
    prefixed,
    prose,
    text,
    written,
)
from pristine.codegen.sdk.methods import ASYNC, SYNC, Face
from pristine.codegen.sdk.models import FUTURE, described, sections
from pristine.codegen.sdk.naming import Names, argument_name
from pristine.codegen.sdk.tree import VARIANTS, Part
from pristine.manifest.model import Manifest
from pristine.ports import errors as tree

_WIRING: Final = (
    "auth", "base_url", "breaker", "budget", "classifier", "clock", "context", "headers", "limiter", "max_event_bytes",
    "max_expansion", "max_response_bytes", "needs", "profile", "random", "redirects", "retry", "self", "semaphores",
    "serializer", "server", "server_variables", "servers", "telemetry", "tenant", "timeout", "transport", "wiring",
)  # fmt: skip
"""The arguments of a client that are the same for every API; a security scheme of such a name gets a number."""


def titled(manifest: Manifest) -> str:
    """The API's name and version, on a line."""
    found = prose(" ".join(f"{manifest.name} {manifest.version}".split()), 0, 80)
    return found[0] if found else "the API"


# -- __init__.py -------------------------------------------------------------------------------------------------------

_LAZY: Final = {"AsyncClient": "_client", "Client": "_client", "errors": "", "models": ""}


def contents(manifest: Manifest) -> str:
    """The package's `__init__.py`: names load when they are first used."""
    said = prose(manifest.description, 0)
    lines = [
        docstring([f"A client of {titled(manifest)}.", *(["", *said] if said else [])]),
        "",
        FUTURE,
        "",
        "from typing import TYPE_CHECKING",
        "",
        "from pristine import sdk as _sdk",
        "",
        "from ._version import __version__",
        "",
        "if TYPE_CHECKING:",
        "    from . import errors, models",
        "    from ._client import AsyncClient, Client",
        "",
        '__all__ = ["AsyncClient", "Client", "__version__", "errors", "models"]',
        "",
        "if not TYPE_CHECKING:",
        f"    {written(Group('__getattr__ = _sdk.lazily(', ['__name__', literal(_LAZY), 'globals()']), 4)}",
    ]
    return "\n".join(lines) + "\n"


# -- _client.py --------------------------------------------------------------------------------------------------------


def clients(manifest: Manifest, root: Part) -> str:
    """The package's `_client.py`."""
    variants = {one.format(root.name) for one in VARIANTS}
    scope = Scope(lambda _: "", frozenset({*variants, "Client", "AsyncClient"}))
    scope.of(Name("Unpack", "typing"))
    classes = [_client(manifest, root, face, scope) for face in (SYNC, ASYNC)]
    lines = [
        docstring([f"The clients of {titled(manifest)}: `Client` is blocking, `AsyncClient` is awaited."]),
        "",
        FUTURE,
        "",
        "from typing import TYPE_CHECKING",
        "",
        "from pristine import sdk as _sdk",
        "",
        *imports({f".resources.{root.module}": variants}),
        "",
        "if TYPE_CHECKING:",
        *sections(scope.imports, 4),
        "",
        "",
    ]
    return "\n".join(lines) + "\n" + "\n\n\n".join(classes) + "\n"


def _client(manifest: Manifest, root: Part, face: Face, scope: Scope) -> str:
    secrets = secrets_of(manifest)
    arguments = [*(f"{name}: str | None = None" for name in secrets), *_arguments(manifest, face, scope)]
    pairs = Group("{", [f"{text(scheme)}: {name}" for name, scheme in secrets.items()], "}")
    where = [f"{name}={name}" for name in ("base_url", "server", "server_variables", "transport")]
    wired = Group("_sdk.wired(", ["context", "wiring", pairs, *where])
    begun = Group("super().__init__(", ['_sdk.manifest_of(__name__.rpartition(".")[0])', wired])
    kind = "Async" if face.prefix else ""
    lines = [
        f"class {face.name}(_sdk.Base{kind}Client, {face.prefix}{root.name}):",
        f"    {docstring(list(_said(manifest, secrets, face)), 4)}",
        "",
        f"    {written(Group('def __init__(', ['self', '*', *arguments], ') -> None:'), 4)}",
        f"        {written(begun, 8)}",
        *_responding(root, face, "RawResponse", "The same client, whose calls give the whole response, undecoded."),
        *_responding(root, face, "StreamingResponse", "The same client, whose calls give the open response."),
    ]
    return "\n".join(lines)


def secrets_of(manifest: Manifest) -> Mapping[str, str]:
    """The argument for the credential of each security scheme."""
    names = Names(_WIRING, fold=str)
    return {names.new(argument_name(scheme)): scheme for scheme in manifest.schemes}


def _arguments(manifest: Manifest, face: Face, scope: Scope) -> Iterator[Piece]:
    named = [one.name for one in manifest.servers if one.name]
    server: Expression = Name("str", "builtins")
    if named and len("".join(named)) < 50:
        server = Of(Name("Literal", "typing"), tuple(map(One, named)))
    variables = Of(Name("Mapping", "collections.abc"), (Name("str", "builtins"), Name("str", "builtins")))
    kind = f"_sdk.{face.prefix}Transport"
    yield "base_url: str | None = None"
    yield f"server: {scope.flat(either(server, NONE))} = None"
    yield f"server_variables: {scope.flat(either(variables, NONE))} = None"
    yield f"transport: _sdk.Choice | {kind} | None = None"
    yield f"context: _sdk.Context[{kind}] | None = None"
    yield "**wiring: Unpack[_sdk.Wiring]"


def _said(manifest: Manifest, secrets: Mapping[str, str], face: Face) -> Iterator[str]:
    how = "awaited; use it with `async with`, or call `aclose`" if face.prefix else "blocking; use it in a `with` block"
    yield f"A client of {titled(manifest)}, {how}."
    yield from ("", "Args:")
    for name, scheme in secrets.items():
        said = manifest.schemes[scheme]
        told = f"a secret ({said.kind})." if said.kind != "basic" else "user:password."
        yield from described(name, f"{told} {said.description}".strip())
    yield from described("base_url", "where the API is, if the manifest does not say or is not to be followed.")
    yield from described("server", "a server of the manifest, by its name; the first one where it is not given.")
    yield from described("server_variables", "what stands in the server's URL.")
    yield from described("transport", "an adapter by name, its options, or an instance; httpx.")
    yield from described("context", "a Context that is there already, instead of the settings below.")
    yield from described("wiring", "further settings of `pristine.context`: timeout, retry, telemetry and others.")


def _responding(root: Part, face: Face, suffix: str, said: str) -> Iterator[str]:
    name = f"{face.prefix}{root.name}With{suffix}"
    mode = {"RawResponse": "with_raw_response", "StreamingResponse": "with_streaming_response"}[suffix]
    yield ""
    yield "    @property"
    yield f"    def {mode}(self) -> {name}:"
    yield f"        {docstring([said], 8)}"
    yield f'        return {name}(self._in("{mode}"))'


# -- errors.py ---------------------------------------------------------------------------------------------------------


def errors(manifest: Manifest) -> str:
    """The package's `errors.py`: the API's own, and those of every call."""
    codes = _codes(manifest)
    names = Names(("PLACES",), fold=str)
    own = {said: names.new(said if said not in {"None", "True", "False"} else f"{said}_") for said in codes}
    known = [one for one in tree.__all__ if isinstance(getattr(tree, one), type) and one not in own.values()]
    inherited = imports({"pristine.ports.errors": known})
    places = {f"/errors/{said}": name for said, name in own.items()}
    lines = [
        docstring([f"The errors of {titled(manifest)}: those that it names by codes, and those of every call."]),
        "",
        FUTURE,
        "",
        *inherited,
        *(["from pristine.ports.errors import StatusError as _StatusError"] if own else []),
        "",
        written(prefixed("__all__ = ", literal(listed([*known, *own.values()])))),
        "",
        written(prefixed("PLACES: dict[str, str] = ", literal(places))),
        '"""The classes by what the manifest calls them."""',
    ]
    for said, name in own.items():
        told = prose(f"The API says {', '.join(codes[said])}.", 4, 300)
        lines += ["", "", written(Group(f"class {name}(", ["_StatusError"], "):")), f"    {docstring(told, 4)}"]
    return "\n".join(lines) + "\n"


def _codes(manifest: Manifest) -> dict[str, list[str]]:
    """The codes that each class of errors is for."""
    found: dict[str, list[str]] = {}
    for shape in {id(one.errors): one.errors for one in manifest.endpoints.values()}.values():
        for code, cls in (shape.classes if shape is not None else {}).items():
            listed = found.setdefault(cls.__name__, [])
            listed += [code] if code not in listed else []
    return found
