"""What a manifest says is shown and is never markup, code or a control of the terminal, whatever it holds."""

import ast
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pristine
from pristine.codegen.docs.markdown import block, code, line, paragraphs, table
from pristine.codegen.literals import as_json, broken, literal
from pristine.codegen.reference import reference
from tests.codegen import pages

EVIL: Final = (
    "</code><script>alert(1)</script>",
    "x|y|z\n| a | b |\n| --- | --- |",
    "```\n# broken out\n```python\nimport os",
    "`` ` ``` ~~~ $x$ **b** _i_ ![i](http://evil.test) [l](javascript:alert(1))",
    "\n\n# heading\n\n- list\n\n> quote\n\n1. one\n\n---\n\n===\n\n    code\n",
    '" onclick="alert(1)',
    "<!-- --> <img src=x onerror=alert(1)> &lt;b&gt; &#60;",
    "\x1b[31mred\x07 \u202ereversed\u2066 \x00 \u2028 \r\n\t",
    '"; import os; os.system("true"); """',
    "\\` \\| \\\\ \\",
    "[a]: http://evil.test\n[^1]: note",
)


def hostile(evil: str) -> dict[str, Any]:
    """A manifest that has a text wherever one may be."""
    short = evil.replace("\x00", "")
    said = {"description": evil}
    text = {"type": "string", **said, "default": evil}
    field = {**text, "sensitive": True}
    key = short or "x"
    return {
        "name": short,
        "version": evil,
        **said,
        "servers": [{"url": "http://{v}.test", "name": key, **said, "variables": {"v": {"default": "a", **said}}}],
        "security_schemes": {key: {"type": "apiKey", "in": "header", "name": "X", **said}},
        "security": [key],
        "errors": {"code": "a", "message": "`|<b>", "classes": {key: "Evil"}},
        "endpoints": {
            f"a.{key}": {
                "method": "POST",
                "path": "/{class}",
                **said,
                "request": "T",
                "response": {"properties": {key: field}, "required": [key]},
                "responses": {"404": {"enum": [evil, 1]}},
                "query": {key: {**text, "pattern": "`|<b>"}, "b": {"enum": [evil]}},
                "headers": {"X-A": {"type": "string", **said}, "X-B": "<b>|`"},
                "tags": [key],
                "deprecated": short,
                "streaming": {"when": {key: evil}, "done": evil, "events": {key: "T"}, "items": "T"},
                "examples": {key: {"request": {key: evil}, "response": {key: [evil]}, "path_params": {"class": evil}}},
            },
            key: {
                "method": "GET",
                "path": "/list",
                "pagination": {"style": "cursor", "items": "`|<b>", "parameter": key, "next": "`|<b>", "size": key},
            },
        },
        "types": {
            "T": {"properties": {key: field, "u": {"oneOf": ["string", key]}}, **said},
            key: {"properties": {"a": "T"}, "required": ["a"], **said},
        },
    }


PLAIN: Final = pages.Rendered(reference(pristine.load_manifest(hostile("plain text"))))


@pytest.fixture(params=EVIL, ids=range(len(EVIL)))
def page(request: pytest.FixtureRequest) -> str:
    return reference(pristine.load_manifest(hostile(request.param)))


def test_no_element_comes_of_a_text(page: str) -> None:
    rendered = pages.Rendered(page)
    assert {tag for tag, _ in rendered.elements} <= {tag for tag, _ in PLAIN.elements}
    attributes = {(tag, name) for tag, said in rendered.elements for name in said}
    assert attributes <= {(tag, name) for tag, said in PLAIN.elements for name in said}
    assert not rendered.comments


def test_no_heading_row_list_or_block_comes_of_a_text(page: str) -> None:
    rendered = pages.Rendered(page)
    counted = {tag: sum(one == tag for one, _ in rendered.elements) for tag in ("h1", "h2", "h3", "pre", "table", "tr")}
    assert counted == {tag: sum(one == tag for one, _ in PLAIN.elements) for tag in counted}
    for name in ("ul", "li", "td", "th", "a"):
        assert sum(one == name for one, _ in rendered.elements) == sum(one == name for one, _ in PLAIN.elements)


