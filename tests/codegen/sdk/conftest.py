"""The packages on the disk, made once for a worker."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.codegen.sdk import packages
from tests.codegen.sdk.hostile import hostile


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a project for each manifest; `NAME/NAME_sdk` is the package."""
    found = tmp_path_factory.mktemp("sdks")
    for name, document in {**packages.documents(), "hostile": hostile()}.items():
        made = packages.made(document, f"{name}_sdk")
        packages.save({**made.generated, **made.authored}, found / name)
    return found


@pytest.fixture(scope="session")
def importable(folder: Path) -> Iterator[Path]:
    """The same, where `import NAME_sdk` finds them."""
    places = [str(place) for place in folder.iterdir()]
    sys.path[:0] = places
    yield folder
    sys.path[:] = [place for place in sys.path if place not in places]
