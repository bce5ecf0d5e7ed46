"""What users may do with embeddings: see them, name them, and take them for an analysis."""

import re
from collections.abc import Sequence
from uuid import UUID

from service.db.embeddings import EmbeddingSets
from service.domain.embeddings import Embeddings
from service.domain.users import User
from service.errors import MeanwhileError
from service.usecases.datasets import DatasetActions, InvalidName

MOST = 8
"""Names that a dataset may have embeddings under: their bytes are in no quota."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class EmbeddingsNotFound(MeanwhileError):
    """The dataset has none of that name."""

    code = "embeddings_not_found"
    status = 404


class TooManyEmbeddings(MeanwhileError):
    """The dataset has embeddings under as many names as it may."""

    code = "too_many_embeddings"
    status = 422


class EmbeddingActions:
    """Reads what embeddings a dataset has."""

    def __init__(self, actions: DatasetActions, sets: EmbeddingSets) -> None:
        self._actions = actions
        self._sets = sets

    async def of(self, user: User, dataset_id: UUID) -> Sequence[Embeddings]:
        """All of a dataset, by name."""
        await self._actions.find(user, dataset_id)
        return await self._sets.of(dataset_id)

    async def find(self, user: User, dataset_id: UUID, name: str) -> Embeddings:
        """Those of a name."""
        await self._actions.find(user, dataset_id)
        found = await self._sets.find(dataset_id, name)
        if found is None:
            raise EmbeddingsNotFound(f"the dataset has no embeddings named {name!r}")
        return found

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
