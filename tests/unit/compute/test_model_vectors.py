"""Vectors of ONNX models: equal to what NumPy makes of the same pixels, or a reason why not."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, numpy_helper
from PIL import Image, ImageOps

from service.compute.model_vectors import IMAGENET_MEAN, IMAGENET_STD, Shared, check, vector
from service.errors import Unreadable
from tests.onnx_files import NCHW, Shape, node, write, write_means
from tests.pictures import photograph


def shared(model: Path, **changed: Any) -> Shared:
    told = {
        "model": str(model),
        "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "output": None,
        "mean": [0.0],
        "std": [1.0],
        "resize": "crop",
        "max_pixels": 10**6,
    }
    return Shared(**told | changed)  # type: ignore[typeddict-item] - all of them are there


def unit(numbers: Any) -> np.ndarray:
    return np.asarray(numbers) / np.linalg.norm(numbers)


def vector_of(path: Path, how: Shared) -> np.ndarray:
    _, data = vector({"path": str(path)}, how)
    return np.frombuffer(data, "<f2").astype(np.float64)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    photograph(1).save(path := tmp_path / "picture.png")
    return path


@pytest.mark.parametrize(
    "shape",
    [NCHW, (1, 3, 4, 6), (5, 3, 4, 6), ("n", 4, 6, 3), (None, 4, 6, 3)],
    ids=["any batch", "batch of 1", "batch of 5", "channels last", "unnamed"],
)
def test_the_means_of_channels_are_those_of_the_cropped_pixels(
    tmp_path: Path, picture: Path, shape: Shape
) -> None:
    model = write_means(tmp_path / "means.onnx", shape)

    made = vector_of(picture, shared(model))

    cropped = ImageOps.fit(photograph(1), (6, 4), Image.Resampling.BILINEAR)
    assert made == pytest.approx(unit(np.asarray(cropped).mean(axis=(0, 1))), abs=1e-3)


def test_a_stretched_image_is_seen_whole(tmp_path: Path, picture: Path) -> None:
    model = write_means(tmp_path / "means.onnx", ("n", 3, 60, 20))

    made = vector_of(picture, shared(model, resize="stretch"))

    stretched = photograph(1).resize((20, 60), Image.Resampling.BILINEAR)
    assert made == pytest.approx(unit(np.asarray(stretched).mean(axis=(0, 1))), abs=1e-3)


def test_mean_and_deviation_are_those_of_imagenet_unless_told(
    tmp_path: Path, picture: Path
) -> None:
    model = write_means(tmp_path / "means.onnx")

    made = vector_of(picture, shared(model, mean=None, std=None))

    cropped = ImageOps.fit(photograph(1), (6, 4), Image.Resampling.BILINEAR)
    means = np.asarray(cropped).mean(axis=(0, 1)) / 255
    assert made == pytest.approx(unit((means - IMAGENET_MEAN) / IMAGENET_STD), abs=1e-3)


def test_a_grey_model_sees_grey(tmp_path: Path, picture: Path) -> None:
    model = write(tmp_path / "grey.onnx", [node("Flatten", "image")], ("n", 1, 2, 2), ("n", 4))

    made = vector_of(picture, shared(model))

    grey = ImageOps.fit(photograph(1).convert("L"), (2, 2), Image.Resampling.BILINEAR)
    assert made == pytest.approx(unit(np.asarray(grey).reshape(-1)), abs=1e-3)


def test_an_image_is_shown_upright(tmp_path: Path) -> None:
    model = write(tmp_path / "flat.onnx", [node("Flatten", "image")], ("n", 1, 2, 2), ("n", 4))
    pixels = np.array([[10, 250], [10, 10]], np.uint8)
    Image.fromarray(pixels).save(tmp_path / "upright.png")
    turned = Image.fromarray(np.rot90(pixels).copy())  # which turns by 90 degrees to the left
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.png", exif=exif)

    upright, told = (vector_of(tmp_path / f"{n}.png", shared(model)) for n in ("upright", "turned"))

    assert told == pytest.approx(upright)


def test_a_model_of_any_size_is_shown_224_by_224(tmp_path: Path) -> None:
    model = write_means(tmp_path / "any.onnx", ("n", 3, "h", "w"))

    assert check(None, shared(model)) == {
        "dimensions": 3,
        "channels": 3,
        "width": 224,
        "height": 224,
    }


def test_one_of_several_outputs_is_named(tmp_path: Path, picture: Path) -> None:
    nodes = [
        node("ReduceMean", "image", axes=[2, 3], keepdims=0),
        node("Neg", "made", to="negative"),
    ]
    model = write(tmp_path / "two.onnx", nodes, outputs=("made", "negative"))

    made, negative = (vector_of(picture, shared(model, output=n)) for n in ("made", "negative"))

    assert negative == pytest.approx(-made)


def test_a_feature_map_of_one_place_is_a_vector(tmp_path: Path, picture: Path) -> None:
    nodes = [node("GlobalAveragePool", "image")]
    pooled = write(tmp_path / "pooled.onnx", nodes, made=("n", 3, 1, 1))
    means = write_means(tmp_path / "means.onnx")

    assert vector_of(picture, shared(pooled)) == pytest.approx(vector_of(picture, shared(means)))


def test_a_model_that_was_replaced_is_not_taken_for_the_one_before(
    tmp_path: Path, picture: Path
) -> None:
    model = write_means(tmp_path / "means.onnx")
    before = shared(model)
    vector_of(picture, before)
    write(model, [node("Flatten", "image")], made=("n", 72))

    with pytest.raises(Unreadable) as refused:
        vector_of(picture, before)

    assert refused.value.code == "model_changed"
    assert len(vector_of(picture, shared(model))) == 72


def shape_of(*numbers: int) -> Any:
    return numpy_helper.from_array(np.array(numbers, np.int64), "shape")


def bad_models(folder: Path) -> dict[str, tuple[Path, str]]:
    """By what is wrong: the file, and the code that it must be refused with."""
    flat = [node("Flatten", "image")]
    first = [node("Identity", "image")]
    (garbage := folder / "garbage.onnx").write_bytes(b"this is no model")
    (empty := folder / "empty.onnx").touch()
    whole = write_means(folder / "whole.onnx").read_bytes()
    (torn := folder / "torn.onnx").write_bytes(whole[:-40])
    reshaped = [node("Reshape", "image", "shape")]
    total = [node("ReduceSum", "image", keepdims=0)]
    return {
        "garbage": (garbage, "model_damaged"),
        "empty": (empty, "model_damaged"),
        "torn": (torn, "model_damaged"),
        "rank 2": (write(folder / "a.onnx", first, ("n", 3), ("n", 3)), "model_input"),
        "two channels": (write(folder / "b.onnx", flat, ("n", 2, 4, 6), ("n", 48)), "model_input"),
        "unknown channels": (
            write(folder / "c.onnx", flat, ("n", "c", 4, 6), ("n", "d")),
            "model_input",
        ),
        "bytes": (
            write(
                folder / "d.onnx",
                flat,
                made=("n", 72),
                takes=TensorProto.UINT8,
                makes=TensorProto.UINT8,
            ),
            "model_input",
        ),
        "two inputs": (
            write(
                folder / "e.onnx",
                [node("Add", "image", "other", to="sum"), node("Flatten", "sum")],
                made=("n", 72),
                inputs=("image", "other"),
            ),
            "model_input",
        ),
        "huge": (
            write(folder / "f.onnx", flat, ("n", 3, 9000, 9000), ("n", 243_000_000)),
            "model_input",
        ),
        "two outputs": (
            write(
                folder / "g.onnx",
                [*flat, node("Neg", "made", to="negative")],
                made=("n", 72),
                outputs=("made", "negative"),
            ),
            "model_output",
        ),
        "integers": (
            write(
                folder / "h.onnx",
                [node("Flatten", "image", to="flat"), node("ArgMax", "flat", axis=1)],
                made=("n", 1),
                makes=TensorProto.INT64,
            ),
            "model_output",
        ),
        "one number": (write(folder / "i.onnx", total, made=()), "model_output"),
        "no row an image": (
            write(folder / "j.onnx", reshaped, made=(3, 24), weights=[shape_of(3, 24)]),
            "model_output",
        ),
        "too long": (
            write(folder / "k.onnx", flat, ("n", 3, 40, 40), ("n", 4800)),
            "model_output",
        ),
        "cannot be run": (
            write(folder / "l.onnx", reshaped, made=("n", "d"), weights=[shape_of(1, 71)]),
            "model_failed",
        ),
    }


def test_a_model_that_cannot_be_used_is_refused_with_a_reason(
    tmp_path: Path, subtests: pytest.Subtests
) -> None:
    for wrong, (model, code) in bad_models(tmp_path).items():
        with subtests.test(wrong), pytest.raises(Unreadable) as refused:
            check(None, shared(model))
        assert refused.value.code == code


def write_apart(folder: Path, location: str) -> Path:
    """A model whose weights lie in another file, which is there."""
    weight = numpy_helper.from_array(np.ones((72, 3), np.float32), "weight")
    nodes = [node("Flatten", "image", to="flat"), node("MatMul", "flat", "weight")]
    whole = onnx.load(str(write(folder / "apart.onnx", nodes, weights=[weight])))
    onnx.save_model(
        whole,
        str(folder / "apart.onnx"),
        save_as_external_data=True,
        location="weights.bin",
        size_threshold=0,
    )
    apart = onnx.load(str(folder / "apart.onnx"), load_external_data=False)
    for entry in apart.graph.initializer[0].external_data:
        if entry.key == "location":
            entry.value = location.format(folder=folder)
    (folder / "apart.onnx").write_bytes(apart.SerializeToString())
    return folder / "apart.onnx"


@pytest.mark.parametrize("location", ["weights.bin", "{folder}/weights.bin", "../x/weights.bin"])
def test_a_model_never_reads_other_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, location: str
) -> None:
    model = write_apart(tmp_path, location)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(Unreadable) as refused:
        check(None, shared(model))

    assert refused.value.code == "model_external_data"


@pytest.mark.parametrize(("kind", "code"), [("Log", "not_finite"), ("Relu", "zero_vectors")])
def test_a_vector_without_a_direction_is_refused(tmp_path: Path, kind: str, code: str) -> None:
    nodes = [node("ReduceMean", "image", to="means", axes=[2, 3], keepdims=0), node(kind, "means")]
    model = write(tmp_path / "model.onnx", nodes)
    Image.new("RGB", (8, 8)).save(tmp_path / "black.png")

    with pytest.raises(Unreadable) as refused:
        vector_of(tmp_path / "black.png", shared(model, mean=[0.5]))

    assert refused.value.code == code


def test_without_onnxruntime_a_model_is_refused_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = write_means(tmp_path / "means.onnx")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)  # which is how an import fails

    with pytest.raises(Unreadable) as refused:
        check(None, shared(model))

    assert refused.value.code == "no_onnxruntime"


OPENED_IN_LITTLE_MEMORY = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_DATA, (160 << 20, 160 << 20))
from service.compute.model_vectors import check
from service.errors import Unreadable
try:
    check(None, json.loads(sys.argv[1]))
except Unreadable as error:
    print(error.code)
"""


