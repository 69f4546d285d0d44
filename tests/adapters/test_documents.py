"""The promises of DocumentReader, held by every notation; then what each notation adds."""

import json
import math
import pathlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pristine.adapters.documents import read_json
from pristine.adapters.toml import read as read_toml
from pristine.adapters.yaml import read as read_yaml
from pristine.config import read_document
from pristine.ports.documents import Document, DocumentReader, Path
from pristine.ports.errors import ConfigurationError, DocumentError

READERS: dict[str, DocumentReader] = {"json": read_json, "toml": read_toml, "yaml": read_yaml}
YAMLS = ["yaml-libyaml", "yaml-python"]


class Notation:
    """One notation, by the name its samples go under."""

    def __init__(self, name: str) -> None:
        self.name = name

    def read(self, text: str) -> Document:
        return READERS[self.name](text, "api.file")

    def fault(self, text: str) -> DocumentError:
        with pytest.raises(DocumentError) as caught:
            self.read(text)
        assert caught.value.source == "api.file"
        assert str(caught.value).startswith(f"api.file:{caught.value.line}:")
        assert len(str(caught.value).splitlines()) == 1
        return caught.value


def notation_named(name: str, monkeypatch: pytest.MonkeyPatch) -> Notation:
    if name == "yaml-python":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    elif name == "yaml-libyaml" and not hasattr(yaml, "CSafeLoader"):
        pytest.skip("PyYAML was built without libyaml")
    return Notation(name.partition("-")[0])


