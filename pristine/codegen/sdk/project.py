"""The files that are the author's: written once, where they are missing, and never again."""

from collections.abc import Iterator
from typing import Final

import attrs

from pristine.codegen import literals
from pristine.codegen.docs.markdown import line, paragraphs
from pristine.codegen.docs.names import Called
from pristine.codegen.docs.samples import NoSample, Sampler, TextLike
from pristine.codegen.docs.snippets import given_in
from pristine.codegen.literals import Code
from pristine.codegen.sdk.clients import secrets_of, titled
from pristine.codegen.sdk.layout import Group, Piece, docstring, literal, prefixed, written
from pristine.codegen.sdk.naming import Names, argument_name
from pristine.codegen.sdk.tree import Part, Parts
from pristine.core.resources import Method
from pristine.manifest.model import Endpoint, Example, Manifest

_MOST: Final = 20
"""How many endpoints the tests begin with."""


def files(manifest: Manifest, name: str, parts: Parts, text_like: TextLike, version: str) -> dict[str, str]:
    """The author's files by path."""
    return {
        "pyproject.toml": _pyproject(manifest, name, version),
        "README.md": _readme(manifest, name),
        "CHANGELOG.md": "# Changelog\n\n## 0.1.0\n\nThe first version.\n",
        f"{name}/_version.py": f'{docstring(["The version of the package."])}\n\n__version__ = "0.1.0"\n',
        "tests/test_client.py": _tests(manifest, name, parts, text_like),
    }


def distribution(name: str) -> str:
    """What the package is called where it is published."""
    return name.replace("_", "-").strip("-")


def _pyproject(manifest: Manifest, name: str, version: str) -> str:
    runtime = f"pristine-sdk[httpx]{f'>={version}' if version else ''}"
    said = " ".join(manifest.description.split())[:200] or f"A client of {titled(manifest)}."
    return f"""[build-system]
requires = ["hatchling>=1.26"]
build-backend = "hatchling.build"

[project]
name = "{distribution(name)}"
dynamic = ["version"]
description = {_toml(said)}
readme = "README.md"
requires-python = ">=3.11"
dependencies = [{_toml(runtime)}]
classifiers = ["Typing :: Typed"]

[project.optional-dependencies]
test = ["pytest>=8.3"]

[tool.hatch.version]
path = "{name}/_version.py"

[tool.hatch.build.targets.wheel]
packages = ["{name}"]

[tool.pytest.ini_options]
testpaths = ["tests"]
pythonpath = ["."]

[tool.mypy]
strict = true

[tool.ruff]
line-length = 100
target-version = "py311"

[tool.ruff.lint]
ignore = ["E741"] # what arguments are called is the API's to say
"""


def _toml(said: str) -> str:
    """A text of TOML; half a character, which it cannot say, is left out."""
    return literals.literal(said.encode("utf-8", "ignore").decode())


def _readme(manifest: Manifest, name: str) -> str:
    title = line(titled(manifest))
    said = paragraphs(manifest.description)
    argument = "".join(f'{secret}="…"' for secret in [*secrets_of(manifest)][:1])
    return f"""# {title}

{said or f"A client of {title}."}

```
pip install {distribution(name)}
```

```python
from {name} import Client

with Client({argument}) as client:
    print(dir(client))
```

`AsyncClient` is the same with `async with` and `await`. Types are in `{name}.models`, errors in `{name}.errors`.

What is below `{name}/`, but for `_version.py`, is generated: change the manifest, and run `pristine generate` again.
"""


# -- tests -------------------------------------------------------------------------------------------------------------


def _tests(manifest: Manifest, name: str, parts: Parts, text_like: TextLike) -> str:
    secrets = [f'{argument}="user:secret"' for argument in secrets_of(manifest)]
    server = f'MockServer(manifest_of("{name}")) as server'
    made = written(Group("Client(", ["base_url=server.url", "servers=server.servers", *secrets], ") as found"), 8, 1)
    tests = list(_cases(manifest, parts, text_like))
    uses_null = any("pristine.NULL" in one for one in tests)
    lines = [
        docstring([f"Calls of {titled(manifest)} against a server that answers as its manifest says."]),
        "",
        "from collections.abc import Iterator",
        "",
        *(["import pristine"] if uses_null else []),
        "import pytest",
        "from pristine.sdk import manifest_of",
        "from pristine.testing import MockServer",
        "",
        f"from {name} import Client",
        "",
        "",
        '@pytest.fixture(scope="module")',
        "def client() -> Iterator[Client]:",
        "    with (",
        f"        {server},",
        f"        {made},",
        "    ):",
        "        yield found",
    ]
    return "\n".join([*lines, *(f"\n\n{one}" for one in tests)]) + "\n"


def _cases(manifest: Manifest, parts: Parts, text_like: TextLike) -> Iterator[str]:
    names, left, asked = Names(fold=str), _MOST, _asked_about(manifest)
    for part, path in walked(parts.root, ()):
        for key, endpoint in part.methods.items():
            if left and endpoint.id not in asked and (case := _case(names, (*path, key), endpoint, text_like)):
                left -= 1
                yield case


def _asked_about(manifest: Manifest) -> set[str]:
    """Endpoints that ask about work, of which none has begun."""
    works = [one.future for one in manifest.endpoints.values() if one.future is not None]
    return {asking.endpoint for work in works for asking in (work.ask, work.cancel) if asking is not None}


def walked(part: Part, path: tuple[str, ...]) -> Iterator[tuple[Part, tuple[str, ...]]]:
    """Every part, with its place in the client."""
    yield part, path
    for key, one in part.parts.items():
        yield from walked(one, (*path, key))


def _case(names: Names, path: tuple[str, ...], endpoint: Endpoint, text_like: TextLike) -> str:
    """A test of an endpoint; "" where no arguments for it were found."""
    try:
        example = next(iter(endpoint.examples.values()), Example())
        found = given_in(Called(endpoint, Method.of(endpoint), "", ""), example, Sampler(text_like))
    except NoSample:
        return ""
    parts: list[Piece] = [_argument(argument_name(name), value) for name, value in found.items()]
    call = Group(f"client.{'.'.join(path)}(", parts)
    name = names.new(f"test_{'_'.join(path)}"[:80])
    lines = [f"def {name}(client: Client) -> None:"]
    if endpoint.streaming is not None and not endpoint.streaming.when:
        lines += [f"    {written(attrs.evolve(call, opening=f'with {call.opening}', closing=') as response:'), 4)}"]
        lines += ["        assert response.status == 200"]
    elif endpoint.pagination is not None:
        lines += [f"    {written(attrs.evolve(call, opening=f'pages = {call.opening}', closing=').pages()'), 4)}"]
        lines += ["    assert next(pages).items is not None"]
    else:
        lines += [f"    {written(call, 4)}"]
    return "\n".join(lines)


def _argument(name: str, value: object) -> Piece:
    return f"{name}={value.source}" if isinstance(value, Code) else prefixed(f"{name}=", literal(value))
