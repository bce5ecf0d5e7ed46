"""Multipart: the parts of a form one after the other, as they come, none of them in memory."""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from service.api.operations import BodyTooLarge, InvalidRequest


@dataclass(frozen=True)
class Part:
    """A field of a form; its body is to be read to its end before the next part is asked for."""

    name: str
    file_name: str | None
    """None for a field that is no file."""
    body: AsyncGenerator[bytes]


class _End:
    """A part is complete."""


_Event = bytes | tuple[str, str | None] | type[_End]
"""Some bytes, the beginning of a part (name, file name), or the end of one."""


async def parts(request: Request, *, at_most: int | None = None) -> AsyncGenerator[Part]:
    """The parts of a multipart request of at most so many bytes.

    Raises InvalidRequest for what is none, and BodyTooLarge.
    """
    content_type, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary")
    if content_type != b"multipart/form-data" or not boundary:
        raise InvalidRequest("the body is not multipart/form-data with a boundary")
    events = _events(_limited(request.stream(), at_most), boundary)
    async for event in events:
        if isinstance(event, tuple):
            name, file_name = event
            yield Part(name, file_name, _body(events))


async def _limited(stream: AsyncIterator[bytes], at_most: int | None) -> AsyncGenerator[bytes]:
    received = 0
    async for block in stream:
        received += len(block)
        if at_most is not None and received > at_most:
            raise BodyTooLarge(f"a form has at most {at_most} bytes; PUT larger files one by one")
        yield block


async def _body(events: AsyncIterator[_Event]) -> AsyncGenerator[bytes]:
    async for event in events:
        if event is _End:
            return
        if isinstance(event, bytes):
            yield event


async def _events(stream: AsyncIterator[bytes], boundary: bytes) -> AsyncGenerator[_Event]:
    events: deque[_Event] = deque()
    headers = _Headers()
    ended: list[bool] = []

    def begin() -> None:
        events.append(headers.disposition())

    def data(block: bytes, start: int, end: int) -> None:
        events.append(bytes(block[start:end]))

    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": headers.clear,
                "on_header_field": headers.add_name,
                "on_header_value": headers.add_value,
                "on_header_end": headers.end,
                "on_headers_finished": begin,
                "on_part_data": data,
                "on_part_end": lambda: events.append(_End),
                "on_end": lambda: ended.append(True),
            },
        )
        async for block in stream:
            parser.write(block)
            while events:
                yield events.popleft()
        parser.finalize()
    except FormParserError as error:
        raise InvalidRequest(f"the form cannot be read: {error}") from error
    if not ended:
        raise InvalidRequest("the form ends in the middle")


class _Headers:
    """The headers of the part that is being read."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._name = self._value = self._disposition = b""

    def add_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def add_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def end(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = self._value
        self._name = self._value = b""

    def disposition(self) -> tuple[str, str | None]:
        """Name and file name of the part; browsers and curl write them as UTF-8."""
        _, options = parse_options_header(self._disposition)
        if b"name" not in options:
            raise InvalidRequest("a part of the form has no name")
        file_name = options.get(b"filename")
        return _text(options[b"name"]), None if file_name is None else _text(file_name)


def _text(told: bytes) -> str:
    return told.decode("utf-8", "surrogateescape")
