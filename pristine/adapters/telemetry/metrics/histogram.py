"""A distribution in bounded memory: how many values fell into each of some buckets, whose bounds grow by a factor.

It is the DDSketch of Masson, Rim and Lee (VLDB 2019, section 2): a quantile is within ERROR of a value that was there.
"""

import math
from typing import Final

from pristine.ports.values import frozen

ERROR: Final = 0.01
"""The relative error of a quantile."""

SMALLEST: Final = 1e-6
LARGEST: Final = 1e9
"""Values are taken as these where they are smaller (0, where they are not positive) or larger: 1730 buckets at most."""

_FACTOR: Final = (1 + ERROR) / (1 - ERROR)
_LOG: Final = math.log(_FACTOR)
_ZERO: Final = -(2**31)


@frozen
class Summary:
    """What a histogram comes to; all but `count` and `total` are None where nothing was measured.

    `total`, `smallest` and `largest` are exact, the quantiles within 1 %.
    """

    count: int
    total: float
    smallest: float | None
    largest: float | None
    p50: float | None
    p95: float | None
    p99: float | None

    @property
    def mean(self) -> float | None:
        return self.total / self.count if self.count else None


class Histogram:
    """Takes values; whoever shares it between threads locks it."""

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self._buckets: dict[int, int] = {}
        self._smallest = math.inf
        self._largest = -math.inf

    def add(self, value: float) -> None:
        """Count a value; what is no finite number is left out."""
        if not math.isfinite(value):
            return
        bucket = _ZERO
        if value > 0:
            bucket = math.ceil(math.log(min(max(value, SMALLEST), LARGEST)) / _LOG)
        self._buckets[bucket] = self._buckets.get(bucket, 0) + 1
        self.count += 1
        self.total += value
        self._smallest = min(self._smallest, value)
        self._largest = max(self._largest, value)

    def quantile(self, part: float) -> float | None:
        """The value below which a part (0 to 1) of all values is."""
        if not self.count:
            return None
        rank, seen, found = part * (self.count - 1), 0, _ZERO
        for found in sorted(self._buckets):
            seen += self._buckets[found]
            if seen > rank:
                break
        middle = 0.0 if found == _ZERO else 2 * _FACTOR**found / (_FACTOR + 1)
        return min(max(middle, self._smallest), self._largest)

    def summary(self) -> Summary:
        """The numbers so far."""
        bounds = (self._smallest, self._largest) if self.count else (None, None)
        return Summary(self.count, self.total, *bounds, *map(self.quantile, (0.5, 0.95, 0.99)))
