"""Pixels: the memory of a decoded image as an array, without copying it where that can be."""

import ctypes
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

PADDING: Final = 0xFF000000
"""The fourth byte of RGB."""

PADDED: Final = ("JPEG", "MPO", "PNG")
"""Formats whose readers always write it; those of TIFF, PSD and SGI leave there what they will."""

READ_ONLY: Final = True

UInt8s = NDArray[np.uint8]

_pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
_pointer_of.restype = ctypes.c_void_p
_pointer_of.argtypes = [ctypes.py_object, ctypes.c_char_p]


class _ArrowArray(ctypes.Structure):
    """The beginning of a struct of the Arrow C data interface, which Pillow exports."""

    _fields_: ClassVar = [
        ("length", ctypes.c_int64),
        ("null_count", ctypes.c_int64),
        ("offset", ctypes.c_int64),
        ("n_buffers", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("buffers", ctypes.POINTER(ctypes.c_void_p)),
        ("children", ctypes.POINTER(ctypes.c_void_p)),
    ]


@dataclass(frozen=True, slots=True)
class _Lent:
    """Memory of an image, as NumPy takes it; not freed as long as an array of it lives."""

    owner: object
    __array_interface__: Mapping[str, Any]


def samples(image: Image.Image) -> UInt8s:
    """All samples of a loaded image of mode L, RGB or RGBA: uint8, (pixels, 1) or (pixels, 4).

    The fourth of RGB is 255. To be read only: it may be the image's own memory, since copying it
    costs as much as a quarter of decoding a photograph.
    """
    flat = _flat(image)
    if image.mode == "RGB" and image.format not in PADDED and not _padded(flat):
        return _with_padding(image)
    return flat.reshape(-1, 1 if image.mode == "L" else 4)


def grid(image: Image.Image) -> UInt8s:
    """The same as (H, W, 1), or (H, W, 4) where the fourth of RGB may be anything."""
    return _flat(image).reshape(image.height, image.width, -1)


def plane(image: Image.Image) -> UInt8s:
    """The grey levels of a mode L image, (H, W) uint8; to be read only."""
    return _flat(image).reshape(image.height, image.width)


def _padded(flat: UInt8s) -> bool:
    return bool(np.bitwise_and.reduce(flat.view("<u4")) >= PADDING)


def _with_padding(image: Image.Image) -> UInt8s:
    padded = np.full((image.width * image.height, 4), 255, np.uint8)
    padded[:, :3] = np.frombuffer(image.tobytes(), np.uint8).reshape(-1, 3)
    return padded


def _flat(image: Image.Image) -> UInt8s:
    try:
        return _memory(image)
    except ValueError:  # large images lie in several pieces
        raw = image.tobytes("raw", "RGBX") if image.mode == "RGB" else image.tobytes()
        return np.frombuffer(raw, np.uint8)


def _memory(image: Image.Image) -> UInt8s:
    _, capsule = image.__arrow_c_array__()
    array = _array_at(_pointer_of(capsule, b"arrow_array"))
    levels = _array_at(array.children[0]) if array.n_children else array
    shown = {
        "version": 3,
        "typestr": "|u1",
        "shape": (levels.length,),
        "data": (levels.buffers[1], READ_ONLY),
    }
    return np.asarray(_Lent(capsule, shown))


def _array_at(address: int) -> _ArrowArray:
    return _ArrowArray.from_address(address)
