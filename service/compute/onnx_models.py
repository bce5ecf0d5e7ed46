"""ONNX models: opens one of an operator's, for one thread, and says what it takes and gives."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypedDict

import numpy as np
from numpy.typing import NDArray

from service.compute.embeddings import MOST_DIMENSIONS
from service.errors import Unreadable

ANY_SIDE: Final = 224
"""Width and height of what is shown to a model that takes any."""
MOST_SAMPLES: Final = 1 << 26
"""Of one input, whose float32 are then 256 MiB."""

INPUT: Final = "model_input"
OUTPUT: Final = "model_output"
FLOATS: Final = ("tensor(float)", "tensor(float16)", "tensor(double)")
NOWHERE: Final = "/proc/self/nothing"
"""Where a model would have to keep its weights beside it: bytes of other files are never read."""

Floats = NDArray[np.float32]


class Asked(TypedDict):
    """A model's file, what it must hold, and which output is meant; null where there is but one."""

    model: str
    sha256: str
    output: str | None


@dataclass(frozen=True, slots=True)
class Model:
    """An open model of one image input and one output that counts."""

    session: Any
    input: str
    output: str
    batch: int
    """How many images it takes at once."""
    channels: int
    """3 for RGB, 1 for grey."""
    channels_first: bool
    width: int
    height: int

    def vector(self, image: Floats) -> NDArray[np.float64]:
        """What it makes of an image, (H, W, C) float32: (D,) with D from 2 to MOST_DIMENSIONS.

        Raises Unreadable: ``model_failed``, or ``model_output`` where that is no vector an image.
        """
        shown = image.transpose(2, 0, 1) if self.channels_first else image
        images = np.repeat(np.ascontiguousarray(shown)[np.newaxis], self.batch, axis=0)
        try:
            (made,) = self.session.run([self.output], {self.input: images})
        except MemoryError:
            raise
        except Exception as error:  # its own classes have no base of theirs
            raise Unreadable("model_failed", _told("the model cannot be run", error)) from error
        return _one_vector(made, self.batch)

    def blank(self) -> Floats:
        """An image of the size and channels that it takes."""
        return np.zeros((self.height, self.width, self.channels), np.float32)


_open: dict[tuple[object, ...], Model] = {}
"""The newest of this process: to open one takes longer than to use it."""


def opened(asked: Asked) -> Model:
    """The model in a file, open already where the same file was asked for last.

    Raises Unreadable: ``no_onnxruntime``, ``model_gone``, ``model_changed`` (it is not of that
    SHA-256), ``model_damaged``, ``model_external_data``, ``model_too_large`` for the memory there
    is, ``model_input`` or ``model_output``.
    """
    try:
        status = Path(asked["model"]).stat()
    except OSError as error:
        raise Unreadable("model_gone", "the file of the model is not there any more") from error
    key = (status.st_mtime_ns, status.st_size, *(asked[name] for name in Asked.__annotations__))
    if key not in _open:
        _open.clear()  # before there are two in memory
        _open[key] = _described(_session(asked), asked["output"])
    return _open[key]


def _session(asked: Asked) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise Unreadable(
            "no_onnxruntime", "the worker has no onnxruntime: it comes with meanwhile[onnx]"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry(
        "session.model_external_initializers_file_folder_path", NOWHERE
    )
    try:
        return onnxruntime.InferenceSession(
            _bytes(asked), options, providers=["CPUExecutionProvider"]
        )
    except MemoryError as error:
        raise _too_large() from error
    except Unreadable:
        raise
    except Exception as error:  # its own classes have no base of theirs
        raise _why_not_opened(error) from error


def _bytes(asked: Asked) -> bytes:
    try:
        data = Path(asked["model"]).read_bytes()
    except OSError as error:
        raise Unreadable("model_gone", "the file of the model cannot be read any more") from error
    if hashlib.sha256(data).hexdigest() != asked["sha256"]:
        raise Unreadable(
            "model_changed", "the file of the model is another than when it was asked for"
        )
    return data


def _why_not_opened(error: Exception) -> Unreadable:
    told = str(error)
    if "bad_alloc" in told:
        return _too_large()
    if "external data" in told.lower():
        return Unreadable(
            "model_external_data", "the model has weights in other files; save it as one file"
        )
    return Unreadable("model_damaged", _told("the file is no ONNX model that can be run", error))


def _too_large() -> Unreadable:
    return Unreadable(
        "model_too_large",
        "the model does not fit in CHILD_MEMORY_BYTES: opening it takes three times its size",
    )


def _told(what: str, error: Exception) -> str:
    return f"{what}: {' '.join(str(error).split())[:300]}"


def _described(session: Any, output: str | None) -> Model:
    inputs = session.get_inputs()
    if len(inputs) != 1:
        names = ", ".join(each.name for each in inputs)
        raise Unreadable(INPUT, f"a model takes one input, an image, not {len(inputs)}: {names}")
    (taken,) = inputs
    if taken.type != "tensor(float)" or len(taken.shape) != 4:
        raise Unreadable(
            INPUT,
            f"the input is float32 of (batch, channels, height, width) or (batch, height, width,"
            f" channels), not {taken.type} of {_shape(taken)}",
        )
    channels_first = taken.shape[1] in (1, 3)
    if not channels_first and taken.shape[3] not in (1, 3):
        raise Unreadable(INPUT, f"the input has 1 or 3 channels, not those of {_shape(taken)}")
    batch, second, third, fourth = taken.shape
    channels, height, width = (second, third, fourth) if channels_first else (fourth, second, third)
    model = Model(
        session=session,
        input=taken.name,
        output=_output(session, output),
        batch=_fixed(batch, 1),
        channels=channels,
        channels_first=channels_first,
        width=_fixed(width, ANY_SIDE),
        height=_fixed(height, ANY_SIDE),
    )
    if not 0 < model.batch * channels * model.width * model.height <= MOST_SAMPLES:
        raise Unreadable(INPUT, f"an input of {_shape(taken)} is empty or too large")
    return model


def _fixed(told: object, else_: int) -> int:
    """A dimension of a shape is a number, or the name of one that may be any, or None."""
    return told if isinstance(told, int) else else_


def _output(session: Any, wanted: str | None) -> str:
    outputs = {each.name: each for each in session.get_outputs()}
    names = ", ".join(outputs)
    if wanted is None and len(outputs) != 1:
        raise Unreadable(OUTPUT, f"name one of its outputs as 'output': {names}")
    name = next(iter(outputs)) if wanted is None else wanted
    if name not in outputs:
        raise Unreadable(OUTPUT, f"the model has no output {name!r}, only {names}")
    if outputs[name].type not in FLOATS:
        raise Unreadable(OUTPUT, f"the output {name!r} is no floats but {outputs[name].type}")
    return name


def _shape(taken: Any) -> str:
    return f"({', '.join('?' if each is None else str(each) for each in taken.shape)})"


def _one_vector(made: NDArray[Any], batch: int) -> NDArray[np.float64]:
    if made.ndim < 2 or made.shape[0] != batch:
        raise Unreadable(
            OUTPUT, f"{batch} images have an output of {made.shape}, which is no vector for each"
        )
    vector = made[0].reshape(-1).astype(np.float64)
    if not 2 <= len(vector) <= MOST_DIMENSIONS:
        raise Unreadable(
            OUTPUT,
            f"a vector has 2 to {MOST_DIMENSIONS} numbers, not the {len(vector)} of {made.shape}",
        )
    return vector
