"""Descriptors: 256 bytes that say what an image looks like; images that look alike are near."""

from functools import lru_cache
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from service.compute.pixels import UInt8s, plane

SIDE: Final = 64
"""Images are described as they look when they are squeezed into a square of this side."""

CELLS: Final = 4
ANGLES: Final = 8
HUES: Final = 14
SATURATIONS: Final = 3
VALUES: Final = 6
QUARTERS: Final = 4
PATTERNS: Final = 10
TILES: Final = 8
LUMA_WAVES: Final = 20
CHROMA_WAVES: Final = 10

BLOCKS: Final = {
    "edges": CELLS * CELLS * ANGLES,
    "colours": HUES * SATURATIONS + VALUES,
    "patterns": QUARTERS * PATTERNS,
    "layout": LUMA_WAVES + 2 * CHROMA_WAVES,
}
"""The parts of a descriptor and their lengths, in the order in which they follow each other."""

DIMENSIONS: Final = sum(BLOCKS.values())

EDGES_SCALE: Final = 160
COLOURS_SCALE: Final = 130
PATTERNS_SCALE: Final = 320
LAYOUT_SCALE: Final = 1
LAYOUT_ZERO: Final = 128
"""From a block to bytes: each part of the distance between two unrelated photographs is about as
large as the others, 65, and nothing that photographs have is cut off."""

FLAT: Final = 4.0
"""Grey levels of an edge: where edges are weaker on average, they count for less."""

PATCHES: Final = 8
"""Edges are first summed up in so many rows and columns, which cells then share softly."""

GROUND: Final = (128, 128, 128)
"""What is behind transparent pixels."""

CHROMA_GAIN: Final = 2
"""Chroma varies so much less than luma."""

AROUND: Final = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))
"""The neighbours of a pixel, around it."""

Floats = NDArray[np.float32]


