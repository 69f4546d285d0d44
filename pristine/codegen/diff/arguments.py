"""The arguments of two endpoints: parameters of every kind, files, and what the client's method calls them."""

from collections.abc import Container, Mapping
from typing import Any, Final

import attrs

from pristine.codegen.diff.found import Path, difference, same
from pristine.codegen.diff.types import REQUEST, Types
from pristine.codegen.schemas import fields_of, view
from pristine.core.resources import Method, Place
from pristine.manifest.model import Endpoint, Parameter
from pristine.manifest.parameters import PLACEHOLDER
from pristine.ports.model import is_model

_LABELS: Final = {"path": "path_params", "query": "query", "header": "headers", "body": "request"}
"""Where the manifest says an argument."""


@attrs.frozen
class Comparison:
    """Two endpoints that stand for each other, and what their differences are added to."""

    old: Endpoint
    new: Endpoint
    where: Path
    types: Types

    def add(self, kind: str, place: tuple[str, ...], what: str) -> None:
        """A change below the endpoint."""
        self.types.found.add(kind, (*self.where, *place), what)

    def from_to(self, kind: str, place: str, old: Any, new: Any) -> None:
        """A value that has become another."""
        self.types.found.from_to(kind, (*self.where, place), old, new)


def compare_arguments(both: Comparison) -> None:
    """Path, query and header parameters, files, and the names of all arguments."""
    before, after = Method.of(both.old), Method.of(both.new)
    _parameters("path", _of_path(both.old), _of_path(both.new), both)
    _query(both)
    _headers(before, after, both)
    _files(both)
    _names(before, after, both)


# -- parameters --------------------------------------------------------------------------------------------------------


def _of_path(endpoint: Endpoint) -> Mapping[str, Parameter]:
    """The placeholders of the path; one that is not declared may be anything."""
    undeclared = Parameter()
    return {name: endpoint.path_params.get(name, undeclared) for name in PLACEHOLDER.findall(endpoint.path)}


def _query(both: Comparison) -> None:
    is_open = both.old.query is None, both.new.query is None
    if is_open[0] is not is_open[1]:
        what = f"parameters that are not declared are {'allowed' if is_open[1] else 'refused'}"
        both.add(f"query-{'opened' if is_open[1] else 'closed'}", ("query",), what)
    before = both.old.query_defaults if both.old.query is None else both.old.query
    after = both.new.query_defaults if both.new.query is None else both.new.query
    if all(is_open):  # what is not declared may be given, too, and be anything
        undeclared = dict.fromkeys([*before, *after], Parameter())
        before, after = {**undeclared, **before}, {**undeclared, **after}
    _parameters("query", before, after, both)


def _headers(before: Method, after: Method, both: Comparison) -> None:
    """Headers, whatever the case of their names; those that are always sent are no arguments."""
    old = {name.lower(): (name, one) for name, one in both.old.headers.items()}
    new = {name.lower(): (name, one) for name, one in both.new.headers.items()}
    old_ones, new_ones = set(before.arguments.values()), set(after.arguments.values())
    for name in dict.fromkeys([*old, *new]):
        title = (new.get(name) or old[name])[0]
        was, now = _header(old.get(name), title, old_ones), _header(new.get(name), title, new_ones)
        _parameters("header", was[0], now[0], both)
        if not same(was[1], now[1]):
            kind = difference(was[1], now[1])
            both.types.found.from_to(f"header-{kind}", (*both.where, "headers", title), was[1], now[1])


def _header(
    said: tuple[str, Parameter] | None, title: str, arguments: Container[Place]
) -> tuple[dict[str, Parameter], Any]:
    """A header as an argument, or what is always sent."""
    if said is None:
        return {}, None
    return ({title: said[1]}, None) if ("header", said[0]) in arguments else ({}, said[1].default)


def _parameters(kind: str, old: Mapping[str, Parameter], new: Mapping[str, Parameter], both: Comparison) -> None:
    for name in dict.fromkeys([*old, *new]):
        place = (_LABELS[kind], name)
        if name not in new:
            both.add("argument-removed", place, "removed")
        elif name not in old:
            _added(place, both, required=_is_needed(kind, new[name]))
        else:
            _compare_parameter(kind, old[name], new[name], place, both)