@pytest.fixture(params=["json", "toml", *YAMLS])
def notation(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Notation:
    return notation_named(request.param, monkeypatch)


@pytest.fixture(params=YAMLS)
def in_yaml(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Notation:
    return notation_named(request.param, monkeypatch)


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every path of a plain value, in document order."""
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        yield from paths(child, (*path, step))


# --- what all notations promise ---------------------------------------------------------------------------

VALUE = {
    "name": "chat",
    "limit": -3,
    "ratio": 1.5,
    "on": True,
    "models": {"list": {"method": "GET", "tags": ["a", "b"]}},
    "servers": [{"url": "http://x"}, {"url": "http://y"}],
}
SAMPLE = {
    "json": """
{
  "name": "chat",
  "limit": -3, "ratio": 1.5,
  "on": true,
  "models": {
    "list": {"method": "GET",
      "tags": ["a",
        "b"]}
  },
  "servers": [
    {"url": "http://x"},
    {
      "url": "http://y"}
  ]
}
""",
    "toml": '''
name = "chat" # not = "this"
limit = -3
ratio = 1.5
on = true

[models.list]
method = """\\
  GET"""
tags = ["a", # one ]
  "b"]

[[servers]]
url = "http://x"

[[servers]]
"url" = 'http://y'
''',
    "yaml": """
name: chat
limit: -3
ratio: 1.5
on: true
models:
  list:
    method: >-
      GET
    tags: [a,
      b]
servers:
  - url: http://x

  - url: 'http://y'
""",
}
LINES: dict[str, dict[Path, int]] = {
    "json": {
        (): 2,
        ("name",): 3,
        ("ratio",): 4,
        ("models", "list"): 7,
        ("models", "list", "method"): 7,
        ("models", "list", "tags"): 8,
        ("models", "list", "tags", 1): 9,
        ("servers",): 11,
        ("servers", 0): 12,
        ("servers", 1): 13,
        ("servers", 1, "url"): 14,
    },
    "toml": {
        (): 1,
        ("name",): 2,
        ("models",): 7,
        ("models", "list"): 7,
        ("models", "list", "tags"): 10,
        ("models", "list", "tags", 0): 10,
        ("models", "list", "tags", 1): 11,
        ("servers",): 13,
        ("servers", 0): 13,
        ("servers", 1): 16,
        ("servers", 1, "url"): 17,
    },
    "yaml": {
        (): 2,
        ("name",): 2,
        ("models",): 6,
        ("models", "list", "method"): 8,
        ("models", "list", "tags", 0): 10,
        ("models", "list", "tags", 1): 11,
        ("servers", 0): 13,
        ("servers", 1): 15,
        ("servers", 1, "url"): 15,
    },
}
TWICE = {
    "json": '{"a": 1,\n "b": {"c": 1,\n\n  "c": 2}}',
    "toml": "a = 1\n[b]\nc = 1\nc = 2",
    "yaml": "a: 1\nb:\n  c: 1\n  c: 2",
}
BROKEN = {"json": '{\n"a": 1,\n"b" 2\n}', "toml": "\na = 1\nb 2\n", "yaml": "\na: 1\nb: ]\n"}
UNFINISHED = {"json": '{"a":\n [1,', "toml": "a =\\\n [1,".replace("\\\n", ""), "yaml": "a:\n [1,"}
ONE = {"json": '{"a": 1}', "toml": "a = 1", "yaml": "a: 1"}
HOLDING = {"json": '{"a":\n %s}', "toml": "\na = %s", "yaml": "a:\n %s"}


def test_promise_1_the_value_is_plain(notation: Notation) -> None:
    value = notation.read(SAMPLE[notation.name]).value
    assert value == VALUE
    assert [type(value[key]) for key in VALUE] == [str, int, float, bool, dict, list]


def test_promise_2_a_syntax_fault_has_its_line(notation: Notation) -> None:
    assert notation.fault(BROKEN[notation.name]).line == 3


def test_promise_2_a_text_that_stops_short_is_at_fault_where_it_ends(notation: Notation) -> None:
    text = UNFINISHED[notation.name]
    assert notation.fault(text).line == len(text.splitlines())


def test_promise_2_a_key_that_appears_twice_is_reported_at_the_second(notation: Notation) -> None:
    error = notation.fault(TWICE[notation.name])
    assert error.line == 4
    assert "the key 'c' appears twice, first on line" in str(error)


def test_promise_3_lines_has_every_key_and_item(notation: Notation) -> None:
    document = notation.read(SAMPLE[notation.name])
    assert set(document.lines) == set(paths(document.value))
    expected = LINES[notation.name]
    assert {path: document.lines[path] for path in expected} == expected


def test_lines_survive_windows_line_ends(notation: Notation) -> None:
    text = SAMPLE[notation.name]
    assert notation.read(text.replace("\n", "\r\n")).lines == notation.read(text).lines


@pytest.mark.parametrize("text", ["", "\ufeff", " \n\t\n"], ids=["nothing", "bom", "blank"])
def test_an_empty_text_is_a_fault(notation: Notation, text: str) -> None:
    assert "empty" in str(notation.fault(text))


def test_a_byte_order_mark_is_tolerated(notation: Notation) -> None:
    assert notation.read("\ufeff" + ONE[notation.name]).value == {"a": 1}


def test_a_lone_surrogate_is_a_fault(notation: Notation) -> None:
    assert notation.fault(HOLDING[notation.name] % '"\ud800"').line == 2
    assert notation.fault(HOLDING[notation.name] % '"\\ud800"').line == 2


def test_a_hundred_levels_are_read(notation: Notation) -> None:
    value = notation.read(HOLDING[notation.name] % ("[" * 99 + "]" * 99)).value["a"]
    for _ in range(98):
        [value] = value
    assert value == []


@pytest.mark.parametrize("levels", [100, 100_000])
@pytest.mark.parametrize("kind", ["list", "object"])
def test_deeper_nesting_is_a_fault_not_a_recursion(notation: Notation, levels: int, kind: str) -> None:
    object_open = {"json": '{"a":', "toml": "{a=", "yaml": "{a: "}[notation.name]
    opening = "[" if kind == "list" else object_open
    error = notation.fault(HOLDING[notation.name] % (opening * levels))
    assert error.line == 2
    assert "deeper than 100" in str(error)


def test_an_int_of_4300_digits_is_read(notation: Notation) -> None:
    assert notation.read(HOLDING[notation.name] % ("9" * 4300)).value["a"] == 10**4300 - 1


@pytest.mark.parametrize("digits", ["9" * 4301, "-" + "9" * 1_000_000], ids=["4301", "million"])
def test_a_larger_int_is_a_fault(notation: Notation, digits: str) -> None:
    error = notation.fault(HOLDING[notation.name] % digits)
    assert error.line == 2
    assert "too many digits" in str(error)


@pytest.mark.parametrize("name", ["toml", "yaml"])
def test_a_hexadecimal_that_could_not_be_shown_is_a_fault(name: str) -> None:
    assert str(Notation(name).read(HOLDING[name] % ("0x" + "f" * 3_000)).value["a"])
    assert Notation(name).fault(HOLDING[name] % ("0x" + "f" * 4_000)).line == 2


# --- JSON -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"a": NaN}', "1:7"),
        ("[Infinity]", "1:2"),
        ("[-Infinity]", "1:2"),
        ("[1,\n  2,]", "2:5"),
        ('{"a": 1,}', "1:9"),
        ("{'a': 1}", "1:2"),
        ("{a: 1}", "1:2"),
        ("[01]", "1:3"),
        ("[1.]", "1:3"),
        ("[.5]", "1:2"),
        ("[+1]", "1:2"),
        ("[\u0661]", "1:2"),
        ("[1e999]", "1:2"),
        ("[tru]", "1:2"),
        ("[1] 2", "1:5"),
        ("[1 2]", "1:4"),
        ('{"a" 1}', "1:6"),
        ('["\t"]', "1:3"),
        ('["\\x"]', "1:3"),
        ('["open', "1:2"),
        ("[1] // no", "1:5"),
        ("\x0b[1]", "1:1"),
        ("[\x00]", "1:2"),
    ],
)
def test_json_is_strict_and_says_line_and_column(text: str, where: str) -> None:
    assert str(Notation("json").fault(text)).startswith(f"api.file:{where}: ")


@pytest.mark.parametrize("text", ["null", "0", "-0", "1E+2", '"\\ud83d\\ude00"', "[]", " true "])
def test_json_may_be_any_value(text: str) -> None:
    document = Notation("json").read(text)
    assert repr(document.value) == repr(json.loads(text))
    assert document.lines == {(): 1}


@pytest.mark.timeout(30)
def test_json_of_ten_megabytes_is_read_in_linear_time() -> None:
    entry = {"method": "GET", "path": "/v1/models/{id}", "parameters": [{"name": "id", "required": True}]}
    value = {f"endpoint_{index}": entry for index in range(70_000)}
    text = json.dumps(value, indent=1)
    assert len(text) > 10_000_000
    document = read_json(text, "big.json")
    assert document.value == value
    assert document.lines["endpoint_69999", "parameters", 0, "required"] == text.count("\n") - 3


def lines_of_dump(value: Any, path: Path = (), line: int = 1) -> tuple[dict[Path, int], int]:
    """Where json.dumps(indent=…) puts everything, and the line it ends on: an item, a line."""
    lines = {path: line}
    if not value or not isinstance(value, dict | list):
        return lines, line
    for step, child in value.items() if isinstance(value, dict) else enumerate(value):
        below, line = lines_of_dump(child, (*path, step), line + 1)
        lines.update(below)
    return lines, line + 1


def values(characters: st.SearchStrategy[str], leaf: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    text = st.text(characters, max_size=8)
    return st.recursive(
        leaf | text,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
        max_leaves=20,
    )


ANY_CHARACTER = st.characters(codec="utf-8")
# What YAML 1.1 and TOML have an escape for that JSON writes too.
COMMON_CHARACTER = st.characters(codec="utf-8", max_codepoint=0xFFFF, exclude_characters="\x7f")
NUMBER = st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
PROPERTY = settings(derandomize=True, max_examples=150, deadline=None)


@PROPERTY
@given(values(ANY_CHARACTER, st.none() | NUMBER), st.sampled_from([0, 2, "\t"]), st.booleans())
def test_json_reads_what_json_writes(value: Any, indent: int | str, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    document = read_json(text, "any.json")
    assert repr(document.value) == repr(value)
    assert document.lines == lines_of_dump(value)[0]


@PROPERTY
@given(values(COMMON_CHARACTER, st.none() | NUMBER))
def test_yaml_reads_json_as_json_does(value: Any) -> None:
    text = json.dumps(value, indent=2)
    in_json, in_yaml = read_json(text, "any"), read_yaml(text, "any")
    assert repr(in_yaml.value) == repr(in_json.value)
    assert in_yaml.lines == in_json.lines


# --- TOML -------------------------------------------------------------------------------------------------


def in_toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {in_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", # ]\n".join(map(in_toml, value)) + "]"
    return json.dumps(value)


@PROPERTY
@given(st.dictionaries(st.text(COMMON_CHARACTER), values(COMMON_CHARACTER, NUMBER), max_size=4))
def test_toml_is_located_wholly(value: dict[str, Any]) -> None:
    text = "# any\n" + "\n".join(f"{json.dumps(key)} = {in_toml(item)}" for key, item in value.items())
    document = read_toml(text, "any.toml")
    assert document.value == value
    assert set(document.lines) == set(paths(value))
    rows = text.split("\n")
    assert all(rows[document.lines[key,] - 1].startswith(json.dumps(key)) for key in value)


def test_toml_places_tables_arrays_of_tables_and_dotted_keys() -> None:
    text = """\
a."b c".'d' = 1
[x.y]
[x]
s = '''
[not] = 'a table'
''\'''
[[x.z]]
n = {k.m = [
  1], "\\u00e9" = 2}
[[x.z]]
[x.z.deep]
[[x.z.list]]
[[x.z.list]]
v = 1
"""
    document = Notation("toml").read(text)
    assert document.value["x"]["z"][1] == {"deep": {}, "list": [{}, {"v": 1}]}
    assert document.lines == {
        (): 1,
        ("a",): 1,
        ("a", "b c"): 1,
        ("a", "b c", "d"): 1,
        ("x",): 3,
        ("x", "y"): 2,
        ("x", "s"): 4,
        ("x", "z"): 7,
        ("x", "z", 0): 7,
        ("x", "z", 0, "n"): 8,
        ("x", "z", 0, "n", "k"): 8,
        ("x", "z", 0, "n", "k", "m"): 8,
        ("x", "z", 0, "n", "k", "m", 0): 9,
        ("x", "z", 0, "n", "é"): 9,
        ("x", "z", 1): 10,
        ("x", "z", 1, "deep"): 11,
        ("x", "z", 1, "list"): 12,
        ("x", "z", 1, "list", 0): 12,
        ("x", "z", 1, "list", 1): 13,
        ("x", "z", 1, "list", 1, "v"): 14,
    }


def test_toml_dates_are_the_text_they_were_written_as() -> None:
    written = ["1979-05-27T07:32:00Z", "1979-05-27 07:32:00.50-07:00", "1979-05-27", "07:32:00.100"]
    text = f"a = [{', '.join(written)}]\n[[t]]\nd = {{ e.f = {written[1]} }} # 2000-01-01"
    assert Notation("toml").read(text).value == {"a": written, "t": [{"d": {"e": {"f": written[1]}}}]}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\n\nd = 2021-02-30\n", 3),
        ("a = 1\n[b]\n[b]\n", 3),
        ("a = 1\nb = [\n 1 2]\n", 3),
        ("a = 1\n'b' = 'open\n", 2),
        ("a = 1\nb = '''open\n\n", 2),
        ("a = 1 b = 2\n", 1),
        ('"\\x" = 1\n', 1),
        ("[[a]\n", 1),
        ("[a\n\nb = 1", 1),
        ("a =\nb = 1", 1),
        ("a = 1\nb\n= 1", 2),
    ],
)
def test_toml_faults_have_their_line(text: str, line: int) -> None:
    assert Notation("toml").fault(text).line == line


