"""Pages: the one shell of the app, and the files it is made of."""

from pathlib import Path

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

WEB = Path(__file__).resolve().parents[2] / "web"
PLACES = ("/", "/sign-in", "/docs", "/datasets/{id}", "/datasets/{id}/studio", "/drift")
REVALIDATE = {"Cache-Control": "no-cache"}


class Files(StaticFiles):
    """Asks every time whether a file has changed; most answers are 304."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type] - as it is called
        response.headers.update(REVALIDATE)
        return response


async def shell(request: Request) -> Response:
    del request
    return FileResponse(WEB / "index.html", headers=REVALIDATE)


def page_routes() -> list[BaseRoute]:
    return [
        *(Route(place, shell, methods=["GET"]) for place in PLACES),
        Mount("/static", Files(directory=WEB), middleware=[Middleware(GZipMiddleware)]),
    ]
