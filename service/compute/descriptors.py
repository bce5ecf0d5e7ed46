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

INNER: Final = SIDE - 2
"""Pixels that have neighbours on both sides."""

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

STEPS: Final = 256
NO_STEP: Final = STEPS // 2 * STEPS + STEPS // 2
"""Of two neighbours' difference, halved, and the place of no difference across and down."""

TONES: Final = 16
"""Colours are told apart by so many tones of each band."""

GROUND: Final = (128, 128, 128)
"""What is behind transparent pixels."""

CHROMA_GAIN: Final = 2
"""Chroma varies so much less than luma."""

AROUND: Final = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))
BITS: Final = np.uint16(1) << np.arange(8, dtype=np.uint16)
"""The neighbours of a pixel, around it, and the bit of each."""

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
    levels = grey.astype(np.intp)
    across = levels[1:-1, 2:] - levels[1:-1, :-2]
    down = levels[2:, 1:-1] - levels[:-2, 1:-1]
    votes = _votes().take((across >> 1) * STEPS + (down >> 1) + NO_STEP, axis=0)
    by_row = _cells() @ votes.reshape(INNER, INNER * ANGLES)
    cells = _cells() @ by_row.reshape(CELLS, INNER, ANGLES)
    return np.sqrt(cells / max(float(cells.sum()), FLAT * INNER**2)).ravel()


@lru_cache(maxsize=1)
def _votes() -> Floats:
    """(STEPS², ANGLES): what an edge by its steps across and down, halved, adds to each direction.

    Its strength, shared between the two nearest; a direction and its opposite are one.
    """
    steps = 2 * np.arange(-STEPS // 2, STEPS // 2) + 0.5
    across, down = np.meshgrid(steps, steps, indexing="ij")
    turns = (np.arctan2(down, across) / np.pi % 1 * ANGLES).ravel()
    away = np.abs(turns[:, np.newaxis] - np.arange(ANGLES + 1))
    votes = np.maximum(0, 1 - away) * np.hypot(across, down).reshape(-1, 1)
    votes[:, 0] += votes[:, -1]
    votes[NO_STEP] = 0
    return np.ascontiguousarray(votes[:, :-1], np.float32)


@lru_cache(maxsize=1)
def _cells() -> Floats:
    """(CELLS, INNER): how much of a pixel belongs to each row of cells, the less the farther."""
    each = SIDE / CELLS
    centres = (np.arange(CELLS) + 0.5) * each
    pixels = (np.arange(1, SIDE - 1) + 0.5).clip(centres[0], centres[-1])
    return np.maximum(0, 1 - np.abs(pixels - centres[:, np.newaxis]) / each).astype(np.float32)


def _colours(square: Image.Image) -> Floats:
    """Square roots of the shares of hues by saturations, by how colourful pixels are; of values."""
    red, green, blue = np.asarray(square).reshape(-1, 3).astype(np.intp).T // (256 // TONES)
    counts = np.bincount((red * TONES + green) * TONES + blue, minlength=TONES**3)
    found = counts.nonzero()[0]
    return np.sqrt(counts[found].astype(np.float32) @ _palette()[found] / len(red))


@lru_cache(maxsize=1)
def _palette() -> Floats:
    """(TONES³, HUES * SATURATIONS + VALUES): what a pixel of each colour adds to each share.

    It is shared between the two nearest steps of each, so that a little more light moves a little
    of it.
    """
    tones = np.arange(TONES) * 255 / (TONES - 1)
    colours = np.stack(np.meshgrid(tones, tones, tones, indexing="ij"), axis=-1).reshape(1, -1, 3)
    hsv = Image.fromarray(colours.astype(np.uint8)).convert("HSV")
    hue, saturation, value = np.asarray(hsv).reshape(-1, 3).astype(np.float64).T
    hues = _shared(hue, HUES + 1)
    hues[:, 0] += hues[:, -1]
    kinds = hues[:, :-1, np.newaxis] * _shared(saturation, SATURATIONS)[:, np.newaxis]
    colourful = saturation * value / 255**2
    by_hue = kinds.reshape(len(hue), -1) * colourful[:, np.newaxis]
    return np.hstack((by_hue, _shared(value, VALUES))).astype(np.float32)


def _shared(levels: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """(N, count): how much of each level belongs to each step, from level 0 to level 256."""
    places = levels[:, np.newaxis] * (count - 1) / 256
    return np.maximum(0, 1 - np.abs(places - np.arange(count)))


def _patterns(grey: UInt8s) -> Floats:
    """Square roots of the shares of uniform patterns, (QUARTERS, PATTERNS)."""
    middle = grey[1:-1, 1:-1]
    codes = _quarters().copy()
    for bit, (row, column) in enumerate(AROUND):
        codes += (grey[row : row + INNER, column : column + INNER] >= middle) * BITS[bit]
    counts = np.bincount(codes.ravel(), minlength=QUARTERS * 256).reshape(QUARTERS, 256)
    return np.sqrt(counts.astype(np.float32) @ _uniform() / INNER**2).ravel()


@lru_cache(maxsize=1)
def _quarters() -> NDArray[np.uint16]:
    """(INNER, INNER): where the counts of the quarter begin that a pixel is in."""
    half = np.arange(INNER) * 2 // INNER
    return ((half[:, np.newaxis] * 2 + half) * 256).astype(np.uint16)


@lru_cache(maxsize=1)
def _uniform() -> Floats:
    """(256, PATTERNS): the kind of each pattern: bits set if they change at most twice, or last."""
    bits = np.arange(256)[:, np.newaxis] >> np.arange(8) & 1
    changes = (bits != np.roll(bits, 1, axis=1)).sum(axis=1)
    kinds = np.where(changes <= 2, bits.sum(axis=1), PATTERNS - 1)
    return (kinds[:, np.newaxis] == np.arange(PATTERNS)).astype(np.float32)


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
