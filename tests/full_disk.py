"""A full disk: files that take so many bytes and then no more."""

import resource
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def limited_file_size(size: int) -> Generator[None]:
    """Has files take ``size`` bytes and then, like those of a full disk, no more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
