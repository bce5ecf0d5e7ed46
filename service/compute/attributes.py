"""Attributes: what is measured of an image's pixels."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageStat

BRIGHTNESS_WEIGHTS: Final = np.array([0.241, 0.691, 0.068], dtype=np.float32)
"""Of squared R, G, B; Finley, "HSP Color Model", 2006, as CleanVision uses it."""
BRIGHTNESS_BINS: Final = 65536
PERCENTILES: Final = (1, 5, 50, 95, 99)
EXACT_PIXELS: Final = 4096
"""Below so many pixels, percentiles interpolate between neighbouring values."""
BLUR_SIDE: Final = 64

UInt8Image = NDArray[np.uint8]


def brightness(pixels: UInt8Image) -> dict[str, float]:
    """Mean and percentiles 1, 5, 50, 95 and 99 of perceived brightness, 0 to 1.

    ``pixels`` is (H, W), (H, W, 3) or (H, W, 4) uint8; alpha is ignored. Brightness of a pixel is
    sqrt(.241 R² + .691 G² + .068 B²) / 255. Percentiles of images of more than 4,096 pixels are
    those of squared brightness in 65,536 bins, right to 0.005 near black and 0.0001 elsewhere.
    """
    squares = _squares(pixels)
    if squares.size <= EXACT_PIXELS:
        values = np.sqrt(squares) / 255
        told = np.percentile(values, PERCENTILES)
        return {"brightness_mean": float(values.mean())} | _named(told)
    bins = (squares * np.float32((BRIGHTNESS_BINS - 1) / 255**2)).astype(np.intp)
    counts = np.bincount(bins, minlength=BRIGHTNESS_BINS)
    levels = np.sqrt(np.arange(BRIGHTNESS_BINS) / (BRIGHTNESS_BINS - 1))
    places = np.array(PERCENTILES) / 100 * (squares.size - 1)
    told = levels[np.searchsorted(np.cumsum(counts), places, side="right")]
    return {"brightness_mean": float(counts @ levels / squares.size)} | _named(told)


def contrast(grey: Image.Image) -> float:
    """Standard deviation of a mode L image, as a share of 255."""
    return ImageStat.Stat(grey).stddev[0] / 255


def blur_terms(opened: Image.Image) -> tuple[float, float]:
    """(E, S): standard deviation of the edges, and of the counts of the 256 grey levels.

    Both are of the image reduced so that its longer side is 64 pixels. CleanVision's blur score is
    min(b + s, 1) with b = 1 - exp(-E / 100) and s = 1 - exp(-S / 100), 0 where that is <= .18.
    """
    ratio = max(opened.size) / BLUR_SIDE
    small = opened
    if ratio > 1:
        width, height = (max(int(side // ratio), 1) for side in opened.size)
        small = opened.resize((width, height))
    grey = small.convert("L")
    edges = ImageStat.Stat(grey.filter(ImageFilter.FIND_EDGES)).var[0]
    return float(np.sqrt(edges)), float(np.std(grey.histogram()))


def sharpness(grey: UInt8Image) -> float:
    """Variance of the Laplacian of an (H, W) uint8 image, in grey levels squared.

    Larger is sharper; 0 where the image has fewer than 3 rows or columns.

    Source: Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000.
    """
    if min(grey.shape) < 3:
        return 0.0
    luma = grey.astype(np.int16)
    across = luma[1:-1, :-2] + luma[1:-1, 2:]
    down = luma[:-2, 1:-1] + luma[2:, 1:-1]
    return float((across + down - 4 * luma[1:-1, 1:-1]).var(dtype=np.float32))


def saturation(rgb: UInt8Image) -> float:
    """Mean of (max - min) / max over the channels of an (H, W, 3) uint8 image, 0 to 1."""
    high = rgb.max(axis=2).astype(np.float32)
    spread = high - rgb.min(axis=2)
    return float(np.mean(spread / np.maximum(high, 1)))


def _squares(pixels: UInt8Image) -> NDArray[np.float32]:
    """Squared brightness of each pixel, 0 to 255²."""
    if pixels.ndim == 2:
        return np.square(pixels, dtype=np.float32).ravel()
    channels = np.square(pixels.reshape(-1, pixels.shape[2]), dtype=np.float32)
    return channels[:, :3] @ BRIGHTNESS_WEIGHTS


def _named(values: NDArray[np.float64]) -> dict[str, float]:
    return {
        f"brightness_p{percent:02d}": min(float(value), 1.0)
        for percent, value in zip(PERCENTILES, values, strict=True)
    }
