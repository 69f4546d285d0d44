"""What a typed handle, list or stream is of: to type checkers a parameter that is Any where nobody says it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import TypeVar  # with a default, which Python has since 3.13 and type checkers bring along

    Of_co = TypeVar("Of_co", covariant=True, default=Any)
else:
    from typing import TypeVar

    Of_co = TypeVar("Of_co", covariant=True)
