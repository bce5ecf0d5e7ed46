"""Subsets: makes a dataset of chosen items of another."""

from starlette.responses import Response

from service.api.examples import ITEM_ID
from service.api.operations import Call, Operation
from service.api.response_headers import LOCATION
from service.api.schemas.datasets import DatasetAnswer
from service.api.schemas.subsets import SubsetBody
from service.api.views import PREFIX, dataset_view, json
from service.usecases.datasets import DatasetNameTaken, DatasetNotFound, InvalidName
from service.usecases.subsets import NewSubset, NoItemsChosen
from service.usecases.uploads import QuotaExceeded


async def create_subset(call: Call) -> Response:
    body: SubsetBody = call.body
    new = NewSubset(call.id(), body.name, body.item_ids)
    dataset = await call.state.runtime.subsets.create(call.user, new)
    location = f"{PREFIX}/datasets/{dataset.id}"
    return json(dataset_view(dataset, ()), 201, {"Location": location})


OPERATIONS = (
    Operation(
        "POST",
        f"{PREFIX}/datasets/{{id}}/subsets",
        create_subset,
        "Create a dataset of chosen items of this one",
        {201: DatasetAnswer},
        told={201: (LOCATION,)},
        body=SubsetBody,
        example={"name": "the best of it", "item_ids": [ITEM_ID]},
        problems=(DatasetNotFound, InvalidName, DatasetNameTaken, NoItemsChosen, QuotaExceeded),
    ),
)
