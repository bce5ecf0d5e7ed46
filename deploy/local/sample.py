"""The sample: some six hundred pictures of real photographs and digits, with honest defects."""

import io
import math
import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

SEED = 20
PHOTOGRAPHS = 210
"""Of each of the two subjects."""
DIGITS = 120
PAGE = (425, 425)
SIZES = ((480, 360), (500, 375), (512, 384), (375, 500))
ORIENTATION = 0x0112
ROTATED = 6
"""The EXIF orientation of a camera that was held upright."""

Random = random.Random
Picture = Image.Image


def write_sample(folder: Path) -> None:
    """Fills a folder that does not exist yet; its pictures are the same every time.

    Folders are labels. One file is cut off in the middle and one is text by another name.
    """
    if folder.is_dir():
        return
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    chance = random.Random(SEED)  # noqa: S311 - the same pictures every time
    for label, photograph in zip(("temple", "flower"), _photographs(), strict=True):
        _write_photographs(fresh / label, photograph, chance)
        _write_defects(fresh / label, photograph, chance)
        _write_duplicates(fresh / label, chance)
    _write_digits(fresh, chance)
    _write_unreadable(fresh / "temple")
    fresh.rename(folder)


def _photographs() -> Sequence[Picture]:
    from sklearn.datasets import load_sample_images

    return [Image.fromarray(np.asarray(image)) for image in load_sample_images().images]


def _write_photographs(folder: Path, photograph: Picture, chance: Random) -> None:
    folder.mkdir(parents=True)
    for number in range(PHOTOGRAPHS):
        picture = _view(photograph, chance)
        kind = chance.choices(("jpg", "png", "webp"), (90, 6, 4))[0]
        picture.save(folder / f"IMG_{number:04}.{kind}", quality=chance.randint(85, 95))


def _view(photograph: Picture, chance: Random) -> Picture:
    """The subject from elsewhere: moved, turned a little, nearer or not, in another light."""
    size = chance.choice(SIZES)
    motion = _motion(photograph.size, size, chance)
    while not _fits(motion, photograph.size, size):
        motion = _motion(photograph.size, size, chance)
    view = photograph.transform(size, Image.Transform.AFFINE, motion, Image.Resampling.BILINEAR)
    if chance.random() < 0.5:
        view = ImageOps.mirror(view)
    view = ImageEnhance.Color(view).enhance(chance.uniform(0.8, 1.4))
    return ImageEnhance.Brightness(view).enhance(chance.uniform(0.8, 1.15))


