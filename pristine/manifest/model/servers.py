"""Where the API is, and how its calls are signed."""

import re
from collections.abc import Mapping
from typing import Final

from pristine.manifest.model.basics import NOTHING
from pristine.ports.errors import ConfigurationError
from pristine.ports.patterns import pattern
from pristine.ports.values import frozen

BASE_URL: Final = pattern(r"(?=[!-~]+\Z)[Hh][Tt][Tt][Pp][Ss]?://[^/?#@\\]+(/[^?#\\]*)?")
"""An absolute URL, in ASCII, that paths can be put after: no user information, query or fragment."""

VARIABLE: Final = pattern(r"\{([A-Za-z_]\w*)\}", re.ASCII)
"""What stands for a variable in the URL of a server."""

VARIABLE_VALUE: Final = pattern(r"[\w.~-]+", re.ASCII)


@frozen(kw_only=True)
class Variable:
    """A part of a server's URL that a Context may choose; `allowed` () is anything that fits into a URL there."""

    default: str
    allowed: tuple[str, ...] = ()
    description: str = ""


@frozen(kw_only=True)
class Server:
    """A place where the API is served. `url` may hold `{variables}`; `name` is what a Context chooses it by."""

    url: str
    name: str = ""
    description: str = ""
    variables: Mapping[str, Variable] = NOTHING

    def filled(self, given: Mapping[str, str]) -> str:
        """The URL with its variables; raises ConfigurationError for one that it has not, or may not have."""
        for name in given.keys() - self.variables.keys():
            known = ", ".join(self.variables) or "none"
            raise ConfigurationError(f"the server has no variable {name!r}; it has {known}", setting="server_variables")
        values = {name: _chosen(name, one, given.get(name)) for name, one in self.variables.items()}
        return VARIABLE.sub(lambda match: values[match[1]], self.url)


def _chosen(name: str, variable: Variable, given: str | None) -> str:
    value = variable.default if given is None else given
    if variable.allowed and value not in variable.allowed:
        told = f"server variable {name!r} must be one of {', '.join(variable.allowed)}"
        raise ConfigurationError(told, setting=f"server_variables.{name}")
    if not VARIABLE_VALUE.fullmatch(str(value)):
        told = f"server variable {name!r} may hold letters, digits and . _ ~ - alone"
        raise ConfigurationError(told, setting=f"server_variables.{name}")
    return str(value)


@frozen(kw_only=True)
class Scheme:
    """A way to authenticate: a credential goes into `location` ("header", "query" or "cookie") under `name`.

    `kind` is "apiKey", "bearer" or "basic".
    """

    kind: str
    location: str = "header"
    name: str = "Authorization"
    description: str = ""
