"""Semaphores: how many requests, or bytes of them, may be under way at once."""

from pristine.adapters.semaphores.adaptive import AdaptiveSemaphore
from pristine.adapters.semaphores.counting import CountingSemaphore
from pristine.adapters.semaphores.sized import BytesSemaphore

__all__ = ["AdaptiveSemaphore", "BytesSemaphore", "CountingSemaphore"]
