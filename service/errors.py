"""Errors that users, operators and analyses meet; each has a stable code."""

from collections.abc import Mapping, Sequence
from typing import ClassVar


class MeanwhileError(Exception):
    """Something that the person who asked can mend; its message is a sentence for them."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400

    def __init__(self, detail: str, *, fields: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = fields
        """Wrong fields as (dotted name, what is wrong)."""

    @property
    def headers(self) -> Mapping[str, str]:
        return {}


class Unreadable(Exception):
    """An item whose bytes cannot be used; ``code`` is stable, ``detail`` is for people."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
