"""A hostile manifest is refused, or read, in bounded time and memory, and never executed.

Each is loaded in a process of its own, which may have a gigabyte and whose CPU time is measured. Without a bound these
files would take minutes, hours, or all memory there is.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

import pristine
from pristine.config.files import LARGEST
from pristine.manifest.load import load_manifest
from tests.manifest.conftest import Become
from tests.support.offline import manifest, received

pytest.importorskip("resource", reason="there are no limits to set on this system")

MB: Final = 2**20
SECONDS: Final = 20
"""Of CPU: the slowest takes five on a machine of two busy cores."""

Make: TypeAlias = Callable[[], str]


def whole(**more: Any) -> str:
    return json.dumps({"name": "x", "endpoints": {}, **more}, separators=(",", ":"))


def with_types(**types: Any) -> str:
    return whole(types=types)


def with_fields(**fields: Any) -> str:
    return whole(types={"T": {"properties": fields}})


def many(number: int, make: Callable[[int], tuple[str, Any]]) -> dict[str, Any]:
    return dict(map(make, range(number)))


ARRAY_OF: Final = {"type": "array"}
EMPTY: Final[dict[str, Any]] = {"properties": {}}
GET: Final = {"method": "GET", "path": "/"}
VALUES, DEEP, DIGITS = "too many values", "nested deeper than 100 levels", "too many digits"
LARGE, LEVELS = "takes too long to read", "nested too deeply"


def doubled(n: int) -> tuple[str, Any]:
    """A type that has the one before it twice."""
    return f"t{n + 1}", {"oneOf": [{**ARRAY_OF, "items": f"t{n}"}, {"type": "object", "additionalProperties": f"t{n}"}]}


TEXTS: Final[dict[str, tuple[str, Callable[[], str], str]]] = {
    # -- the texts --
    "10 MB of numbers in JSON": ("json", lambda: '{"name":[' + "1," * (5 * MB) + "1]}", VALUES),
    "10 MB of brackets in JSON": ("json", lambda: "[" * (10 * MB), DEEP),
    "10 MB of objects in JSON": ("json", lambda: '{"a":' * (2 * MB), DEEP),
    "a number of 10 MB in JSON": ("json", lambda: '{"name":' + "9" * (10 * MB) + "}", DIGITS),
    "an exponent of 10 MB in JSON": ("json", lambda: '{"name":1e' + "9" * (10 * MB) + "}", DIGITS),
    "a name of 10 MB in JSON": ("json", lambda: with_types(**{"a" * (10 * MB): "strin"}), "unknown type 'strin'"),
    "wide at the bottom in JSON": ("json", lambda: "[" * 99 + "1," * MB + "1" + "]" * 99, VALUES),
    "10 MB of numbers in TOML": ("toml", lambda: "name = [" + "1," * (5 * MB) + "1]", VALUES),
    "10 MB of brackets in TOML": ("toml", lambda: "name = " + "[" * (10 * MB), DEEP),
    "10 MB of inline tables in TOML": ("toml", lambda: "name = " + "{a=" * (3 * MB), DEEP),
    "10 MB of dotted keys in TOML": ("toml", lambda: "".join("a." * 90 + f"k{n} = 1\n" for n in range(55_000)), VALUES),
    "10 MB of headers in TOML": ("toml", lambda: "".join("[" + "a." * 90 + f"k{n}]\n" for n in range(55_000)), VALUES),
    "10 MB of quotes in TOML": ("toml", lambda: 'name = """' + '""a' * (3 * MB) + '"""', "'endpoints' is missing"),
    "2 MB of comments in TOML": ("toml", lambda: "name = 'x'\n" + "#\n" * MB + "[endpoints]", "accepted"),
    "a number of 10 MB in TOML": ("toml", lambda: "name = " + "9" * (10 * MB), DIGITS),
    "10 MB of numbers in YAML": ("yaml", lambda: "name: [" + "1," * (5 * MB) + "1]", VALUES),
    "10 MB of brackets in YAML": ("yaml", lambda: "name: " + "[" * (10 * MB), DEEP),
    "10 MB of dashes in YAML": ("yaml", lambda: "- " * (5 * MB), DEEP),
    "10 MB of braces in YAML": ("yaml", lambda: "{" * (10 * MB), "must be a scalar"),
    "a number of 10 MB in YAML": ("yaml", lambda: "name: 0x" + "f" * (10 * MB), DIGITS),
    "a billion laughs": (
        "yaml",
        lambda: "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1},' * 9}]\n" for n in range(1, 12)),
        "aliases stand for more than",
    ),
    "a long list many times": (
        "yaml",
        lambda: f"a: &a [{'x,' * 50_000}]\nb: [{'*a,' * 50_000}]\n",
        "aliases stand for",
    ),
    "a list in itself": ("yaml", lambda: "a: &a [*a]", "stands inside its own value"),
    "an object of Python's": ("yaml", lambda: "name: !!python/object/apply:os.system [echo]", "has no meaning here"),
    # -- what they say --
    "a chain of names, forwards": (
        "json",
        lambda: with_types(**many(50_000, lambda n: (f"t{n}", {**ARRAY_OF, "items": f"t{n + 1}"}))),
        LEVELS,
    ),
    "a chain of names, backwards": (
        "json",
        lambda: with_types(t0="any", **many(20_000, lambda n: (f"t{n + 1}", {**ARRAY_OF, "items": f"t{n}"}))),
        "more than 100 levels",
    ),
    "types that double": ("json", lambda: with_types(t0="string", **many(100, doubled)), "more than 10,000 parts"),
    "unions that grow": (
        "json",
        lambda: with_types(
            t0="any",
            **many(9_000, lambda n: (f"c{n}", EMPTY)),
            **many(9_000, lambda n: (f"t{n + 1}", {"oneOf": [f"t{n}", f"c{n}"]})),
        ),
        LARGE,
    ),
    "a large union in many places": (
        "json",
        lambda: with_types(
            **many(5_000, lambda n: (f"c{n}", EMPTY)),
            u={"oneOf": [f"c{n}" for n in range(5_000)]},
            **many(50_000, lambda n: (f"t{n}", {**ARRAY_OF, "items": "u", "nullable": True})),
        ),
        LARGE,
    ),
    "a large enum in many places": (
        "json",
        lambda: with_types(
            E={"enum": [f"v{n}" for n in range(9_000)]},
            T={"properties": many(50_000, lambda n: (f"f{n}", {"type": "E", "default": "v8999"}))},
        ),
        LARGE,
    ),
    "a long description in many places": (
        "json",
        lambda: with_types(
            D={"type": "string", "description": "a " * MB}, T={"properties": many(20_000, lambda n: (f"f{n}", "D"))}
        ),
        "accepted",
    ),
    "a long name with many types inside": (
        "json",
        lambda: with_types(**{"a" * MB: {"properties": many(5_000, lambda n: (f"f{n}", EMPTY))}}),
        "accepted",
    ),
    "names that become one": (
        "json",
        lambda: with_fields(**many(20_000, lambda n: ("-" * (n % 200 + 1) + "." * (n // 200), "string"))),
        "accepted",
    ),
    "many fields, all required": (
        "json",
        lambda: with_types(
            T={"properties": many(50_000, lambda n: (f"f{n}", "any")), "required": [f"f{n}" for n in range(50_000)]}
        ),
        "accepted",
    ),
    "many files of a form, all required": (
        "json",
        lambda: whole(
            endpoints={
                "e": {
                    "method": "POST",
                    "path": "/",
                    "body": "multipart",
                    "request": {
                        "properties": many(40_000, lambda n: (f"f{n}", {"type": "string", "format": "binary"})),
                        "required": [f"f{n}" for n in range(40_000)],
                    },
                }
            }
        ),
        "accepted",
    ),
    "many headers of many endpoints": (
        "json",
        lambda: whole(
            defaults={"headers": many(50_000, lambda n: (f"x{n}", "1"))},
            endpoints=many(20_000, lambda n: (f"e{n}", GET)),
        ),
        LARGE,
    ),
    "many names that are nearly right": (
        "json",
        lambda: with_types(
            **many(20_000, lambda n: (f"abcdefgh{n}", "any")), **many(20_000, lambda n: (f"x{n}", f"abcdefghx{n}"))
        ),
        "500 faults or more",
    ),
    "many keys that are unknown": (
        "json",
        lambda: whole(endpoints={"e": {**GET, **many(100_000, lambda n: (f"pathh{n}", 1))}}),
        "500 faults or more",
    ),
    "many placeholders": (
        "json",
        lambda: whole(
            endpoints={
                "e": {
                    "method": "GET",
                    "path": "/" + "".join(f"{{p{n}}}" for n in range(50_000)),
                    "path_params": many(50_000, lambda n: (f"p{n}", "string")),
                }
            }
        ),
        "accepted",
    ),
    "many servers": (
        "json",
        lambda: whole(servers=[{"url": "http://a.test", "name": f"s{n % 19_999}"} for n in range(20_000)]),
        "a second server 's0'",
    ),
    "many classes of errors": (
        "json",
        lambda: whole(errors={"code": "c", "classes": many(20_000, lambda n: (f"c{n}", f"C{n}"))}),
        LARGE,
    ),
    "a path of a million names": (
        "json",
        lambda: whole(endpoints={"e": {**GET, "unwrap": "a." * MB + "a"}}),
        "at most 100 names",
    ),
    "a pattern that never ends, and a text for it": (
        "json",
        lambda: with_fields(a={"type": "string", "pattern": "^(a+)+$", "default": "a" * 40 + "!"}),
        "accepted",
    ),
    "patterns that take long to compile": (
        "json",
        lambda: with_types(**many(9_000, lambda n: (f"t{n}", {"type": "string", "pattern": f"{'(?:a|b)?' * 100}{n}"}))),
        LARGE,
    ),
    "patterns that cannot be compiled": (
        "json",
        lambda: with_types(**many(1_000, lambda n: (f"t{n}", {"type": "string", "pattern": "(" * 900 + str(n)}))),
        "500 faults or more",
    ),
    "huge numbers wherever there are numbers": (
        "json",
        lambda: whole(
            endpoints={
                "e": {
                    **GET,
                    "timeout": 10**4000,
                    "max_response_bytes": 10**4000,
                    "query": {
                        "a": {"type": "integer", "maximum": 10**4000},
                        "b": {"type": "integer", "multipleOf": 3, "default": 10**4000},
                        "c": {"type": "number", "multipleOf": 1e-300, "default": 1e300},
                    },
                }
            }
        ),
        "3 faults",
    ),
}


@pytest.mark.parametrize(("suffix", "make", "told"), TEXTS.values(), ids=TEXTS)
def test_a_hostile_file_has_its_end(tmp_path: Path, fate: Become, suffix: str, make: Make, told: str) -> None:
    path = tmp_path / f"api.{suffix}"
    path.write_text(make(), encoding="utf-8")
    found = fate(path)
    assert told in found.told
    assert len(found.told) < MB
    assert found.seconds < SECONDS


# -- files -------------------------------------------------------------------------------------------------------------


def test_files_that_include_each_other_without_end(tmp_path: Path, fate: Become) -> None:
    for n in range(300):
        (tmp_path / f"f{n}.json").write_text(json.dumps({"include": [f"f{n + 1}.json", f"f{n}.json"] * 200}))
    (tmp_path / "api.json").write_text(whole(include=["f0.json", "./f0.json", "x/../f0.json"]))
    found = fate(tmp_path / "api.json")
    assert "at most 200 files" in found.told
    assert found.seconds < SECONDS


def test_files_that_are_large_together(tmp_path: Path, fate: Become) -> None:
    for n in range(3):
        (tmp_path / f"f{n}.json").write_text(with_types(**{f"t{n}": {"description": "a" * (LARGEST // 2)}}))
    (tmp_path / "api.json").write_text(whole(include=[f"f{n}.json" for n in range(3)]))
    assert "f1.json: more than 32 MiB" in fate(tmp_path / "api.json").told


def test_files_that_have_many_values_together(tmp_path: Path, fate: Become) -> None:
    for n in range(40):
        text = json.dumps({"types": {f"t{n}": {"enum": [1] * 100_000}}})
        (tmp_path / f"f{n}.json").write_text(text)
    (tmp_path / "api.json").write_text(whole(include=[f"f{n}.json" for n in range(40)]))
    found = fate(tmp_path / "api.json")
    assert LARGE in found.told
    assert found.seconds < SECONDS


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no endless file")
def test_a_file_without_end(tmp_path: Path, fate: Become) -> None:
    (tmp_path / "api.json").symlink_to("/dev/zero")
    assert "more than 32 MiB" in fate(tmp_path / "api.json").told


# -- code --------------------------------------------------------------------------------------------------------------

CODE: Final = "__import__('sys').stdout.write('injected')"


def test_no_name_becomes_code(capsys: pytest.CaptureFixture[str]) -> None:
    fields = {CODE: "string", f"x'] or {CODE} or ['": {"type": "integer", "default": 0}, f"\n{CODE}\n": "any"}
    source = manifest(
        {"response": CODE, "deprecated": False, "tags": [CODE], "description": CODE},
        types={CODE: {"properties": fields, "description": f'"""\n{CODE}\n"""'}},
        description=CODE,
    )
    reply = received(source, {CODE: "a"})
    assert reply[CODE] == "a"
    assert repr(reply)
    for endpoint in (CODE, f"a.{CODE}", "__class__", "a.__init__"):
        loaded = load_manifest({"name": CODE, "endpoints": {endpoint: GET}})
        with pristine.Client(loaded, pristine.context(transport="memory", base_url="http://a.test")) as client:
            assert dir(client)
    assert "injected" not in capsys.readouterr().out


def test_a_python_mapping_that_shares_its_parts_has_its_end() -> None:
    inside: Any = "string"
    for _ in range(40):
        inside = {"properties": {"a": inside, "b": inside}}
    with pytest.raises(pristine.ManifestError, match=LARGE):
        load_manifest({"name": "x", "endpoints": {}, "types": {"T": inside}})
