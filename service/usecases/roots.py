"""Roots: folders of the server that users may name files and folders below."""

import asyncio
from collections.abc import Sequence
from pathlib import Path


async def below(path: str, roots: Sequence[Path]) -> Path | None:
    """The real path of what is there below a root; None for what is not there or elsewhere."""
    try:
        real = await asyncio.to_thread(Path(path).resolve, strict=True)
    except (OSError, ValueError, RuntimeError):
        return None
    return real if any(real.is_relative_to(root) for root in roots) else None
