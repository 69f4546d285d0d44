"""Sends events of an application to an HTTP endpoint, in batches, through a Pipeline of its own.

Whoever reports never waits and never fails: what cannot be sent is kept within bounds, and then dropped with a count.
"""

from pristine.reporter.awaited import AsyncReporter as AsyncReporter
from pristine.reporter.outbox import Counts as Counts
from pristine.reporter.severity import Severity as Severity
from pristine.reporter.threaded import Reporter as Reporter
