"""Patterns that are compiled when first used."""

import re
from typing import Any

import pytest

from pristine.ports.patterns import pattern


def test_it_does_what_a_compiled_one_does() -> None:
    word = pattern(r"(?P<letter>[a-z])\d+", re.IGNORECASE)
    found = word.fullmatch("A12")
    assert found is not None
    assert found["letter"] == "A"
    assert word.sub("-", "a1 b2") == "- -"
    assert word.flags & re.IGNORECASE
    assert (pattern(rb"\d").search(b"a1") or [b""])[0] == b"1"


def test_it_is_compiled_at_its_first_use_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    real = re.compile

    def compiled(*said: Any) -> Any:
        seen.append(said[0])
        return real(*said)

    monkeypatch.setattr(re, "compile", compiled)
    digits = pattern(r"\d+")
    assert seen == []
    assert [digits.fullmatch("1"), digits.fullmatch("a"), digits.fullmatch("b")][1:] == [None, None]
    assert seen == [r"\d+"]
    assert vars(digits)["fullmatch"].__self__ is real(r"\d+")
