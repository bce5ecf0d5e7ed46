"""embedding_model: makes embeddings of every image with an ONNX model of the server."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from service.catalog.embedding_import import EmbeddingsName
from service.catalog.entry import Entry, Over, Params, Result, StageSpec
from service.catalog.image_features import features_stage
from service.domain.datasets import Kind
from service.domain.image_features import IMAGE_EXTRACTOR


def _one_or_three(numbers: list[float]) -> list[float]:
    if len(numbers) not in (1, 3):
        raise ValueError(f"is one number for all channels, or three, not {len(numbers)}")
    return numbers


Mean = Annotated[list[float], AfterValidator(_one_or_three)]
Deviation = Annotated[list[Annotated[float, Field(gt=0)]], AfterValidator(_one_or_three)]


class ModelParams(Params):
    """Which model, and how images are shown to it."""

    model: Annotated[str, StringConstraints(min_length=1, max_length=4096)]
    """The path of an ``.onnx`` file on the server, below one of ``MODEL_ROOTS``."""
    output: str | None = None
    """Which of its outputs is the vector; null where it has one."""
    mean: Mean | None = None
    """Taken from each channel, which is 0 to 1; null is ImageNet's. One number is for all."""
    std: Deviation | None = None
    """What each channel is then divided by; null is ImageNet's."""
    resize: Literal["crop", "stretch"] = "crop"
    """``crop`` shows the middle in the model's shape, ``stretch`` all of the image."""


class EmbeddingModelParams(ModelParams):
    """The same, and what its vectors are called."""

    name: EmbeddingsName
    sha256: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
    """Of the model when it was asked for."""


class EmbeddingModelResult(Result):
    """What became of the images."""

    name: str
    model_sha256: str
    dimensions: int
    items: int
    unreadable: int
    kept: int
    """How many vectors there are, counting equal files once."""
    set_aside: int
    """Of how many images the model has made no vector; the log of the task says why."""


EMBEDDING_MODEL = Entry(
    name="embedding_model",
    version=1,
    title="Make embeddings",
    summary="Makes vectors of images with an ONNX model of the server, for clustering.",
    params=EmbeddingModelParams,
    result=EmbeddingModelResult,
    kinds=(Kind.IMAGE,),
    stages=(
        StageSpec("check", "Trying the model", weight=0.02),
        features_stage(weight=0.3),
        StageSpec(
            "vectors",
            "Making vectors",
            weight=0.66,
            over=Over.BLOBS_WITHOUT_VECTORS,
            unit="images",
            chunk_size=40,
            extractor=IMAGE_EXTRACTOR,
        ),
        StageSpec("publish", "Keeping vectors", weight=0.02),
    ),
    cacheable=False,
    submitted_directly=False,
    makes_embeddings=True,
)
"""embedding_model: of the images that can be read; what reads them is what clustering asks for."""
