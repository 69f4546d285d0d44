"""What the model says, said again as a manifest would: keys that OpenAPI has no words for.

What the manifest said by a name or a preset is written out, and reads as the same.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import attrs

from pristine.codegen.openapi.types import Writer
from pristine.manifest.futures import STATES
from pristine.manifest.model import (
    Asking,
    Cost,
    DeadlineHeader,
    ErrorShape,
    Example,
    Idempotency,
    Later,
    LimitGroup,
    Pace,
    Pagination,
    Streaming,
    Where,
)
from pristine.manifest.policies import NEVER
from pristine.manifest.presets import PRESETS

Step = str | int

_EXACT: Final = 2**53


def plain(value: Any) -> Any:
    """A value of the model as JSON has it: whole numbers without a point, lists for tuples, texts for words."""
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return str(value) if isinstance(value, str) else value


def numbers(found: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping of such values."""
    return {str(key): plain(value) for key, value in found.items()}


def said(found: Any, *without: str) -> dict[str, Any]:
    """The attributes of a value that are not as they are by default."""
    defaults = {field.name: field.default for field in attrs.fields(type(found)) if field.name not in without}
    values = {name: getattr(found, name) for name in defaults}
    return {name: plain(one) for name, one in values.items() if not _is_default(one, defaults[name])}


def _is_default(value: Any, default: Any) -> bool:
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # a class, to Python
        default = default.factory()
    return bool(value == default) and isinstance(value, bool) is isinstance(default, bool)


def _or_true(options: dict[str, Any]) -> Any:
    return options or True


# -- places ------------------------------------------------------------------------------------------------------------


def path(steps: Iterable[Step]) -> str:
    """A path into a body, such as `data[-1].id`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


def where(found: Where) -> Any:
    """A place in an answer."""
    return {"header": found.header} if found.header else path(found.path)


def places(found: tuple[Where, ...]) -> Any:
    """A place, or several."""
    return where(found[0]) if len(found) == 1 else [where(one) for one in found]


# -- the keys of an endpoint -------------------------------------------------------------------------------------------


def streaming(found: Streaming, types: Writer) -> Any:
    """`streaming`."""
    options = {**said(found, "options", "items", "events", "reconnect"), **found.options}
    if found.items is not None:
        options["items"] = types.of(found.items)
    if found.events:
        options["events"] = {name: types.of(schema) for name, schema in found.events.items()}
    if found.reconnect is not None:
        options["reconnect"] = _or_true(said(found.reconnect))
    return _or_true(options)


def pagination(found: Pagination) -> Any:
    """`pagination`."""
    options = said(found)
    named = {key: where(options[key]) for key in ("next", "more", "total") if key in options}
    return {**options, **({"items": path(found.items)} if found.items else {}), **named}


def errors(found: ErrorShape) -> Any:
    """`errors`."""
    mappings = {
        "classes": {code: cls.__name__ for code, cls in found.classes.items()},
        "kinds": numbers(found.kinds),
        "statuses": numbers(found.statuses),
    }
    listed = {name: places(getattr(found, name)) for name in said(found, *mappings)}
    return {**listed, **{name: one for name, one in mappings.items() if one}}


def timeout(found: Mapping[str, float | None]) -> Any:
    """`timeout`."""
    return plain(found["total"]) if found.keys() == {"total"} and found["total"] else numbers(found)


def idempotency(found: Idempotency) -> Any:
    """`idempotency`."""
    return _or_true(said(found))


def deadline(found: DeadlineHeader) -> Any:
    """`deadline`."""
    return {"header": found.header, **said(found, "header")}


def example(found: Example) -> Any:
    """One of `examples`; its values are the author's, and stay as they are."""
    return {name: one for name, one in attrs.asdict(found, recurse=False).items() if one not in (None, {})}


def future(found: Later, types: Writer) -> Any:
    """`future`."""
    options = {**_preset(found), **said(found, "response")}
    for name in options.keys() & PLACES:
        options[name] = places(getattr(found, name))
    for name, one in options.items():
        options[name] = _PARTS[type(one)](one) if type(one) in _PARTS else one
    if found.statuses:
        options["statuses"] = numbers(found.statuses)
    if found.response is not None:
        options["response"] = types.of(found.response)
    return options


PLACES: Final = (
    "id", "state", "result", "result_url", "error", "category", "queue_state", "queue_reason", "progress", "delay",
    "delay_ms",
)  # fmt: skip
"""The attributes of a future that are places in an answer."""

_PARTS: Final[Mapping[type, Callable[[Any], Any]]] = {Asking: said, Pace: said}


def _preset(found: Later) -> Mapping[str, str]:
    """A preset that has the pending words among its own: beside `done` they may stand under such a one alone."""
    if not (found.pending and found.done):
        return {}
    words = {(type(one), one) for one in found.pending}
    known = {
        name: {(type(one), one) for key in STATES for one in preset.get(key, ())} for name, preset in PRESETS.items()
    }
    return next(({"preset": name} for name in known if words <= known[name]), {})


# -- what has a name ---------------------------------------------------------------------------------------------------


def limit(found: LimitGroup) -> Any:
    """A limit, as it stands under its name."""
    options = said(found, "name", "key", "units")
    if found.key:
        options["key"] = path(found.key)
    if found.units:
        options["units"] = {unit: _cost(cost) for unit, cost in found.units.items()}
    return options


def _cost(found: Cost) -> Any:
    quota = {"limit": plain(found.quota.limit), **said(found.quota, "limit")}
    options = {**quota, **said(found, "quota", "fields", "actual")}
    if found.fields:
        options["fields"] = [path(one) for one in found.fields]
    if found.actual is not None:
        options["actual"] = where(found.actual)
    return options


def is_never(retry: Mapping[str, float]) -> bool:
    """Whether these settings of the retry policy are `retry: false`."""
    return retry == NEVER
