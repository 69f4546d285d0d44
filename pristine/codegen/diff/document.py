"""What two manifests say of the whole API: its name, where it is served, and who may call it."""

from pristine.codegen.diff.found import Found, told
from pristine.manifest.model import Manifest, Scheme, Server, Variable


def compare_documents(old: Manifest, new: Manifest, found: Found) -> None:
    """Add the changes that are of no endpoint and of no type."""
    for name in ("name", "version", "description"):
        if getattr(old, name) != getattr(new, name):
            found.from_to(f"{name}-changed", (name,), getattr(old, name), getattr(new, name))
    _servers(old, new, found)
    _schemes(old, new, found)


# -- servers -----------------------------------------------------------------------------------------------------------


def _servers(old: Manifest, new: Manifest, found: Found) -> None:
    before, after = _by_title(old), _by_title(new)
    for title in dict.fromkeys([*before, *after]):
        where = ("servers", title)
        if title not in after:
            # Nobody can choose a server without a name that is not the first.
            kind = "server-removed" if before[title].name or before[title] is old.servers[0] else "description-changed"
            found.add(kind, where, "removed")
        elif title not in before:
            found.add("server-added", where, "added")
        else:
            _compare_server(before[title], after[title], where, found)
    first = (next(iter(one), None) for one in (before, after))
    if None not in (titles := tuple(first)) and titles[0] != titles[1]:
        found.from_to("default-server-changed", ("servers",), *titles)


def _by_title(manifest: Manifest) -> dict[str, Server]:
    """Servers by name, those without one by URL."""
    return {one.name or one.url: one for one in manifest.servers}


def _compare_server(old: Server, new: Server, where: tuple[str, ...], found: Found) -> None:
    if old.url != new.url:
        found.from_to("server-changed", (*where, "url"), old.url, new.url)
    if old.description != new.description:
        found.from_to("description-changed", (*where, "description"), old.description, new.description)
    for name in dict.fromkeys([*old.variables, *new.variables]):
        place = (*where, "variables", name)
        if name not in new.variables:
            found.add("variable-removed", place, "removed")
        elif name not in old.variables:
            found.add("variable-added", place, "added")
        else:
            _compare_variable(old.variables[name], new.variables[name], place, found)


def _compare_variable(old: Variable, new: Variable, where: tuple[str, ...], found: Found) -> None:
    if old.default != new.default:
        found.from_to("variable-default-changed", (*where, "default"), old.default, new.default)
    if old.description != new.description:
        found.from_to("description-changed", (*where, "description"), old.description, new.description)
    if old.allowed != new.allowed:
        # No list allows everything.
        is_wider = not new.allowed or (old.allowed and set(old.allowed) <= set(new.allowed))
        said = (told(list(one.allowed)) if one.allowed else "anything" for one in (old, new))
        found.add(f"variable-{'widened' if is_wider else 'narrowed'}", (*where, "enum"), " → ".join(said))


# -- who may call ------------------------------------------------------------------------------------------------------


def _schemes(old: Manifest, new: Manifest, found: Found) -> None:
    for name in dict.fromkeys([*old.schemes, *new.schemes]):
        where = ("security_schemes", name)
        if name not in new.schemes:
            found.add("scheme-removed", where, "removed")
        elif name not in old.schemes:
            found.add("scheme-added", where, "added")
        else:
            _compare_scheme(old.schemes[name], new.schemes[name], where, found)


def _compare_scheme(old: Scheme, new: Scheme, where: tuple[str, ...], found: Found) -> None:
    said = [f"{one.kind} in the {one.location} {told(one.name)}" for one in (old, new)]
    if said[0] != said[1]:
        found.add("scheme-changed", where, " → ".join(said))
    if old.description != new.description:
        found.from_to("description-changed", (*where, "description"), old.description, new.description)
