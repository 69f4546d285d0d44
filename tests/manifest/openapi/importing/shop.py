"""A document with something of everything, for what holds of all of them."""

from pathlib import Path
from typing import Any, Final

from pristine.config import read_document

PATH: Final = Path(__file__).with_name("shop.yaml")

SHOP: Final[dict[str, Any]] = read_document(PATH).value