Motion = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f): what is at (x, y) comes from (ax + by + c, dx + ey + f)."""


def _motion(source: tuple[int, int], size: tuple[int, int], chance: Random) -> Motion:
    scale = chance.uniform(0.38, 0.68) * min(source) / min(size)
    angle = math.radians(chance.uniform(-12, 12))
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    x, y = chance.uniform(0, source[0]), chance.uniform(0, source[1])
    wide, high = size[0] / 2, size[1] / 2
    return cos, -sin, x - cos * wide + sin * high, sin, cos, y - sin * wide - cos * high


def _fits(motion: Motion, source: tuple[int, int], size: tuple[int, int]) -> bool:
    a, b, c, d, e, f = motion
    corners = ((x, y) for x in (0, size[0]) for y in (0, size[1]))
    return all(
        0 <= a * x + b * y + c <= source[0] and 0 <= d * x + e * y + f <= source[1]
        for x, y in corners
    )


def _write_defects(folder: Path, photograph: Picture, chance: Random) -> None:
    number = PHOTOGRAPHS
    for count, spoil in _DEFECTS:
        for _ in range(count):
            spoilt = spoil(_view(photograph, chance), chance)
            spoilt.save(folder / f"IMG_{number:04}.jpg", quality=90)
            number += 1
    for _ in range(2):
        exif = Image.Exif()
        exif[ORIENTATION] = ROTATED
        upright = _view(photograph, chance)
        upright.save(folder / f"IMG_{number:04}.jpg", quality=90, exif=exif)
        number += 1
    strip = ImageOps.fit(photograph, (640, 150), centering=(0.5, chance.random()))
    strip.save(folder / "panorama.jpg", quality=90)
    wide = ImageOps.fit(ImageOps.mirror(photograph), (640, 110), centering=(0.5, chance.random()))
    wide.resize((1280, 220), Image.Resampling.BICUBIC).save(folder / "panorama 2.jpg", quality=90)


def _darken(picture: Picture, chance: Random) -> Picture:
    return ImageEnhance.Brightness(picture).enhance(chance.uniform(0.05, 0.12))


def _brighten(picture: Picture, chance: Random) -> Picture:
    part = chance.uniform(0.03, 0.06)
    return picture.point(lambda level: 255 - (255 - level) * part)


def _blur(picture: Picture, chance: Random) -> Picture:
    return picture.filter(ImageFilter.GaussianBlur(chance.uniform(10, 18)))


def _drain(picture: Picture, chance: Random) -> Picture:
    return ImageEnhance.Contrast(picture.convert("L")).enhance(chance.uniform(0.9, 1.2))


def _shrink(picture: Picture, chance: Random) -> Picture:
    side = chance.randint(14, 22)
    return picture.resize((side * 4 // 3, side), Image.Resampling.LANCZOS)


def _flatten(picture: Picture, chance: Random) -> Picture:
    level = chance.randint(60, 180)
    return Image.new("RGB", picture.size, (level, level + 20, level + 40))


_DEFECTS: tuple[tuple[int, Callable[[Picture, Random], Picture]], ...] = (
    (4, _darken),
    (3, _brighten),
    (4, _blur),
    (4, _drain),
    (2, _shrink),
    (1, _flatten),
)


def _write_duplicates(folder: Path, chance: Random) -> None:
    """Copies by another name, and what a messenger makes of a photograph."""
    originals = sorted(folder.glob("IMG_00*.jpg"))
    for number, original in enumerate(chance.sample(originals, 8)):
        if number % 2:
            shutil.copyfile(original, folder / f"{original.stem} copy.jpg")
            continue
        with Image.open(original) as picture:
            smaller = picture.resize((picture.width * 4 // 5, picture.height * 4 // 5))
        smaller.save(folder / f"{original.stem}_small.jpg", quality=60)


def _write_digits(folder: Path, chance: Random) -> None:
    from sklearn.datasets import load_digits

    levels, figures = (np.asarray(part) for part in load_digits(return_X_y=True))
    for row in chance.sample(range(len(figures)), DIGITS):
        label = folder / f"digit {figures[row]}"
        label.mkdir(exist_ok=True)
        _inked(levels[row].reshape(8, 8), chance).save(label / f"{row:04}.jpg", quality=90)


def _inked(strokes: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", chance: Random) -> Picture:
    """A digit of 8 x 8 levels from 0 to 16, large, in some ink on some paper."""
    mask = Image.fromarray((strokes * 255 / 16).astype(np.uint8))
    mask = mask.resize(PAGE, Image.Resampling.BICUBIC)
    sharp = mask.point([min(max((level - 110) * 8, 0), 255) for level in range(256)])
    noise = np.frombuffer(chance.randbytes(PAGE[0] * PAGE[1]), np.uint8).reshape(PAGE)
    grain = Image.fromarray(noise).convert("RGB")
    paper = Image.new("RGB", PAGE, tuple(chance.randint(190, 245) for _ in range(3)))
    ink = Image.new("RGB", PAGE, tuple(chance.randint(0, 120) for _ in range(3)))
    return Image.blend(Image.composite(ink, paper, sharp), grain, 0.1)


def _write_unreadable(folder: Path) -> None:
    whole = io.BytesIO()
    with Image.open(folder / "panorama.jpg") as picture:
        picture.save(whole, "JPEG")
    data = whole.getvalue()
    (folder / "truncated.jpg").write_bytes(data[: len(data) // 3])
    (folder / "notes.jpg").write_text("Pictures of the temple, taken in the morning.\n" * 8)
