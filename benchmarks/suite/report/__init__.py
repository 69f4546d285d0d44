"""From figures to a page."""
