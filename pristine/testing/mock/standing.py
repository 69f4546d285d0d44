"""The statuses with which an endpoint may say how work stands, best first: whether they say it is for others. Pure."""

from typing import Final

from pristine.core.operation import Operation
from pristine.manifest.model import Became, Later
from pristine.testing.mock.answering import good_status
from pristine.testing.mock.messages import WITHOUT_BODY


def statuses_of(operation: Operation, later: Later, became: Became, *, known: bool = True) -> list[int]:
    """The statuses with which an endpoint may say what became of work, best first. `known`: the mock has the work."""
    said = [_least(one) for one, means in later.statuses.items() if means is became]
    usual = [good_status(operation)]
    errors = sorted(_ERRORS[became], key=lambda one: str(one) not in operation.endpoint.responses)
    if became is Became.EXPIRED:
        return [*said, *(usual if later.expired and known else []), *(errors if known else sorted(errors)), *usual]
    sees_other = became is Became.DONE and any(one.header.lower() == "location" for one in later.result_url)
    return [*([303] if sees_other else []), *usual, *said, *errors]


_ERRORS: Final[dict[Became, tuple[int, ...]]] = {
    Became.PENDING: (408, 425, 503),
    Became.DONE: (),
    Became.FAILED: (422, 400),
    Became.EXPIRED: (410, 404),
}


def _least(status: str) -> int:
    return int(status.replace("X", "0"))


def beginnings(operation: Operation, later: Later, status: int) -> list[int]:
    """The statuses with which an endpoint may say that its work has begun, best first."""
    said = [_least(one) for one, means in later.statuses.items() if means is Became.PENDING]
    good = [one for one in said if 200 <= one < 300 and one not in WITHOUT_BODY]
    return [status, *good] if str(status) in operation.endpoint.responses else [*good, status]