@pytest.mark.parametrize(
    "text",
    [
        "a." * 200_000 + "a = 1",
        "[" + "a." * 200_000 + "a]",
        "\n".join(f"[[{'.'.join('a' * n)}]]" for n in range(1, 90)),
    ],
    ids=["dotted", "header", "arrays-of-tables"],
)
def test_toml_keys_are_bounded_in_depth_too(text: str) -> None:
    assert "deeper than 100" in str(Notation("toml").fault(text))


def test_toml_of_comments_alone_is_an_empty_table() -> None:
    assert Notation("toml").read("# nothing yet\n") == Document({}, "api.file", {(): 1})


# --- YAML -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *[(text, text) for text in ("NO", "no", "yes", "on", "Off", "y", "n", "tRUE")],
        *[(text, text) for text in ("1:30", "12:30:45", "1_000", "0b11", "2001-01-01", "2001-12-14t21:59:43.10-05:00")],
        *[(text, text) for text in ("'1'", '"true"')],
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("Null", None),
        ("", None),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("+12", 12),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.INF", -math.inf),
        ("!!str 12", "12"),
        ('!!int "3"', 3),
        ("!!float 3", 3.0),
        ("!!timestamp 2001-01-01", "2001-01-01"),
        ("!!map {}", {}),
        ("! 'x'", "x"),
        ("|\n  12", "12"),
    ],
)
def test_yaml_resolves_by_the_core_schema(in_yaml: Notation, written: str, value: Any) -> None:
    read = in_yaml.read(f"a: {written}").value["a"]
    assert repr(read) == repr(value.strip("'\"") if isinstance(value, str) else value)


