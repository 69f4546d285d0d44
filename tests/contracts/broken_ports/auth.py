"""Signers that break one promise of Auth each, on one face or the other."""

import asyncio
import logging
import sys
from typing import Any, Final

import attrs

from pristine.adapters.auth import Bearer
from pristine.ports.headers import Headers
from pristine.ports.messages import Request
from tests.contracts.broken_ports.register import breaks

SECRET: Final = "s3kr1t-value"
KNOWN: Final = {"secrets": (SECRET,)}
GOOD_AUTH: Final = Bearer(SECRET)


@breaks("Auth", 1, **KNOWN)
class SignsInPlace:
    def sign(self, request: Request) -> Request:
        object.__setattr__(request, "headers", GOOD_AUTH.sign(request).headers)
        return request


@breaks("Auth", 1, **KNOWN)
class SignsInPlaceLater:
    async def asign(self, request: Request) -> Request:
        await asyncio.sleep(0)
        return SignsInPlace().sign(request)


@breaks("Auth", 1, **KNOWN)
class DropsTheRest:
    def sign(self, request: Request) -> Request:
        return attrs.evolve(request, headers=Headers({"Authorization": f"Bearer {SECRET}"}))


@breaks("Auth", 1, **KNOWN)
class ChangesTheMethod:
    def sign(self, request: Request) -> Request:
        return attrs.evolve(GOOD_AUTH.sign(request), method="GET")


@breaks("Auth", 1, **KNOWN)
class NormalisesThePath:
    def sign(self, request: Request) -> Request:
        return attrs.evolve(GOOD_AUTH.sign(request), url=request.url.replace("%2F", "/"))


@breaks("Auth", 1, **KNOWN)
class SignsOnce:
    def __init__(self) -> None:
        self.done = False

    def sign(self, request: Request) -> Request:
        self.done, done = True, self.done
        return attrs.evolve(request) if done else GOOD_AUTH.sign(request)


@breaks("Auth", 1, **KNOWN)
class SignsNothing:
    async def asign(self, request: Request) -> Request:
        return attrs.evolve(request)


@breaks("Auth", 1, **KNOWN)
class GivesHeaders:
    def sign(self, request: Request) -> Any:
        return GOOD_AUTH.sign(request).headers


@breaks("Auth", 1, **KNOWN)
class HashesTheBody:
    def sign(self, request: Request) -> Request:
        body: Any = request.body
        if hasattr(body, "chunks"):
            list(body.chunks())
        return GOOD_AUTH.sign(request)


@breaks("Auth", 2, **KNOWN)
class ShowsItself(Bearer):
    def __init__(self) -> None:
        super().__init__(SECRET)

    def __repr__(self) -> str:
        return f"Bearer({self.token!r})"


@breaks("Auth", 2, **KNOWN)
class ShowsItsCode:
    def sign(self, request: Request) -> Request:
        return GOOD_AUTH.sign(request)

    def __str__(self) -> str:
        return "Bearer czNrcjF0LXZhbHVl"


@breaks("Auth", 2, **KNOWN)
class LogsIt:
    def sign(self, request: Request) -> Request:
        logging.getLogger("auth").debug("signing with %s", SECRET)
        return GOOD_AUTH.sign(request)


@breaks("Auth", 2, **KNOWN)
class PrintsItLater:
    async def asign(self, request: Request) -> Request:
        sys.stdout.write(SECRET)
        return GOOD_AUTH.sign(request)


@breaks("Auth", 2, **KNOWN)
class RaisesIt:
    def sign(self, request: Request) -> Request:
        try:
            return GOOD_AUTH.sign(request)
        except Exception as error:
            raise ValueError(f"{SECRET} cannot sign this") from error


@breaks("Auth", 2, **KNOWN, failures=lambda _: [lambda: int(SECRET)])
class RaisesItWhenMade:
    def sign(self, request: Request) -> Request:
        return GOOD_AUTH.sign(request)


@breaks("Auth", 2)
class NamesNoSecret:
    def sign(self, request: Request) -> Request:
        return GOOD_AUTH.sign(request)
