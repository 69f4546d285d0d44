"""Any value becomes JSON, bounded and without secrets."""

import dataclasses
import json
from base64 import b64encode
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from pathlib import PurePosixPath
from typing import Any

import attrs
import pytest

from pristine.reporter.sanitising import Sanitiser

SECRET = "s3kr1t-planted"


def plain(value: Any, **bounds: int) -> Any:
    made = Sanitiser([SECRET], **{"depth": 3, "items": 4, "characters": 40, **bounds}).plain(value)
    json.dumps(made, allow_nan=False).encode()
    return made


@dataclasses.dataclass
class Account:
    name: str
    password: str


@attrs.define
class Key:
    id: int
    api_key: str | None = None


class Colour(Enum):
    RED = "red"


class Unshowable:
    def __repr__(self) -> str:
        raise ValueError("no")


class Unreadable(dict[str, Any]):
    def items(self) -> Any:
        raise ValueError("no")


@pytest.mark.parametrize(
    ("value", "made"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (10**400, "<int of 1329 bits>"),
        (0.5, 0.5),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        ("text", "text"),
        ("x" * 50, "x" * 40 + "…"),
        ("\ud800", "\\ud800"),
        (b"bytes", "bytes"),
        (b"\xff\x00", "base64:/wA="),
        (b"\xff" + SECRET.encode(), "base64:/yoqKg=="),
        (b"\xff" * 35 + SECRET.encode(), "base64:" + b64encode(b"\xff" * 35 + b"***").decode()),
        ("ü".encode() * 30 + b"ab", "ü" * 20),
        (datetime(2025, 1, 2, tzinfo=UTC), "2025-01-02T00:00:00+00:00"),
        (Decimal("1.5"), "1.5"),
        (PurePosixPath("/a"), "/a"),
        (Colour.RED, "red"),
        ((1, {2}), [1, [2]]),
        ([1, 2, 3, 4, 5], [1, 2, 3, 4, "…"]),
        ({1: 2, "a": 3}, {"1": 2, "a": 3}),
        ({str(number): number for number in range(6)}, {"0": 0, "1": 1, "2": 2, "3": 3, "…": 2}),
        ([[[[[1]]]]], [[[["…"]]]]),
        (Account("ada", "hunter22"), {"name": "ada", "password": "***"}),
        ([Key(1, "k"), Key(2)], [{"id": 1, "api_key": "***"}, {"id": 2, "api_key": None}]),
        (ValueError("told"), {"type": "ValueError", "message": "told"}),
        (Unshowable(), "<Unshowable>"),
        (Unreadable(a=1), "<Unreadable>"),
        (Account, "<Account>"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_is_made_plain(value: Any, made: Any) -> None:
    assert plain(value) == made


@pytest.mark.parametrize(
    ("text", "made"),
    [
        (f"it is {SECRET}.", "it is ***."),
        ("Authorization: Bearer abcdef123", "Authorization: *** ***"),
        ("got Bearer abcdef123=", "got Bearer ***"),
        ("https://u:hunter22@h/?api_key=k1&b=2", "https://***@h/?api_key=***&b=2"),
        ('{"password": "hunter22"}', '{"password": "***"}'),
        ("x" * 35 + SECRET, "x" * 35 + "***"),
        ("a design: fine", "a design: fine"),
    ],
)
def test_what_looks_like_a_credential_is_masked(text: str, made: str) -> None:
    assert plain(text) == made


def test_circles_and_large_values_end() -> None:
    circle: list[Any] = []
    circle.append(circle)
    wide: Any = 1
    for _ in range(8):
        wide = [wide] * 100
    assert plain(circle) == [[[["…"]]]]
    assert len(json.dumps(plain(wide, depth=20, items=100))) < 200_000
    assert len(plain("x" * 10_000_000)) == 41


@pytest.mark.timeout(10)
@pytest.mark.parametrize("part", ["x", "token", "token ", "token:", "://", "basic ", "basic x", " ", "sig="])
def test_no_text_is_slow(part: str) -> None:
    assert len(plain(part * 100_000, characters=4000)) <= 4001
