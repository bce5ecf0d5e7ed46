"""Cursors: what a list gives out leads back to its place; anything else is refused, not a fault."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from service.api import cursors
from service.api.operations import InvalidRequest

bigints = st.integers(-(2**63), 2**63 - 1)


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_place_by_time_is_found_again(time: datetime, id_: UUID) -> None:
    assert cursors.by_time(cursors.encode(time, id_)) == (time, id_)


@given(st.floats(allow_nan=False, allow_infinity=False), bigints)
def test_a_place_by_score_is_found_again(score: float, id_: int) -> None:
    assert cursors.by_score(cursors.encode(score, id_)) == (score, id_)


@given(bigints)
def test_a_place_by_number_is_found_again(number: int) -> None:
    assert cursors.by_number(cursors.encode(number)) == number


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_a_place_by_text_is_found_again(text: str) -> None:
    assert cursors.by_text(cursors.encode(text)) == text


told = st.recursive(
    st.none() | st.booleans() | bigints | st.floats() | st.text() | st.datetimes() | st.uuids(),
    st.lists,
    max_leaves=4,
)


@given(st.text() | st.builds(cursors.encode, told, told) | st.builds(cursors.encode, told))
@example(cursors.encode("0001-01-01T00:00:00+14:00", str(UUID(int=0))))
def test_any_other_text_is_a_place_or_refused(cursor: str) -> None:
    for read in (cursors.by_score, cursors.by_number, cursors.by_text):
        with suppress(InvalidRequest):
            read(cursor)
    with suppress(InvalidRequest):
        if place := cursors.by_time(cursor):
            assert place[0].tzinfo is UTC
