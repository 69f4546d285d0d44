"""Several handles as one value: what both faces of it share. It asks nobody."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, Self, TypeVar

from pristine.core.futures.watching import Watchers, quietly
from pristine.ports.future import FutureState, Progress

T = TypeVar("T")


class Combination(Generic[T]):
    """Ends when all its handles have ended well, or as soon as one has not."""

    def __init__(self, handles: Sequence[Any], transform: Callable[[list[Any]], T], room: int) -> None:
        self.handles = tuple(handles)
        self._transform = transform
        self._room = room
        self._pending = set(handles)
        self._callbacks = Watchers()
        for handle in self.handles:
            handle.add_done_callback(self._one_ended)

    def _one_ended(self, handle: Any) -> None:
        if handle.state is not FutureState.DONE:
            vars(self).setdefault("_spoiled", handle)
        self._pending.discard(handle)
        if self.done:
            self._callbacks.ended()

    @property
    def leaves(self) -> tuple[Any, ...]:
        """The handles that are asked: those of combined ones in their place."""
        found = (one.leaves if isinstance(one, Combination) else (one,) for one in self.handles)
        return tuple(leaf for leaves in found for leaf in leaves)

    @property
    def _spoiler(self) -> Any:
        """The first that has not ended well."""
        return vars(self).get("_spoiled")

    @property
    def done(self) -> bool:
        """Whether all have ended well, or one has not."""
        return self._spoiler is not None or not self._pending

    @property
    def state(self) -> FutureState:
        """DONE when all are; what became of the first that has not ended well; else PENDING."""
        if self._spoiler is not None:
            state: FutureState = self._spoiler.state
            return state
        return FutureState.PENDING if self._pending else FutureState.DONE

    @property
    def progress(self) -> Progress:
        """All in one: `progress` has the Progress of each, the queue is that of the first that says one."""
        each = [handle.progress for handle in self.handles]
        queued = next((one for one in each if one.state is FutureState.PENDING and one.queue_state), Progress())
        return Progress(
            state=self.state,
            queue_state=queued.queue_state,
            queue_reason=queued.queue_reason,
            progress=each,
            polls=sum(one.polls for one in each),
            elapsed=max(one.elapsed for one in each),
        )

    def tokens(self) -> list[str]:
        """The tokens of the handles that are asked, with which others go on: they resume each, and combine them again.

        Raises TokenRefused where one had ended when it was answered.
        """
        return [leaf.token() for leaf in self.leaves]

    def add_done_callback(self, callback: Callable[[Self], object]) -> None:
        """Have it called once with this when it has ended, or now where it has; see `FutureHandle`."""
        if self.done:
            quietly(lambda: callback(self))
        else:
            self._callbacks.at_end(lambda: callback(self))

    def _value(self, results: list[Any]) -> T:
        """What becomes of the results; once."""
        if "_made" not in vars(self):
            self._made = self._transform(results)
        return self._made

    def __repr__(self) -> str:
        ended = len(self.handles) - len(self._pending)
        return f"{type(self).__name__}({ended} of {len(self.handles)} have ended: {self.state.value})"
