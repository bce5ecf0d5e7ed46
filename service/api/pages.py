"""Pages: the shell of the app, as each place in the site needs it, and the files it is made of."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from service.api.auth import COOKIE
from service.api.views import PREFIX as API
from service.api.web_files import ASKED_AGAIN, STATIC, WebFile, WebFiles, read_bodies

WEB = Path(__file__).resolve().parents[2] / "web"
SHELL = "index.html"
APP = "app.js"
STYLES = "styles.css"
SHEET = re.compile(rf' *<link rel="stylesheet" href="{STATIC}([\w/.-]+)">\n')
SESSION = f"{API}/session"
DATASET = f"{API}/datasets/{{id}}"
FIRST_CARDS = f"{API}/datasets?limit=60"
PARTS = ("issues", "attributes", "duplicates", "groups", "exploration", "pictures")
"""Tabs of a dataset, as web/parts.js has them; its studio is another one."""


@dataclass(frozen=True)
class Place:
    """Where a page is, its modules where the app imports them only there, what it asks first."""

    path: str
    pages: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()


PLACES = (
    Place("/", asks=(SESSION, FIRST_CARDS)),
    Place("/sign-in"),
    Place("/docs", ("pages/docs.js",)),
    Place("/datasets/{id}", ("pages/dataset.js",), (SESSION, DATASET)),
    *(
        Place(f"/datasets/{{id}}/{part}", ("pages/dataset.js",), (SESSION, DATASET))
        for part in PARTS
    ),
    Place("/datasets/{id}/studio", ("pages/dataset.js", "parts/studio.js"), (SESSION, DATASET)),
    Place("/drift", ("pages/drift.js",), (SESSION,)),
)


def page_routes(folder: Path = WEB) -> list[BaseRoute]:
    """Reads the files once: a change of them is seen after a restart."""
    bodies = read_bodies(folder)
    shell = bodies[SHELL].decode()
    styles = b"".join(bodies[sheet] for sheet in SHEET.findall(shell))
    files = WebFiles(bodies | {STYLES: styles})
    return [
        *(Route(place.path, _telling(place, files, shell), methods=["GET"]) for place in PLACES),
        Route(f"{STATIC}{{path:path}}", files.tell, methods=["GET"]),
    ]


def _telling(place: Place, files: WebFiles, shell: str) -> Callable[[Request], Awaitable[Response]]:
    file = WebFile.of(SHELL, _made_quick(shell, files, place.pages).encode())

    async def tell(request: Request) -> Response:
        response = file.answer(request, {"Cache-Control": ASKED_AGAIN})
        for address in _asked_first(request, place):
            preload = f"<{address}>; rel=preload; as=fetch; crossorigin=anonymous"
            response.headers.append("Link", preload)
        return response

    return tell


def _made_quick(shell: str, files: WebFiles, pages: tuple[str, ...]) -> str:
    """One sheet for all, every module asked for at once, and addresses that browsers keep."""
    modules = files.imported(APP, *pages)
    links = [
        f'    <link rel="stylesheet" href="{STATIC}{STYLES}">\n',
        *(f'    <link rel="modulepreload" href="{STATIC}{path}">\n' for path in modules),
    ]
    bare = SHEET.sub("", shell).replace("    <script", "".join([*links, "    <script"]), 1)
    return bare.replace(f'"{STATIC}', f'"{files.address("")}')


def _asked_first(request: Request, place: Place) -> list[str]:
    """What the page asks before it shows anything, of whoever may be signed in.

    Other choices in its address make it ask for other cards.
    """
    if COOKIE not in request.cookies and "Authorization" not in request.headers:
        return []
    names = {name: quote(value, safe="") for name, value in request.path_params.items()}
    chosen = bool(request.query_params)
    return [ask.format(**names) for ask in place.asks if not (chosen and ask == FIRST_CARDS)]
