"""Health: one number of 0 to 100 for a dataset, and the parts that it is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

FULL: Final = 100.0
FORMULA: Final = (
    "score = 100 - sum of points lost; points lost = weight * min(1, share / all_lost_at); "
    "weights of the parts that can be told are scaled so that they add up to 100"
)


@dataclass(frozen=True)
class Part:
    """What a part weighs among the others, and the share at which all of its points are lost."""

    name: str
    weight: float
    all_lost_at: float


PARTS: Final[Sequence[Part]] = (
    Part("unreadable", 20, 0.2),
    Part("split_leaks", 20, 0.2),
    Part("label_conflicts", 15, 0.1),
    Part("exact_duplicates", 10, 0.5),
    Part("near_duplicates", 5, 0.5),
    Part("low_quality", 15, 0.5),
    Part("label_imbalance", 15, 1.0),
)


def health(shares: Mapping[str, float | None]) -> dict[str, Any] | None:
    """The score of the shares (0 to 1, by name of part); None where no part can be told.

    A part whose share is None weighs nothing, and its points lost are None.
    """
    told = sum(part.weight for part in PARTS if shares[part.name] is not None)
    if not told:
        return None
    parts = [_part(part, shares[part.name], FULL / told) for part in PARTS]
    lost = sum(part["points_lost"] or 0.0 for part in parts)
    return {"score": max(FULL - lost, 0.0), "formula": FORMULA, "parts": parts}


def _part(part: Part, share: float | None, scale: float) -> dict[str, Any]:
    weight = None if share is None else part.weight * scale
    return {
        "name": part.name,
        "share": share,
        "weight": weight,
        "all_lost_at": part.all_lost_at,
        "points_lost": None
        if share is None or weight is None
        else weight * min(1.0, share / part.all_lost_at),
    }
