"""What heads say about a file: is it still the same version, and at which byte does this body go on? Pure.

RFC 9110 sections 8.8 (validators), 13.1.5 (If-Range) and 14 (ranges); RFC 9530 and RFC 3230 (digests).
"""

import hashlib
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any, Final

import attrs

from pristine.ports.errors import ConfigurationError
from pristine.ports.headers import Headers
from pristine.ports.patterns import pattern
from pristine.ports.values import frozen

ALGORITHMS: Final[Mapping[str, tuple[str, int]]] = {
    "sha-512": ("sha512", 64),
    "sha-256": ("sha256", 32),
    "md5": ("md5", 16),
}
"""The digests that can be checked, best first: what hashlib calls them, and their size in bytes."""

_MARGIN: Final = 60.0
"""How many seconds a date must lie before the answer that has it, to tell two versions apart (RFC 9110 8.8.2.2)."""

_RANGE: Final = pattern(r"bytes (?:(\d{1,18})-(\d{1,18})|\*)/(?:(\d{1,18})|\*)", re.ASCII | re.IGNORECASE)
_STRONG: Final = pattern(r'"[\x21\x23-\x7e\x80-\xff]*"')
_MEMBER: Final = pattern(r"\s*([\w-]+)=([^,]*)", re.ASCII)


@frozen
class ContentRange:
    """`bytes first-last/total`: the first two are None where the range was refused, the third where it is unknown."""

    first: int | None
    last: int | None
    total: int | None

    @classmethod
    def of(cls, headers: Headers) -> "ContentRange | None":
        """The one range of an answer; None where there is none, or one that makes no sense."""
        found = _RANGE.fullmatch(headers.get("content-range", "").strip())
        if found is None:
            return None
        first, last, total = (None if number is None else int(number) for number in found.groups())
        beyond = total is not None and last is not None and last >= total
        return None if beyond or (first is not None and last is not None and last < first) else cls(first, last, total)


@frozen
class Entity:
    """One version of a file, as far as a head tells.

    `validator` is what If-Range may say of it, None where nothing strong is known; `total` is its length; `digests`
    are hexadecimal, by the names of ALGORITHMS. `ends` is where the body that follows the head ends in it.
    """

    validator: str | None = None
    total: int | None = None
    digests: Mapping[str, str] = attrs.field(factory=dict)
    ends: int | None = attrs.field(default=None, eq=False)

    @classmethod
    def of(cls, status: int, headers: Headers) -> "Entity":
        """What a head says. Under a content coding lengths, ranges and digests are those of the coded form: nothing."""
        if _is_coded(headers):
            return cls()
        validator = None if headers.get("accept-ranges", "").strip().lower() == "none" else strong_validator(headers)
        if status != 206:
            length = body_length(headers)
            return cls(validator, length, digests(headers, whole=True), length)
        found = ContentRange.of(headers)
        ends = found.last + 1 if found is not None and found.last is not None else None
        return cls(validator, found.total if found else None, digests(headers, whole=False), ends)

    def may_be(self, other: "Entity") -> bool:
        """Nothing that both tell is different."""
        told = [(self.validator, other.validator), (self.total, other.total)]
        told += [(digest, other.digests.get(name)) for name, digest in self.digests.items()]
        return all(mine == theirs for mine, theirs in told if mine is not None and theirs is not None)

    def with_(self, other: "Entity") -> "Entity":
        """What both tell, which agree."""
        digests = {**other.digests, **self.digests}
        total = other.total if self.total is None else self.total
        return Entity(self.validator or other.validator, total, digests, other.ends)


class Next(Enum):
    """What to do with an answer."""

    GO_ON = "append its body to what is there"
    BEGIN = "its body is the whole file, from the beginning"
    ASK_AGAIN = "give it up, and ask for the whole file"
    FINISHED = "there is no more: what is there is the whole file"