def describe(image: Image.Image) -> bytes:
    """The descriptor of an image of mode L, RGB or RGBA: ``DIMENSIONS`` uint8.

    Euclidean distance between descriptors tells how different two images look: their edges,
    colours, textures and layout, not what they show. Its four blocks weigh the same:

    - *edges*: how strong edges of 8 directions are in each of 4 × 4 cells, as parts of the whole;
    - *colours*: how much there is of 14 hues by 3 saturations, then of 6 values;
    - *patterns*: how frequent the 10 uniform local binary patterns are in each quarter;
    - *layout*: of 8 × 8 tiles the lowest 20 frequencies of luma, then 10 of each chroma.

    The first three are square roots of shares (Hellinger's distance) by a fixed factor, the last
    are grey levels around 128. The same pixels give the same bytes.

    Sources: Dalal and Triggs, "Histograms of oriented gradients for human detection", CVPR 2005;
    Ojala, Pietikäinen and Mäenpää, "Multiresolution gray-scale and rotation invariant texture
    classification with local binary patterns", PAMI 2002; Kasutani and Yamada, "The MPEG-7 color
    layout descriptor", ICIP 2001.
    """
    square = _squeezed(image)
    grey = plane(square.convert("L"))
    blocks = (
        EDGES_SCALE * _edges(grey),
        COLOURS_SCALE * _colours(square.reduce(2)),
        PATTERNS_SCALE * _patterns(grey),
        LAYOUT_SCALE * _layout(square.reduce(SIDE // TILES)) + LAYOUT_ZERO,
    )
    return np.rint(np.concatenate(blocks)).clip(0, 255).astype(np.uint8).tobytes()


def _squeezed(image: Image.Image) -> Image.Image:
    square = image.resize((SIDE, SIDE), Image.Resampling.BILINEAR, reducing_gap=1.0)
    if square.mode != "RGBA":
        return square.convert("RGB")
    upon = Image.new("RGB", square.size, GROUND)
    upon.paste(square, mask=square.getchannel("A"))
    return upon


def _edges(grey: UInt8s) -> Floats:
    """Square roots of the shares of ``ANGLES`` directions in each cell, (CELLS, CELLS, ANGLES)."""
    levels = grey.astype(np.float32)
    across = levels[1:-1, 2:] - levels[1:-1, :-2]
    down = levels[2:, 1:-1] - levels[:-2, 1:-1]
    strength = np.sqrt(across * across + down * down)
    turn = np.arctan2(down, across) * np.float32(ANGLES / np.pi) + ANGLES
    below = turn.astype(np.intp)
    above = strength * (turn - below)
    sums = _summed(below, strength - above) + _summed(below + 1, above)
    cells = np.einsum("ip,jq,pqa->ija", _cells(), _cells(), sums).ravel()
    return np.sqrt(cells / max(cells.sum(), FLAT * strength.size)).astype(np.float32)


def _summed(turns: NDArray[np.intp], weights: Floats) -> NDArray[np.float64]:
    """Weights by patch and direction; a direction and its opposite are one."""
    places = _patches() + turns % ANGLES
    sums = np.zeros(PATCHES * PATCHES * ANGLES)
    sums += np.bincount(places.ravel(), weights.ravel(), len(sums))
    return sums.reshape(PATCHES, PATCHES, ANGLES)


@lru_cache(maxsize=1)
def _patches() -> NDArray[np.intp]:
    """Where in the sums the patch of each pixel begins that has neighbours on all sides."""
    patch = np.arange(1, SIDE - 1) * PATCHES // SIDE
    return (patch[:, np.newaxis] * PATCHES + patch) * ANGLES


@lru_cache(maxsize=1)
def _cells() -> NDArray[np.float64]:
    """(CELLS, PATCHES): how much of a patch belongs to each cell, the less the further away."""
    each = PATCHES / CELLS
    centres = (np.arange(CELLS) + 0.5) * each
    patches = (np.arange(PATCHES) + 0.5).clip(centres[0], centres[-1])
    return np.maximum(0, 1 - np.abs(patches - centres[:, np.newaxis]) / each)


def _colours(square: Image.Image) -> Floats:
    """Square roots of the shares of hues by saturations, by how colourful pixels are; of values.

    Each pixel is shared between the two nearest steps of each, so that a little more light moves
    a little of it.
    """
    hue, saturation, value = np.asarray(square.convert("HSV")).reshape(-1, 3).T
    colourful = saturation.astype(np.float32) * value / 255**2
    sums = np.zeros((HUES + 1) * SATURATIONS)
    for hues, by_hue in _steps(hue, HUES + 1):
        for saturations, by_saturation in _steps(saturation, SATURATIONS):
            places = hues * SATURATIONS + saturations
            sums += np.bincount(places, by_hue * by_saturation * colourful, len(sums))
    around = sums.reshape(HUES + 1, SATURATIONS)
    around[0] += around[-1]
    values = np.zeros(VALUES)
    for steps, by_value in _steps(value, VALUES):
        values += np.bincount(steps, by_value, VALUES)
    return np.sqrt(np.concatenate((around[:-1].ravel(), values)) / len(hue)).astype(np.float32)


def _steps(levels: UInt8s, count: int) -> tuple[tuple[NDArray[np.intp], Floats], ...]:
    """The step below each level and how far it is from the next; the step above and the rest.

    The first of ``count`` steps is at level 0, the last at 256.
    """
    places = levels * np.float32((count - 1) / 256)
    below = places.astype(np.intp)
    above = (places - below).astype(np.float32)
    return (below, 1 - above), (below + 1, above)


def _patterns(grey: UInt8s) -> Floats:
    """Square roots of the shares of uniform patterns, (QUARTERS, PATTERNS)."""
    inner = SIDE - 2
    middle = grey[1:-1, 1:-1]
    codes = np.zeros(middle.shape, np.uint8)
    for bit, (row, column) in enumerate(AROUND):
        neighbour = grey[row : row + inner, column : column + inner]
        codes |= (neighbour >= middle).view(np.uint8) << np.uint8(bit)
    half = np.arange(inner) * 2 // inner
    quarters = (half[:, np.newaxis] * 2 + half) * PATTERNS
    counts = np.bincount((_uniform()[codes] + quarters).ravel(), minlength=QUARTERS * PATTERNS)
    return np.sqrt(counts / inner**2).astype(np.float32)


@lru_cache(maxsize=1)
def _uniform() -> UInt8s:
    """(256,) kinds of local binary patterns: bits set if they change at most twice, or the last."""
    bits = np.arange(256)[:, np.newaxis] >> np.arange(8) & 1
    changes = (bits != np.roll(bits, 1, axis=1)).sum(axis=1)
    return np.where(changes <= 2, bits.sum(axis=1), PATTERNS - 1).astype(np.uint8)


def _layout(tiles: Image.Image) -> Floats:
    """The lowest frequencies of luma and of both chromas, in grey levels; the first is the mean."""
    levels = np.asarray(tiles.convert("YCbCr")).astype(np.float32).transpose(2, 0, 1) - 128
    waves = (_cosines() @ levels @ _cosines().T / TILES).reshape(3, -1)[:, _zigzag()]
    luma, chromas = waves[0, :LUMA_WAVES], CHROMA_GAIN * waves[1:, :CHROMA_WAVES]
    return np.concatenate((luma, chromas.ravel())).astype(np.float32)


@lru_cache(maxsize=1)
def _cosines() -> Floats:
    """The orthonormal discrete cosine transform of ``TILES`` values, as a matrix."""
    waves = np.arange(TILES)
    matrix = np.cos(np.pi * np.outer(waves, 2 * waves + 1) / (2 * TILES)) * (2 / TILES) ** 0.5
    matrix[0] /= 2**0.5
    return matrix.astype(np.float32)


@lru_cache(maxsize=1)
def _zigzag() -> list[int]:
    """Places of (row, column) frequencies in a flat block, low ones first."""
    waves = sorted(product(range(TILES), repeat=2), key=lambda wave: (sum(wave), wave))
    return [row * TILES + column for row, column in waves]
