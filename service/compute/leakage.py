"""Leakage: copies that are where they must not be: under other labels, or in other splits."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.compute.categories import UNNAMED, Codes
from service.compute.copies import Copies, Groups, count_groups
from service.compute.duplicates import NO_GROUP

SHOWN: Final = 24
"""Groups, and members of a group, that the result itself holds."""
BATCH: Final = 1000
EXACT_SCORE: Final = 0.0
NEAR_SCORE: Final = 0.5

Json = dict[str, Any]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Leakage:
    """The images whose copies have another name than themselves."""

    kind: str
    ids: NDArray[np.int64]
    codes: Codes
    groups: Groups
    """(N,) the group of each image."""
    mixed: Flags
    """(N,) whether it has a name, and its group several."""
    exact: Flags
    """(N,) whether exact copies of it have several names."""

    @property
    def items(self) -> int:
        return int(self.mixed.sum())

    def told(self) -> Json:
        """What the result says of it."""
        members, exact = self.groups[self.mixed], self.groups[self.exact]
        return {
            "groups": count_groups(members),
            "items": len(members),
            "exact_groups": count_groups(exact),
            "exact_items": len(exact),
            "shown": [self._shown(group) for group in self._worst(members, exact)],
        }

    def rows(self) -> Iterator[Json]:
        """``{"items": [[kind, item id, score, data], …]}``, exact copies first."""
        members = np.flatnonzero(self.mixed)
        scores = np.where(self.exact[members], EXACT_SCORE, NEAR_SCORE)
        order = np.lexsort((self.ids[members], self.groups[members], scores))
        for start in range(0, len(members), BATCH):
            part = order[start : start + BATCH]
            places = members[part]
            ids, groups = self.ids[places].tolist(), self.groups[places].tolist()
            told = zip(ids, scores[part].tolist(), groups, strict=True)
            yield {"items": [[self.kind, id_, score, {"group": n}] for id_, score, n in told]}

    def _worst(self, members: Groups, exact: Groups) -> list[int]:
        """Groups with exact copies first, then the larger, then the earlier."""
        sizes = np.bincount(members)
        near = np.bincount(exact, minlength=len(sizes)) == 0
        numbers = np.flatnonzero(sizes)
        return numbers[np.lexsort((numbers, -sizes[numbers], near[numbers]))[:SHOWN]].tolist()

    def _shown(self, group: int) -> Json:
        """Members so that as many different names are seen as there can be."""
        members = np.flatnonzero(self.mixed & (self.groups == group))
        codes = self.codes[members]
        order = np.lexsort((members, _ranks(codes)))[:SHOWN]
        return {
            "exact": bool(self.exact[members].any()),
            "items": len(members),
            "names": len(np.unique(codes)),
            "shown": [{"item_id": id_} for id_ in self.ids[members[order]].tolist()],
        }


def leakage(kind: str, ids: NDArray[np.int64], copies: Copies, codes: Codes) -> Leakage:
    """The groups of copies whose members have several of (N,) names; the unnamed do not count."""
    groups = copies.any
    exact = mixed(copies.exact, codes)
    return Leakage(kind, ids, codes, groups, mixed(groups, codes), exact)


def mixed(groups: Groups, codes: Codes) -> Flags:
    """(N,) whether an image has a name, and its group several."""
    counted = np.flatnonzero((groups != NO_GROUP) & (codes != UNNAMED))
    group, code = groups[counted], codes[counted]
    firsts = np.full(groups.max(initial=NO_GROUP) + 1, UNNAMED)
    firsts[group[::-1]] = code[::-1]
    several = np.zeros(len(firsts), bool)
    several[group[code != firsts[group]]] = True
    flags = np.zeros(len(groups), bool)
    flags[counted] = several[group]
    return flags


def shared_with(groups: Groups, codes: Codes, name: int) -> Flags:
    """(N,) whether the group of an image has a member of this name."""
    grouped = groups != NO_GROUP
    there = np.zeros(groups.max(initial=NO_GROUP) + 2, bool)
    there[groups[grouped & (codes == name)]] = True
    return there[groups] & grouped


def _ranks(codes: Codes) -> NDArray[np.intp]:
    """(N,) how many with the same name come before each."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    begins = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    ranks = np.empty(len(codes), np.intp)
    ranks[order] = np.arange(len(codes)) - np.repeat(begins, np.diff(np.r_[begins, len(codes)]))
    return ranks