def decide(status: int, headers: Headers, have: int, entity: Entity) -> Next:
    """What an answer means where `have` bytes of an entity are there and the rest was asked for."""
    found = ContentRange.of(headers)
    told = Entity.of(status, headers)
    if status == 416:
        whole = found is not None and found.first is None and found.total == have
        return Next.FINISHED if whole and entity.total in {None, have} and entity.may_be(told) else Next.ASK_AGAIN
    if status != 206:
        return Next.BEGIN
    if found is None or found.first != have or _length(headers) not in {None, _size(found)}:
        return Next.ASK_AGAIN
    if have and (_is_coded(headers) or not entity.may_be(told)):
        return Next.ASK_AGAIN
    return Next.GO_ON


def _size(found: ContentRange) -> int | None:
    return None if found.first is None or found.last is None else found.last - found.first + 1


def body_length(headers: Headers) -> int | None:
    """How long the body will be when it is decoded, if that is known."""
    return None if _is_coded(headers) else _length(headers)


def _is_coded(headers: Headers) -> bool:
    codings = {coding.strip().lower() for coding in headers.get("content-encoding", "").split(",")}
    return bool(codings - {"", "identity"})


def _length(headers: Headers) -> int | None:
    lengths = {length.strip() for length in headers.get("content-length", "").split(",")}
    [length, *others] = lengths
    known = not others and re.fullmatch(r"[0-9]{1,18}", length) and "transfer-encoding" not in headers
    return int(length) if known else None


# -- validators --------------------------------------------------------------------------------------------------------


def strong_validator(headers: Headers) -> str | None:
    """What If-Range may say: a strong ETag, or a Last-Modified that is strong, where there is no ETag at all."""
    etag = headers.get("etag", "").strip()
    if etag:
        return etag if _STRONG.fullmatch(etag) else None
    modified, date = _instant(headers.get("last-modified")), _instant(headers.get("date"))
    strong = modified is not None and date is not None and date - modified >= _MARGIN
    return headers["last-modified"].strip() if strong else None


def _instant(date: str | None) -> float | None:
    try:
        return parsedate_to_datetime(date or "").timestamp()
    except (ValueError, OverflowError):
        return None


# -- digests -----------------------------------------------------------------------------------------------------------


def digests(headers: Headers, *, whole: bool) -> dict[str, str]:
    """The announced digests of the file that can be checked; Content-Digest is the body's, so only of a whole one."""
    found = _members(headers.get("digest", ""), str)
    fields = ("repr-digest", "content-digest") if whole else ("repr-digest",)
    for field in fields:
        found |= _members(headers.get(field, ""), _bare)
    return found


def _bare(item: str) -> str:
    """The text between the colons of a byte sequence (RFC 8941 section 3.3.5)."""
    return item[1:-1] if len(item) > 1 and item[0] == item[-1] == ":" else ""


def _members(field: str, text: Callable[[str], str]) -> dict[str, str]:
    found = {}
    for name, item in _MEMBER.findall(field):
        try:
            digest = b64decode(text(item.partition(";")[0].strip()), validate=True)
        except ValueError:
            continue
        if len(digest) == ALGORITHMS.get(name.lower(), ("", 0))[1]:
            found[name.lower()] = digest.hex()
    return found


def best(found: Mapping[str, str]) -> dict[str, str]:
    """The one digest that is hardest to forge, or none."""
    return next(({name: found[name]} for name in ALGORITHMS if name in found), {})


def checksum(given: str | None) -> dict[str, str]:
    """A checksum that the caller gives: `sha256:<hexadecimal>`; raises ConfigurationError for anything else."""
    if given is None:
        return {}
    name, _, digest = (part.strip().lower() for part in str(given).partition(":"))
    name = re.sub("^sha(?=[0-9])", "sha-", name)
    if re.fullmatch("[0-9a-f]+", digest) and len(digest) == 2 * ALGORITHMS.get(name, ("", 0))[1]:
        return {name: digest}
    raise ConfigurationError("a checksum is 'sha256:' or 'sha512:' and its hexadecimal digits", setting="checksum")


def hasher(name: str) -> Any:
    """A running digest, by one of the names of ALGORITHMS."""
    return hashlib.new(ALGORITHMS[name][0], usedforsecurity=False)
