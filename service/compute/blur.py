"""Blur: how sharp an image is, by CleanVision's score and by the variance of its Laplacian."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from service.compute.pixels import UInt8s, plane

SIDE: Final = 64
RATE: Final = 0.01
EVEN_SPREAD: Final = 0.18
"""Parts of the score that come from S count only above this."""

Terms = float | NDArray[np.float64]


def reduced_size(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height at which CleanVision measures blur: the longer side 64, never enlarged."""
    ratio = max(size) / SIDE
    if ratio <= 1:
        return size
    return max(int(size[0] // ratio), 1), max(int(size[1] // ratio), 1)


def reduced(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """An image, bicubic at ``size`` and grey; ``size`` is ``reduced_size`` of the image."""
    if image.size != size:
        image = image.resize(size, Image.Resampling.BICUBIC)
    return image if image.mode == "L" else image.convert("L")


def terms(grey: Image.Image) -> tuple[float, float]:
    """E and S of what ``reduced`` returns.

    E: standard deviation of its edges (Pillow's FIND_EDGES). S: standard deviation of the 256
    counts of its histogram.
    """
    levels = plane(grey)
    counts = np.bincount(levels.ravel(), minlength=256)
    return _deviation(_edges(levels).ravel()), _deviation(counts)


def _edges(levels: UInt8s) -> NDArray[np.int16]:
    """What FIND_EDGES makes of them: each less its neighbours, but those along the sides as is."""
    edges = levels.astype(np.int16)
    sums = edges[:, :-2] + edges[:, 1:-1]
    sums += edges[:, 2:]
    away = 9 * edges[1:-1, 1:-1]
    away -= sums[:-2] + sums[1:-1]
    away -= sums[2:]
    edges[1:-1, 1:-1] = np.minimum(np.maximum(away, 0), 255)
    return edges


def _deviation(whole: NDArray[np.unsignedinteger | np.signedinteger]) -> float:
    levels = whole.astype(np.float64)  # exact up to 2^53
    total, squares = float(levels.sum()), float(levels @ levels)
    return (len(levels) * squares - total * total) ** 0.5 / len(levels)


def score(edges: Terms, spread: Terms) -> NDArray[np.float64]:
    """CleanVision's blur score 0..1 of E and S, elementwise; lower is more blurred."""
    return combined(*parts(edges, spread))


def parts(edges: Terms, spread: Terms) -> tuple[Terms, Terms]:
    """What E and S give to the score, each 0..1."""
    return _saturating(edges), _saturating(spread)


def combined(edge_part: Terms, spread_part: Terms) -> NDArray[np.float64]:
    """The score of two parts."""
    return np.minimum(edge_part + spread_part * (spread_part > EVEN_SPREAD), 1)


def sharpness(luma: UInt8s) -> float:
    """Variance of the Laplacian on every fourth row of an (H, W) image, in grey levels squared.

    Larger is sharper; 0 for images of fewer than 3 rows or columns.
    Source: Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000.
    """
    if min(luma.shape) < 3:
        return 0.0
    middle = luma[1:-1:4].astype(np.int16)
    laplacian = middle[:, :-2] - 4 * middle[:, 1:-1]
    laplacian += middle[:, 2:]
    laplacian += luma[:-2:4, 1:-1]
    laplacian += luma[2::4, 1:-1]
    flat = laplacian.astype(np.float32).ravel()
    return max(0.0, float(flat @ flat) / flat.size - (float(flat.sum()) / flat.size) ** 2)


def _saturating(term: Terms) -> Terms:
    return 1 - np.exp(-RATE * term)
