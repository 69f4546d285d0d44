"""Futures in JSON Schema: what says that work goes on, how it is asked about, and how fast. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pristine.manifest.answers import MOST_PLACES
from pristine.manifest.asking import ASKING_KEYS, FILLED, template
from pristine.manifest.futures import ANSWERED, FUTURE_KEYS, NEEDED, PACE_KEYS, STATES, growth, parts, said
from pristine.manifest.model import Became
from pristine.manifest.policies import MOST
from pristine.manifest.presets import NAMING, PRESETS
from pristine.manifest.reading import Reader, anything
from pristine.manifest.schema_terms import (
    NEVER,
    Json,
    either,
    has,
    items,
    lacks,
    matching,
    members,
    one_of,
    only,
    record,
    ref,
    when,
)
from pristine.ports.fields import TOKEN, UNSAFE

Values = Callable[[Mapping[str, Reader], Mapping[str, Json]], Json]
"""The schemas of a table's keys: those of their readers, unless the keys say more."""

_SAID: Final[Json] = {"type": ["string", "integer", "boolean", "null"]}
_STRANGE: Final = rf"\{{(?!(?:{'|'.join(FILLED)})\}})[A-Za-z0-9_.-]+\}}"

READ: Final[Mapping[Reader, Json]] = {
    said: _SAID,
    parts: ref("parts"),
    growth: {"type": "number", "minimum": 1, "maximum": MOST},
    template: ref("filled"),
}
"""Reader -> what it reads."""


def definitions(values: Values) -> Json:
    """What stands under `$defs`."""
    part = either({"const": ""}, ref("where"))
    return {
        "future": record("Futures", _values(values), *_rules()),
        "asking": record("Asking", _asking(values), when(lacks("endpoint"), only(**dict.fromkeys(_SENT, NEVER)))),
        "pace": record("Pace", values(PACE_KEYS, {})),
        "parts": either(part, {**items(part, 1), "maxItems": MOST_PLACES, "uniqueItems": True}),
        "filled": either(
            {"type": ["number", "boolean", "null"]},
            {"type": "string", "not": {"pattern": _STRANGE}},
            items(ref("filled")),
            members(ref("filled")),
        ),
    }


_SENT: Final = tuple(key for key in ASKING_KEYS if key != "endpoint")


def _values(values: Values) -> Json:
    return values(
        {**FUTURE_KEYS, **dict.fromkeys(("ask", "cancel", "response"), anything)},
        {
            "ask": ref("asking"),
            "cancel": {**ref("asking"), "required": ["endpoint"]},
            "response": ref("type"),
            "statuses": members(one_of(Became), matching(ANSWERED)),
            "pace": ref("pace"),
            **{key: {**items(_SAID), "uniqueItems": True} for key in STATES},
        },
    )


def _asking(values: Values) -> Json:
    sendable = {**matching(rf"(?:(?!{UNSAFE.pattern})[\s\S])*"), **ref("filled")}
    return values(ASKING_KEYS, {"headers": members(sendable, matching(TOKEN))})


def _rules() -> list[Json]:
    """What has an effect beside what."""
    return [
        either(has("id"), has("preset")),
        *(when(has(**{key: _said(key)}), _one_of_these(needed)) for key, needed in NEEDED.items()),
        when({**has(done={"minItems": 1}), **lacks("preset")}, only(pending={"maxItems": 0})),
        when({**has(preset=one_of(NAMING)), **lacks("id")}, has(ask=has("endpoint"))),
    ]


def _said(key: str) -> Any:
    return {"minItems": 1} if key in STATES else True


def _one_of_these(keys: tuple[str, ...]) -> Json:
    """One of the keys is there, or a preset that has one."""
    presets = [name for name, preset in PRESETS.items() if not preset.keys().isdisjoint(keys)]
    return either(*map(has, keys), has(preset=one_of(presets)))
