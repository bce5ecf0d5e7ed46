"""Document: a report as one HTML file that opens without a network."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.domain.picture_types import picture_type
from service.reports.blocks import Bars, Block, Facts, Gallery, Histogram, Section, Table
from service.reports.words import told

HERE = Path(__file__).parent
MOST_PICTURE_BYTES = 3_400_000
"""Of all thumbnails together; base64 makes four bytes of three, and the file has at most 5 MB."""
KINDS: Mapping[type[Block], str] = {
    Facts: "facts",
    Bars: "bars",
    Histogram: "histogram",
    Table: "table",
    Gallery: "gallery",
}


@dataclass(frozen=True)
class Head:
    """What stands above a report."""

    title: str
    analysed: str
    lines: Sequence[str]


Picture = Callable[[str], bytes | None]
"""The thumbnail of a SHA-256 in hexadecimal, if there is one."""


def document(head: Head, sections: Sequence[Section], picture: Picture) -> str:
    """The whole file, at most about 5 MB: thumbnails beyond that are only named."""
    album = _Album(picture)
    template = _environment().get_template("report.html")
    return template.render(head=head, sections=sections, album=album)


class _Album:
    """Hands out thumbnails as data addresses while there is room."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._room = MOST_PICTURE_BYTES
        self.left_out = 0

    def address(self, sha256: str) -> str | None:
        data = self._picture(sha256)
        kind = data and picture_type(data)
        if not data or not kind:
            return None
        if len(data) > self._room:
            self.left_out += 1
            return None
        self._room -= len(data)
        return f"data:{kind};base64,{base64.b64encode(data).decode()}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = cast("dict[str, Callable[..., object]]", environment.filters)
    filters |= {"kind": _kind, "told": partial(told, ""), "shares": _shares}
    return environment


def _kind(block: Block) -> str:
    return KINDS[type(block)]


def _shares(counts: Sequence[float]) -> list[float]:
    """Of the largest, 0 to 1."""
    largest = max(counts, default=0) or 1
    return [count / largest for count in counts]
