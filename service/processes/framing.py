"""Frames: JSON and bytes behind a header of two lengths, read back without trusting the writer."""

import re
import struct
from typing import TypeAlias

import orjson

from service.processes.output import JSON

Frame: TypeAlias = tuple[JSON, bytes]

_HEADER = struct.Struct("!II")
_NUL_ESCAPE = rb"\u0000"
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


class MalformedFrame(Exception):
    """What came through a pipe is no frame, or one beyond the limits."""


class FrameTooLarge(ValueError):
    """What should go through a pipe is beyond the limits."""


class Framing:
    """Writes frames, and reads them in the pieces in which they come.

    ``frame_bytes`` bounds JSON and blob together, ``json_bytes`` the JSON alone.
    """

    def __init__(self, *, frame_bytes: int, json_bytes: int) -> None:
        self._frame_bytes = frame_bytes
        self._json_bytes = json_bytes
        self._buffer = bytearray()
        self._start = 0

    @property
    def empty(self) -> bool:
        """Whether nothing is left over, not even half a frame."""
        return self._start == len(self._buffer)

    def write(self, body: JSON, blob: bytes = b"") -> bytes:
        """Raise TypeError for what JSON cannot hold, FrameTooLarge for what may not pass."""
        text = orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)
        if len(text) > self._json_bytes:
            raise FrameTooLarge(f"JSON of {len(text)} bytes is over {self._json_bytes}")
        if len(text) + len(blob) > self._frame_bytes:
            raise FrameTooLarge(
                f"a result of {len(text) + len(blob)} bytes is over {self._frame_bytes}"
            )
        return b"".join((_HEADER.pack(len(text), len(blob)), text, blob))

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def read(self) -> Frame | None:
        """Return the next whole frame, or None until more is fed; may raise MalformedFrame.

        NUL characters, which PostgreSQL cannot hold, are read as U+FFFD.
        """
        body = self._start + _HEADER.size
        if len(self._buffer) < body:
            return self._wait()
        json_length, blob_length = self._lengths()
        blob = body + json_length
        end = blob + blob_length
        if len(self._buffer) < end:
            return self._wait()
        self._start = end
        return self._parse(body, blob), bytes(memoryview(self._buffer)[blob:end])

    def _wait(self) -> None:
        del self._buffer[: self._start]
        self._start = 0

    def _lengths(self) -> tuple[int, int]:
        json_length, blob_length = _HEADER.unpack_from(self._buffer, self._start)
        if json_length > self._json_bytes or json_length + blob_length > self._frame_bytes:
            raise MalformedFrame(
                f"a frame of {json_length} + {blob_length} bytes is over the limit"
            )
        return json_length, blob_length

    def _parse(self, start: int, end: int) -> JSON:
        text = bytes(memoryview(self._buffer)[start:end])
        if _NUL_ESCAPE in text:
            text = _NUL.sub(rb"\1\\ufffd", text)
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise MalformedFrame(f"a frame holds no JSON: {error}") from None
