"""Orders and what comes back: the facts that cross the pipe between a worker and its children."""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

JSON: TypeAlias = Any
"""Whatever JSON holds: dict, list, str, int, float, bool or None."""

STORAGE_FULL = "storage_full"
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
"""What a write says that found no space, on the disk or in a quota."""


@dataclass(frozen=True, slots=True)
class Order:
    """Calls ``function(item, shared)`` for each item in turn; ``function`` is a dotted path.

    The function returns JSON, or a tuple ``(JSON, bytes)``, or is a generator of either. NumPy
    scalars and arrays count as JSON. It raises ``service.errors.Unreadable`` for a bad item.
    """

    function: str
    items: Sequence[JSON]
    shared: JSON = None
    keeps: str | None = None
    """What the function leaves in memory for the next order, by name; opening it takes long."""


@dataclass(frozen=True, slots=True)
class Output:
    """Something an item yielded; ``index`` is the item's place in ``Order.items``.

    The strings in ``data`` hold no NUL characters, which PostgreSQL refuses: they became U+FFFD.

    A plain function's only output is its ``last``. What a generator yields is not; its last output
    carries what the generator *returns*, which is None where it has no return value.
    """

    index: int
    data: JSON
    blob: bytes
    last: bool


@dataclass(frozen=True, slots=True)
class ItemError:
    """An item failed and the child goes on with the next; nothing more comes of this item.

    ``code`` is that of ``Unreadable``, or ``out_of_memory``, or ``storage_full``, or
    ``analysis_error``, which alone has a ``traceback``.
    """

    index: int
    code: str
    detail: str
    traceback: str | None = None
