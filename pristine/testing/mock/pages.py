"""A list of a few dozen items, cut into pages in the way that the manifest says. Nothing is kept between calls."""

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote

import attrs

from pristine.manifest.model import PageStyle, Pagination, Parameter, Where
from pristine.ports.constraints import Constraints
from pristine.ports.errors import ConfigurationError
from pristine.ports.serializer import Schema
from pristine.testing.examples import example, seeded
from pristine.testing.mock.checking import PAGE, Asked
from pristine.testing.mock.conditional import CONDITIONS
from pristine.testing.mock.messages import Refusal, Wrong
from pristine.testing.mock.places import NOWHERE, Path, at, first_fitting, fits, put, type_at, without

_USUAL: Final = 10
"""How many items a page has where nobody says."""

_FEWEST, _SPREAD = 24, 13


@attrs.frozen
class Cut:
    """A page: where it begins, and how many items it may have."""

    begin: int
    size: int


@attrs.frozen(kw_only=True)
class PagedList:
    """A list: what its pages are made from. `path` leads to a page's items, `items` are those of an example."""

    how: Pagination
    asked: Asked
    schema: Schema
    path: Path
    seed: str
    items: Sequence[Any] | None = None

    @property
    def total(self) -> int:
        """How many items there are."""
        if self.items is not None:
            return len(self.items)
        return _FEWEST + seeded(self.seed, "total").randrange(_SPREAD)

    def page(self, whole: Any) -> tuple[Any, list[tuple[str, str]]]:
        """A body with the items of the page that is asked for, and header fields; raises Refusal for no such page."""
        cut = self._cut()
        end = min(cut.begin + cut.size, self.total)
        body = put(whole, self.path, self._slice(cut.begin, end))
        headers: list[tuple[str, str]] = []
        for where, candidates in self._said(end):
            if where.header:
                headers += [(where.header, str(one)) for one in candidates[:1] if one is not None]
            else:
                body = _told(body, where.path, self.schema, candidates)
        if self.how.style is PageStyle.LINK and self.how.next is None and end < self.total:
            headers.append(("Link", f'<{self._link(end)}>; rel="next"'))
        return body, headers

    @property
    def _key(self) -> Path | None:
        """Where an item has the cursor that leads on from it, where that is said to be in the last item of a page."""
        to_last = (*self.path, -1)
        where = self.how.next.path if self.how.style is PageStyle.CURSOR and self.how.next is not None else ()
        return where[len(to_last) :] if where[: len(to_last)] == to_last else None

    def _slice(self, begin: int, end: int) -> list[Any]:
        if self.items is not None:
            return list(self.items[begin:end])
        made, key = [self._item(index) for index in range(begin, end)], self._key
        if key is None:
            return made
        return [put(item, key, self._cursor(begin + number)) for number, item in enumerate(made, 1)]

    def _item(self, index: int) -> Any:
        schema = type_at(self.schema, (*self.path, 0))
        if schema is None or schema is NOWHERE:
            return {"id": index + 1}
        return example(schema, seeded(self.seed, index))

    # -- what is asked for ---------------------------------------------------------------------------------------------

    def _cut(self) -> Cut:
        size = self._number(self.how.size, "the size of a page", least=1)
        usual = min(_USUAL, _longest(type_at(self.schema, self.path)))
        size = usual if size is None else size
        return Cut(min(self._begin(size), self.total), size)

    def _begin(self, size: int) -> int:
        how, given = self.how, self._given(self.how.parameter)
        if how.style is PageStyle.LINK:
            return self._page_of_link()
        if given is None:
            return 0
        if how.style is PageStyle.CURSOR:
            found = next((place for place in range(1, self.total + 1) if str(self._cursor(place)) == str(given)), None)
            if found is None:
                raise Refusal(400, Wrong(f"{how.into}.{how.parameter}", "is no cursor of this list"))
            return found
        number = self._number(how.parameter, "where a page begins", least=how.start) or 0
        return (number - how.start) if how.style is PageStyle.OFFSET else (number - how.start) * size

    def _page_of_link(self) -> int:
        if not self.asked.page:
            return 0
        if not self.asked.page.isdecimal() or len(self.asked.page) > 9:
            raise Refusal(400, Wrong(f"query.{PAGE}", "is of no link of this list"))
        return int(self.asked.page)

    def _given(self, name: str) -> Any:
        fields = self.asked.query if self.how.into == "query" else self.asked.body
        return fields.get(name) if isinstance(fields, Mapping) else None

    def _number(self, name: str, what: str, *, least: int) -> int | None:
        given = self._given(name) if name else None
        if isinstance(given, str) and given.isdecimal() and len(given) < 10:
            given = int(given)  # of a query that is not declared
        if given is not None and (isinstance(given, bool) or not isinstance(given, int) or given < least):
            raise Refusal(400, Wrong(f"{self.how.into}.{name}", f"is {what}: a whole number, {least} or greater"))
        return given

    # -- what is told --------------------------------------------------------------------------------------------------

    def _said(self, end: int) -> Iterator[tuple[Where, Sequence[Any]]]:
        """The places of what leads on, each with what may stand there, best first."""
        goes_on = end < self.total
        if self.how.total is not None:
            yield self.how.total, (self.total, str(self.total))
        if self.how.more is not None:  # a header that says "false" would be something, so it is left out
            yield self.how.more, ((True, 1, "true") if goes_on else (None,) if self.how.more.header else (False, 0, ""))
        if self.how.next is None or self._key is not None:
            return
        if not goes_on:
            yield self.how.next, (None, "")
        elif self.how.style is PageStyle.LINK:
            yield self.how.next, (self._link(end),)
        else:
            yield self.how.next, (self._cursor(end),)

    def _cursor(self, place: int) -> Any:
        """What leads to a place: of the type that the parameter has, and of that where a page says it."""
        if self.items is not None and self._key is not None:
            return at(self.items[place - 1], self._key)
        told = None if self.how.next is None or self.how.next.header else type_at(self.schema, self.how.next.path)
        declared = self._declared()
        usual = (f"after-{place}", place, str(place))
        found = next((one for one in usual if _fits_both(one, told, declared)), None)
        return self._unusual_cursor(place, told, declared) if found is None else found

    def _unusual_cursor(self, place: int, told: Schema, declared: Schema) -> Any:
        """One in a format, or of a pattern; raises ConfigurationError where nothing is of both types."""
        random = seeded(self.seed, "cursor", place)
        for schema in (declared, told):
            if schema not in {None, NOWHERE} and _fits_both(found := example(schema, random), told, declared):
                return found
        told_so = f"no cursor was found for {self.how.parameter!r}, which a page says and a call gives"
        raise ConfigurationError(told_so)

    def _declared(self) -> Schema:
        """The declared type of the parameter that goes on."""
        endpoint = self.asked.operation.endpoint
        if self.how.into == "query":
            return (endpoint.query or {}).get(self.how.parameter, Parameter()).schema
        found = type_at(endpoint.request, (self.how.parameter,))
        return None if found is NOWHERE else found

    def _link(self, place: int) -> str:
        """The URL that was asked for, with the place where the list goes on."""
        incoming = self.asked.incoming
        host = incoming.headers.get("host", "")
        pairs = [pair for pair in incoming.query.split("&") if pair and not pair.startswith(f"{PAGE}=")]
        target = f"{incoming.path}?{'&'.join([*pairs, f'{PAGE}={place}'])}"
        return f"http://{quote(host, safe=':[]')}{target}" if host else target