def test_yaml_keys_are_the_text_they_were_written_as(in_yaml: Notation) -> None:
    document = in_yaml.read("200: a\ntrue: b\nnull: c\n1.0: d\n'<<': e\n? f\n: g\n")
    assert list(document.value) == ["200", "true", "null", "1.0", "<<", "f"]
    assert document.lines["f",] == 6
    assert in_yaml.fault("200: a\n'200': b").line == 2


def test_yaml_aliases_are_copies_with_the_lines_of_what_they_stand_for(in_yaml: Notation) -> None:
    document = in_yaml.read("a: &x\n  - k: 1\n&key b:\n  *x\nc: [*key, *x]\nd: &x 2\ne: *x")
    assert document.value == {"a": [{"k": 1}], "b": [{"k": 1}], "c": ["b", [{"k": 1}]], "d": 2, "e": 2}
    assert document.value["b"][0] is not document.value["a"][0]
    assert document.lines["b",] == 3
    assert document.lines["b", 0, "k"] == document.lines["c", 1, 0, "k"] == 2
    assert set(document.lines) == set(paths(document.value))


def laughs(wide: str) -> str:
    return "a0: &a0 [lol]\n" + "".join(f"a{n}: &a{n} {wide.replace('*', f'*a{n - 1}')}\n" for n in range(1, 30))


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (laughs("[*,*,*,*,*,*,*,*,*,*]"), 6, "the aliases stand for more than 100,000 values"),
        (laughs("{a: *, b: *}"), 16, "the aliases stand for more than 100,000 values"),
        ("a: 1\nb: &x [*x]", 2, "the alias *x stands inside its own value"),
        ("a: 1\nb: &x {c: [*x]}", 2, "the alias *x stands inside its own value"),
        ("a: 1\nb: *x", 2, "the alias *x has no anchor before it"),
        ("- &a0 x\n" + "".join(f"- &a{n} [*a{n - 1}]\n" for n in range(1, 200)), 101, "deeper than 100"),
    ],
    ids=["billion-laughs", "mappings", "recursive", "recursive-below", "undefined", "deep-by-alias"],
)
def test_yaml_aliases_do_not_explode(in_yaml: Notation, text: str, line: int, what: str) -> None:
    error = in_yaml.fault(text)
    assert error.line == line
    assert what in str(error)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: 1\n---\nb: 2", 2, "a second document"),
        ("# nothing yet\n", 1, "no document"),
        ("a: &x {b: 1}\nc:\n  <<: *x", 3, "merge keys (<<) are not supported"),
        ("a: 1\n? [b]\n: 2", 2, "a key must be a scalar"),
        ("a: &x b\n*x : 2", 2, "a key must be a scalar"),
        ("a: 1\nb: !!python/object/apply:os.system [ls]", 2, "the tag"),
        ("a: 1\nb: !mine x", 2, "the tag '!mine' has no meaning"),
        ("a: 1\n!mine b: 2", 2, "the tag '!mine' has no meaning"),
        ("a: 1\nb: !!int x", 2, "has no meaning for 'x'"),
        ("a: 1\nb: !!set {x}", 2, "the tag"),
        ("a: 1\n\tb: 2", 2, ""),
        ("a: 1\nb: @x", 2, "cannot start any token"),
        ('a: 1\nb: "\\UFFFFFFFF"', 2, ""),
        ("a: 1\nb: \x07", 2, "'\\x07' is not allowed"),
        ("a: 1\nb: c: d", 2, "not allowed"),
        ("%YAML 3.0\n--- a", 1, "incompatible"),
        ("a: 1\n]", 2, ""),
    ],
)
def test_yaml_refuses_by_name_and_line(in_yaml: Notation, text: str, line: int, what: str) -> None:
    error = in_yaml.fault(text)
    assert error.line == line
    assert what in str(error)


def test_yaml_without_its_package_says_what_to_install(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pristine.adapters.yaml", raising=False)
    monkeypatch.setitem(sys.modules, "yaml", None)
    (tmp_path / "api.yaml").write_text("a: 1")
    with pytest.raises(ConfigurationError, match=r"pip install 'pristine-sdk\[yaml\]'") as caught:
        read_document(tmp_path / "api.yaml")
    assert not isinstance(caught.value, DocumentError)


def test_no_notation_is_loaded_before_its_first_text() -> None:
    probe = "import sys, pristine.adapters.documents; print({'yaml', 'tomllib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("seed", range(20))
def test_mangled_text_is_read_or_refused_and_nothing_else(notation: Notation, seed: int) -> None:
    random = Random(seed)
    for _ in range(20):
        text = SAMPLE[notation.name]
        for _ in range(random.randrange(1, 4)):
            at = random.randrange(len(text))
            text = text[:at] + random.choice("[]{}\"'#=,.:\n\t -01eT&*!|>%\\\r\x00é") + text[at + random.randrange(3) :]
        with suppress(DocumentError):
            document = notation.read(text)
            assert set(document.lines) == set(paths(document.value))
