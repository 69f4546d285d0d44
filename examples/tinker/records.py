"""What the server remembers: sessions, models, and what was saved of them. Standard library only."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from examples.tinker.bigram import Bigram
from examples.tinker.futures import Future


@dataclass
class Session:
    """What belongs together, and to whom."""

    id: str
    owner: str
    samplers: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    finished: bool = False


@dataclass
class Model:
    """A model in training. `next` is the seq_id that runs next, `waiting` are those that came before their turn."""

    id: str
    owner: str
    base: str
    lora: dict[str, Any]
    weights: Bigram = field(default_factory=Bigram)
    next: int = 1
    waiting: dict[int, Future] = field(default_factory=dict)
    known: dict[int, tuple[str, str]] = field(default_factory=dict)
    used: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class Checkpoint:
    """Saved weights; `kind` is the first segment of its id: "weights" or "sampler_weights"."""

    run: str
    kind: str
    name: str
    weights: Bigram
    saved: datetime
    expires: datetime | None = None
    public: bool = False
    times_asked: int = 0

    @property
    def path(self) -> str:
        """What it is loaded by."""
        return f"tinker://{self.run}/{self.kind}/{self.name}"

    def told(self) -> dict[str, Any]:
        """The Checkpoint of an answer."""
        return {
            "checkpoint_id": f"{self.kind}/{self.name}",
            "checkpoint_type": "training" if self.kind == "weights" else "sampler",
            "time": self.saved.isoformat(),
            "tinker_path": self.path,
            "size_bytes": len(self.archive()),
            "public": self.public,
            "expires_at": self.expires and self.expires.isoformat(),
        }

    def archive(self) -> bytes:
        """The weights as a file."""
        return json.dumps(self.weights.logits).encode()
