"""What the parts of the model are made with: the methods of HTTP, and an empty mapping."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
IDEMPOTENT_METHODS: Final = SAFE_METHODS | {"PUT", "DELETE"}
"""RFC 9110 section 9.2."""

BODYLESS_METHODS: Final = frozenset({"GET", "HEAD", "TRACE"})
"""RFC 9110 section 9.3: content in such a request has no meaning."""

METHODS: Final = (*sorted(IDEMPOTENT_METHODS), "PATCH", "POST")
