"""A circuit breaker: one circuit for each tenant, base URL and group of endpoints."""

from pristine.adapters.breaker.breaker import Breaker as Breaker
from pristine.adapters.breaker.settings import BreakerSettings as BreakerSettings
