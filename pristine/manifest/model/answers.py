"""What is found in answers: places, errors and pages."""

from collections.abc import Mapping
from enum import StrEnum

from pristine.manifest.model.basics import NOTHING
from pristine.ports.errors import StatusError
from pristine.ports.outcome import Kind
from pristine.ports.values import frozen


@frozen
class Where:
    """A place in an answer: a header field, or a path of names and indices into its JSON body; -1 is the last item."""

    header: str = ""
    path: tuple[str | int, ...] = ()


@frozen(kw_only=True)
class ErrorShape:
    """How the API spells an error: each fact is at the first of its places that has one; (): nobody says where.

    `classes` are the classes of errors with these codes. `kinds` is what errors with these codes come to, whatever
    their status; `statuses` those with these ("409", "5XX").
    """

    message: tuple[Where, ...] = ()
    code: tuple[Where, ...] = ()
    request_id: tuple[Where, ...] = ()
    retry_after: tuple[Where, ...] = ()
    documentation: tuple[Where, ...] = ()
    classes: Mapping[str, type[StatusError]] = NOTHING
    kinds: Mapping[str, Kind] = NOTHING
    statuses: Mapping[str, Kind] = NOTHING


class PageStyle(StrEnum):
    """How the next page is asked for."""

    CURSOR = "cursor"
    OFFSET = "offset"
    PAGE = "page"
    LINK = "link"


@frozen(kw_only=True)
class Pagination:
    """How an endpoint's answers are pages of one list.

    `items` is where a page has its items. By CURSOR, `next` is where it has what the next call gives as `parameter`;
    by OFFSET, that is the number of items so far, by PAGE the number of the page, from `start`; by LINK, the answer
    has the URL of the next page: at `next`, or in its Link header (RFC 8288). `into` is "query" or "body".
    `more` is where a page says whether there is another, `total` where it says how many items there are in all;
    `size` is the parameter for how many items it is to have.
    """

    style: PageStyle
    items: tuple[str | int, ...] = ()
    parameter: str = ""
    into: str = "query"
    next: Where | None = None
    more: Where | None = None
    total: Where | None = None
    size: str = ""
    start: int = 0
