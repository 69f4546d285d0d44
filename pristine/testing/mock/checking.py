"""A request against its endpoint: all that is wrong with it is found before it is refused, and says where it stands."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import attrs

from pristine.core.operation import Operation
from pristine.core.requests.parameters import accepts, said
from pristine.manifest.model import NOTHING, Manifest, PageStyle, Parameter
from pristine.manifest.reading import suggestion
from pristine.ports.serializer import Schema
from pristine.testing.mock.content import content_of
from pristine.testing.mock.credentials import check_credentials, names_in_query
from pristine.testing.mock.messages import Incoming, Refusal, Wrong
from pristine.testing.mock.places import holds
from pristine.testing.mock.routing import Match
from pristine.testing.mock.texts import MISSING, in_header, in_path, in_query, pairs_of, tree, typed

PAGE: Final = "_page"
"""The query parameter by which the mock's own links lead to a page."""


@attrs.frozen(kw_only=True)
class Asked:
    """A request that is as the manifest says, with its values. `page` is that of a link that was followed."""

    operation: Operation
    incoming: Incoming = attrs.field(repr=False)
    path_params: Mapping[str, Any] = NOTHING
    query: Mapping[str, Any] = NOTHING
    headers: Mapping[str, Any] = NOTHING
    body: Any = None
    page: str = ""

    @property
    def streams(self) -> bool:
        """Whether a stream is asked for."""
        form = self.operation.endpoint.streaming
        if form is None:
            return False
        fields = self.body if isinstance(self.body, Mapping) else NOTHING
        return holds(form.when, fields)


def checked(manifest: Manifest, match: Match, incoming: Incoming) -> Asked:
    """The values of a request; raises Refusal with everything that is wrong with it."""
    endpoint = match.operation.endpoint
    check_credentials(endpoint, manifest.schemes, incoming)
    wrong: list[Wrong] = []
    path_params = _path(match, wrong)
    hidden = names_in_query(endpoint, manifest.schemes)
    pairs = [pair for pair in pairs_of(incoming.query) if pair[0] not in hidden]
    page = ""
    if endpoint.pagination is not None and endpoint.pagination.style is PageStyle.LINK:
        page = dict(pairs).get(PAGE, "")
        pairs = [pair for pair in pairs if pair[0] != PAGE]
    query = _query(match.operation, pairs, wrong)
    headers = _headers(endpoint.headers, incoming, wrong)
    body = _collected(lambda: content_of(endpoint, incoming), wrong)
    if wrong:
        raise Refusal(400, *wrong)
    return Asked(
        operation=match.operation,
        incoming=incoming,
        path_params=path_params,
        query=query,
        headers=headers,
        body=body,
        page=page,
    )


def _collected(content: Callable[[], Any], wrong: list[Wrong]) -> Any:
    """The content; what is wrong with it is told beside the rest, where it has no status of its own."""
    try:
        return content()
    except Refusal as refusal:
        if refusal.status != 400 and not wrong:
            raise
        wrong += refusal.wrong
        return None


def _path(match: Match, wrong: list[Wrong]) -> dict[str, Any]:
    declared = match.operation.endpoint.path_params
    shapes = {name: in_path(name, declared.get(name), text) for name, text in match.params.items()}
    return dict(_values(declared, shapes, "path", wrong))


def _query(operation: Operation, pairs: list[tuple[str, str]], wrong: list[Wrong]) -> dict[str, Any]:
    endpoint = operation.endpoint
    declared = endpoint.query if endpoint.query is not None else endpoint.query_defaults
    loose = [pair for pair in pairs if pair[0] not in declared and pair[0].partition("[")[0] not in declared]
    shapes = {name: in_query(name, one, pairs, loose) for name, one in declared.items()}
    taken = {key for name, one in declared.items() if _takes_loose(one) for key in _keys(shapes[name])}
    rest = [pair for pair in loose if pair[0] not in taken]
    if endpoint.query is None:
        shapes |= tree(rest)
    else:
        for name in dict.fromkeys(name for name, _ in rest):
            hint = suggestion(name, declared) or "; it has none"
            wrong.append(Wrong(f"query.{name:.80}", f"unknown parameter{hint}"))
    return dict(_values(declared, shapes, "query", wrong))


def _takes_loose(parameter: Parameter) -> bool:
    return parameter.style == "form" and parameter.explode


def _keys(shape: Any) -> set[str]:
    return set(shape) if isinstance(shape, dict) else set()


def _headers(declared: Mapping[str, Parameter], incoming: Incoming, wrong: list[Wrong]) -> dict[str, Any]:
    fields = incoming.headers
    shapes = {name: in_header(one, fields[name]) for name, one in declared.items() if name in fields}
    return dict(_values(declared, shapes, "header", wrong))


def _values(
    declared: Mapping[str, Parameter], shapes: Mapping[str, Any], kind: str, wrong: list[Wrong]
) -> Iterator[tuple[str, Any]]:
    """The parameters in their types; a declared one that is left out has its default."""
    for name, shape in shapes.items():
        if shape is MISSING:
            continue
        value = typed(declared[name].schema, shape) if name in declared else shape
        if name in declared and not _is_of(declared[name].schema, value):
            wrong.append(Wrong(f"{kind}.{name}", f"must be {said(declared[name].schema)}"))
        yield name, value
    for name, parameter in declared.items():
        if shapes.get(name, MISSING) is not MISSING:
            continue
        if parameter.default is not None:
            yield name, parameter.default
        elif parameter.required:
            wrong.append(Wrong(f"{kind}.{name}", "is missing"))


def _is_of(schema: Schema, value: Any) -> bool:
    try:
        return accepts(schema, value)
    except (ArithmeticError, ValueError):  # a number that cannot be compared with a bound
        return False