def _added(place: tuple[str, ...], both: Comparison, *, required: bool) -> None:
    kind = "argument-added-required" if required else "argument-added"
    both.add(kind, place, "added, and required" if required else "added")


def _presence(place: tuple[str, ...], both: Comparison, *, required: bool) -> None:
    what = "optional → required" if required else "required → optional"
    both.add(f"argument-{'required' if required else 'optional'}", place, what)


def _is_needed(kind: str, parameter: Parameter) -> bool:
    return parameter.default is None and (parameter.required or kind == "path")


def _compare_parameter(kind: str, old: Parameter, new: Parameter, place: tuple[str, ...], both: Comparison) -> None:
    needed = _is_needed(kind, old), _is_needed(kind, new)
    if needed[0] is not needed[1]:
        _presence(place, both, required=needed[1])
    elif not same(old.default, new.default):
        turned = difference(old.default, new.default)
        both.types.found.from_to(f"default-{turned}", (*both.where, *place), old.default, new.default)
    if _style(kind, old) != _style(kind, new):
        both.types.found.from_to("style-changed", (*both.where, *place), _style(kind, old), _style(kind, new))
    if old.description != new.description:
        both.types.found.from_to("description-changed", (*both.where, *place), old.description, new.description)
    both.types.compare(old.schema, new.schema, (*both.where, *place), REQUEST)


def _style(kind: str, parameter: Parameter) -> str:
    """How the value is written; what makes no difference for a type is not said."""
    plain = {"query": "form", "path": "simple", "header": "simple"}[kind]
    is_scalar = all(not is_model(one) and not hasattr(one, "__origin__") for one in view(parameter.schema).members)
    if parameter.style in {"", plain} and is_scalar and Any not in view(parameter.schema).members:
        style = ""
    else:
        usual = "simple" if kind == "header" else "its own"
        style = f"{parameter.style or usual}{', exploded' if parameter.explode else ''}"
    return f"{style}{', several segments' if parameter.allow_reserved else ''}" or "plain"


# -- files, and names --------------------------------------------------------------------------------------------------


def _files(both: Comparison) -> None:
    old, new = both.old.files, both.new.files
    for name in dict.fromkeys([*old, *new]):
        place = (_LABELS["body"], name)
        if name not in new:
            both.add("argument-removed", place, "removed")
        elif name not in old:
            _added(place, both, required=new[name])
        elif old[name] is not new[name]:
            _presence(place, both, required=new[name])


def _names(before: Method, after: Method, both: Comparison) -> None:
    """What the client's method calls its arguments, and in which order those of the path are."""
    old, new = _by_place(before), _by_place(after)
    fields = _fields(both.old), _fields(both.new)
    for place in [place for place in old if place in new and old[place] != new[place]]:
        # What a field is called is told with its type.
        if (old[place], new[place]) != (fields[0].get(place), fields[1].get(place)):
            both.add("argument-renamed", (_LABELS[place[0]], place[1]), f"{old[place]} → {new[place]}")
    order = [[one for one in method if one[0] == "path" and one in old and one in new] for method in (old, new)]
    if order[0] != order[1]:
        what = " → ".join(", ".join(wire for _, wire in one) for one in order)
        both.add("argument-order-changed", ("path",), what)
    if is_model(both.old.request) is not is_model(both.new.request):
        both.add("arguments-changed", ("request",), f"{_given(both.old)} → {_given(both.new)}")


def _fields(endpoint: Endpoint) -> dict[Place, str]:
    """The fields of a payload, by what their class calls them."""
    request: Any = endpoint.request
    return {("body", wire): one.name for wire, one in fields_of(request).items()} if is_model(request) else {}


def _by_place(method: Method) -> dict[Place, str]:
    """The arguments by where they go; header names ignore case."""
    return {(kind, wire.lower() if kind == "header" else wire): name for name, (kind, wire) in method.arguments.items()}


def _given(endpoint: Endpoint) -> str:
    return "a field by itself" if is_model(endpoint.request) else "the payload as a whole"
