"""Feeds: a slow reader gets only the newest of each task, and of none that it may not see."""

from typing import Any
from uuid import UUID, uuid4

from service.api.hub import Feed


def told(task_id: UUID, seq: int, status: str = "in_progress") -> dict[str, Any]:
    return {"id": str(task_id), "seq": seq, "status": status}


def followed(feed: Feed, *tasks: UUID) -> None:
    for task_id in tasks:
        feed.let_in(told(task_id, 1))


def test_a_slow_reader_gets_only_the_newest_of_each_task() -> None:
    feed, one, other = Feed(), uuid4(), uuid4()
    followed(feed, one, other)

    for snapshot in (told(one, 2), told(other, 2), told(one, 3), told(one, 4)):
        feed.tell(snapshot)

    assert list(feed.take()) == [told(one, 4), told(other, 2)]
    assert list(feed.take()) == []


def test_what_comes_while_a_reader_reads_replaces_what_it_has_not_fetched() -> None:
    feed, one, other = Feed(), uuid4(), uuid4()
    followed(feed, one, other)
    feed.tell(told(one, 2))
    feed.tell(told(other, 2))

    taken = feed.take()
    first = next(taken)
    feed.tell(told(other, 3))

    assert (first, next(taken)) == (told(one, 2), told(other, 3))


def test_older_snapshots_change_nothing() -> None:
    feed, one = Feed(), uuid4()
    feed.let_in(told(one, 5))

    feed.tell(told(one, 5))
    feed.tell(told(one, 4))

    assert list(feed.take()) == []


def test_a_stranger_waits_until_it_is_decided_once_whether_it_may_be_seen() -> None:
    feed, mine, foreign = Feed(), uuid4(), uuid4()
    feed.tell(told(mine, 1))
    feed.tell(told(foreign, 1))
    before = list(feed.take())

    feed.decide(feed.strangers(), {mine})
    feed.tell(told(foreign, 2))

    assert before == []
    assert list(feed.take()) == [told(mine, 1)]
    assert feed.strangers() == []


def test_a_task_is_followed_until_its_end_has_been_told() -> None:
    feed, one = Feed(), uuid4()
    followed(feed, one)
    before = set(feed.followed)

    feed.tell(told(one, 2, "completed"))
    list(feed.take())

    assert (before, set(feed.followed)) == ({str(one)}, set())


async def test_a_reader_wakes_up_for_what_came_while_it_read() -> None:
    feed, one = Feed(), uuid4()
    feed.tell(told(one, 1))
    await feed.stir()

    feed.tell(told(one, 2))

    assert await feed.stir()
