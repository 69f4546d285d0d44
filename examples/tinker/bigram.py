"""The smallest language model there is: which letter follows which. It learns for real, in microseconds.

A token is the code of an ASCII letter. Weights are logits, a row for each letter; a row that was never touched is even.
"""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

VOCABULARY: Final = 128

ADAM: Final = {
    "learning_rate": 1e-4,
    "beta1": 0.9,
    "beta2": 0.95,
    "eps": 1e-12,
    "weight_decay": 0.0,
    "grad_clip_norm": 0.0,
}
"""What Adam is told where a step does not say otherwise."""

Row = list[float]
Rows = dict[int, Row]
Pairs = Sequence[tuple[int, int, float]]
"""Of a text: each token, the one that is to follow, and what that counts."""


@dataclass
class Bigram:
    """Logits, the gradients that have been gathered, and what Adam remembers of earlier ones."""

    logits: Rows = field(default_factory=dict)
    gradients: Rows = field(default_factory=dict)
    moments: dict[int, tuple[Row, Row]] = field(default_factory=dict)
    steps: int = 0

    def logprobs(self, token: int) -> Row:
        """What may follow a token."""
        logits = self.logits.get(token) or [0.0] * VOCABULARY
        highest = max(logits)
        whole = highest + math.log(sum(math.exp(one - highest) for one in logits))
        return [one - whole for one in logits]

    def losses(self, pairs: Pairs, *, backward: bool) -> Row:
        """The log-probability of each target; `backward` gathers the gradients of their weighted sum."""
        found = []
        for token, target, weight in pairs:
            row = self.logprobs(token)
            found.append(row[target])
            if backward and weight:
                gradients = self.gradients.setdefault(token, [0.0] * VOCABULARY)
                for index, one in enumerate(row):
                    gradients[index] += weight * (math.exp(one) - (index == target))
        return found

    def step(self, adam: Mapping[str, float]) -> float:
        """Apply what was gathered, as Adam does, and forget it; returns the norm of the gradient."""
        norm = math.sqrt(sum(one * one for row in self.gradients.values() for one in row))
        scale = adam["grad_clip_norm"] / norm if 0 < adam["grad_clip_norm"] < norm else 1.0
        self.steps += 1
        for token, row in self.gradients.items():
            self._move(token, [one * scale for one in row], adam)
        self.gradients = {}
        return norm

    def _move(self, token: int, gradient: Row, adam: Mapping[str, float]) -> None:
        logits = self.logits.setdefault(token, [0.0] * VOCABULARY)
        first, second = self.moments.setdefault(token, ([0.0] * VOCABULARY, [0.0] * VOCABULARY))
        rate, beta1, beta2 = adam["learning_rate"], adam["beta1"], adam["beta2"]
        for index, one in enumerate(gradient):
            first[index] = beta1 * first[index] + (1 - beta1) * one
            second[index] = beta2 * second[index] + (1 - beta2) * one * one
            mean, spread = first[index] / (1 - beta1**self.steps), second[index] / (1 - beta2**self.steps)
            logits[index] -= rate * (mean / (math.sqrt(spread) + adam["eps"]) + adam["weight_decay"] * logits[index])

    def copy(self, *, optimizer: bool) -> "Bigram":
        """The same weights, with or without what Adam remembers."""
        made = Bigram({token: row[:] for token, row in self.logits.items()})
        if optimizer:
            made.moments = {token: (one[:], two[:]) for token, (one, two) in self.moments.items()}
            made.steps = self.steps
        return made

    def sample(
        self, prompt: Sequence[int], most: int, chance: random.Random, *, temperature: float, top_k: int, top_p: float
    ) -> Iterator[tuple[int, float]]:
        """Tokens that follow the prompt, each with its log-probability; temperature 0 takes the likeliest."""
        token = prompt[-1] if prompt else 0
        for _ in range(most):
            row = self.logprobs(token)
            best = _likeliest(row, top_k, top_p) if temperature else [max(range(VOCABULARY), key=row.__getitem__)]
            weights = [math.exp((row[one] - row[best[0]]) / (temperature or 1.0)) for one in best]
            token = chance.choices(best, weights)[0]
            yield token, row[token]


def _likeliest(row: Row, top_k: int, top_p: float) -> list[int]:
    """The likeliest tokens, at most `top_k`, and no more than it takes to reach `top_p` together."""
    best = sorted(range(VOCABULARY), key=row.__getitem__, reverse=True)[: top_k if top_k > 0 else VOCABULARY]
    whole = 0.0
    for count, one in enumerate(best, 1):
        whole += math.exp(row[one])
        if whole >= top_p:
            return best[:count]
    return best
