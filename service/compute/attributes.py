"""Attributes: the numbers of a decoded image, closely where an issue hangs on them."""

from typing import Final

import numpy as np

from service.compute import blur, borders, casts, grain, tones
from service.compute.decoding import DEEP
from service.compute.pixels import plane
from service.compute.tones import Bands
from service.compute.views import Views

PERHAPS_DARK: Final = 0.34
PERHAPS_LIGHT: Final = 0.94
PERHAPS_POOR_BITS: Final = 4.0
PERHAPS_BLURRED: Final = 0.29
EDGE_MARGIN: Final = 0.02
SPREAD_MARGIN: Final = 0.04


def measure(views: Views) -> dict[str, float] | None:
    """Brightness, exposure, entropy, blur, sharpness, colours, noise and borders of an image.

    A glance first: a sample of the pixels, and the small image for blur. If the image might be
    dark, light, low in information or blurry at CleanVision's default thresholds, what decides is
    measured again as CleanVision does, on all pixels; so is every image of at most
    ``tones.SAMPLE_PIXELS``.
    None where that is needed and the image has not all pixels of the file.
    """
    part = tones.sample(views.pixels)
    bands = tones.split(part)
    ascending = tones.brightness([bands])
    entropy = _entropy(views, bands)
    edges, spread = blur.terms(views.tiny)

    doubts = (
        _perhaps_dark_or_light(ascending),
        entropy < PERHAPS_POOR_BITS,
        _perhaps_blurred(edges, spread),
    )
    if any(doubts) and views.picture.scaled:
        return None
    if doubts[0] and len(part) < len(views.pixels):
        ascending = tones.brightness(tones.stretches(views.pixels))
    if doubts[1]:
        entropy = _entropy_of_all(views)
    if doubts[2]:
        edges, spread = blur.terms(blur.reduced(views.picture.image, views.tiny.size))
    grey = plane(views.grey)
    return {
        **tones.brightness_numbers(ascending),
        **tones.exposure_numbers(ascending),
        **tones.colour_numbers(bands[:3]),
        **_grain(views),
        **borders.widths(grey),
        "entropy": entropy,
        "blur_edges": edges,
        "blur_std": spread,
        "sharpness": blur.sharpness(grey),
        "colour_cast": casts.cast(bands[:3]),
    }


def _grain(views: Views) -> dict[str, float]:
    """Where fewer pixels were decoded, blocks have another size and are not looked for."""
    stripes = grain.stripes(views.pixels, views.picture.image.width)
    blocks = 1.0 if views.picture.scaled else grain.blockiness(stripes)
    return {"noise": grain.noise(stripes), "blockiness": blocks}


def _entropy(views: Views, bands: Bands) -> float:
    """Of the sampled bands, or of all pixels where the file has other bands than those."""
    opened, image = views.picture.opened, views.picture.image
    if opened is image or opened.mode in DEEP:
        return tones.entropy(tones.counts(bands[: len(image.getbands())]))
    return _entropy_of_all(views)


def _entropy_of_all(views: Views) -> float:
    opened, image = views.picture.opened, views.picture.image
    told = image if opened.mode in DEEP else opened
    return tones.entropy(np.asarray(told.histogram()))


def _perhaps_dark_or_light(ascending: tones.Brightness) -> bool:
    # further from the ends than the 99 % and 5 % that decide, so that a sample cannot hide either
    return (
        tones.percentile(ascending, 97) < PERHAPS_DARK
        or tones.percentile(ascending, 10) > PERHAPS_LIGHT
    )


def _perhaps_blurred(edges: float, spread: float) -> bool:
    edge_part, spread_part = blur.parts(edges, spread)
    least = blur.combined(edge_part - EDGE_MARGIN, spread_part - SPREAD_MARGIN)
    return float(least) < PERHAPS_BLURRED
