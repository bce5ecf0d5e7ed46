"""Features: what is computed once from a blob and shared by every analysis."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Extractor:
    """Computes the features of a blob; a new version computes them anew."""

    name: str
    version: int


class FeatureState(StrEnum):
    """Claimed by a run, computed, or known to be impossible with its reason."""

    CLAIMED = "claimed"
    READY = "ready"
    UNREADABLE = "unreadable"
