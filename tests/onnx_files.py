"""ONNX models that tests make: so small that NumPy can tell what they must give."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper

Shape = Sequence[int | str | None]

NCHW: Shape = ("n", 3, 4, 6)


def write_means(path: Path, shape: Shape = NCHW, **more: Any) -> Path:
    """The mean of each channel, at the place where it lies in the shape."""
    first = shape[1] in (1, 3)
    means = helper.make_node(
        "ReduceMean", ["image"], ["made"], axes=[2, 3] if first else [1, 2], keepdims=0
    )
    return write(path, [means], shape, (shape[0], shape[1] if first else shape[3]), **more)


def write(
    path: Path,
    nodes: Sequence[Any],
    shape: Shape = NCHW,
    made: Shape = ("n", 3),
    *,
    weights: Sequence[Any] = (),
    takes: int = TensorProto.FLOAT,
    makes: int = TensorProto.FLOAT,
    inputs: Sequence[str] = ("image",),
    outputs: Sequence[str] = ("made",),
) -> Path:
    """A model of these nodes."""
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info(name, takes, shape) for name in inputs],
        [helper.make_tensor_value_info(name, makes, made) for name in outputs],
        weights,
    )
    opset = [helper.make_opsetid("", 13)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), str(path))
    return path


def node(kind: str, *taken: str, to: str = "made", **attributes: Any) -> Any:
    return helper.make_node(kind, list(taken), [to], **attributes)
