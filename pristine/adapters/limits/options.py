"""The options of a limiter: quotas as Quota, as a table, or as a number, for all groups and for some."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from pristine.ports.admission import REQUESTS, Quota
from pristine.ports.errors import ConfigurationError

QuotaOption: TypeAlias = Quota | Mapping[str, float] | float
"""A Quota, a table with its `limit`, `per` and `burst`, or the limit alone."""

_OF_GROUP: Final = ("requests", "per", "burst", "quotas")
_OF_QUOTA: Final = ("limit", "per", "burst")


def quotas_of(
    requests: float | None, per: float, burst: float | None, quotas: Mapping[str, QuotaOption], at: str = ""
) -> dict[str, Quota]:
    """The quotas by unit. `at` is where the options stand, such as `groups.chat.`. Raises ConfigurationError."""
    positive(per, f"{at}per")
    table(quotas, f"{at}quotas", 'such as {"tokens": 90000}')
    if burst is not None and requests is None:
        wrong(f"{at}burst", burst, "give `requests` too, or the burst of a unit in its quota")
    read = {unit: _quota(quota, per, f"{at}quotas.{unit}") for unit, quota in quotas.items()}
    if requests is not None:
        if REQUESTS in read:
            wrong(f"{at}requests", requests, "the quotas have `requests` too; give one of them")
        read[REQUESTS] = _checked(requests, per, burst, at, "requests")
    return read


def quotas_by_group(groups: Mapping[str, Mapping[str, Any]], per: float) -> dict[str, dict[str, Quota]]:
    """The quotas of each group by unit. Raises ConfigurationError."""
    table(groups, "groups", 'such as {"chat": {"requests": 10}}')
    return {name: _of_group(group, per, f"groups.{name}") for name, group in groups.items()}


def _of_group(group: Mapping[str, Any], per: float, at: str) -> dict[str, Quota]:
    _check_known(group, _OF_GROUP, at)
    return quotas_of(
        group.get("requests"), group.get("per", per), group.get("burst"), group.get("quotas", {}), f"{at}."
    )


def _quota(quota: Any, per: float, at: str) -> Quota:
    if isinstance(quota, Quota):
        return _checked(quota.limit, quota.per, quota.burst, f"{at}.")
    if not isinstance(quota, Mapping):
        return _checked(quota, per, None, at, "")
    _check_known(quota, _OF_QUOTA, at)
    return _checked(quota.get("limit"), quota.get("per", per), quota.get("burst"), f"{at}.")


def _checked(limit: Any, per: Any, burst: Any, at: str, name: str = "limit") -> Quota:
    positive(limit, f"{at}{name}")
    positive(per, f"{at}per")
    if burst is not None and not _is_number(burst):
        wrong(f"{at}burst", burst, "give a number, 0 or greater")
    return Quota(limit=limit, per=per, burst=burst)


def checked(quota: Quota, unit: str) -> Quota:
    """A quota that came with a demand. Raises ConfigurationError."""
    return _checked(quota.limit, quota.per, quota.burst, f"quotas.{unit}.")


def _check_known(options: Any, known: tuple[str, ...], at: str) -> None:
    table(options, at, f"with {', '.join(known)}")
    for option in options:
        if option not in known:
            wrong(f"{at}.{option}", options[option], f"unknown; known are {', '.join(known)}")


def table(value: Any, setting: str, example: str) -> None:
    """Raise ConfigurationError for what is not a mapping."""
    if not isinstance(value, Mapping):
        wrong(setting, value, f"give a table, {example}")


def positive(value: Any, setting: str) -> None:
    """Raise ConfigurationError for what is not a number above 0, within reason."""
    if not _is_number(value) or not value >= 1e-9:
        wrong(setting, value, "give a number greater than 0")


def wrong(setting: str, value: Any, right: str) -> None:
    """Raise the ConfigurationError that says what would be right."""
    raise ConfigurationError(f"{setting}={value!r}: {right}", setting=setting)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1e15
