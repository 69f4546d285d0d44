"""Which recorded request is the one that is asked, and if none is, what is not as it was in the nearest. Pure.

Requests are the same where their keys are: method, URL with its query as a multiset, chosen header fields, and the
body, JSON as JSON. What differs is told by its place and never by its value, which may be anybody's secret.
"""

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, zip_longest
from typing import Any, Final
from urllib.parse import unquote_plus

from pristine.adapters.cassette.exchange import Asked, Content, Exchange
from pristine.adapters.cassette.redaction import media_type

MOST: Final = 8
"""How many differences are told."""


def shape(asked: Asked, names: Sequence[str]) -> Hashable:
    """What is the same in equal requests, the body apart."""
    return asked.method, _path(asked), tuple(sorted(_query(asked))), tuple(map(tuple, _chosen(asked, names)))


def content(asked: Asked) -> Hashable:
    """What is the same in equal bodies."""
    body = asked.body
    if body is None or body.data is None:
        return body and body.digest
    return _canonical(body, asked.headers)


def _canonical(body: Content, headers: Mapping[str, str]) -> str:
    try:
        return json.dumps(_json_of(body, headers), sort_keys=True)
    except (ValueError, RecursionError):
        return body.digest


def _json_of(body: Content, headers: Mapping[str, str]) -> Any:
    """The value of a body of JSON; raises ValueError for any other."""
    said = media_type(headers).endswith(("/json", "+json"))
    if body.data is None or not (said or body.data.lstrip()[:1] in {b"{", b"["}):
        raise ValueError("not JSON")
    return json.loads(body.data)


def _path(asked: Asked) -> str:
    return asked.url.partition("?")[0]


def _query(asked: Asked) -> list[tuple[str, str]]:
    pairs = asked.url.partition("?")[2].split("&")
    split = [pair.partition("=") for pair in pairs if pair]
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in split]


def _chosen(asked: Asked, names: Sequence[str]) -> list[list[str]]:
    return [asked.headers.get_all(name) for name in names]


# -- what differs ------------------------------------------------------------------------------------------------------


def nearest(asked: Asked, recorded: Iterable[Exchange], names: Sequence[str]) -> Exchange | None:
    """The exchange whose request is most like the one that is asked."""
    return min(recorded, key=lambda exchange: _distance(asked, exchange.asked, names), default=None)


def _distance(asked: Asked, there: Asked, names: Sequence[str]) -> tuple[int, ...]:
    steps = zip_longest(_path(asked).split("/"), _path(there).split("/"))
    query = _query(asked), _query(there)
    return (
        sum(here != step for here, step in steps),
        asked.method != there.method,
        len({name for name, _ in query[0]} ^ {name for name, _ in query[1]}),
        len(list(_of_queries(*query))),
        sum(one != other for one, other in zip(_chosen(asked, names), _chosen(there, names), strict=True)),
        len(list(islice(_of_bodies(asked, there), 50))),
    )


def differences(asked: Asked, there: Asked, names: Sequence[str]) -> list[str]:
    """What is not as it was there, in at most MOST + 1 phrases; the one that was recorded is the one that is right."""
    found = list(islice(_differences(asked, there, names), MOST + 1))
    return [*found[:MOST], "and more"] if len(found) > MOST else found


def _differences(asked: Asked, there: Asked, names: Sequence[str]) -> Iterator[str]:
    if asked.method != there.method:
        yield f"method {asked.method} is not {there.method}"
    if _path(asked) != _path(there):
        yield f"{_path(asked)} is not {_path(there)}"
    yield from _of_queries(_query(asked), _query(there))
    for name, here, other in zip(names, _chosen(asked, names), _chosen(there, names), strict=True):
        if here != other:
            yield f"header {name} {_how(here, other)}"
    yield from _of_bodies(asked, there)


def _of_queries(here: list[tuple[str, str]], there: list[tuple[str, str]]) -> Iterator[str]:
    for name in dict.fromkeys(name for name, _ in [*there, *here]):
        values = [sorted(value for key, value in query if key == name) for query in (here, there)]
        if values[0] != values[1]:
            yield f"query {name!r} {_how(*values)}"


def _how(here: Any, there: Any) -> str:
    return "is missing" if not here else "was not there" if not there else "is another"


def _of_bodies(asked: Asked, there: Asked) -> Iterator[str]:
    here, other = asked.body, there.body
    if content(asked) == content(there):
        return
    if here is None or other is None:
        yield f"the body {_how(here, other)}"
        return
    try:
        values = _json_of(here, asked.headers), _json_of(other, there.headers)
        yield from _of_json("body $", *values)
    except (ValueError, RecursionError):
        yield f"the body is another: {here.size} bytes, not {other.size}{_where(here.data, other.data)}"


def _where(here: bytes | None, there: bytes | None) -> str:
    if here is None or there is None:
        return ""
    pairs = enumerate(zip(here, there, strict=False))
    same = next((index for index, (one, other) in pairs if one != other), min(len(here), len(there)))
    return f", from byte {same} on"


def _of_json(path: str, here: Any, there: Any) -> Iterator[str]:
    if isinstance(here, dict) and isinstance(there, dict):
        for key in dict.fromkeys([*there, *here]):
            yield from _of_member(f"{path}.{key}", here, there, key)
    elif isinstance(here, list) and isinstance(there, list):
        for index in range(max(len(here), len(there))):
            yield from _of_member(f"{path}[{index}]", dict(enumerate(here)), dict(enumerate(there)), index)
    elif type(here) is not type(there) or here != there:
        yield f"{path} is another"


def _of_member(path: str, here: Mapping[Any, Any], there: Mapping[Any, Any], key: Any) -> Iterator[str]:
    if key not in here:
        yield f"{path} is missing"
    elif key not in there:
        yield f"{path} was not there"
    else:
        yield from _of_json(path, here[key], there[key])
