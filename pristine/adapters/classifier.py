"""A result classifier by rules: what an API means by a status or by a code of its own, where it is not the usual.

An error stays an error and a success a success: there is no value to give for the one, and no error for the other.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

import attrs

from pristine.adapters.checks import known_options, nearest
from pristine.ports.errors import ConfigurationError
from pristine.ports.outcome import Kind, Outcome, Result
from pristine.ports.patterns import pattern
from pristine.ports.values import frozen

Kinds: TypeAlias = Mapping[Any, str]
"""A status, as a number or text, or a code -> a kind, by name."""

_STATUS: Final = pattern(r"([1-5])(?:\d\d|XX)", re.IGNORECASE | re.ASCII)
_KINDS: Final = {kind.value: kind for kind in Kind if kind is not Kind.SUCCESS}


@frozen
class _Rules:
    """Kinds by code, and by status as text: `409`, or `5XX` for all of its class."""

    codes: Mapping[str, Kind]
    statuses: Mapping[str, Kind]

    def kind_of(self, outcome: Outcome) -> Kind | None:
        """The kind by the first code that has a rule, else by the status, else by its class."""
        for code in outcome.codes:
            if code in self.codes:
                return self.codes[code]
        if outcome.status is None or not self.statuses:
            return None
        return self.statuses.get(str(outcome.status)) or self.statuses.get(f"{outcome.status // 100}XX")


class RuleClassifier:
    """Gives the outcome another kind by its codes and its status: `codes={"insufficient_quota": "client_error"}`.

    The rules of the endpoint go first, its codes before its statuses, and then the rules for all, in the same order:
    `endpoints={"create": {"statuses": {409: "overloaded"}, "codes": {}}}`. A status is a number or text; "5XX" is all
    of its class, and comes after the status itself. Kinds are the values of Kind. Without a rule it is `result.usual`.

    Raises ConfigurationError for what is not a status, an option or a kind; for the kind "success" and for statuses of
    success (2XX) as well, since no error becomes a success and no success an error. What cannot be decoded is an error,
    whatever its status: rules for codes hold for it.
    """

    def __init__(
        self,
        *,
        statuses: Kinds | None = None,
        codes: Kinds | None = None,
        endpoints: Mapping[str, Mapping[str, Kinds]] | None = None,
    ) -> None:
        self._rules = _rules({"statuses": statuses, "codes": codes}, "")
        given = _mapping({} if endpoints is None else endpoints, "endpoints")
        self._endpoints = {_name(name): _rules(rules, f"endpoints.{name}") for name, rules in given.items()}

    def classify(self, result: Result) -> Outcome:
        usual = result.usual
        if usual.kind is Kind.SUCCESS:
            return usual
        own = self._endpoints.get(result.endpoint)
        kind = (own and own.kind_of(usual)) or self._rules.kind_of(usual)
        return usual if kind is None or kind is usual.kind else attrs.evolve(usual, kind=kind)


def _rules(given: Any, setting: str) -> _Rules:
    given = _mapping(given, setting)
    known_options(setting or "rules", given, ("statuses", "codes"), setting)
    codes, statuses = (_table(given.get(name), f"{setting}.{name}".removeprefix(".")) for name in ("codes", "statuses"))
    return _Rules(
        {str(code): kind for code, kind, where in codes if _is_code(code, where)},
        _once((_status(status, where), kind, where) for status, kind, where in statuses),
    )


def _table(given: Any, setting: str) -> Iterator[tuple[Any, Kind, str]]:
    """Each rule: its key, its kind, and where it stands."""
    for key, kind in _mapping({} if given is None else given, setting).items():
        where = f"{setting}.{key}"
        if not isinstance(kind, str) or kind not in _KINDS:
            reason = "an error does not become a success" if kind == "success" else f"{kind!r:.80} is no kind of error"
            raise ConfigurationError(f"{where}: {reason}{nearest(kind, _KINDS)}", setting=where)
        yield key, _KINDS[kind], where


def _status(given: Any, where: str) -> str:
    text = given.strip().upper() if isinstance(given, str) else str(given)
    if isinstance(given, bool) or not _STATUS.fullmatch(text):
        raise ConfigurationError(
            f"{where}: give a status, such as 409, or a class of them, such as '5XX'", setting=where
        )
    if text[0] == "2":
        raise ConfigurationError(f"{where}: it is a success, which does not become an error", setting=where)
    return text


def _once(rules: Iterator[tuple[str, Kind, str]]) -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    for key, kind, where in rules:
        if found.setdefault(key, kind) is not kind:
            raise ConfigurationError(f"{where}: there are two kinds for it", setting=where)
    return found


def _is_code(code: object, where: str) -> bool:
    if isinstance(code, bool) or not isinstance(code, (str, int)) or code == "":
        raise ConfigurationError(f"{where}: give a code of the API, which is text", setting=where)
    return True


def _name(name: object) -> str:
    if not isinstance(name, str):
        raise ConfigurationError(f"endpoints: {name!r:.80} is not the id of an endpoint", setting="endpoints")
    return name


def _mapping(given: Any, setting: str) -> Mapping[Any, Any]:
    if not isinstance(given, Mapping):
        raise ConfigurationError(f"{setting}: give a mapping", setting=setting)
    return given
