"""Modelling: embeddings that a model makes, for tests."""

import hashlib
from pathlib import Path
from typing import Any

from service.domain.datasets import Dataset
from service.domain.tasks import Task
from service.domain.users import User
from service.runtime import Runtime
from service.usecases.tasks import Submission


def model_params(model: Path, **changed: Any) -> dict[str, Any]:
    """As the route asks with them, which has looked at the file."""
    sha256 = hashlib.sha256(model.read_bytes()).hexdigest()
    return {"name": "means", "model": str(model.resolve()), "sha256": sha256, **changed}


async def modelled(runtime: Runtime, user: User, dataset: Dataset, model: Path) -> Task:
    """A task that makes embeddings named means; where there is a worker, it ends by itself."""
    asked = Submission("embedding_model", dataset.id, params=model_params(model))
    return (await runtime.tasks.start(user, asked)).task
