"""Compression: the quality at which libjpeg saved a file is told from the file."""

import io

import pytest
from PIL import Image

from service.compute.compression import NO_QUALITY, quality
from tests.pictures import photograph


def saved(image: Image.Image, **options: int | str | bool) -> dict[int, list[int]]:
    stream = io.BytesIO()
    image.save(stream, "JPEG", **options)
    opened = Image.open(stream)
    return getattr(opened, "quantization")  # noqa: B009 - of JPEG files alone


@pytest.mark.parametrize("setting", [1, 5, 20, 49, 50, 51, 75, 90, 95, 100])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_the_setting_is_found(setting: int, mode: str) -> None:
    assert quality(saved(photograph(1).convert(mode), quality=setting)) == setting


def test_how_the_file_is_packed_does_not_matter() -> None:
    assert quality(saved(photograph(1), quality=60, progressive=True, subsampling="4:4:4")) == 60


def test_other_tables_are_told_by_the_nearest() -> None:
    told = quality({0: [level + 1 for level in saved(photograph(1), quality=60)[0]]})

    assert 57 <= told <= 60


@pytest.mark.parametrize("tables", [{}, {1: [1] * 64}, {0: [1] * 3}])
def test_without_a_table_of_luma_there_is_none(tables: dict[int, list[int]]) -> None:
    assert quality(tables) == NO_QUALITY
