"""What a program makes of generated clients. It is never run: type checkers say whether each type is what it says.

Where an error is ignored there must be one: an ignore without need is an error.
"""

from collections.abc import Iterator
from typing import Any, Literal, assert_type

from kitchen_sdk import AsyncClient, Client, errors, models
from openai_style_sdk import AsyncClient as AsyncOpenAI
from openai_style_sdk import Client as OpenAI
from openai_style_sdk import models as chat

import pristine
from pristine import sdk


def values(client: Client) -> None:
    assert_type(client.dishes.cook(dish={"name": "Soup"}, table=None), models.Dish | models.Ticket | None)
    assert_type(client.status(), None)
    assert_type(client.tickets.get("t").id, str)
    assert_type(client.photos.add(file=b"", title="A"), dict[str, str | models.Dish | dict[str, Any]])
    client.dishes.cook(dish=models.Dish(name="Soup"), table=pristine.NULL, guests=[models.Child(age=3), {"kind": "x"}])
    client.tickets.get(5, query={"a": 1})
    client.dishes.bake(bread=5)  # type: ignore[arg-type]
    client.dishes.cook(table=1)  # type: ignore[call-arg]
    client.dishes.get("soup", 1)  # pyright: ignore[reportDeprecated]
    client.dishes.cok()  # type: ignore[attr-defined]
    client.dishes.bake("rye")  # type: ignore[call-arg]


def answers(dish: models.Dish, ticket: models.Ticket, answer: models.Answer) -> None:
    assert_type(dish.state, Literal["raw", "cooked", 3] | str | int)  # noqa: PYI051 what it is
    assert_type(dish.vegan, bool)
    assert_type(dish.tags, list[str])
    assert_type(dish.made_of, list[models.Dish] | None)
    assert_type(ticket.state, models.Progress | None)
    assert_type(answer.by, models.Adult | models.Child | dict[str, Any] | None)
    assert_type(answer["more"], Any)
    dish.name = "Stew"  # type: ignore[misc]
    models.Dish()  # type: ignore[call-arg]
    models.Dish(name="Soup", token="t", vegan="no")  # type: ignore[arg-type]


def lists(client: Client) -> Iterator[models.Dish]:
    found = client.dishes.list(page=2)
    assert_type(found, sdk.ItemList[models.Dish])
    for page in found.sized(5).pages():
        yield from page.items
    yield from found.items(limit=3)


def streams(client: Client, openai: OpenAI) -> None:
    with client.smoke.watch() as response:
        for item in response.items():
            assert_type(item, models.Piece)
    hello = [{"role": "user", "content": "Hello"}]
    assert_type(openai.chat.completions(model="m", messages=hello), chat.ChatCompletion)
    assert_type(openai.chat.completions(model="m", messages=hello, stream=True), sdk.StreamResponse[chat.ChatChunk])
    assert_type(openai.chat.completions_stream(model="m", messages=hello), sdk.StreamResponse[chat.ChatChunk])


def by_choice(client: Client, *, stream: bool) -> str | None:
    found = client.dishes.serve(text="x", stream=stream)
    return found.text if isinstance(found, models.Answer) else found.metadata.request_id


def work(client: Client) -> models.Dish:
    handle = client.dishes.bake_future(bread="rye")
    assert_type(handle, sdk.FutureHandle[models.Dish])
    return handle.result(timeout=5)


def responses(client: Client) -> None:
    raw = client.with_raw_response.tickets.get("t")
    assert_type(raw, sdk.RawResponse[models.Ticket])
    assert_type(raw.parse(), models.Ticket)
    with client.with_streaming_response.tickets.get("t") as response:
        assert_type(response.read(), bytes)
    client.with_raw_response.tickets.get()  # type: ignore[call-arg]


def making() -> None:
    client = Client(timeout2="secret", timeout=5, retry="off", server="main")
    assert_type(client.with_options(timeout=1), Client)
    AsyncClient(context=pristine.context(base_url="https://example.com"))
    Client(timeout2=5)  # type: ignore[arg-type]
    Client(server="other")  # type: ignore[arg-type]
    try:
        client.status()
    except errors.Burnt as error:
        assert_type(error.status, int)


async def awaited(client: AsyncClient, openai: AsyncOpenAI) -> None:
    assert_type(await client.tickets.get("t"), models.Ticket)
    assert_type(await client.status(), None)
    async for dish in client.dishes.list():
        assert_type(dish, models.Dish)
    async with client.smoke.watch() as response:
        async for item in response.items():
            assert_type(item, models.Piece)
    handle = await client.dishes.bake_future(bread="rye")
    assert_type(await handle, models.Dish)
    assert_type(await client.with_raw_response.tickets.get("t"), sdk.RawResponse[models.Ticket])
    assert_type(await openai.chat.completions(model="m", messages=[]), chat.ChatCompletion)
    async with openai.chat.completions(model="m", messages=[], stream=True) as chunks:
        async for chunk in chunks.items():
            assert_type(chunk, chat.ChatChunk)