def test_links_stay_on_the_page(page: str) -> None:
    rendered = pages.Rendered(page)
    assert {target.removeprefix("#") for target in rendered.attributes("href")} <= set(rendered.attributes("id"))
    assert all(target.startswith("#") for target in rendered.attributes("href"))


def test_nothing_steers_a_terminal_and_all_can_be_written(page: str) -> None:
    assert all(char.isprintable() or char == "\n" for char in page)
    page.encode()


def test_half_a_character_can_be_written() -> None:
    endpoint = {"method": "GET", "path": "/", "query": {"\udfff": {"const": "\ud800"}}}
    page = reference(pristine.load_manifest({"name": "x", "endpoints": {"\ud800": endpoint}}))
    assert b"\\ud800" in page.encode()


def calls(tree: ast.AST) -> Iterator[str]:
    """The names of what code calls."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def test_code_calls_the_client_and_nothing_else(page: str) -> None:
    for source in pages.blocks(page, "python"):
        for name in calls(ast.parse(source)):
            known = {"pristine.load_manifest_file", "pristine.context", "pristine.Client", "print", "response.items"}
            assert name in known or name.startswith("client.")


def test_answers_are_json(page: str) -> None:
    assert all(json.loads(source) for source in pages.blocks(page, "json"))


# -- the parts ---------------------------------------------------------------------------------------------------------

TEXTS: Final = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("`|<>&\\*_[]()!#-+=~$:.1 \n\t\r")), max_size=40
)


def shown(text: str) -> str:
    """What a reader is to see of a text: it on one line, without what cannot be printed."""
    return " ".join("".join(" " if char.isspace() else char for char in text).split())


def is_plain(text: str) -> bool:
    return all(char.isprintable() for char in shown(text))


@given(TEXTS)
def test_a_line_is_the_text_and_nothing_else(text: str) -> None:
    rendered = pages.Rendered(line(text))
    assert {tag for tag, _ in rendered.elements} <= {"p"}
    if is_plain(text):
        assert rendered.text.strip() == shown(text)


@given(TEXTS)
def test_a_line_stays_in_its_cell_and_in_its_heading(text: str) -> None:
    rendered = pages.Rendered(table(("A", "B"), [(line(text) or "x", code(text))]))
    assert [tag for tag, _ in rendered.elements if tag in {"td", "th", "tr"}] == ["tr", "th", "th", "tr", "td", "td"]
    heading = pages.Rendered(f"## {line(text) or 'x'}")
    assert [tag for tag, _ in heading.elements] == ["h2"]


@given(TEXTS)
def test_code_is_the_text(text: str) -> None:
    rendered = pages.Rendered(f"x {code(text)} y")
    assert [tag for tag, _ in rendered.elements] == ["p", "code"]
    if text.isprintable() and not text.isspace():
        assert rendered.text.strip() == f"x {text} y"


@given(TEXTS)
def test_paragraphs_are_paragraphs(text: str) -> None:
    assert {tag for tag, _ in pages.Rendered(paragraphs(text)).elements} <= {"p"}


VALUES: Final = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS, st.binary(max_size=9)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)


@given(VALUES)
def test_a_literal_is_its_value_and_is_printable(value: Any) -> None:
    for written in (literal(value), broken(value, 4)):
        assert eval(written, {"__builtins__": {"float": float}}) == value
        assert all(char.isprintable() or char == "\n" for char in written)
    [found] = pages.blocks(block("python", literal(value)), "python")
    assert found == f"{literal(value)}\n"


def test_a_line_that_is_too_long_is_broken() -> None:
    value: Mapping[str, Any] = {"names": ["x" * 30] * 4, "more": {}, "one": 1}
    assert eval(broken(value)) == value
    assert max(map(len, broken(value).splitlines())) <= 88


def test_numbers_without_end_are_written() -> None:
    assert literal(float("inf")) == 'float("inf")'
    assert literal(10**5000).startswith("0x")
    assert as_json([10**5000]) == ""
    assert as_json("\x1b\U0001f600\u202e") == '"\\u001b\U0001f600\\u202e"'
