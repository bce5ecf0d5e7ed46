"""Features of images: what changes in a picture changes in its numbers, and nothing else does."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter
from PIL.PngImagePlugin import PngInfo

from service.compute.images import NAMES, extract
from service.compute.issues import scores
from service.errors import Unreadable
from tests.pictures import HOSTILE, hostile_files, odd_files, photograph

OWN = {"own_thumbnail_bytes": 4096}


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def features(folder: Path, image: Image.Image, name: str = "image.png") -> dict[str, Any]:
    path = folder / name
    image.save(path)
    return extract({"path": str(path), "size_bytes": path.stat().st_size}, {})[0]


def score(data: dict[str, Any], issue: str) -> float:
    numbers = {name: np.array([data["numbers"][name]]) for name in NAMES}
    return float(scores(numbers)[issue][0])


@pytest.mark.parametrize(
    ("issue", "threshold"),
    [("dark", 0.32), ("light", 0.05), ("blurry", 0.29), ("low_information", 0.3)],
)
def test_a_good_picture_has_no_issue(tmp_path: Path, issue: str, threshold: float) -> None:
    assert score(features(tmp_path, photograph(1)), issue) > threshold


def test_the_darker_the_lower_the_score(tmp_path: Path) -> None:
    told = [
        score(features(tmp_path, ImageEnhance.Brightness(photograph(1)).enhance(share)), "dark")
        for share in (1.0, 0.5, 0.2)
    ]

    assert told == sorted(told, reverse=True)
    assert told[-1] < 0.32


def test_the_lighter_the_lower_the_score(tmp_path: Path) -> None:
    white = Image.new("RGB", photograph(1).size, "white")

    told = [
        score(features(tmp_path, Image.blend(photograph(1), white, share)), "light")
        for share in (0.0, 0.5, 0.98)
    ]

    assert told == sorted(told, reverse=True)
    assert told[-1] < 0.05


def test_the_more_blurred_the_less_sharp(tmp_path: Path) -> None:
    told = [
        features(tmp_path, photograph(1).filter(ImageFilter.GaussianBlur(radius)))["numbers"]
        for radius in (0, 2, 8)
    ]

    for name in ("sharpness", "blur_edges"):
        values = [numbers[name] for numbers in told]
        assert values == sorted(values, reverse=True)


def test_a_flat_picture_holds_no_information(tmp_path: Path) -> None:
    data = features(tmp_path, Image.new("RGB", (64, 64), (90, 90, 90)))

    assert data["numbers"]["entropy"] < 2
    assert data["numbers"]["contrast"] == 0


def test_a_grey_picture_has_no_saturation(tmp_path: Path) -> None:
    grey = photograph(1).convert("L").convert("RGB")

    assert features(tmp_path, grey)["numbers"]["saturation_mean"] == pytest.approx(0, abs=0.01)


def test_a_strip_has_an_odd_shape(tmp_path: Path) -> None:
    assert score(features(tmp_path, photograph(1, (400, 40))), "odd_aspect_ratio") == 0.1


def test_the_same_pixels_have_the_same_signature_however_they_are_packed(tmp_path: Path) -> None:
    image = photograph(1)
    image.save(tmp_path / "packed.png", compress_level=9)

    loose = features(tmp_path, image)
    path = tmp_path / "packed.png"
    packed, _ = extract({"path": str(path), "size_bytes": path.stat().st_size}, {})

    assert loose["signature"] == packed["signature"]


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tif", "a.sgi", "a.tga", "a.ppm", "a.webp"])
def test_the_same_pixels_have_the_same_signature_in_every_format(tmp_path: Path, name: str) -> None:
    image = photograph(1)
    image.save(tmp_path / name, lossless=True)

    told, _ = extract({"path": str(tmp_path / name), "size_bytes": 1}, {})

    assert told["signature"] == features(tmp_path, image, "b.png")["signature"]


def test_what_lies_beside_the_colours_is_no_part_of_the_signature(tmp_path: Path) -> None:
    image = photograph(1)
    beside = np.random.default_rng(1).integers(0, 256, (image.height, image.width, 1), np.uint8)
    four = np.concatenate((np.asarray(image), beside), axis=2)
    Image.frombytes("RGBX", image.size, four.tobytes()).save(tmp_path / "four.tif")

    told, _ = extract({"path": str(tmp_path / "four.tif"), "size_bytes": 1}, {})

    assert told["facts"]["mode"] == "RGB"
    assert told["signature"] == features(tmp_path, image)["signature"]


def test_another_pixel_is_another_digest(tmp_path: Path) -> None:
    image, changed = photograph(1), photograph(1)
    changed.putpixel((80, 60), (1, 2, 3))

    one, other = (features(tmp_path, each)["signature"] for each in (image, changed))

    assert one[16:] != other[16:]


def test_a_resized_copy_looks_the_same(tmp_path: Path) -> None:
    image = photograph(1, (640, 480)).filter(ImageFilter.GaussianBlur(3))

    one = features(tmp_path, image)["signature"][:16]
    other = features(tmp_path, image.resize((320, 240)))["signature"][:16]

    assert (int(one, 16) ^ int(other, 16)).bit_count() <= 4


@pytest.mark.parametrize(("name", "data"), hostile_files().items())
def test_a_hostile_file_has_a_typed_reason(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)

    with pytest.raises(Unreadable) as caught:
        extract({"path": str(path), "size_bytes": len(data)}, {})

    assert caught.value.code == HOSTILE[name]
    assert str(tmp_path) not in caught.value.detail


@pytest.mark.parametrize(("name", "data"), odd_files().items())
def test_an_odd_file_is_measured_like_all_others(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)

    told, thumbnail = extract({"path": str(path), "size_bytes": len(data)}, {})

    assert list(told["numbers"]) == list(NAMES)
    assert np.isfinite(list(told["numbers"].values())).all()
    assert thumbnail


def test_a_turned_picture_has_an_upright_thumbnail(tmp_path: Path) -> None:
    path = tmp_path / "rotated.jpg"
    path.write_bytes(odd_files()["rotated.jpg"])

    told, thumbnail = extract({"path": str(path), "size_bytes": 1}, {})
    (tmp_path / "thumbnail").write_bytes(thumbnail)

    assert told["numbers"]["width"] > told["numbers"]["height"]
    with Image.open(tmp_path / "thumbnail") as small:
        assert small.width < small.height


def test_a_thumbnail_holds_nothing_that_was_written_beside_the_pixels(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Somebody's camera"
    saved: dict[str, dict[str, Any]] = {
        "of.jpg": {"comment": b"Somebody's comment", "exif": exif},
        "of.png": {"pnginfo": _text("Somebody's text"), "exif": exif},
        "of.webp": {"exif": exif, "xmp": b"<x>Somebody's words</x>"},
    }
    for name, told in saved.items():
        path = tmp_path / name
        photograph(1).save(path, **told)

        _, thumbnail = extract({"path": str(path), "size_bytes": 1}, OWN)

        assert b"Somebody" in path.read_bytes()
        assert thumbnail
        assert b"Somebody" not in thumbnail


@pytest.mark.parametrize("name", ["tiny.png", "tiny.jpg"])
def test_a_tiny_file_of_nothing_but_pixels_is_its_own_thumbnail(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    photograph(1, (32, 32)).save(path)

    with_own = extract({"path": str(path), "size_bytes": path.stat().st_size}, OWN)
    without = extract({"path": str(path), "size_bytes": path.stat().st_size}, {})

    assert with_own == (without[0], b"")
    assert without[1]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("comment.jpg", {"comment": b"told"}),
        ("profile.png", {"icc_profile": b"told"}),
        ("turned.jpg", {"exif": turned()}),
        ("other.gif", {}),
        ("wide.png", {}),
        ("frames.png", {"save_all": True, "append_images": [Image.new("RGB", (32, 32))]}),
    ],
)
def test_a_file_of_more_than_a_few_pixels_gets_a_thumbnail(
    tmp_path: Path, name: str, told: dict[str, Any]
) -> None:
    path = tmp_path / name
    size = (257, 2) if name == "wide.png" else (32, 32)
    Image.new("RGB", size, "teal").save(path, **told)

    _, thumbnail = extract({"path": str(path), "size_bytes": path.stat().st_size}, OWN)

    assert path.stat().st_size < OWN["own_thumbnail_bytes"]
    assert thumbnail


def test_a_text_that_is_called_like_a_colour_is_a_text(tmp_path: Path) -> None:
    for mode in ("RGB", "L", "P"):
        info = PngInfo()
        info.add_text("transparency", "none to speak of")
        path = tmp_path / f"{mode}.png"
        photograph(1, (32, 32)).convert(mode).save(path, pnginfo=info)

        data, _ = extract({"path": str(path), "size_bytes": 1}, {})

        assert data["facts"]["mode"] == mode


def _text(words: str) -> PngInfo:
    info = PngInfo()
    info.add_text("Comment", words)
    return info


def test_heic_is_read_where_its_extra_is_installed(tmp_path: Path) -> None:
    path = tmp_path / "phone.heic"
    photograph(7, (320, 240)).save(path, "HEIF")

    data, thumbnail = extract({"path": str(path), "size_bytes": path.stat().st_size}, {})

    assert data["facts"]["format"] == "HEIF"
    assert (data["numbers"]["width"], data["numbers"]["height"]) == (320, 240)
    assert Image.open(io.BytesIO(thumbnail)).width in range(192, 257)


def test_without_the_extra_what_is_no_image_is_still_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "notes.jpg"
    path.write_text("Pictures of the temple")
    program = (
        "import sys; sys.modules['pillow_heif'] = None\n"
        "from service.compute.images import extract\n"
        f"extract({{'path': {str(path)!r}, 'size_bytes': 22}}, {{}})"
    )

    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert "('not_an_image'," in told.stderr
