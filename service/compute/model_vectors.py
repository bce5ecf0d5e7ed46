"""Model vectors: what an ONNX model makes of an image, ready to be compared with others."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from PIL import Image, ImageOps

from service.compute import decoding
from service.compute.embeddings import directions
from service.compute.onnx_models import INPUT, Asked, Floats, Model, opened
from service.compute.thumbnails import upright
from service.errors import Unreadable

IMAGENET_MEAN: Final = (0.485, 0.456, 0.406)
IMAGENET_STD: Final = (0.229, 0.224, 0.225)
"""Of RGB from 0 to 1 over ImageNet's training set, as torchvision's models expect."""

MODES: Final = {1: "L", 3: "RGB"}


class Shared(Asked):
    """How images are shown to the model; null for the mean and deviation of ImageNet."""

    mean: Sequence[float] | None
    std: Sequence[float] | None
    resize: Literal["crop", "stretch"]
    max_pixels: int


def check(item: object, shared: Shared) -> dict[str, Any]:
    """Opens the model and shows it a black image; what it takes, and how long its vectors are.

    Raises Unreadable as ``onnx_models.opened`` and ``Model.vector`` do.
    """
    del item
    model = opened(shared)
    blank = _normalised(model.blank(), model, shared)
    return {
        "dimensions": len(model.vector(blank)),
        "channels": model.channels,
        "width": model.width,
        "height": model.height,
    }


def vector(item: dict[str, Any], shared: Shared) -> tuple[None, bytes]:
    """The vector of an image file at unit length, as little-endian float16.

    Raises Unreadable as ``check`` and ``decoding.decode`` do, and ``not_finite`` or
    ``zero_vectors`` where the vector has no direction.
    """
    model = opened(shared)
    # a large JPEG is decoded at a fraction of its size, but never to less than the model sees
    may_scale = max(model.width, model.height) <= decoding.SCALED_SIDE
    with Path(item["path"]).open("rb") as stream:
        picture = decoding.decode(stream, max_pixels=shared["max_pixels"], may_scale=may_scale)
    image = upright(picture.image.convert(MODES[model.channels]), picture.orientation)
    made = model.vector(_normalised(_shown(image, model, shared["resize"]), model, shared))
    if not np.isfinite(made).all():
        raise Unreadable("not_finite", "the model makes NaN or infinite numbers of it")
    if not made.any():
        raise Unreadable("zero_vectors", "the model makes only zeros of it")
    return None, directions(made[np.newaxis]).tobytes()


def _shown(image: Image.Image, model: Model, resize: str) -> Floats:
    """(H, W, C) of 0 to 1: the largest part from the middle of the model's shape, or all of it."""
    size = (model.width, model.height)
    if resize == "crop":
        fitted = ImageOps.fit(image, size, Image.Resampling.BILINEAR)
    else:
        fitted = image.resize(size, Image.Resampling.BILINEAR)
    return np.asarray(fitted, np.float32).reshape(model.height, model.width, -1) / np.float32(255)


def _normalised(image: Floats, model: Model, shared: Shared) -> Floats:
    """(image - mean) / std, by channel."""
    mean, std = (
        _by_channel(shared[name], default, model)
        for name, default in (("mean", IMAGENET_MEAN), ("std", IMAGENET_STD))
    )
    return (image - mean) / std


def _by_channel(told: Sequence[float] | None, default: Sequence[float], model: Model) -> Floats:
    """One number is for all channels; of ImageNet's a grey image takes the middle."""
    numbers = np.array(default if told is None else told, np.float32)
    if told is None and model.channels == 1:
        return numbers.mean(keepdims=True)
    if len(numbers) not in (1, model.channels):
        raise Unreadable(
            INPUT, f"the input has {model.channels} channels; 'mean' and 'std' have {len(numbers)}"
        )
    return numbers
