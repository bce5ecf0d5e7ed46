"""What users may do with embeddings: see them, name them, and take them for an analysis."""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from service.db.embeddings import EmbeddingSets
from service.domain.embeddings import Embeddings
from service.domain.users import User
from service.errors import MeanwhileError
from service.usecases.datasets import DatasetActions, InvalidName
from service.usecases.roots import below

MOST = 8
"""Names that a dataset may have embeddings under."""
MOST_MODEL_BYTES = 2 << 30
"""Of one file; the format itself holds no more."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class EmbeddingsNotFound(MeanwhileError):
    """The dataset has none of that name."""

    code = "embeddings_not_found"
    status = 404


class TooManyEmbeddings(MeanwhileError):
    """The dataset has embeddings under as many names as it may."""

    code = "too_many_embeddings"
    status = 422


class ModelNotAllowed(MeanwhileError):
    """A file outside the model roots, or none at all."""

    code = "model_not_allowed"
    status = 422


class ModelTooLarge(MeanwhileError):
    """A file that is longer than any model."""

    code = "model_too_large"
    status = 422


class EmbeddingActions:
    """Reads what embeddings a dataset has, and says which models may make some."""

    def __init__(
        self, actions: DatasetActions, sets: EmbeddingSets, model_roots: Sequence[Path]
    ) -> None:
        self._actions = actions
        self._sets = sets
        self._model_roots = model_roots

    async def of(self, user: User, dataset_id: UUID) -> Sequence[Embeddings]:
        """All of a dataset, by name."""
        await self._actions.find(user, dataset_id)
        return await self._sets.of(dataset_id)

    async def find(self, user: User, dataset_id: UUID, name: str) -> Embeddings:
        """Those of a name."""
        await self._actions.find(user, dataset_id)
        found = await self._sets.find(dataset_id, name)
        if found is None:
            raise _not_found(name)
        return found

    async def delete(self, user: User, dataset_id: UUID, name: str) -> None:
        """Deletes those of a name; what a task has found with them stays."""
        await self._actions.own(user, dataset_id)
        if not await self._sets.delete(dataset_id, name):
            raise _not_found(name)

    async def check_new(self, user: User, dataset_id: UUID, name: str) -> None:
        """Passes if the user may bring embeddings of that name."""
        await self._actions.own(user, dataset_id)
        if NAME.fullmatch(name) is None:
            raise InvalidName(
                "embeddings are named with 1 to 64 letters, digits, dots, dashes and underscores",
                fields=[("name", "not such a name")],
            )
        names = {each.name for each in await self._sets.of(dataset_id)}
        if name not in names and len(names) >= MOST:
            raise TooManyEmbeddings(f"a dataset has embeddings under {MOST} names at most")

    async def check_model(self, path: str) -> Path:
        """The real path of a file below one of the model roots."""
        file = await below(path, self._model_roots)
        if file is None or not file.is_file():
            raise _not_allowed(path)
        return file

    async def sha256_of(self, model: Path) -> str:
        """What a task says of the model that it was asked with, however it changes later."""
        try:
            return await asyncio.to_thread(_sha256, model)
        except OSError as error:
            raise _not_allowed(str(model)) from error


def _not_found(name: str) -> EmbeddingsNotFound:
    return EmbeddingsNotFound(f"the dataset has no embeddings named {name!r}")


def _not_allowed(path: str) -> ModelNotAllowed:
    return ModelNotAllowed(
        f"{path!r} is not a file below a model root that can be read; web and worker are told"
        " those by MODEL_ROOTS",
        fields=[("model", "not an allowed file")],
    )


def _sha256(model: Path) -> str:
    if model.stat().st_size > MOST_MODEL_BYTES:
        raise ModelTooLarge(
            f"a model has at most {MOST_MODEL_BYTES} bytes",
            fields=[("model", "longer than a model can be")],
        )
    with model.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
