"""What heads say about a file: validators, ranges, digests, and what is to be done with an answer."""

from base64 import b64encode
from hashlib import md5, sha256, sha512

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pristine.ports.errors import ConfigurationError
from pristine.ports.headers import Headers
from pristine.streaming.ranges import (
    ContentRange,
    Entity,
    Next,
    best,
    body_length,
    checksum,
    decide,
    digests,
    strong_validator,
)

BODY = b"body"
SHA256, SHA512, MD5 = (algorithm(BODY).digest() for algorithm in (sha256, sha512, md5))
NOON, MODIFIED = "Tue, 01 Jul 2025 12:00:00 GMT", "Tue, 01 Jul 2025 11:58:00 GMT"


def b64(digest: bytes) -> str:
    return b64encode(digest).decode()


# -- validators --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "validator"),
    [
        ({"ETag": '"v"'}, '"v"'),
        ({"ETag": '""'}, '""'),
        ({"ETag": '"é!#"', "Last-Modified": MODIFIED, "Date": NOON}, '"é!#"'),
        ({"ETag": 'W/"v"'}, None),
        ({"ETag": "bare"}, None),
        ({"ETag": '"a b"'}, None),
        ({"ETag": '"a", "b"'}, None),
        ({"Last-Modified": MODIFIED, "Date": NOON}, MODIFIED),
        ({"ETag": 'W/"v"', "Last-Modified": MODIFIED, "Date": NOON}, None),
        ({"Last-Modified": MODIFIED}, None),
        ({"Last-Modified": NOON, "Date": NOON}, None),
        ({"Last-Modified": "Tue, 01 Jul 2025 11:59:01 GMT", "Date": NOON}, None),
        ({"Last-Modified": "yesterday", "Date": NOON}, None),
        ({}, None),
    ],
)
def test_only_what_tells_two_versions_apart_is_a_validator(fields: dict[str, str], validator: str | None) -> None:
    assert strong_validator(Headers(fields)) == validator


# -- ranges ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("bytes 5-9/10", (5, 9, 10)),
        ("Bytes 0-0/*", (0, 0, None)),
        ("bytes */10", (None, None, 10)),
        ("bytes 5-10/10", None),
        ("bytes 5-4/10", None),
        ("bytes 5-/10", None),
        ("items 5-9/10", None),
        ("bytes 5-9/10, bytes 0-1/10", None),
        ("bytes \u0665-9/10", None),
        (f"bytes 0-1/{'9' * 5000}", None),
        ("", None),
    ],
)
def test_a_content_range_is_read_or_is_none(field: str, found: tuple[int | None, ...] | None) -> None:
    read = ContentRange.of(Headers({"Content-Range": field}))
    assert (None if read is None else (read.first, read.last, read.total)) == found


@given(st.text())
def test_no_content_range_is_an_exception(field: str) -> None:
    read = ContentRange.of(Headers({"Content-Range": field}))
    assert read is None or read.last is None or (read.first is not None and read.first <= read.last)


@pytest.mark.parametrize(
    ("fields", "length"),
    [
        ([("Content-Length", "7")], 7),
        ([("Content-Length", "7"), ("Content-Length", "7")], 7),
        ([("Content-Length", "7"), ("Content-Length", "8")], None),
        ([("Content-Length", "-7")], None),
        ([("Content-Length", "9" * 30)], None),
        ([("Content-Length", "7"), ("Transfer-Encoding", "chunked")], None),
        ([("Content-Length", "7"), ("Content-Encoding", "gzip")], None),
        ([("Content-Length", "7"), ("Content-Encoding", "identity")], 7),
        ([], None),
    ],
)
def test_the_length_of_a_body(fields: list[tuple[str, str]], length: int | None) -> None:
    assert body_length(Headers(fields)) == length


# -- digests -----------------------------------------------------------------------------------------------------------


def test_every_way_to_announce_a_digest() -> None:
    old = {"Digest": f"SHA-256={b64(SHA256)},md5={b64(MD5)},unixsum=3"}
    assert digests(Headers(old), whole=True) == {"sha-256": SHA256.hex(), "md5": MD5.hex()}
    new = {"Content-Digest": f"sha-512=:{b64(SHA512)}:, sha-256=:{b64(SHA256)}:;q=1, sha=:AAAA:"}
    assert digests(Headers(new), whole=True) == {"sha-256": SHA256.hex(), "sha-512": SHA512.hex()}
    assert best(digests(Headers(new), whole=True)) == {"sha-512": SHA512.hex()}


def test_the_digest_of_a_part_is_not_the_files() -> None:
    part = {"Content-Digest": f"sha-256=:{b64(SHA256)}:", "Repr-Digest": f"sha-512=:{b64(SHA512)}:"}
    assert digests(Headers(part), whole=False) == {"sha-512": SHA512.hex()}


