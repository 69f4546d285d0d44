"""How pytest is run in a process of its own, as a stranger would who has no more than pytest and Pristine."""

from typing import Final

WITHOUT: Final = ("-p", "no:asyncio", "-p", "no:cacheprovider", "-p", "no:hypothesispytest")
"""Without plugins that a stranger need not have; that of Hypothesis imports all of it when the run is over."""
