"""Rate limits: requests, tokens, bytes … spread over time, for each scope by itself, as the server has them."""

from pristine.adapters.limits.limiter import GcraLimiter as GcraLimiter
