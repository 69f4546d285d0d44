"""The code-hosting manifest against small servers of its own, both faces: links, ETags, uploads, redirects."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

import pristine
from pristine.ports.errors import Forbidden, InvalidParameter, InvalidPayload, NotFound, UnprocessableContent
from tests.examples.conftest import Drive
from tests.examples.driving import Driven
from tests.examples.hosting_server import DOCS, TOKEN, Hosting, Storage
from tests.support.admitting import NotingLimiter

CAT: Final = ("octo", "cat")
FILE: Final = bytes(range(256)) * 400


@attrs.frozen
class Place:
    """The three servers."""

    api: Hosting
    uploads: Hosting
    storage: Storage


@pytest.fixture
def place() -> Iterator[Place]:
    with Storage() as storage, Hosting(storage) as api, Hosting(storage, uploads=True) as uploads:
        yield Place(api, uploads, storage)


@pytest.fixture
def api(drive: Drive, place: Place) -> Driven:
    return drive("code_hosting", place.api.url, servers={"uploads": place.uploads.url}, credentials={"token": TOKEN})


# -- pages by their links ----------------------------------------------------------------------------------------------


def test_links_lead_from_page_to_page(api: Driven, place: Place) -> None:
    repos = api.listed(api.client.repos.list("octo", sort="created"))
    assert [repo.id for repo in repos] == [1, 2, 3, 4, 5]
    assert (repos[0].owner.login, repos[0].pushed_at) == ("octo", datetime(2026, 11, 20, 12, tzinfo=UTC))
    assert [asked.query for asked in place.api.requests] == [{"sort": "created"}, {"sort": "created", "page": "2"}]
    assert all(asked.headers["Authorization"] == f"Bearer {TOKEN}" for asked in place.api.requests)


def test_a_list_goes_on_where_it_was(api: Driven, place: Place) -> None:
    listing = api.client.issues.list(*CAT, state="all").sized(2)
    pages = api.listed(listing.pages())
    assert [len(page.items) for page in pages] == [2, 2, 2, 1]
    assert pages[1].next.endswith("?state=all&per_page=2&page=3")
    assert [one.number for one in api.listed(listing.from_(pages[2].next))] == [7]
    place.api.requests.clear()
    assert len(api.listed(listing.items(3))) == 3
    assert len(place.api.requests) == 2


def test_a_page_elsewhere_is_not_fetched(api: Driven, place: Place) -> None:
    with pytest.raises(pristine.PristineError, match="another origin"):
        api.listed(api.client.issues.list(*CAT).from_(f"{place.storage.url}/blobs/1"))
    assert place.storage.requests == []


def test_a_query_as_the_api_writes_it(api: Driven, place: Place) -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    found = api.listed(api.client.issues.list(*CAT, labels=["bug", "ui"], since=since))
    assert found == []
    assert place.api.requests[-1].target.endswith("/issues?since=2026-01-01T00%3A00%3A00Z&state=open&labels=bug,ui")
    assert len(api.listed(api.client.issues.list(*CAT, labels=["bug"]))) == 4
    with pytest.raises(InvalidParameter, match="'per_page' must be a whole number within its bounds"):
        api.listed(api.client.issues.list(*CAT).sized(1000))


# -- conditional requests ----------------------------------------------------------------------------------------------


def test_what_has_not_changed_is_an_answer_without_a_value(api: Driven, place: Place) -> None:
    first = api.value(api.client.with_raw_response.repos.get(*CAT))
    etag = first.headers["etag"]
    assert first.parse().full_name == "octo/cat-1"
    assert api.value(api.client.repos.get(*CAT, etag=etag)) is None
    again = api.value(api.client.with_raw_response.repos.get(*CAT, etag=etag))
    assert (again.status, again.headers["etag"], again.body, again.parse()) == (304, etag, b"", None)
    assert api.value(api.client.repos.get(*CAT, etag='"other"')).id == 1
    said = [asked.headers["If-None-Match"] for asked in place.api.requests]
    assert said == [None, etag, etag, '"other"']


def test_a_page_that_has_not_changed_leaves_the_list_where_it_was(api: Driven) -> None:
    page = api.value(api.client.with_raw_response.releases.list(*CAT))
    pages = api.client.releases.list(*CAT, etag=page.headers["etag"]).pages()
    with pytest.raises(pristine.StatusError, match="304"):
        api.listed(pages)
    assert (pages.token, pages.ended) == (None, False)
    assert api.value(api.client.with_raw_response.releases.list(*CAT, etag=page.headers["etag"])).status == 304


def test_a_place_is_the_answer(api: Driven, drive: Drive, place: Place) -> None:
    follows = drive("code_hosting", place.api.url, credentials={"token": TOKEN}, redirects=3)
    for driven in (api, follows):
        assert driven.value(driven.client.repos.archive(*CAT, "v1")) is None
        answer = driven.value(driven.client.with_raw_response.repos.archive(*CAT, "v1"))
        assert answer.headers["location"] == f"{DOCS}/v1.zip"


# -- errors and limits -------------------------------------------------------------------------------------------------


def test_a_problem_says_what_the_api_says(api: Driven) -> None:
    api.value(api.client.issues.create(*CAT, title="Broken", labels=["bug"]))
    with pytest.raises(UnprocessableContent) as caught:
        api.value(api.client.issues.create(*CAT, title="Broken"))
    error = caught.value
    assert str(error) == "issues.create: 422 Validation Failed [already_exists]"
    assert (type(error).__name__, error.documentation, error.request_id) == ("AlreadyExists", f"{DOCS}/422", "req-1")
    assert (error.value.errors[0].field, error.code) == ("title", "already_exists")
    with pytest.raises(NotFound) as missing:
        api.value(api.client.repos.get("octo", "dog"))
    assert (missing.value.code, missing.value.documentation) == (None, f"{DOCS}/404")


def test_what_is_made_is_under_another_limit(drive: Drive, place: Place) -> None:
    limiter = NotingLimiter()
    api = drive("code_hosting", place.api.url, credentials={"token": TOKEN}, limiter=limiter)
    api.value(api.client.repos.get(*CAT))
    api.value(api.client.issues.create(*CAT, title="New"))
    api.value(api.client.issues.update(*CAT, 1, state="closed"))
    said = [(one.scope.group, one.quotas["requests"].limit) for one in limiter.noted.asked]
    assert said == [("usual", 5000), ("content", 80), ("usual", 5000)]


def test_the_end_of_a_limit_is_a_403_here(api: Driven, place: Place) -> None:
    assert api.value(api.client.with_raw_response.repos.get(*CAT)).headers["x-ratelimit-remaining"] == "59"
    place.api.limited = True
    with pytest.raises(Forbidden, match="API rate limit exceeded") as caught:
        api.value(api.client.repos.get(*CAT))
    assert (caught.value.retry_after, caught.value.headers["x-ratelimit-remaining"]) == (60, "0")


def test_null_takes_away_and_none_leaves_alone(api: Driven, place: Place) -> None:
    api.value(api.client.issues.update(*CAT, 2, state="closed", milestone=None))
    assert place.api.requests[-1].body == b'{"state":"closed"}'
    api.value(api.client.issues.update(*CAT, 2, milestone=pristine.NULL))
    assert (place.api.requests[-1].method, place.api.requests[-1].body) == ("PATCH", b'{"milestone":null}')
    with pytest.raises(InvalidPayload, match="state: must be one of"):
        api.value(api.client.issues.update(*CAT, 2, state="gone"))


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_file_of_a_repository(api: Driven, place: Place) -> None:
    assert api.value(api.client.repos.content(*CAT, "docs/a b.md", ref="v1")) == b"docs/a b.md at v1"
    assert place.api.requests[-1].target == "/repos/octo/cat/contents/docs/a%20b.md?ref=v1"


@pytest.mark.parametrize("kind", ["bytes", "path", "typed", "iterator"])
def test_a_release_and_its_file(kind: str, api: Driven, place: Place, tmp_path: Path) -> None:
    path = tmp_path / "cat.zip"
    path.write_bytes(FILE)
    given: dict[str, Any] = {
        "bytes": FILE,
        "path": path,
        "typed": pristine.body_of(FILE, content_type="application/x-cat"),
        "iterator": iter([FILE[:1000], FILE[1000:]]),
    }
    release = api.value(api.client.releases.create(*CAT, tag_name="v1"))
    assert (release.id, release.draft) == (1, False)
    asset = api.value(api.client.releases.upload(*CAT, release.id, name="cat.zip", payload=given[kind]))
    type = "application/x-cat" if kind == "typed" else "application/octet-stream"
    assert (asset.size, asset.content_type, asset.name) == (len(FILE), type, "cat.zip")
    assert place.uploads.requests[-1].body == FILE
    assert place.uploads.requests[-1].headers["Authorization"] == f"Bearer {TOKEN}"
    assert api.value(api.client.releases.asset(*CAT, asset.id)).size == len(FILE)
    assert api.value(api.client.releases.delete_asset(*CAT, asset.id)) is None
    with pytest.raises(NotFound):
        api.value(api.client.releases.asset(*CAT, asset.id))


def test_a_download_that_is_elsewhere(api: Driven, place: Place, tmp_path: Path) -> None:
    """The manifest says that this redirect is followed; no credential is taken along."""
    place.storage.blobs[1] = ("application/zip", FILE)
    assert api.value(api.client.releases.download(*CAT, 1)) == FILE
    response = api.value(api.client.with_streaming_response.releases.download(*CAT, 1))
    api.value(response.to_file(tmp_path / "cat.zip"))
    assert (tmp_path / "cat.zip").read_bytes() == FILE
    assert {asked.headers["Authorization"] for asked in place.storage.requests} == {None}
    with pytest.raises(pristine.StatusError, match="302 a redirect, which is not followed"):
        api.value(api.client.with_options(redirects=False).releases.download(*CAT, 1))
