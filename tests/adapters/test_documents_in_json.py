"""JSON is read by the standard library, or character by character, to the same value or the same fault."""

import json
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pristine.adapters import documents
from pristine.adapters.documents import read_json
from pristine.ports.errors import DocumentError


def outcome(text: str) -> tuple[Any, Any]:
    """The value and its lines, or what is wrong."""
    try:
        found = read_json(text, "x.json")
    except DocumentError as error:
        return "fault", str(error)
    return repr(found.value), dict(found.lines)


def slowly(text: str) -> tuple[Any, Any]:
    """The same without the standard library."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "VALUES", -1)
        return outcome(text)


TEXTS: Final = [
    '{"a": 1, "a": 2}',
    '{"a": {"b": 1, "b": 1}}',
    "[1, 2,]",
    "[NaN]",
    "[Infinity, -Infinity]",
    "1e999",
    "-1e999",
    "1e-999",
    "-0",
    "-0.0",
    "01",
    "1.",
    ".5",
    "+1",
    "1E+2",
    "9" * 4300,
    "9" * 4301,
    "1." + "0" * 5000,
    '"\\ud83d\\ude00"',
    '"\\ud83d"',
    '"\\\\ud83d"',
    '"\\uDC00x"',
    '"a\nb"',
    '"a\tb"',
    '"\x7f"',
    "'a'",
    "\ufeff[1]",
    "\ufeff\ufeff[1]",
    "[1]]",
    "[1] // no",
    "\u00a0[1]",
    "nul",
    "True",
    "[" * 100 + "]" * 100,
    "[" * 101 + "]" * 101,
    '{"a":' * 100 + "1" + "}" * 100,
    '{"a":' * 101 + "1" + "}" * 101,
    "[" * 5000,
    "",
    " \n",
    '{"": {"": [null, true, false]}}',
]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text)[:30])
def test_both_ways_agree(text: str) -> None:
    assert outcome(text) == slowly(text)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=10))
@settings(max_examples=100, derandomize=True, deadline=None)
def test_both_ways_agree_about_any_value(value: Any) -> None:
    text = json.dumps({"a": value, "b": [value]}, indent=1)
    assert outcome(text) == slowly(text)


@pytest.mark.parametrize("seed", range(300))
def test_both_ways_agree_about_mangled_text(seed: int) -> None:
    random = Random(seed)
    text = list('{"name": "x\\u00e9", "list": [1, -2.5e3, true, null, {"a": {}}],\n "b": "\\ud83d\\ude00"}')
    for _ in range(random.randint(1, 3)):
        place = random.randrange(len(text))
        text[place : place + random.randint(0, 2)] = random.choice(['"', "{", "}", "[", ",", ":", "\\", "1", "e", " "])
    assert outcome("".join(text)) == slowly("".join(text))


def test_lines_are_found_when_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read_json('{\n"a": [\n1]}', "x.json")
    assert (len(found.lines), list(found.lines), found.line_of(("a", 0, "b"))) == (3, [(), ("a",), ("a", 0)], 3)
    monkeypatch.setattr(documents, "_Json", None)
    assert read_json('{\n"a": [\n1]}', "x.json").value == {"a": [1]}


def test_there_are_lines_as_far_as_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "ROOM", 100)
    found = read_json("[" + "1,\n" * 50 + "1]", "x.json")
    assert found.line_of((3,)) == 4
    assert found.line_of((49,)) == 1
    with pytest.raises(DocumentError, match="too many values"):
        documents._Json("[" + "1," * 50 + "1]", "x.json").document()
