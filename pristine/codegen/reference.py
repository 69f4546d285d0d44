"""A manifest -> the reference page of its API, in Markdown: every endpoint with an example that runs, and every type.

The same manifest gives the same page. What it says is shown as text, whatever it holds.
"""

from collections.abc import Iterable, Iterator

from pristine.codegen.docs import overview
from pristine.codegen.docs.endpoints import Endpoints
from pristine.codegen.docs.markdown import bullets, code, heading, line, link, page
from pristine.codegen.docs.names import Called, Names
from pristine.codegen.docs.policies import Shared, breakers, limits
from pristine.codegen.docs.samples import TextLike
from pristine.codegen.docs.types import types
from pristine.codegen.docs.words import Words
from pristine.manifest.model import Manifest
from pristine.ports.constraints import Constraints


def _no_text(_: Constraints) -> str | None:
    return None


def reference(manifest: Manifest, *, source: str = "manifest.json", text_like: TextLike = _no_text) -> str:
    """The page. `source` is the file that its examples load; `text_like` finds texts that match a pattern, or None."""
    names = Names(manifest)
    words = Words(names)
    schemes = {name: names.anchor("scheme", name) for name in manifest.schemes}
    shapes = overview.shapes_of(names)
    limited, guarded = (Shared.of(kind, names) for kind in ("limit", "breaker"))
    anchors = {id(shape): anchor for shape, anchor, _ in shapes}
    endpoints = Endpoints(words, schemes, anchors, limited, guarded, text_like)
    groups = [(title, names.anchor("group", title), calls) for title, calls in _grouped(names.calls).items()]
    return page(
        [
            overview.title(manifest),
            _contents(groups),
            overview.client(manifest, source),
            overview.servers(manifest),
            overview.authentication(manifest, schemes),
            overview.errors(shapes),
            limits(limited),
            breakers(guarded),
            *_sections(groups, endpoints),
            types(words),
        ]
    )


Groups = list[tuple[str, str, list[Called]]]


def _grouped(calls: Iterable[Called]) -> dict[str, list[Called]]:
    """Endpoints by their first tag, or by the resource that they are of."""
    found: dict[str, list[Called]] = {}
    for called in calls:
        resource = (called.name or f"client.{called.endpoint.id}").rpartition(".")[0]
        title = next(iter(called.endpoint.tags), resource)
        found.setdefault(title, []).append(called)
    return found


def _contents(groups: Groups) -> str:
    lines = []
    for title, anchor, calls in groups:
        listed = ", ".join(link(code(one.name or one.endpoint.id), one.anchor) for one in calls)
        lines.append(f"{link(line(title), anchor)}: {listed}")
    return bullets(lines)


def _sections(groups: Groups, endpoints: Endpoints) -> Iterator[str]:
    for title, anchor, calls in groups:
        yield heading(2, line(title), anchor)
        yield from map(endpoints.section, calls)
