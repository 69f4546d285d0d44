"""What resilience costs: a call on the memory transport with each part of the production profile, and with all of them.

    python benchmarks/resilience.py [--rounds N] [--calls N]

How that is measured is in `_wirings.py`. The goals are for the whole profile, which is that of `profile="production"`
with semaphores of all three kinds.
"""

import sys
from functools import partial
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))  # so that benchmarks share a measure

from benchmarks._wirings import compare

MANY: Final = {"requests": 1e12, "per": 1.0}
WIRINGS: Final[dict[str, dict[str, Any]]] = {
    "plain": {},
    "budget": {"budget": "on"},
    "breaker": {"breaker": "on"},
    "limiter": {"limiter": "on"},
    "limiter with a quota": {"limiter": MANY},
    "counting semaphore": {"semaphores": {"limit": 100}},
    "bytes semaphore": {"semaphores": "bytes"},
    "adaptive semaphore": {"semaphores": "adaptive"},
    "profile production": {"profile": "production"},
    "the whole": {
        "profile": "production",
        "limiter": MANY,
        "semaphores": [{"name": "counting", "limit": 100}, "bytes", "adaptive"],
        "timeout": 60,
    },
}
GOALS: Final = {"blocking": "goal of the whole: 50 µs", "async": "goal of the whole: 40 µs"}

if __name__ == "__main__":
    made = {name: partial(dict[str, Any], settings) for name, settings in WIRINGS.items()}
    compare(made, "what resilience costs a call", 2000, GOALS)
