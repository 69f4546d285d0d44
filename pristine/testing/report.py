"""The capability report: which promise each adapter keeps, on which face, and where not, why; as text and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Self

import attrs

import pristine
from pristine.ports.capabilities import Capability
from pristine.testing.lab import Case
from pristine.testing.promises import Promise

TITLES: Final[Mapping[str, str]] = {
    "Transport 1": "every status is a Response",
    "Transport 2": "the request is sent as given, and once",
    "Transport 3": "the response is whole, and as it was sent",
    "Transport 4": "every failure is a TransportError",
    "Transport 5": "each limit holds, and is named",
    "Transport 6": "threads, and fork",
    "AsyncTransport 6a": "tasks, and one event loop after another",
    "Transport 7": "max_response_bytes",
    "Transport 8": "close lets go of all",
    "AsyncTransport 9": "a cancelled call leaves nothing behind",
    "Transport 10": "a kept connection is open and silent",
    "ByteStream 1": "bytes as they arrive; the end is the end",
    "ByteStream 2": "not reading is back-pressure",
    "ByteStream 3": "cancel, from anywhere",
    "ByteStream 4": "close, at any time",
    "StreamTransport 1": "open returns with the head",
    "StreamTransport 2": "an unread stream disturbs nobody",
    "AsyncStreamTransport 3": "a cancelled aopen leaves nothing behind",
    "BothFaces shareable": "one instance serves many Contexts",
    "ConnectionOptions max_idle": "connections that are kept",
    "ConnectionOptions keep_alive": "how long they are kept",
    "ConnectionOptions tls.ca": "an authority of one's own",
    "ConnectionOptions tls.verify": "trust in anybody",
    "Capability streaming": "who declares it has it",
    "Capability proxy": "by way of a proxy",
    "Capability local_address": "from an address of one's own",
    "Capability client_certificate": "as whom to come",
    "Capability http2": "HTTP/2 where the server agrees",
    "Capability trailers": "fields behind a body",
    "Capability none": "what is not declared is refused",
}
"""Each promise in a few words, in the order of a report."""

WORST: Final = ("broken", "tolerated", "kept", "skipped")
"""What counts most among the tests of one promise."""


@attrs.frozen
class Fact:
    """What became of one test: `outcome` is kept, broken, tolerated or skipped, `why` what is to be said of it."""

    name: str
    face: str
    adapter: str
    faces: tuple[str, ...]
    declared: tuple[str, ...]
    shareable: bool
    test: str
    promise: str
    text: str
    needs: str
    outcome: str
    why: str

    @classmethod
    def of(cls, case: Case, test: str, held: Promise, needs: Capability | None, became: tuple[str, str]) -> Self:
        """What became of a test of a case, which held a promise and needed a capability."""
        about, promise = case.about, f"{held.port} {held.number}"
        return cls(
            case.name,
            case.face,
            about.adapter,
            about.faces,
            tuple(sorted(about.capabilities)),
            about.shareable,
            test,
            promise,
            TITLES.get(promise, held.text),
            needs or "",
            *became,
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return attrs.asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """A Fact out of its plain values."""
        return cls(**{**value, "declared": tuple(value["declared"]), "faces": tuple(value["faces"])})


class Report:
    """Facts of many tests, and what follows from them."""

    def __init__(self) -> None:
        self._facts: list[Fact] = []

    def add(self, fact: Fact) -> None:
        """Gather one more."""
        self._facts.append(fact)

    def as_json(self) -> dict[str, Any]:
        """Each transport with its faces, capabilities and promises."""
        names = dict.fromkeys(fact.name for fact in self._facts)
        transports = [_transport([fact for fact in self._facts if fact.name == name]) for name in names]
        return {"pristine": pristine.__version__, "transports": transports}

    def told(self) -> Iterator[tuple[str, list[str]]]:
        """For each transport a title, and lines of a table and of what is to be said of it."""
        for transport in self.as_json()["transports"]:
            yield f"pristine: {transport['name']} ({transport['adapter']})", list(_lines(transport))


def _transport(facts: list[Fact]) -> dict[str, Any]:
    about = facts[0]
    order = {promise: place for place, promise in enumerate(TITLES)}
    promises = sorted({fact.promise for fact in facts}, key=lambda promise: order.get(promise, len(order)))
    rows = [_promise([fact for fact in facts if fact.promise == promise]) for promise in promises]
    return {
        "name": about.name,
        "adapter": about.adapter,
        "faces": list(about.faces),
        "shareable": about.shareable,
        "capabilities": {name: _capability(name, about, facts) for name in Capability},
        "broken": [
            row["promise"] for row in rows if any(face["outcome"] == "broken" for face in row["faces"].values())
        ],
        "promises": rows,
    }


def _promise(facts: list[Fact]) -> dict[str, Any]:
    faces = dict.fromkeys(fact.face for fact in facts)
    return {
        "promise": facts[0].promise,
        "text": facts[0].text,
        "faces": {face: _outcome([fact for fact in facts if fact.face == face]) for face in faces},
    }


def _outcome(facts: list[Fact]) -> dict[str, Any]:
    """The worst of several tests, and what they said that were not simply passed."""
    outcome = next(outcome for outcome in WORST if any(fact.outcome == outcome for fact in facts))
    notes = [{"test": fact.test, "outcome": fact.outcome, "why": fact.why} for fact in facts if fact.outcome != "kept"]
    return {"outcome": outcome, "tests": len({fact.test for fact in facts}), "notes": notes}


def _capability(name: str, about: Fact, facts: list[Fact]) -> dict[str, str]:
    """On each face: kept or broken, where it is declared; else "not declared"; "untested" where no test has run."""
    if name not in about.declared:
        return dict.fromkeys(about.faces, "not declared")
    mine = [fact for fact in facts if fact.needs == name and fact.outcome != "skipped"]
    return {
        face: next(
            (each for each in WORST if any(fact.face == face and fact.outcome == each for fact in mine)), "untested"
        )
        for face in about.faces
    }


def _lines(transport: Mapping[str, Any]) -> Iterator[str]:
    faces = transport["faces"]
    yield _line("", "", faces)
    for name, outcomes in transport["capabilities"].items():
        yield _line("capability", name, [_shown(outcomes[face]) for face in faces])
    for row in transport["promises"]:
        cells = [_shown(row["faces"][face]["outcome"]) if face in row["faces"] else "" for face in faces]
        yield _line(row["promise"], row["text"], cells)
    yield from _notes(transport)


def _line(first: str, second: str, cells: Sequence[str]) -> str:
    return f"{first:30} {second:42} {''.join(f'{cell:10}' for cell in cells)}".rstrip()


def _shown(outcome: str) -> str:
    return {"broken": "BROKEN", "not declared": "-"}.get(outcome, outcome)


def _notes(transport: Mapping[str, Any]) -> Iterator[str]:
    """What is to be said of each promise that is not simply kept: once for what several tests say."""
    seen = set()
    for row in transport["promises"]:
        for face, outcome in row["faces"].items():
            if face not in transport["faces"]:
                continue
            for note in outcome["notes"]:
                said = row["promise"], face, note["outcome"], note["why"]
                if said not in seen:
                    seen.add(said)
                    where = f" in {note['test']}" if note["outcome"] == "broken" else ""
                    yield f"{_shown(note['outcome'])}: {row['promise']}, {face}{where}"
                    yield from (f"    {line}" for line in note["why"].splitlines())
