"""Descriptors: 256 bytes that say what an image looks like; images that look alike are near."""

from functools import lru_cache
from itertools import product
from typing import Final, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray
from PIL import Image

from service.compute.pixels import UInt8s, grid, plane

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

SCALES: Final = np.repeat(np.array((160, 130, 320, 1), np.float32), tuple(BLOCKS.values()))
ZEROS: Final = np.repeat(np.array((0, 0, 0, 128), np.float32), tuple(BLOCKS.values()))
"""From blocks to bytes: each part of the distance between two unrelated photographs is about as
large as the others, 58 to 69, and nothing that photographs have is cut off."""

FLAT: Final = 4.0
"""Grey levels of an edge: where edges are weaker on average, they count for less."""

STEPS: Final = 256
NO_STEP: Final = STEPS // 2 * STEPS + STEPS // 2
"""Of two neighbours' difference, halved, and the place of no difference across and down."""

TONES: Final = 16
"""Colours are told apart by so many tones of each band."""

GROUND: Final = (128, 128, 128)
"""What is behind transparent pixels."""

LUMA_CHROMAS: Final = np.array(
    ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))
)
"""Of red, green and blue, as in JPEG."""

CHROMA_GAIN: Final = 2
"""Chroma varies so much less than luma."""

BITS: Final = np.array((1, 2, 4, 128, 0, 8, 64, 32, 16), np.uint8)
"""Of the neighbours of a pixel, row by row; around it each has twice the one before."""

Floats = NDArray[np.float32]

Box = tuple[float, float, float, float]


class Square(NamedTuple):
    """An image squeezed into a square, on ``GROUND`` where it is transparent."""

    grey: Image.Image
    """Mode L, of side ``SIDE``."""
    colours: Image.Image
    """Mode RGB, of half that side."""


def squeeze(image: Image.Image, box: Box | None = None) -> Square:
    """The (left, top, right, bottom) of an image of mode L, RGB or RGBA, else all of it.

    Where two pixels or more become one, they are averaged by fours first, which is quicker.
    """
    columns, rows = (2 if side >= 2 * SIDE else 1 for side in image.size)
    left, top, right, bottom = box or (0, 0, *image.size)
    box = left / columns, top / rows, right / columns, bottom / rows
    image = _on_ground(image.reduce((columns, rows)))
    half = SIDE // 2
    return Square(
        image.convert("L").resize((SIDE, SIDE), Image.Resampling.BICUBIC, box),
        image.resize((half, half), Image.Resampling.BILINEAR, box, reducing_gap=1.0).convert("RGB"),
    )


def describe(square: Square) -> bytes:
    """The descriptor of an image as ``squeeze`` returns it: ``DIMENSIONS`` uint8.

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
    grey = plane(square.grey)
    colours = square.colours
    blocks = np.concatenate((_edges(grey), _colours(colours), _patterns(grey), _layout(colours)))
    levels = np.rint(blocks * SCALES + ZEROS)
    return np.minimum(np.maximum(levels, 0), 255).astype(np.uint8).tobytes()


def _on_ground(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    upon = Image.new("RGB", image.size, GROUND)
    upon.paste(image, mask=image.getchannel("A"))
    return upon


def _edges(grey: UInt8s) -> Floats:
    """Square roots of the shares of ``ANGLES`` directions in each cell, (CELLS, CELLS, ANGLES)."""
    levels = grey.astype(np.int32)
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
    red, green, blue = grid(square)[:, :, :3].reshape(-1, 3).astype(np.uint16).T // (256 // TONES)
    counts = np.bincount((red * TONES + green) * TONES + blue, minlength=TONES**3)
    found = (counts > 0).nonzero()[0]  # in a third of the time of the counts themselves
    return np.sqrt(counts[found].astype(np.float32) @ _palette().take(found, axis=0) / len(red))


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
    around = as_strided(grey, (3, 3, INNER, INNER), grey.strides * 2) >= grey[1:-1, 1:-1]
    codes = np.einsum("i,ij->j", BITS, around.reshape(len(BITS), -1).view(np.uint8)) + _quarters()
    counts = np.bincount(codes, minlength=QUARTERS * 256).reshape(QUARTERS, 256)
    return np.sqrt(counts.astype(np.float32) @ _uniform() / INNER**2).ravel()


@lru_cache(maxsize=1)
def _quarters() -> NDArray[np.uint16]:
    """(INNER²,): where the counts of the quarter begin that a pixel is in."""
    half = np.arange(INNER) * 2 // INNER
    return ((half[:, np.newaxis] * 2 + half) * 256).astype(np.uint16).ravel()


@lru_cache(maxsize=1)
def _uniform() -> Floats:
    """(256, PATTERNS): the kind of each pattern: bits set if they change at most twice, or last."""
    bits = np.arange(256)[:, np.newaxis] >> np.arange(8) & 1
    changes = (bits != np.roll(bits, 1, axis=1)).sum(axis=1)
    kinds = np.where(changes <= 2, bits.sum(axis=1), PATTERNS - 1)
    return (kinds[:, np.newaxis] == np.arange(PATTERNS)).astype(np.float32)


def _layout(square: Image.Image) -> Floats:
    """The lowest frequencies of luma and of both chromas, in grey levels; the first is the mean."""
    tiles = grid(square.reduce(square.width // TILES))[:, :, :3].astype(np.float32) - 128
    return _waves() @ tiles.ravel()


@lru_cache(maxsize=1)
def _waves() -> Floats:
    """(BLOCKS["layout"], TILES * TILES * 3): what each band of each tile adds to each frequency."""
    places = np.arange(TILES)
    cosines = np.cos(np.pi * np.outer(places, 2 * places + 1) / (2 * TILES)) * (2 / TILES) ** 0.5
    cosines[0] /= 2**0.5
    down, across = np.transpose(_low_first())
    flat = cosines[down][:, :, np.newaxis] * cosines[across][:, np.newaxis] / TILES
    luma, *chromas = flat[..., np.newaxis] * LUMA_CHROMAS[:, np.newaxis, np.newaxis, np.newaxis]
    kept = (luma[:LUMA_WAVES], *(CHROMA_GAIN * chroma[:CHROMA_WAVES] for chroma in chromas))
    return np.concatenate(kept).reshape(-1, TILES * TILES * 3).astype(np.float32)


def _low_first() -> list[tuple[int, ...]]:
    """Frequencies (down, across), low ones first."""
    return sorted(product(range(TILES), repeat=2), key=lambda wave: (sum(wave), wave))
