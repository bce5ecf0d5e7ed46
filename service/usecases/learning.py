"""Learning: how long stages take, from the tasks that were completed."""

from dataclasses import dataclass

from service.catalog.entry import Catalogue
from service.db.paces import Paces
from service.domain.paces import learnt


@dataclass(frozen=True)
class Learning:
    """What remaining times are guessed by."""

    paces: Paces
    catalogue: Catalogue

    async def learn(self) -> None:
        """Fits the pace of every stage to the last tasks of its type."""
        for entry in self.catalogue:
            took = await self.paces.took(entry)
            fitted = {stage: pace for stage, told in took.items() if (pace := learnt(told))}
            if fitted:
                await self.paces.learn(entry, fitted)
