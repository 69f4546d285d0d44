"""An operation and what a caller says become a request, or an error before any byte leaves."""
