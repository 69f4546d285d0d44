"""What a parameter is called in the id of a test: the same in every process."""

import re
from typing import Any


def shown(value: Any) -> str:
    """The repr, without the address that some have."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))
