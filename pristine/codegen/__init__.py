"""A Manifest -> what is made of it: its reference, and the changes to another that callers feel. Pure functions."""
