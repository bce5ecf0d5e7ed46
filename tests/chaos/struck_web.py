"""Web: the ordinary app, made to be struck; uvicorn --factory tests.chaos.struck_web:create_app."""

from starlette.applications import Starlette

from tests.chaos.entry import prepare, replaced, with_catalogue


def create_app() -> Starlette:
    prepare("web", "web")
    from service.api import app

    replaced(app, open_runtime=with_catalogue(app.open_runtime))
    return app.create_app()
