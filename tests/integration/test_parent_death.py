"""What signals to a whole program mean for the children of its executor."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from tests.eventually import eventually
from tests.integration.executing import until_gone

ROOT = Path(__file__).parents[2]

PARENT = """
import asyncio, contextlib, json, os, signal
from service.processes.executor import Executor
from service.processes.limits import Limits
from service.processes.output import Order

CHILDREN = "tests.integration.children."

async def ask(executor, function, item):
    async with contextlib.aclosing(executor.execute(Order(CHILDREN + function, [item]))) as replies:
        return [reply.data async for reply in replies][0]

async def tell(executor, busy):
    os.kill(busy, 0)
    main = await ask(executor, "main_file", 0)
    idle = await ask(executor, "parents", 0)
    print(json.dumps({"busy": busy, "idle": idle, "main": main}), flush=True)

async def main():
    signalled = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, signalled.set)
    async with Executor(2, Limits(), allowed=[CHILDREN]) as executor:
        async with contextlib.aclosing(executor.execute(Order(CHILDREN + "busy", [0]))) as replies:
            busy, _ = (await anext(replies)).data
            await tell(executor, busy)
            await signalled.wait()
            await tell(executor, busy)

asyncio.run(main())
"""


async def test_a_signal_to_everybody_ends_neither_children_nor_fork_server(tmp_path: Path) -> None:
    async with parent(tmp_path) as program:
        before = await line(program)
        os.killpg(program.pid, signal.SIGTERM)
        after = await line(program)
        exit_code = await program.wait()

    assert after == before
    assert exit_code == 0


async def test_a_killed_parent_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    async def nothing_is_left() -> bool:
        return not left_by(program.pid, tmp_path)

    async with parent(tmp_path) as program:
        told = await line(program)
        program.kill()

        await until_gone(told["busy"], *told["idle"])
        await eventually(nothing_is_left)
        assert program.returncode == -signal.SIGKILL


async def test_the_parents_main_module_is_not_imported_by_children(tmp_path: Path) -> None:
    async with parent(tmp_path) as program:
        told = await line(program)

    assert told["main"] is None


@asynccontextmanager
async def parent(folder: Path) -> AsyncGenerator[Process]:
    """Run PARENT as a program in a process group of its own, with the folder for what it leaves."""
    script = folder.with_suffix(".py")
    script.write_text(PARENT, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder)}
    program = await asyncio.create_subprocess_exec(
        sys.executable, script, cwd=ROOT, env=environment, stdout=PIPE, start_new_session=True
    )
    try:
        yield program
    finally:
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        await program.communicate()


async def line(program: Process) -> dict[str, Any]:
    assert program.stdout is not None
    return json.loads(await asyncio.wait_for(program.stdout.readline(), 30))


def left_by(pid: int, folder: Path) -> list[Path]:
    """List temporary files of a process that had the folder for them, and its shared memory."""
    return [*folder.iterdir(), *Path("/dev/shm").glob(f"pym-{pid}-*")]
