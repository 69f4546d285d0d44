"""The parts of a comparison of two manifests. What breaks callers is one table, in `rules`; the rest only finds."""