@pytest.mark.parametrize("value", ["sha-256=:AAAA:", "sha-256=x", "sha-256=:!!:", "sha-256", "=", ":", "sha-256=:"])
def test_what_is_no_digest_is_none(value: str) -> None:
    fields = Headers({"Content-Digest": value, "Digest": value})
    assert digests(fields, whole=True) == {}
    assert best({}) == {}


def test_a_given_checksum() -> None:
    assert checksum(f"sha256:{SHA256.hex()}") == checksum(f" SHA-256:{SHA256.hex().upper()}")
    assert checksum(f"sha512:{SHA512.hex()}") == {"sha-512": SHA512.hex()}
    assert checksum(None) == {}
    for wrong in ("", SHA256.hex(), f"sha1:{'0' * 40}", "sha256:00", f"sha256:{'g' * 64}", f"sha256:{b64(SHA256)}"):
        with pytest.raises(ConfigurationError, match="a checksum is"):
            checksum(wrong)


# -- decisions ---------------------------------------------------------------------------------------------------------

KNOWN = Entity('"v"', 10, {"sha-256": "aa"})
REST = {"ETag": '"v"', "Content-Range": "bytes 4-9/10", "Content-Length": "6"}


@pytest.mark.parametrize(
    ("status", "changes", "found"),
    [
        (206, {}, Next.GO_ON),
        (206, {"ETag": None, "Content-Length": None}, Next.GO_ON),
        (206, {"Content-Range": "bytes 4-5/10", "Content-Length": "2"}, Next.GO_ON),
        (206, {"Content-Range": "bytes 4-9/*"}, Next.GO_ON),
        (206, {"Content-Range": "bytes 3-9/10", "Content-Length": "7"}, Next.ASK_AGAIN),
        (206, {"Content-Range": "bytes 4-9/11"}, Next.ASK_AGAIN),
        (206, {"Content-Range": "bytes */10"}, Next.ASK_AGAIN),
        (206, {"Content-Range": None}, Next.ASK_AGAIN),
        (206, {"Content-Length": "7"}, Next.ASK_AGAIN),
        (206, {"ETag": '"w"'}, Next.ASK_AGAIN),
        (206, {"Content-Encoding": "gzip"}, Next.ASK_AGAIN),
        (200, {"Content-Range": None}, Next.BEGIN),
        (200, {}, Next.BEGIN),
        (416, {"Content-Range": "bytes */10"}, Next.ASK_AGAIN),
        (416, {"Content-Range": None}, Next.ASK_AGAIN),
    ],
)
def test_what_an_answer_means_with_four_bytes_of_ten(status: int, changes: dict[str, str | None], found: Next) -> None:
    fields = {name: value for name, value in {**REST, **changes}.items() if value is not None}
    assert decide(status, Headers(fields), 4, KNOWN) is found


@pytest.mark.parametrize(
    ("fields", "total", "found"),
    [
        ({"Content-Range": "bytes */10"}, None, Next.FINISHED),
        ({"Content-Range": "bytes */10", "ETag": '"v"'}, 10, Next.FINISHED),
        ({"Content-Range": "bytes */10", "ETag": '"w"'}, 10, Next.ASK_AGAIN),
        ({"Content-Range": "bytes */9"}, None, Next.ASK_AGAIN),
        ({"Content-Range": "bytes */10"}, 12, Next.ASK_AGAIN),
        ({"Content-Range": "bytes */*"}, None, Next.ASK_AGAIN),
    ],
)
def test_a_range_beyond_the_end_means_whole_only_if_the_totals_agree(
    fields: dict[str, str], total: int | None, found: Next
) -> None:
    assert decide(416, Headers(fields), 10, Entity('"v"', total)) is found


def test_a_changed_digest_is_another_version() -> None:
    fields = {"Repr-Digest": f"sha-256=:{b64(SHA256)}:", "Content-Range": "bytes 4-9/10"}
    assert decide(206, Headers(fields), 4, KNOWN) is Next.ASK_AGAIN
    assert decide(206, Headers(fields), 4, Entity('"v"', 10)) is Next.GO_ON


def test_from_the_beginning_any_version_will_do() -> None:
    fields = {"Content-Range": "bytes 0-11/12", "ETag": '"w"'}
    assert decide(206, Headers(fields), 0, KNOWN) is Next.GO_ON
    assert decide(416, Headers({"Content-Range": "bytes */0"}), 0, Entity()) is Next.FINISHED


def test_under_a_content_coding_nothing_is_known() -> None:
    fields = {
        "ETag": '"v"',
        "Content-Length": "10",
        "Content-Encoding": "gzip",
        "Repr-Digest": f"sha-256=:{b64(SHA256)}:",
    }
    assert Entity.of(200, Headers(fields)) == Entity()


def test_a_server_without_ranges_has_no_validator() -> None:
    assert Entity.of(200, Headers({"ETag": '"v"', "Accept-Ranges": "none"})).validator is None
    assert Entity.of(200, Headers({"ETag": '"v"', "Accept-Ranges": "bytes"})).validator == '"v"'
