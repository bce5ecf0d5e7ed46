"""Attributes: the numbers of a decoded image, closely where an issue hangs on them."""

from typing import Final

import numpy as np

from service.compute import blur, borders, casts, grain, tones
from service.compute.decoding import DEEP
from service.compute.pixels import plane
from service.compute.tones import Pixels
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
    ascending = tones.brightness(part)
    entropy = _entropy(views, part)
    edges, spread = blur.terms(views.tiny)

    doubts = (
        _perhaps_dark_or_light(ascending),
        entropy < PERHAPS_POOR_BITS,
        _perhaps_blurred(edges, spread),
    )
    if any(doubts) and views.picture.scaled:
        return None
    if doubts[0] and len(part) < len(views.pixels):
        ascending = tones.brightness(views.pixels)
    if doubts[1]:
        entropy = _entropy(views, views.pixels)
    if doubts[2]:
        edges, spread = blur.terms(blur.reduced(views.picture.image, views.tiny.size))
    grey = plane(views.grey)
    return {
        **tones.brightness_numbers(ascending),
        **tones.exposure_numbers(ascending),
        **_colours(part),
        **_grain(views),
        **borders.widths(grey),
        "entropy": entropy,
        "blur_edges": edges,
        "blur_std": spread,
        "sharpness": blur.sharpness(grey),
    }


def _colours(part: Pixels) -> dict[str, float]:
    bands = tones.colour_bands(part)
    return {**tones.colour_numbers(bands), "colour_cast": casts.cast(bands)}


def _grain(views: Views) -> dict[str, float]:
    """Where fewer pixels were decoded, blocks have another size and are not looked for."""
    stripes = grain.stripes(views.pixels, views.picture.image.width)
    blocks = 1.0 if views.picture.scaled else grain.blockiness(stripes)
    return {"noise": grain.noise(stripes), "blockiness": blocks}


def _entropy(views: Views, part: Pixels) -> float:
    """Of all pixels if ``part`` is all, or if the file has other bands than those measured."""
    opened, image = views.picture.opened, views.picture.image
    as_stored = opened.mode not in DEEP
    if as_stored and (opened is not image or part is views.pixels):
        return tones.entropy(np.asarray(opened.histogram()))
    return tones.entropy(tones.band_counts(part, len(image.getbands())))


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
