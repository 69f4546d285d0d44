"""The outside: each file imports ports and one vendor."""
