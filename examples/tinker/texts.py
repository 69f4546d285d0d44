"""What is trained on and sampled from, read out of requests. Standard library only."""

import random
from collections.abc import Iterator
from typing import Any

from examples.tinker.bigram import VOCABULARY, Bigram, Pairs
from examples.tinker.fields import Fields


class UsersFault(Exception):
    """A job that cannot be done as it was asked for."""


def tokens_of(prompt: Fields) -> list[int]:
    """The tokens of a ModelInput; a chunk without a type is one of text."""
    tokens: list[int] = []
    for chunk in prompt.each("chunks"):
        if chunk.get("type", "a string", "encoded_text") != "encoded_text":
            raise UsersFault("this model reads text alone")
        tokens += chunk.need("tokens", "a list")
    if wrong := [one for one in tokens if not isinstance(one, int) or not 0 <= one < VOCABULARY]:
        raise UsersFault(f"token {wrong[0]!r} is outside of the vocabulary of {VOCABULARY}")
    return tokens


def pairs_of(datum: Fields) -> Pairs:
    """A datum as tokens, targets and weights."""
    tokens, inputs = tokens_of(datum.inner("model_input")), datum.inner("loss_fn_inputs")
    targets = inputs.inner("target_tokens").need("data", "a list")
    weighted = inputs.get("weights", "an object") is not None
    weights = inputs.inner("weights").need("data", "a list") if weighted else [1.0] * len(tokens)
    if not len(tokens) == len(targets) == len(weights):
        raise UsersFault(f"{len(tokens)} tokens, but {len(targets)} targets and {len(weights)} weights")
    if wrong := [one for one in targets if not isinstance(one, int) or not 0 <= one < VOCABULARY]:
        raise UsersFault(f"target {wrong[0]!r} is outside of the vocabulary of {VOCABULARY}")
    return list(zip(tokens, targets, weights, strict=True))


def loss_of(model: Bigram, given: Fields, *, backward: bool) -> dict[str, Any]:
    """A ForwardBackwardOutput."""
    if given.need("loss_fn", "a string") != "cross_entropy":
        raise UsersFault("this server has no other loss than cross_entropy")
    outputs, total = [], 0.0
    for datum in given.each("data"):
        pairs = pairs_of(datum)
        losses = model.losses(pairs, backward=backward)
        total -= sum(weight * one for (_, _, weight), one in zip(pairs, losses, strict=True))
        outputs.append({"logprobs": {"data": losses, "dtype": "float32", "shape": [len(losses)]}})
    return {"loss_fn_output_type": "cross_entropy", "loss_fn_outputs": outputs, "metrics": {"loss:sum": total}}


def sequence(model: Bigram, prompt: list[int], params: Fields, number: int = 0) -> Iterator[tuple[int, float, str]]:
    """The tokens of a sample, each with its log-probability; the last one says why it is the last."""
    most = params.get("max_tokens", "an integer", 16)
    seed = params.get("seed", "an integer", 0)
    told = params.value.get("stop")
    stops = [told] if isinstance(told, str) else told or []
    letters = model.sample(
        prompt,
        most,
        random.Random(f"{seed}:{number}"),
        temperature=params.get("temperature", "a number", 1.0),
        top_k=params.get("top_k", "an integer", -1),
        top_p=params.get("top_p", "a number", 1.0),
    )
    text = ""
    for count, (token, logprob) in enumerate(letters, 1):
        text += chr(token)
        stopped = any(one == token if isinstance(one, int) else text.endswith(one) for one in stops)
        yield token, logprob, "stop" if stopped else "length" if count == most else ""
        if stopped:
            return


def sampled(model: Bigram, asked: Fields) -> dict[str, Any]:
    """A SampleResponse."""
    prompt, params = tokens_of(asked.inner("prompt")), asked.inner("sampling_params")
    sequences = []
    for number in range(asked.get("num_samples", "an integer", 1)):
        found = list(sequence(model, prompt, params, number))
        tokens, logprobs, reasons = zip(*found, strict=True)
        sequences.append({"tokens": tokens, "logprobs": logprobs, "stop_reason": reasons[-1]})
    rows = [model.logprobs(token) for token in prompt[:-1]]
    logprobs_of_prompt = [None, *(row[token] for row, token in zip(rows, prompt[1:], strict=True))]
    most = asked.get("topk_prompt_logprobs", "an integer", 0)
    best = [sorted(enumerate(row), key=lambda one: one[1], reverse=True)[:most] for row in rows]
    return {
        "type": "sample",
        "sequences": sequences,
        "prompt_logprobs": logprobs_of_prompt if asked.get("prompt_logprobs", "true or false") else None,
        "topk_prompt_logprobs": [None, *best] if most else None,
    }
