"""The JSON Schema is the loader's equal: it accepts what that accepts, and refuses what it refuses if it can say why.

A bad manifest of the corpus has one fault, which its first line tells; `loader only` marks what no schema can say.
"""

import json
import pkgutil
import re
from copy import deepcopy
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

import pristine
from pristine.adapters.yaml import read
from pristine.config import read_document
from pristine.manifest.load import load_manifest
from pristine.manifest.schema import document
from pristine.manifest.words import WORDS
from pristine.ports.documents import Document

CORPUS: Final = Path(__file__).with_name("corpus")
GOOD: Final = sorted(CORPUS.glob("good/*.yaml"))
BAD: Final = sorted(CORPUS.glob("bad/*.yaml"))
UNSAYABLE: Final = "loader only, "


@cache
def schema() -> Draft202012Validator:
    """The shipped one."""
    return Draft202012Validator(json.loads(pkgutil.get_data("pristine.manifest", "schema.json") or b""))


def parsed(path: Path) -> Document:
    return read(path.read_text(encoding="utf-8"), path.name)


def name(path: Path) -> str:
    return path.stem


def test_what_ships_is_what_the_tables_say() -> None:
    assert schema().schema == document(), "run `make tables`"


def test_it_is_a_schema_itself() -> None:
    Draft202012Validator.check_schema(document())


@pytest.mark.parametrize("path", GOOD, ids=name)
def test_a_good_manifest_is_accepted_by_both(path: Path) -> None:
    load_manifest(parsed(path))
    assert [error.message for error in schema().iter_errors(parsed(path).value)] == []


@pytest.mark.parametrize("path", BAD, ids=name)
def test_a_bad_manifest_has_the_one_fault_that_it_tells(path: Path) -> None:
    told = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ").removeprefix(UNSAYABLE)
    with pytest.raises(pristine.ManifestError) as caught:
        load_manifest(parsed(path))
    assert [str(fault) for fault in caught.value.faults] == [told]


@pytest.mark.parametrize("path", BAD, ids=name)
def test_the_schema_refuses_it_too_unless_only_the_loader_can(path: Path) -> None:
    unsayable = path.read_text(encoding="utf-8").startswith(f"# {UNSAYABLE}")
    assert schema().is_valid(parsed(path).value) == unsayable


EXAMPLES: Final = sorted((Path(pristine.__file__).parents[1] / "examples").glob("*/manifest.*"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_the_examples_are_accepted_with_the_files_that_they_include(path: Path) -> None:
    part = Draft202012Validator({"$ref": "#/$defs/part", "$defs": document()["$defs"]})
    value = read_document(path).value
    assert [error.message for error in schema().iter_errors(value)] == []
    for included in value.get("include", []):
        assert [error.message for error in part.iter_errors(read_document(path.parent / included).value)] == []
    assert not part.is_valid(value)


def test_the_corpus_has_every_key() -> None:
    said = "".join(path.read_text(encoding="utf-8") for path in GOOD)
    keys = {key for table in WORDS.values() for key in table}
    assert [key for key in keys if not re.search(rf"(?<![\w$]){re.escape(key)}:", said)] == []


# -- what nobody has thought of ----------------------------------------------------------------------------------------

SCALARS: Final = [None, True, False, 0, 1, -1, 1.5, 10**400, "", "a", "a b", "a\n", "é", "class", "_x", "X Y", "a.b"]
WORDY: Final = ["string", "array", "null", "T", "GET", "POST", "raw", "multipart", "bytes", "lines", "query", "cookie"]
SHAPES: Final = [[], {}, ["a"], ["string", "null"], [1.5], {"a": 1}, {"type": "array"}, {"properties": {}}, [[]]]
SAID_BY_THE_LOADER_ALONE: Final = re.compile(
    r"unknown type|is not one of string, integer|no security scheme|no server|no pagination|the default|required field"
    r"|the URL has no|the variable|the path has no|a second|is there already|another field|of objects alone"
    r"|not a member|defined as itself|cannot be of this type|regular expression|placeholder twice"
    r"|there is no (retry|limit|breaker|endpoint)|is an answer here|what is not done is pending|which work is meant"
    r"|answers with a stream|(ask|cancel)\.body: has no effect|'path_params' must have|does not take it"
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [path, *(place for step in steps for place in places(value[step], (*path, step)))]


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def mutant(value: Any, random: Random) -> Any:
    """The manifest with one thing that is other than it was."""
    value = deepcopy(value)
    *outer, last = random.choice(places(value)[1:])
    holder, other = at(value, tuple(outer)), deepcopy(random.choice([*SCALARS, *WORDY, *SHAPES]))
    if random.random() < 0.5:
        holder[last] = other
    elif isinstance(holder, dict):
        holder[random.choice([key for table in WORDS.values() for key in table])] = other
    else:
        holder.append(other)
    return value


@pytest.mark.parametrize("path", GOOD, ids=name)
def test_a_manifest_with_anything_wrong_is_judged_alike(path: Path) -> None:
    random = Random(path.stem)
    for _ in range(25):
        changed = mutant(parsed(path).value, random)
        told = ""
        try:
            load_manifest(changed)
        except pristine.ManifestError as error:
            told = "\n".join(map(str, error.faults))
        accepted = schema().is_valid(changed)
        if accepted != (told == "") and not (accepted and SAID_BY_THE_LOADER_ALONE.search(told)):
            pytest.fail(f"{changed}\n{told or [error.message for error in schema().iter_errors(changed)]}")