def _fits_both(value: Any, told: Schema, declared: Schema) -> bool:
    return fits(value, told, strictly=True) and fits(value, declared, strictly=True)


def _told(body: Any, path: Path, schema: Schema, candidates: Sequence[Any]) -> Any:
    """The body with the first candidate that fits; with none, or null where that has no place, without anything."""
    found = first_fitting(type_at(schema, path), *candidates)
    dropped = without(body, path) if path and all(isinstance(step, str) for step in path) else body
    if candidates[0] is None and fits(dropped, schema):
        return dropped
    return dropped if found is NOWHERE else put(body, path, found)


def _longest(schema: Schema) -> int:
    """How many items a list of the type may have, as far as that is below the usual number."""
    bounds = [one.max_items for one in Constraints.among(getattr(schema, "__metadata__", ()))]
    inner = map(_longest, getattr(schema, "__args__", ()))
    return min([*inner, *(one for one in bounds if one is not None)], default=_USUAL)


def key_of(asked: Asked) -> str:
    """What tells requests apart, but for the page that they ask for."""
    how = asked.operation.endpoint.pagination
    parts: dict[str, Any] = {"query": asked.query, "body": asked.body}
    if how is not None and isinstance(parts[how.into], Mapping):
        parts[how.into] = {name: one for name, one in parts[how.into].items() if name not in {how.parameter, how.size}}
    fields = {name: one for name, one in asked.headers.items() if name.lower() not in CONDITIONS}
    told = [dict(asked.path_params), fields, dict(parts["query"]), parts["body"]]
    return json.dumps(told, sort_keys=True, default=lambda data: sha256(data).hexdigest())


def is_first(asked: Asked) -> bool:
    """Whether a request is for the first page of its list, or for no page at all."""
    how = asked.operation.endpoint.pagination
    if how is None:
        return True
    fields = asked.query if how.into == "query" else asked.body
    token = fields.get(how.parameter) if isinstance(fields, Mapping) and how.parameter else None
    return not asked.page and token in {None, how.start, str(how.start)}
