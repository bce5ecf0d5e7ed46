"""Faults: what is done to a site that works, by what it is done to."""
