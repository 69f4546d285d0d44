"""Plain values -> YAML that says the same by the core schema of YAML 1.2, by which manifests are read. Needs `yaml`.

PyYAML quotes what YAML 1.1 would not take for text, and that is not the same: `0o7` and `1e3` are numbers in 1.2 alone.
"""

import re
from typing import Any, Final

import yaml

_BASE: Final[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

_LIKE_A_NUMBER: Final = re.compile(r"[-+]?\.?[0-9]")


class _Dumper(_BASE):  # type: ignore[misc]  # libyaml's dumper where there is one
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 a manifest is written out: nothing stands for another
        return True


def _text(dumper: Any, value: str) -> Any:
    style = "|" if "\n" in value else '"' if _LIKE_A_NUMBER.match(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def yaml_text(value: Any) -> str:
    """The text of a value, keys in their order."""
    found: str = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    return found
