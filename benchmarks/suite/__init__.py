"""Pristine beside its peers, in one run: a load server, contestants in processes of their own, areas, and a report."""
