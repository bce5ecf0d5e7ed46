"""Cases: every fault with its load, and the seconds within which the work goes on."""

from collections.abc import Awaitable, Callable
from functools import partial

from tests.chaos.case import Blow, Case
from tests.chaos.faults.children import cancel, kill_child, nothing_more
from tests.chaos.faults.machines import fill_disk, step_clocks
from tests.chaos.faults.points import die_at, die_cancelling, die_draining, die_planning
from tests.chaos.faults.postgres import (
    cut_both,
    exhaust_pools,
    freeze_postgres,
    kill_postgres,
    restart_postgres,
    take_connections,
    terminate_backends,
)
from tests.chaos.faults.redis import (
    cut_redis,
    double_tickets,
    flush_redis,
    freeze_redis,
    lose_tickets,
    restart_redis,
    slow_redis,
)
from tests.chaos.faults.web import come_second, cut_clients, kill_web_before_ticket
from tests.chaos.faults.workers import (
    block_loop,
    kill_machine,
    kill_worker,
    stop_before_save,
    stop_machine,
    terminate,
)
from tests.chaos.load import Load
from tests.chaos.loads import BURST, bad_items, burst, busy, idle, naps
from worker.heart import LEASE_SECONDS

STEP_SECONDS = 300

POISON = ("segfault", "devour", "kill")
"""What an item may do to its child; each of them is set aside."""


def _dies(where: str, point: str, inflict: Callable[..., Awaitable[Blow]] = die_at) -> Case:
    return Case(f"a worker dies {where}", 5, partial(inflict, point=f"worker.{point}"), busy)


SHORT = (
    _dies("between commit and publishing", "tell.before"),
    Case("a worker stops before it saves, and wakes up late", 5, stop_before_save, busy),
    Case("SIGTERM to everybody, twice", 28, partial(terminate, times=2), busy, may_charge=False),
    Case("PostgreSQL restarts", 5, restart_postgres, busy),
    Case("children are killed", 5, kill_child, busy),
    Case("Redis is flushed", 3, flush_redis, busy, may_charge=False),
)
"""What `make test` runs too: the most telling, each of its kind."""

LONG = (
    Case("PostgreSQL ends connections all the time", 5, terminate_backends, busy),
    Case("a worker is killed", 5, kill_worker, busy),
    Case(
        "items kill their child or want too much memory",
        5,
        nothing_more,
        partial(bad_items, words=POISON),
    ),
    Case("Redis restarts", 5, restart_redis, busy, may_charge=False),
    Case("Redis is cut off", 5, cut_redis, busy, may_charge=False),
    Case("web dies between commit and ticket", 3, kill_web_before_ticket, idle, may_charge=False),
    Case("tickets come twice, and for nothing", 3, double_tickets, busy, may_charge=False),
    Case("clients are cut off", 3, cut_clients, busy, may_charge=False),
    Case("a machine dies", LEASE_SECONDS + 3, kill_machine, busy),
    Case("a machine stands still for longer than a lease", LEASE_SECONDS + 3, stop_machine, busy),
    Case("an event loop is blocked", LEASE_SECONDS + 5, block_loop, busy),
    Case("an item never ends", 10, nothing_more, partial(bad_items, words=("loop",))),
    Case(
        "what is cancelled hears no signal",
        3,
        cancel,
        lambda load: load.nap(60, deaf=True),
        may_charge=False,
    ),
    Case("Redis is slow", 3, slow_redis, busy, may_charge=False),
    Case("Redis says nothing", 5, freeze_redis, busy, may_charge=False),
    Case("tickets are lost", 3, lose_tickets, busy, may_charge=False),
    Case("PostgreSQL crashes", 10, kill_postgres, busy),
    Case("every connection waits for a lock", 5, exhaust_pools, busy),
    Case("there is no connection left", 5, take_connections, busy),
    Case("both are cut off", 5, cut_both, busy),
    Case(
        "web's clock is ahead, the workers' behind",
        3,
        partial(step_clocks, web=STEP_SECONDS, worker=-STEP_SECONDS),
        busy,
        may_charge=False,
    ),
    Case(
        "web's clock is behind, the workers' ahead",
        3,
        partial(step_clocks, web=-STEP_SECONDS, worker=STEP_SECONDS),
        busy,
        may_charge=False,
    ),
    Case(
        f"somebody else's task comes behind {BURST:,}",
        2,
        come_second,
        burst,
        may_charge=False,
        end_seconds=180,
    ),
)

POINTS = (
    _dies("between storing files and saving them", "adopt.after"),
    _dies("before it has claimed", "claim.before"),
    _dies("after a claim, before its first order", "claim.after"),
    _dies("before it plans", "plan.before", die_planning),
    _dies("after it has planned", "plan.after", die_planning),
    _dies("before it reserves blobs", "reserve.before"),
    _dies("between reserving and storing files", "adopt.before"),
    _dies("before it saves", "save.before"),
    _dies("after it has saved", "save.after"),
    _dies("between the last save and the end of a chunk", "finish.before"),
    _dies("after the end of a chunk", "finish.after"),
    _dies("between commit and ticket", "ring.before"),
    _dies("after a ticket", "ring.after"),
    Case(
        "a worker dies while it sums up pictures",
        5,
        partial(die_at, point="worker.export.after"),
        Load.pictures,
    ),
    Case(
        "a worker dies before it says that it has cancelled",
        5,
        partial(die_cancelling, point="worker.stop.before"),
        partial(naps, seconds=8),
    ),
    Case(
        "a draining worker dies before it hands back",
        10,
        partial(die_draining, point="worker.hand_back.before"),
        partial(naps, seconds=8),
        may_charge=False,
    ),
)

FULL_DISK = Case("the disk is full", 8, fill_disk, idle)
SILENT_POSTGRES = Case("PostgreSQL says nothing", 15, freeze_postgres, busy, end_seconds=30)

DRAINS = (
    Case("SIGTERM during short work", 28, terminate, busy, may_charge=False),
    Case("SIGTERM during long work", 28, terminate, partial(naps, seconds=30), may_charge=False),
    Case(
        "SIGTERM during work that hears nothing",
        28,
        terminate,
        partial(naps, seconds=30, deaf=True),
        may_charge=False,
    ),
)
