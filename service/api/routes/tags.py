"""Tags: marks many items of a dataset at once."""

from starlette.responses import Response

from service.api.examples import ITEM_ID
from service.api.operations import Call, Operation
from service.api.schemas.tags import TagsAnswer, TagsBody
from service.api.views import PREFIX, json
from service.usecases.datasets import DatasetNotFound
from service.usecases.tags import InvalidTag, Tagging, TooManyTags


async def change_tags(call: Call) -> Response:
    body: TagsBody = call.body
    asked = Tagging(body.item_ids, body.add, body.remove)
    return json({"items": await call.state.runtime.tags.change(call.user, call.id(), asked)})


OPERATIONS = (
    Operation(
        "POST",
        f"{PREFIX}/datasets/{{id}}/tags",
        change_tags,
        "Add tags to many items of a dataset, or remove them, all or nothing",
        {200: TagsAnswer},
        body=TagsBody,
        example={"item_ids": [ITEM_ID], "add": ["to check"], "remove": ["done"]},
        problems=(DatasetNotFound, InvalidTag, TooManyTags),
    ),
)
