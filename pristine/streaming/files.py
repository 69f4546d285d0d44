"""A body into a file, whatever happens on the way: written beside the target, gone on with, checked, and put in place.

Nothing is appended unless the server says that it is the rest of the same version (RFC 9110 section 13.1.5), and no
file appears that is not as long, or has not the digest, that was announced.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pristine.ports.errors import ConfigurationError, IntegrityError, StatusError, TransportError
from pristine.ports.headers import Headers
from pristine.ports.values import frozen
from pristine.streaming.copying import Wishes, check_open, fail, interruption
from pristine.streaming.partial import Partial, StrPath
from pristine.streaming.ranges import Entity, Next, best, decide, hasher
from pristine.streaming.view import Session


@frozen
class Downloaded:
    """A file that is whole and in its place.

    `size` is its length in bytes; `resumed_from` is how much of that an earlier call had left; `verified` names the
    digests that were compared ("sha-256"): none, where none was announced or given.
    """

    path: Path
    size: int
    resumed_from: int = 0
    verified: tuple[str, ...] = ()


async def download(session: Session, path: StrPath, wishes: Wishes) -> Downloaded:
    """Bring the body into a file; see `StreamResponse.to_file`."""
    part: Partial | None = None
    try:
        check_open(session)
        _check_whole(session)
        part = Partial.open(path)
        return await _Download(session, part, wishes).run()
    except BaseException as error:
        await fail(session, error)
        raise
    finally:
        if part is not None:
            part.close()


def _check_whole(session: Session) -> None:
    if session.head.status == 206:
        raise ConfigurationError("to_file asks for ranges itself: leave the Range field out, or use write_to")
    _check_good(session)


def _check_good(session: Session) -> None:
    """Raise StatusError where the answer is none of 2xx, such as a 304 that the manifest declares: it is no file."""
    status, headers = session.head.status, session.head.headers
    if not 200 <= status < 300:
        raise StatusError.class_for(status)(f"{status} is an answer without a file", status=status, headers=headers)


class _Download:
    """The state of one download: `_entity` is the version that is being written."""

    def __init__(self, session: Session, part: Partial, wishes: Wishes) -> None:
        self._session = session
        self._part = part
        self._wishes = wishes
        self._entity = Entity()
        self._hashes: dict[str, Any] = {}
        self._resumed_from = self._furthest = 0
        # No other method has ranges (RFC 9110 section 14.2), nor may be sent again just like that.
        self._resumes = wishes.resume and session.metadata.method == "GET"
        self._ranged = self._whole = False

    async def run(self) -> Downloaded:
        try:
            await self._start()
            while not self._whole:
                if (broken := await self._body()) is None:
                    await self._end_of_body()
                else:
                    await self._go_on(broken)
            self._verify()
            self._part.commit()
        except BaseException as error:
            if isinstance(error, IntegrityError) or not (self._resumable and self._part.size):
                self._part.discard()
            raise
        await self._session.complete()
        return Downloaded(self._part.target, self._part.size, self._resumed_from, tuple(self._expected))

    @property
    def _url(self) -> str:
        return f"{self._session.metadata.endpoint}: {self._session.fingerprint}"

    @property
    def _resumable(self) -> bool:
        return self._resumes and self._entity.validator is not None

    @property
    def _expected(self) -> Mapping[str, str]:
        """The digests that the file must have."""
        return best(self._entity.digests) | dict(self._wishes.digests)

    # -- where it begins -----------------------------------------------------------------------------------------------

    async def _start(self) -> None:
        """Go on with what an earlier call left, if the server still has the same; else take the open response."""
        head, part = self._session.head, self._part
        found = Entity.of(head.status, head.headers)
        known = part.entity(self._url) if self._resumes else None
        same = known is not None and known.validator == found.validator and known.may_be(found)
        if known is None or not same or not 0 < part.size <= (known.total or found.total or part.size):
            self._begin(found)
            return
        self._entity = known.with_(found)
        self._resumed_from = part.size
        self._hashes = {name: part.digest(name) for name in self._expected}
        if part.size == self._entity.total:
            self._whole = True
        else:
            await self._ask(part.size, 0)

    def _begin(self, entity: Entity) -> None:
        self._entity = entity
        self._resumed_from = 0
        self._part.begin(self._url, entity if self._resumes else Entity())
        self._hashes = {name: hasher(name) for name in self._expected}

    # -- how it goes on ------------------------------------------------------------------------------------------------

    async def _body(self) -> TransportError | None:
        """Take the body up to its end, or to the break that is returned."""
        while True:
            try:
                piece = await self._session.piece()
            except TransportError as error:
                return error
            if not piece:
                return None
            self._take(piece)

    def _take(self, piece: bytes) -> None:
        ends, chunk_size, progress = self._entity.ends, self._wishes.chunk_size, self._wishes.progress
        if ends is not None and self._part.size + len(piece) > ends:
            raise IntegrityError(f"the body is longer than announced: byte {ends} was to be its end")
        for at in range(0, len(piece), chunk_size):
            data = piece if len(piece) <= chunk_size else memoryview(piece)[at : at + chunk_size]
            self._part.write(data)
            for running in self._hashes.values():
                running.update(data)
            if progress is not None:
                progress(self._part.size, self._entity.total)

    async def _end_of_body(self) -> None:
        have, entity = self._part.size, self._entity
        if entity.ends is not None and have < entity.ends:
            raise IntegrityError(f"the body is shorter than announced: it ended at byte {have} of {entity.ends}")
        if entity.total in {None, have}:
            self._whole = True
        elif self._resumable:
            await self._ask(have)  # a server may give less than was asked for (RFC 9110 section 15.3.7)
        else:
            raise IntegrityError(f"the body is shorter than announced: it ended at byte {have} of {entity.total}")

    async def _go_on(self, error: TransportError) -> None:
        """After a break: take up the rest, or all of it, if the retry policy wants to."""
        have = self._part.size
        if have == self._entity.total:
            self._whole = True
            return
        try:
            await self._ask(*([have, 0] if self._resumable and have else [0]), error=error)
        except TransportError as raised:
            if raised is not error:
                raise
            kept = "; call again to go on with what is there" if self._resumable and have else ""
            raise interruption(error, have, kept) from error

    async def _ask(self, *offsets: int, error: TransportError | None = None) -> None:
        """Send the request again for what follows the first offset; where that makes no sense, the next."""
        for have in offsets:
            status, headers = await self._answer(have, error)
            found = decide(status, headers, have, self._entity)
            if found is not Next.ASK_AGAIN:
                self._follow(found, Entity.of(status, headers), have)
                return
            error = None
        raise IntegrityError(
            f"the server was asked for what follows byte {offsets[-1]}, and answers with another range"
        )

    async def _answer(self, have: int, error: TransportError | None) -> tuple[int, Headers]:
        fields = {"Range": f"bytes={have}-"} if have or self._ranged else {}
        if have:
            self._ranged, fields["If-Range"] = True, self._entity.validator or ""
        try:
            await self._session.take_up(fields, error, progress=self._part.size > self._furthest)
            self._furthest = max(self._furthest, self._part.size)
        except StatusError as refused:
            if refused.status != 416:
                raise
            return refused.status, refused.headers
        _check_good(self._session)
        return self._session.head.status, self._session.head.headers

    def _follow(self, found: Next, entity: Entity, have: int) -> None:
        if found is Next.GO_ON and have:
            self._entity = self._entity.with_(entity)
        elif found is Next.FINISHED and have:
            self._whole = True
        else:
            self._begin(entity)
            self._whole = found is Next.FINISHED

    # -- how it ends ---------------------------------------------------------------------------------------------------

    def _verify(self) -> None:
        for name, digest in self._expected.items():
            running = self._hashes.get(name) or self._part.digest(name)
            if running.hexdigest() != digest:
                found = running.hexdigest()
                raise IntegrityError(f"the {name} digest is {found}, not {digest}", expected=digest, found=found)
