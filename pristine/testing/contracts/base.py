"""What the contracts of transports share: who is under test, on which faces, and what a test of a promise is.

A test is written once, marked by `holds` with the promise that it holds, and drives its Lab blockingly.
"""

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, TypeVar, cast

import attrs
import pytest

from pristine.ports.capabilities import Capability
from pristine.testing.lab import About, Case, Lab
from pristine.testing.promises import Promise, promise
from pristine.testing.subjects import PATIENCE

T = TypeVar("T", bound=Callable[..., None])


def holds(
    port: str, number: int | str, text: str, *, needs: Capability | None = None, face: str = ""
) -> Callable[[T], T]:
    """Mark a test with the promise that it holds; with a capability that it needs, or the one face it is for."""

    def mark(test: T) -> T:
        @functools.wraps(test)
        def run(contract: "Contract", lab: Lab, **arguments: Any) -> None:
            held = contract.cited(run.promise)  # type: ignore[attr-defined]  # set below
            with lab:
                promise(held.port, held.number, held.text)(test)(contract, lab, **arguments)

        run.promise = Promise(port, str(number), text)  # type: ignore[attr-defined]  # read by the plugin, as the next
        run.needs, run.face = needs, face  # type: ignore[attr-defined]
        return cast("T", run)

    return mark


class Contract:
    """Subclass it, and say by `make` how the adapter is made; pytest does the rest.

    `name` is what a report calls it. `tolerances` tells of tests that it is known to fail: the test's name -> why; such
    a test is an expected failure, and a report lists it; `skips` of those that make no sense for it. `pace` multiplies
    every wait, for machines that are slow.
    """

    name: str = ""
    tolerances: Mapping[str, str] = {}
    skips: Mapping[str, str] = {}
    pace: float = 1.0
    way: ClassVar[str] = "send"

    def make(self, **options: Any) -> Any:
        """Return a transport; `options` are ConnectionOptions by their names.

        For one that the adapter does not know, TypeError or ConfigurationError: the tests that want it are skipped.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how its transport is made")

    @classmethod
    def cases(cls, config: pytest.Config) -> list[Case]:  # noqa: ARG003 the suite of the plugin asks it
        """Who is under test: each face of each adapter."""
        return cases_of(cls.name or cls.__name__, cls().make)

    def cited(self, held: Promise) -> Promise:
        """The promise that a test holds in this contract."""
        return held

    @classmethod
    def pytest_generate_tests(cls, metafunc: pytest.Metafunc) -> None:
        """Parametrize the tests over the cases."""
        if "lab" not in metafunc.fixturenames:
            return
        cases = _cases(cls.cases, metafunc.config)
        id_of = "{0.face}" if len({case.name for case in cases}) == 1 else "{0.name}-{0.face}"
        needs, only = getattr(metafunc.function, "needs", None), getattr(metafunc.function, "face", "")
        no = cls.skips.get(metafunc.function.__name__, "")
        told = [(case, no or case.lacks(cls.way, needs, only)) for case in _of_face(cases, only)]
        marks = [[pytest.mark.skip(reason=why)] if why else [] for _, why in told]
        params = [
            pytest.param(case, id=id_of.format(case), marks=mark) for (case, _), mark in zip(told, marks, strict=True)
        ]
        metafunc.parametrize("lab", params, indirect=True)

    @pytest.fixture
    def lab(self, request: pytest.FixtureRequest) -> Iterator[Lab]:
        """The laboratory of a test."""
        function = getattr(request.function, "__name__", "")
        if why := self.tolerances.get(function):
            request.applymarker(pytest.mark.xfail(reason=why, strict=True))
        pace = request.config.getoption("pristine_pace", None) or self.pace
        patience = request.config.getoption("pristine_patience", None) or PATIENCE * pace
        with contextlib.closing(Lab(request.param, self.way, pace, patience)) as lab:
            yield lab


def _of_face(cases: list[Case], only: str) -> list[Case]:
    """The cases for a test of one face; who has it not is there all the same, to be skipped."""
    wanted = [case for case in cases if only in {"", case.face}]
    names = {case.name for case in wanted}
    absent = {case.name: attrs.evolve(case, face=only) for case in cases if case.name not in names}
    return [*wanted, *absent.values()]


@functools.cache
def _cases(of: Callable[[pytest.Config], list[Case]], config: pytest.Config) -> list[Case]:
    return of(config)  # once for all tests of a contract


def cases_of(name: str, make: Callable[..., Any]) -> list[Case]:
    """A case for each face that an adapter has; for both, where it cannot be made here: its tests will say so."""
    try:
        about = About.of(make())
    except Exception:  # noqa: BLE001 told by the tests
        about = About()
    return [Case(name, face, make, about) for face in about.faces]
