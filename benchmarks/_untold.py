"""A build without telemetry, out of the same source: what asks whether anybody listens is a constant there, and folded.

So what telemetry costs that is off is the difference between two programs, on the blocking face.
"""

import ast
import inspect
import random
import statistics
import time
from collections.abc import Iterator
from types import CodeType, ModuleType
from typing import Any, Final

from pristine.core import call, engine

ROUNDS: Final = 400
CALLS: Final = 100
_ASKED: Final = frozenset({"listening", "heeding", "_dumps", "dumps"})
_MADE: Final = frozenset({"Voice", "voice"})


class _Untelling(ast.NodeTransformer):
    """Nobody listens, and no voice is made."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if node.attr in _ASKED and isinstance(node.ctx, ast.Load):
            return ast.copy_location(ast.Constant(value=False), node)
        return self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> Any:
        names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
        return None if names & _MADE else self.generic_visit(node)


def _without(module: ModuleType) -> dict[str, Any]:
    """What a copy of a module of the core has, in which nothing is asked any more."""
    tree = ast.fix_missing_locations(_Untelling().visit(ast.parse(inspect.getsource(module))))
    code, made = compile(tree, module.__file__ or "", "exec"), ModuleType(module.__name__)
    if left := {name for part in _parts(code) for name in part.co_names} & _ASKED:
        raise RuntimeError(f"{module.__name__} still asks for {left}: the benchmark does not know how")
    exec(code, vars(made))
    return vars(made)


def _parts(code: CodeType) -> Iterator[CodeType]:
    yield code
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _parts(part)


def untold(api: Any) -> Any:
    """The same Pipeline, whose calls have no telemetry."""
    made, before = _without(engine), api._engine  # noqa: SLF001 there is no other way to another engine
    made["Call"] = _without(call)["Call"]
    api._engine = made["Engine"](before.manifest, before.context, before.face)  # noqa: SLF001
    return api


def cost(off: Any, without: Any, call: str) -> float:
    """CPU µs a call that the first takes longer: the median of rounds in which they take turns."""
    taken: dict[Any, list[float]] = {off: [], without: []}
    for _ in range(ROUNDS):
        for api in random.sample(list(taken), 2):
            began = time.process_time_ns()
            for _ in range(CALLS):
                api.execute(call)
            taken[api].append((time.process_time_ns() - began) / CALLS / 1e3)
    return statistics.median([one - other for one, other in zip(taken[off], taken[without], strict=True)])