def test_a_model_that_does_not_fit_in_memory_is_refused_with_a_reason(tmp_path: Path) -> None:
    weight = numpy_helper.from_array(np.ones((150_528, 100), np.float32), "weight")
    nodes = [node("Flatten", "image", to="flat"), node("MatMul", "flat", "weight")]
    model = write(tmp_path / "large.onnx", nodes, ("n", 3, 224, 224), ("n", 100), weights=[weight])

    done = subprocess.run(
        [sys.executable, "-c", OPENED_IN_LITTLE_MEMORY, json.dumps(shared(model))],
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "model_too_large"


def test_three_means_do_not_fit_a_grey_model(tmp_path: Path) -> None:
    model = write(tmp_path / "grey.onnx", [node("Flatten", "image")], ("n", 1, 2, 2), ("n", 4))

    with pytest.raises(Unreadable) as refused:
        check(None, shared(model, mean=[0.1, 0.2, 0.3]))

    assert refused.value.code == "model_input"


def test_a_file_that_is_no_image_is_refused_as_every_analysis_does(tmp_path: Path) -> None:
    model = write_means(tmp_path / "means.onnx")
    (tmp_path / "text.jpg").write_text("no image")

    with pytest.raises(Unreadable) as refused:
        vector_of(tmp_path / "text.jpg", shared(model))

    assert refused.value.code == "not_an_image"
