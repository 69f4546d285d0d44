"""The packages that the tests generate, once for all of them, and the manifests that they are of."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pristine.cli.docs import text_like
from pristine.codegen.sdk.package import Package, package
from pristine.config import read_manifest_document

ROOT: Final = Path(__file__).resolve().parents[3]
HERE: Final = Path(__file__).parent
EXAMPLES: Final = ("chat", "code_hosting", "local_chat", "openai_style", "tinker")


def documents() -> dict[str, dict[str, Any]]:
    """The manifests of the examples, and one that has a bit of everything."""
    found = {name: next((ROOT / "examples" / name).glob("manifest.*")) for name in EXAMPLES}
    found["kitchen"] = HERE / "kitchen.yaml"
    return {name: read_manifest_document(path) for name, path in found.items()}


def made(document: Mapping[str, Any], name: str) -> Package:
    """The package of a manifest."""
    return package(document, name, text_like=text_like)


def save(files: Mapping[str, str], folder: Path) -> None:
    """Write files below a folder."""
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
