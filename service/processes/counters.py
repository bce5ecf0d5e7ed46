"""Counters: what an executor's children did since it opened."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Only ever rise."""

    items: int = 0
    """Items that ended, with an output or an error."""
    started: int = 0
    killed: int = 0
    """Children that did not live to the end of their order, whoever ended them."""
    recycled: int = 0
    cpu_seconds: float = 0.0
    """Of children, their start included, up to the last order that each of them finished."""
