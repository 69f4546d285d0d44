"""Answers by status: the type of a good one, those of the others, and whether it is a stream.

Of several media types JSON is read, then what a stream is of, then the first. An error is of its type, too.
"""

from collections.abc import Mapping
from typing import Any

from pristine.manifest.endpoints import STATUS
from pristine.manifest.openapi.importing import ours
from pristine.manifest.openapi.importing.bodies import is_json, rank, read_as_it_is
from pristine.manifest.openapi.importing.nodes import Node
from pristine.manifest.openapi.importing.streams import format_of, streaming
from pristine.manifest.openapi.importing.types import Types
from pristine.ports.values import frozen


@frozen
class Answers:
    """What the answers of an operation say: keys of its endpoint, the media type of a good answer, and its headers."""

    keys: Mapping[str, Any]
    good: Node | None = None
    """The answer, resolved."""
    media: Node | None = None
    """Its JSON."""


def answers(types: Types, operation: Node, request: Node | None, hint: str) -> Answers:
    """The answers of an operation; `request` is the media type of its body."""
    found = {str(one.step).upper(): one for one in operation.named("responses", but="x-")}
    found = {"default" if status == "DEFAULT" else status: one for status, one in found.items()}
    usual = ours.GOOD if operation.book.ours and ours.GOOD in found else _usual(found)
    keys: dict[str, Any] = {}
    responses: dict[str, Any] = {}
    good = media = None
    for status, one in found.items():
        is_read = operation.book.ours or _is_read(status, one, alone=status == usual)
        node = types.library.resolved(one) if is_read else None
        if node is None:
            continue
        if operation.book.ours:
            ours.read_answer(node, status)
        if status == usual and status[0] == "2":
            keys, media = _good(types, node, request, hint)
            good = node
        else:
            said, chosen = _type(types, node, f"{hint}{status.title()}")
            if said is None and status[0] in "23" and not node.has("content"):
                said = "null"
            if said is not None:
                responses[status] = said
            good, media = (node, chosen) if status == usual else (good, media)
    if usual != "default" and "response" not in keys and not operation.book.ours:
        _spread(responses)
    return Answers({**keys, **({"responses": responses} if responses else {})}, good, media)


def _usual(found: Mapping[str, Node]) -> str | None:
    """The status of the good answer: 200, or the first of 2XX, or what there is beside errors."""
    good = [status for status in found if status[0] == "2" and STATUS.fullmatch(status)]
    if "200" in good:
        return "200"
    others = [status for status in found if status[0] == "3"]
    return next(iter([*good, *others, *(status for status in found if status == "default")]), None)


def _is_read(status: str, one: Node, *, alone: bool) -> bool:
    if not STATUS.fullmatch(status):
        one.lose("malformed", None, "is no status")
    elif status[0] == "1":
        one.lose("informational")
    elif status[0] == "3" and not alone:
        one.lose("redirect")
    else:
        return True
    return False


def _spread(responses: dict[str, Any]) -> None:
    """What all other answers are of: where a good one has no type, that is the errors alone."""
    if "default" in responses:
        told = responses.pop("default")
        responses.update({status: told for status in ("4XX", "5XX") if status not in responses})


def _good(types: Types, node: Node, request: Node | None, hint: str) -> tuple[dict[str, Any], Node | None]:
    """The keys that a good answer gives: its type, or how it streams."""
    listed = node.named("content")
    streams = [one for one in listed if format_of(str(one.step))]
    others = [one for one in listed if one not in streams]
    if node.book.ours:
        streams = [one for one in listed if not is_json(types, one)]
        ours.read_streams(node, streams)
    elif streams:
        said = streaming(types, streams[0], request, f"{hint}Event", alone=not others)
        for one in streams[1:] if said is not None else streams:
            one.lose("another-answer" if said is not None else "stream")
        if said is not None:
            plain, media = _type(types, node, f"{hint}Response", but=streams)
            keys = {"streaming": said or True}
            return ({"response": plain, **keys} if plain is not None else keys), media
    plain, media = _type(types, node, f"{hint}Response", but=streams)
    return ({"response": plain} if plain is not None else {}), media


def _type(types: Types, node: Node, hint: str, but: list[Node] | None = None) -> tuple[Any, Node | None]:
    """The type of an answer's JSON; None where it has none, and then it is a text, or bytes."""
    streams = [one.step for one in but or ()]
    listed = [one for one in node.named("content") if one.step not in streams]
    chosen = min(listed, key=lambda one: (not is_json(types, one), rank(str(one.step))), default=None)
    for one in listed:
        if one is not chosen:
            one.lose("another-answer")
    if chosen is None:
        return None, None
    if not is_json(types, chosen):
        read_as_it_is(types, chosen)
        return None, None
    schema = chosen.at("schema")
    return ("any" if schema is None else types.expression([schema], hint)), chosen
