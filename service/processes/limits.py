"""Limits: what one child process may use, and when it is replaced."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Holds for every child of an executor; a child never learns of them by importing settings."""

    memory_bytes: int = 1024 * MIB
    """Private memory a child may have (RLIMIT_DATA), what is preloaded included."""
    stall_seconds: float = 60.0
    """Silence after which a child is killed while something waits for what its item yields."""
    recycle_items: int = 10_000
    """Items after which a child is replaced, at the end of an order."""
    recycle_bytes: int = 512 * MIB
    """Resident memory at the end of an order above which a child is replaced.

    Of one that keeps something for the next order, such as a model, how far it may grow since.
    """
    keep_seconds: float = 60.0
    """How long a child may keep that while nobody asks for it, whatever else it does."""
    frame_bytes: int = 64 * MIB
    """Largest single result, JSON and blob together."""
    json_bytes: int = 8 * MIB
    """Largest JSON of a single result. It is parsed on the event loop: bulk goes in blobs."""
