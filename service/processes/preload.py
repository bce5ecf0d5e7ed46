"""Preload: what the fork server imports first, so that it and its children outlive signals.

Hosts signal every process of a machine at once. The parent alone decides what a signal means, so
here SIGTERM and SIGINT are ignored, which children inherit; a fork server that died of one would
take its children along. Importing this module has these effects; a parent never does.
"""

import atexit
import contextlib
import multiprocessing
import os
import signal
from collections.abc import Mapping
from multiprocessing import forkserver, spawn
from pathlib import Path
from typing import Any

SERVER_PID = os.getpid()
"""The fork server's, where this was preloaded; else the child's own."""

signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)

# Read once, when BLAS is first imported. Threads in each of several children fight for the cores.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[_name] = "1"

_server: Any = forkserver._forkserver  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue] - no other way


def let_server_see_parent_die() -> None:
    """Close a child's copy of the pipe by which the server notices that its parent is gone.

    Every child is given one, and while any of them is open a server outlives its parent, and so
    does a child that is busy.
    """
    with contextlib.suppress(OSError, TypeError):
        os.close(_server._forkserver_alive_fd)
    _server._forkserver_alive_fd = None


def _remove_listener() -> None:
    """Remove the server's socket and its folder, which a parent that was killed leaves behind."""
    address = _server._forkserver_address
    if isinstance(address, str) and address.startswith("/"):
        with contextlib.suppress(OSError):
            Path(address).unlink(missing_ok=True)
            Path(address).parent.rmdir()


_prepare = spawn.prepare


def _prepare_without_main(data: Mapping[str, Any]) -> None:
    """Leave out the parent's main module, which is heavy and none of a child's business."""
    _prepare({key: value for key, value in data.items() if not key.startswith("init_main_")})


spawn.prepare = _prepare_without_main
if multiprocessing.parent_process() is None:
    atexit.register(_remove_listener)
