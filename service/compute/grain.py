"""Grain: noise and the edges of JPEG blocks, measured on rows of an image at its full size."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.compute.pixels import UInt8s

STRIPES: Final = 16
"""At so many places three rows, one below the other, stand for all of the image."""

BLOCK: Final = 8
LEAST_SIDE: Final = 72
"""What is smaller shows in single pixels what could be noise, and has too few blocks to tell."""

FLAT: Final = 0.5
"""Grey levels: what block edges are compared with is at least this much of a difference."""

NOISE_GAIN: Final = 6 * 0.6745
"""The median of the absolute Laplacian difference over the standard deviation of noise."""

Stripes = NDArray[np.int16]
"""(STRIPES, 3, W) levels of green, or of grey, of neighbouring rows; none of a small image."""


def stripes(pixels: UInt8s, width: int) -> Stripes:
    """``STRIPES`` times three rows, evenly spread, of the (N, 1) or (N, 4) samples.

    Green has most of luma, and needs no mixing. No stripe where an image is small.
    """
    rows = pixels.reshape(-1, width, pixels.shape[1])[:, :, pixels.shape[1] // 4]
    if min(rows.shape) < LEAST_SIDE:
        return np.empty((0, 3, width), np.int16)
    firsts = np.arange(STRIPES) * len(rows) // STRIPES
    return rows[firsts[:, np.newaxis] + np.arange(3)].astype(np.int16)


def noise(levels: Stripes) -> float:
    """Standard deviation of the noise in grey levels, as the median of what edges leave alone.

    The difference of two Laplacians is blind to what changes evenly; its median is blind to edges.
    0 for images with a side below 72, and where more than half of it is flat.

    Sources: Immerkær, "Fast noise variance estimation", CVIU 1996; the median instead of the mean
    after Donoho, "De-noising by soft-thresholding", IEEE Trans. Inf. Theory 1995.
    """
    if not len(levels):
        return 0.0
    steps = levels[:, 1:] - levels[:, :-1]
    bent = steps[:, 1] - steps[:, 0]
    steps = bent[:, 1:] - bent[:, :-1]
    counts = np.bincount(np.abs(steps[:, 1:] - steps[:, :-1]).ravel())
    return _median(counts) / NOISE_GAIN


def _median(counts: NDArray[np.intp]) -> float:
    """The median of whole numbers, spread evenly within the steps between them."""
    upto = counts.cumsum()
    half = upto[-1] / 2
    step = int(np.searchsorted(upto, half))
    inside = (half - (upto[step] - counts[step])) / counts[step]
    return max(0.0, step - 0.5 + float(inside))


def blockiness(levels: Stripes) -> float:
    """How much larger steps between columns are where blocks of 8 meet than inside of them.

    About 1 without blocks and for images with a side below 72, 2 where blocks can be seen. The
    ratio of B to A of the source, along rows.

    Source: Wang, Sheikh and Bovik, "No-reference perceptual quality assessment of JPEG compressed
    images", ICIP 2002.
    """
    if not len(levels):
        return 1.0
    middle = levels[:, 1]
    steps = np.abs(middle[:, 1:] - middle[:, :-1]).sum(axis=0, dtype=np.int16)
    meeting = steps[BLOCK - 1 :: BLOCK]
    inside = (steps.sum() - meeting.sum()) / (len(steps) - len(meeting))
    floor = FLAT * len(levels)
    return float((meeting.mean() + floor) / (inside + floor))
